using FhirBridge.Fhir.Search;

namespace FhirBridge.Fhir.Tests.Search;

/// <summary>Queries made by chance over all parameters of all types, on the indexes of official examples; and each resource is found by its own values.</summary>
public sealed class QueryFuzzTests
{
    private static readonly string[] Modifiers = ["", "", "", ":exact", ":contains", ":missing", ":not", ":text", ":in", ":of-type", ":identifier", ":above", ":below", ":Patient", ":x", ".name", ".", ":", ":Patient.name", "$", "%00"];

    private static readonly string[] Pieces =
        ["", "a", "|", "$", ",", "\\", ":", "*", "/", "Patient/1", "http://a.example/fhir/Patient/1|1.0", "#x", "urn:uuid:1", "2026", "-02-30", "T10:00", "T10:00:00.123456789Z", "+99:99", "eq", "ge", "ap", "sa", "1e999", "1e-28", "-0", "9999999999999999999999999999", "0.0000000000000000000000000001", "true", "\ud800", "\0", "é", "9999-12-31T23:59:59.99999999999+14:00", "0001-01-01T00:00:00+14:00", new string('x', 5000), new string(',', 300), new string('1', 500)];

    [Fact]
    public void Parse_AnyQuery_AnswersAndMatchesWithoutFault() => Fuzz.Run(8000, random =>
    {
        var example = random.Example();
        var type = example.Root.Type!;
        var known = Definitions.R4.Search.Of(type);
        var index = SearchIndexer.Extract(example.Root);
        var parameters = Enumerable.Range(0, random.Next(1, 4)).Select(_ => KeyValuePair.Create(Name(), Value())).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var parsed = SearchQueryParser.Parse(random.Next(8) == 0 ? null : type, parameters, new SearchParseOptions { Lenient = random.Next(2) == 0 });

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000);
        if (!parsed.IsOk)
        {
            Assert.NotEmpty(parsed.Problems);
            Assert.All(parsed.Problems, p => Assert.InRange(p.Diagnostics.Length, 1, 1000));
            return;
        }

        var text = parsed.Value.ToQueryString();
        var again = SearchQueryParser.Parse(parsed.Value.Types.Count == 1 ? parsed.Value.Types[0] : null, TestSearch.Parameters(text));
        Assert.True(again.IsOk, $"{text}: {string.Join("; ", again.Problems)}");
        if (!parsed.Value.Unresolved().Any()) QueryMatcher.Matches(parsed.Value, new ResourceView(type, "x", TestSearch.Updated, index));

        string Name() => random.Next(6) switch
        {
            0 => random.Of(["_id", "_lastUpdated", "_sort", "_count", "_include", "_revinclude:iterate", "_has:Provenance:target:agent", "_has:Observation:subject:_has:x:y", "_summary", "_elements", "_type", "_filter", "_text", "_content", "_contained", "_containedType", "_list", "near", "_query", "", "_total"]),
            1 => Value(),
            _ => random.Of(known).Code + random.Of(Modifiers),
        };

        string Value() => string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(4) == 0 && index.Entries.Count > 0 ? random.Of(index.Entries.ToArray()).Value ?? "" : random.Of(Pieces)));
    });

    [Fact]
    public void Every_example_is_found_by_each_of_its_own_values()
    {
        var queries = 0;

        OfficialExamples.AssertEach(example =>
        {
            var type = example.Root.Type!;
            var view = new ResourceView(type, "x", TestSearch.Updated, SearchIndexer.Extract(example.Root));
            var faults = new List<string>();
            foreach (var entry in view.Index.Entries.Where(e => e.Group < 0).DistinctBy(e => (e.Parameter, e.System, e.Value, e.Low, e.High)).Take(200))
            {
                if (Condition(entry) is not var (name, value)) continue;
                Interlocked.Increment(ref queries);
                var parsed = SearchQueryParser.Parse(type, [KeyValuePair.Create(name, value)]);
                if (!parsed.IsOk) faults.Add($"{name}={value}: {parsed.Problems[0]}");
                else if (!QueryMatcher.Matches(parsed.Value, view)) faults.Add($"{name}={value} does not find it");
            }

            return faults;
        });

        Assert.Equal(107_897, queries);
    }

    // The condition that asks for exactly what the entry holds; null for what has no text of its own (dates that are open, codes without a text).
    private static (string Name, string Value)? Condition(IndexEntry entry) => entry.Type switch
    {
        _ when entry.Parameter.Contains(':', StringComparison.Ordinal) || entry.Parameter.StartsWith('#') => null,
        SearchParameterType.Token when entry.Value is not null => (entry.Parameter, entry.System is null ? Escape(entry.Value) : $"{Escape(entry.System)}|{Escape(entry.Value)}"),
        SearchParameterType.Token when !string.IsNullOrEmpty(entry.System) => (entry.Parameter, Escape(entry.System) + "|"),
        SearchParameterType.String when entry.Value is { } text && text.Trim().Length > 0 => (entry.Parameter + ":exact", Escape(text)),
        SearchParameterType.Reference when entry.Value is not null => (entry.Parameter, Escape(entry.System is null ? entry.Value : $"{entry.System}/{entry.Value}")),
        SearchParameterType.Uri => (entry.Parameter, Escape(entry.Value!)),
        SearchParameterType.Date when entry.Low >= 0 => (entry.Parameter, "ge" + new DateTime((long)entry.Low, DateTimeKind.Utc).ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ")),
        SearchParameterType.Number or SearchParameterType.Quantity when entry.Low == entry.High => (entry.Parameter, "ge" + entry.Low + (entry.Type == SearchParameterType.Quantity && entry.Value is not null ? $"|{Escape(entry.System ?? "")}|{Escape(entry.Value)}" : "")),
        _ => null,
    };

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal);
}
