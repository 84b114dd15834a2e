using System.Text;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Fhir.Tests.Search;

/// <summary>Short forms for search tests.</summary>
internal static class TestSearch
{
    internal static readonly DateTimeOffset Updated = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    internal static FhirElement Resource(string json)
    {
        var read = FhirJson.Read(Encoding.UTF8.GetBytes(json));
        Assert.True(read.IsOk, string.Join("; ", read.Problems));
        return read.Value.Root;
    }

    internal static ResourceView View(string json, string id = "x", DateTimeOffset? updated = null, string? baseUrl = null)
    {
        var resource = Resource(json);
        return new ResourceView(resource.Type!, resource.Text("id") ?? id, updated ?? Updated, SearchIndexer.Extract(resource, null, baseUrl));
    }

    internal static List<KeyValuePair<string, string>> Parameters(string query) =>
        [.. query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p =>
        {
            var at = p.IndexOf('=', StringComparison.Ordinal);
            return KeyValuePair.Create(Uri.UnescapeDataString(p[..at]), Uri.UnescapeDataString(p[(at + 1)..]));
        })];

    internal static Result<SearchQuery> Parse(string? type, string query, SearchParseOptions? options = null) =>
        SearchQueryParser.Parse(type, Parameters(query), options);

    internal static SearchQuery Query(string? type, string query, SearchParseOptions? options = null)
    {
        var parsed = Parse(type, query, options);
        Assert.True(parsed.IsOk, string.Join("; ", parsed.Problems));
        return parsed.Value;
    }

    internal static bool Matches(string query, string json, SearchParseOptions? options = null)
    {
        var view = View(json);
        return QueryMatcher.Matches(Query(view.Type, query, options), view);
    }
}
