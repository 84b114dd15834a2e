using System.Text.Json;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Fhir.Tests.Search;

/// <summary>The vectors of Search/data/ms-search.json through parser, extractor and matcher.</summary>
public sealed class SearchVectorTests
{
    private const string Tag = "4f9d1b0e-2f0e-4c27-8a5d-5b6f0f3f2f11";

    private static readonly JsonElement Document = Load();

    public static TheoryData<string> Cases() => [.. Document.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("id").GetString()!)];

    [Fact]
    public void Vectors_are_complete() => Assert.Equal(193, Cases().Count);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Vector_is_answered_as_expected(string id)
    {
        var vector = Document.GetProperty("cases").EnumerateArray().First(c => c.GetProperty("id").GetString() == id);
        var request = vector.GetProperty("request").GetString()!.Replace("{tag}", Tag, StringComparison.Ordinal);
        var question = request.IndexOf('?', StringComparison.Ordinal);
        var parsed = TestSearch.Parse(request[..question], request[(question + 1)..]);
        if (vector.GetProperty("expectStatus").GetInt32() == 400)
        {
            Assert.False(parsed.IsOk);
            Assert.All(parsed.Problems, p => Assert.Equal(400, p.Kind.Status));
            return;
        }

        Assert.True(parsed.IsOk, string.Join("; ", parsed.Problems));
        var resources = Fixture(vector.GetProperty("fixture").GetString()!);
        var matches = Enumerable.Range(0, resources.Count).Where(i => QueryMatcher.Matches(parsed.Value, resources[i])).ToArray();
        var expected = vector.GetProperty("expected").EnumerateArray().Select(e => e.GetInt32()).ToArray();
        Assert.True(expected.SequenceEqual(matches), $"{id}: {request[..Math.Min(120, request.Length)]}: expected [{string.Join(',', expected)}], found [{string.Join(',', matches)}]");
    }

    private static List<ResourceView> Fixture(string name) =>
        [.. Document.GetProperty("fixtures").GetProperty(name).EnumerateArray()
            .Select((r, i) => TestSearch.View(r.GetRawText().Replace("{tag}", Tag, StringComparison.Ordinal), $"r{i}"))];

    private static JsonElement Load()
    {
        using var stream = typeof(SearchVectorTests).Assembly.GetManifestResourceStream("search/ms-search.json")!;
        return JsonDocument.Parse(stream).RootElement.Clone();
    }
}
