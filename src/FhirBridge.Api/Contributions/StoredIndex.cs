using System.Text.Json;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;
using FhirBridge.Storage;

namespace FhirBridge.Api.Contributions;

/// <summary>The index of a contribution as the vault keeps it: references in stored form.</summary>
internal static class StoredIndex
{
    /// <summary>The index with each literal reference as <paramref name="stored"/> says; null: as it is.</summary>
    public static SearchIndex Of(SearchIndex index, Func<string, string?> stored) => new([.. index.Entries.Select(e => Of(e, stored))]) { Stamp = index.Stamp };

    /// <summary>The index of what is stored, made anew: each reference leads where it led when it was written.</summary>
    public static SearchIndex Renewed(Contribution contribution, ContributionBody body, Definitions definitions)
    {
        var resource = StoredJson.Read(LocalForm.Render(contribution.Key, body, contribution.Version, contribution.LastUpdated, null)).Root;
        var slots = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var slot in body.Slots)
        {
            if (JsonSerializer.Deserialize<string>(body.Rest.Span.Slice(slot.Start, slot.Length)) is { } literal) slots[Literal(literal)] = slot.Target;
        }

        // Canonicals have no slot: one at an address of this service was stored as what it leads to, and is again.
        var known = contribution.Index.Entries.Where(e => e.Type == SearchParameterType.Reference && e.Value is not null).Select(e => e.Value!).ToHashSet(StringComparer.Ordinal);
        string? Stored(string literal) => slots.TryGetValue(literal, out var target) ? target
            : FhirReference.Parse(literal) is { Base: not null } absolute && known.Contains(absolute.Local) && !known.Contains(literal) ? absolute.Local : null;
        return Of(SearchIndexer.Extract(resource, definitions), Stored);
    }

    private static IndexEntry Of(IndexEntry entry, Func<string, string?> stored)
    {
        if (entry.Type != SearchParameterType.Reference || entry.Value is null) return entry;
        var literal = entry.System is { Length: > 0 } b ? $"{b}/{entry.Value}" : entry.Value;
        return entry with { System = null, Value = stored(literal) ?? literal };
    }

    // As it stands in an index: without version.
    private static string Literal(string written) => FhirReference.Parse(written) is { } r ? r.Base is null ? r.Local : $"{r.Base}/{r.Local}" : written;
}
