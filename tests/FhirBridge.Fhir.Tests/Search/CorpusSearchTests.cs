using System.Collections.Concurrent;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Fhir.Tests.Search;

/// <summary>The index of every official example: what is in it, and that each value is one of its type.</summary>
public sealed class CorpusSearchTests
{
    [Fact]
    public void Every_example_gives_sane_values_and_the_totals_stay()
    {
        var totals = new ConcurrentDictionary<SearchParameterType, int>();

        OfficialExamples.AssertEach(example =>
        {
            var entries = SearchIndexer.Extract(example.Root).Entries;
            var known = Definitions.R4.SearchParameters(example.Root.Type!).Select(p => p.Code).ToHashSet();
            var faults = new List<string>();
            foreach (var entry in entries)
            {
                totals.AddOrUpdate(entry.Type, 1, (_, n) => n + 1);
                if (!entry.Parameter.StartsWith('#') && !known.Contains(entry.Parameter.Split('$', ':')[0])) faults.Add($"{entry}: no such parameter");
                if (Fault(entry) is { } fault) faults.Add($"{entry}: {fault}");
            }

            if (entries.Count != entries.Distinct().Count()) faults.Add("an entry stands twice");
            if (!SearchIndexCodec.Read(SearchIndexCodec.Write(new SearchIndex(entries))).Entries.SequenceEqual(entries)) faults.Add("the codec reads another index");
            return faults;
        });

        Assert.Equal("Number 129, Date 4014, String 17279, Token 89141, Reference 4920, Quantity 183, Uri 9813, Special 2", string.Join(", ", totals.OrderBy(t => t.Key).Select(t => $"{t.Key} {t.Value}")));
    }

    private static string? Fault(IndexEntry entry) => entry.Type switch
    {
        SearchParameterType.Date => entry.Low < entry.High && IsTicks(entry.Low, long.MinValue) && IsTicks(entry.High, long.MaxValue) ? null : "no interval of time",
        SearchParameterType.Number or SearchParameterType.Quantity => entry.Low <= entry.High ? null : "no interval",
        SearchParameterType.Token => entry.Value is null && entry.System is null && entry.Folded is null ? "neither code nor system nor text" : null,
        SearchParameterType.String when entry.Value is null => entry.Parameter is "family" or "name" or "phonetic" or "author" && entry.Folded == SearchText.Fold(entry.Folded!) ? null : "no text, and no part of a name",
        SearchParameterType.String => entry.Value is { Length: > 0 } text && entry.Folded == SearchText.Fold(text) ? null : "no text, or folded otherwise",
        SearchParameterType.Special => entry is { Parameter: "near", Low: >= -90 and <= 90, High: >= -180 and <= 180 } ? null : "no position",
        SearchParameterType.Uri => entry.Value is { Length: > 0 } ? null : "no uri",
        SearchParameterType.Reference => Reference(entry),
        _ => "no entry has this type",
    };

    private static bool IsTicks(decimal value, long open) => value == open || (value >= 0 && value <= DateTime.MaxValue.Ticks + 1L && value == Math.Truncate(value));

    // A local form reads back as itself; what is not of that form is kept whole.
    private static string? Reference(IndexEntry entry)
    {
        if (entry.Value is null) return entry.Folded?.Contains('|', StringComparison.Ordinal) == true ? null : "neither reference nor identifier";
        var parsed = FhirReference.Parse((entry.System is null ? "" : entry.System + "/") + entry.Value);
        if (entry.System is not null) return parsed is not null && parsed.Base == entry.System && parsed.Local == entry.Value ? null : "an absolute reference that does not read back";
        return parsed is { Base: not null } && !entry.Value.StartsWith("http", StringComparison.Ordinal) ? "an absolute reference in the place of a local one" : null;
    }
}
