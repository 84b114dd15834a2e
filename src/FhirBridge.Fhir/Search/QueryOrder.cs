namespace FhirBridge.Fhir.Search;

/// <summary>The order of matches. Spec: https://hl7.org/fhir/R4/search.html#sort.</summary>
internal static class QueryOrder
{
    internal static int Compare(IReadOnlyList<SortKey> sort, ResourceView left, ResourceView right)
    {
        for (var i = 0; i < sort.Count; i++)
        {
            var order = Compare(sort[i], left, right);
            if (order != 0) return order;
        }

        var newest = right.LastUpdated.UtcTicks.CompareTo(left.LastUpdated.UtcTicks);
        if (newest != 0) return newest;
        var id = string.CompareOrdinal(left.Id, right.Id);
        return id != 0 ? id : string.CompareOrdinal(left.Type, right.Type);
    }

    private static int Compare(SortKey key, ResourceView left, ResourceView right)
    {
        switch (key.Parameter)
        {
            case "_lastUpdated": return Directed(key, left.LastUpdated.UtcTicks.CompareTo(right.LastUpdated.UtcTicks));
            case "_id": return Directed(key, string.CompareOrdinal(left.Id, right.Id));
        }

        var l = Extreme(key, left.Index.Entries);
        var r = Extreme(key, right.Index.Entries);
        if (l is null || r is null) return (l is null).CompareTo(r is null);
        return Directed(key, CompareEntries(key, l, r));
    }

    private static int Directed(SortKey key, int order) => key.Descending ? -order : order;

    private static IndexEntry? Extreme(SortKey key, IReadOnlyList<IndexEntry> entries)
    {
        IndexEntry? best = null;
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (entry.Parameter != key.Parameter || !HasKey(key, entry)) continue;
            if (best is null || Directed(key, CompareEntries(key, entry, best)) < 0) best = entry;
        }

        return best;
    }

    private static bool HasKey(SortKey key, IndexEntry entry) =>
        key.Type is SearchParameterType.Date or SearchParameterType.Number or SearchParameterType.Quantity || Text(key, entry) is not null;

    // A name is ordered by the whole, not by its parts.
    private static string? Text(SortKey key, IndexEntry entry) => key.Type == SearchParameterType.String && entry.Value is not null ? entry.Folded : entry.Value;

    // Ascending a period counts from its start, descending from its end; so a period without end is the latest.
    private static int CompareEntries(SortKey key, IndexEntry left, IndexEntry right)
    {
        if (key.Type is SearchParameterType.Date or SearchParameterType.Number or SearchParameterType.Quantity)
        {
            return key.Descending ? left.High.CompareTo(right.High) : left.Low.CompareTo(right.Low);
        }

        return string.CompareOrdinal(Text(key, left), Text(key, right));
    }
}
