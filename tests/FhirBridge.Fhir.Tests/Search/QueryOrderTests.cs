using FhirBridge.Fhir.Search;
using static FhirBridge.Fhir.Tests.Search.TestSearch;

namespace FhirBridge.Fhir.Tests.Search;

public sealed class QueryOrderTests
{
    private static readonly ResourceView[] Patients =
    [
        Patient("a", 1, "\"birthDate\":\"1980-05-01\",\"name\":[{\"family\":\"Émile\"}]"),
        Patient("b", 3, "\"birthDate\":\"1970\",\"name\":[{\"family\":\"Zoe\"},{\"family\":\"Adam\"}]"),
        Patient("c", 2, "\"gender\":\"male\",\"name\":[{\"family\":\"eva\"}]"),
        Patient("d", 2, "\"birthDate\":\"1980-05-01\",\"gender\":\"female\""),
    ];

    [Theory]
    [InlineData("", "bcda")]
    [InlineData("_sort=_lastUpdated", "acdb")]
    [InlineData("_sort=_id", "abcd")]
    [InlineData("_sort=-_id", "dcba")]
    [InlineData("_sort=birthdate", "bdac")]
    [InlineData("_sort=-birthdate", "dabc")]
    [InlineData("_sort=birthdate,_id", "badc")]
    [InlineData("_sort=family", "bacd")]
    [InlineData("_sort=-family", "bcad")]
    [InlineData("_sort=gender,-_id", "dcba")]
    public void Matches_are_ordered(string sort, string order)
    {
        var query = Query("Patient", sort);
        var sorted = Patients.ToList();
        sorted.Sort((l, r) => QueryMatcher.Compare(query, l, r));

        Assert.Equal(order, string.Concat(sorted.Select(p => p.Id)));
    }

    private static ResourceView Patient(string id, int hour, string content) =>
        View($$"""{"resourceType":"Patient","id":"{{id}}",{{content}}}""", updated: new DateTimeOffset(2026, 1, 1, hour, 0, 0, TimeSpan.Zero));
}
