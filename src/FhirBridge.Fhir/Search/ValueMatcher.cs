using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Search;

/// <summary>Compares one search value with one index value.</summary>
internal static class ValueMatcher
{
    /// <summary>True or false; null when a terminology is asked that cannot tell.</summary>
    internal static bool? Decide(SearchValue value, SearchModifier modifier, IndexEntry entry) => value switch
    {
        ConceptValue c => entry.Value is { } code ? c.Test(entry.System, code) : false,

        // A part of a name and the text of a concept are no values of their own.
        UnequalValue when entry is { Type: SearchParameterType.String or SearchParameterType.Token, Value: null } => false,
        UnequalValue u => !MatchesAny(u.Others, modifier, entry),
        _ => Matches(value, modifier, entry),
    };

    internal static bool Matches(SearchValue value, SearchModifier modifier, IndexEntry entry) => value switch
    {
        StringValue s => MatchesString(s, modifier, entry),
        TokenValue t => modifier == SearchModifier.Identifier ? MatchesIdentifier(t, entry) : MatchesToken(t, entry),
        IdentifierTypeValue o => entry.System == o.System && string.Equals(entry.Value, o.TypedValue, StringComparison.OrdinalIgnoreCase),
        ReferenceValue r => MatchesReference(r, entry),
        DateValue d => MatchesDate(d, entry.Low, entry.High),
        NumberValue n => MatchesQuantity(n, entry),
        UriValue u => entry.Value is { } stored && UriComparison.Matches(u.Uri, modifier, stored),
        CanonicalValue c => entry.Value is { } canonical && UriComparison.IsVersionOf(canonical, c.Url, c.Version),
        NearValue near => Distance.IsWithin(near, entry),
        TextValue t => MatchesText(t, entry),
        TextSearchValue t => entry.Value is { } text && t.Query.Matches(TextWords.OfText(text)),
        ReferenceSetValue set => entry.System is null && entry.Value is { } target && set.Targets.Contains(target),
        _ => false,
    };

    // NOTE: a lambda here would allocate its captures for every value that is compared, whatever its kind.
    private static bool MatchesAny(IReadOnlyList<SearchValue> values, SearchModifier modifier, IndexEntry entry)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (Matches(values[i], modifier, entry)) return true;
        }

        return false;
    }

    private static bool MatchesText(TextValue value, IndexEntry entry)
    {
        // A part of a name is a beginning of its own, and neither the whole nor an end.
        if (entry.Value is null && value.Match != TextMatch.Start) return false;
        var stored = entry.Type == SearchParameterType.String ? entry.Folded : entry.Value is null ? null : SearchText.FoldLetters(entry.Value);
        return stored is not null && value.Match switch
        {
            TextMatch.Whole => stored == value.Folded,
            TextMatch.Start => stored.StartsWith(value.Folded, StringComparison.Ordinal),
            TextMatch.End => stored.EndsWith(value.Folded, StringComparison.Ordinal),
            _ => stored.Contains(value.Folded, StringComparison.Ordinal),
        };
    }

    private static bool MatchesString(StringValue value, SearchModifier modifier, IndexEntry entry) => modifier switch
    {
        SearchModifier.Exact => entry.Value == value.Text,
        SearchModifier.Contains => entry.Folded is not null && entry.Folded.Contains(value.Folded, StringComparison.Ordinal),
        _ => entry.Folded is not null && entry.Folded.StartsWith(value.Folded, StringComparison.Ordinal),
    };

    // R4 recommends to compare codes without regard to case where the code system is not known to mind it; systems are compared as they are.
    private static bool MatchesToken(TokenValue value, IndexEntry entry)
    {
        if (value.Code is not null && !string.Equals(value.Code, entry.Value, StringComparison.OrdinalIgnoreCase)) return false;
        if (value.System is null) return true;

        // An entry without system holds a primitive (code, boolean, id, string): the system of a code is implied by its binding, and there is none to compare.
        return entry.System is null ? value.Code is not null : entry.System == value.System;
    }

    // Folded holds "system|value".
    private static bool MatchesIdentifier(TokenValue value, IndexEntry entry)
    {
        if (entry.Folded is null) return false;
        var bar = entry.Folded.IndexOf('|');
        var system = entry.Folded.AsSpan(0, bar);
        var code = entry.Folded.AsSpan(bar + 1);
        return (value.Code is null || code.Equals(value.Code, StringComparison.OrdinalIgnoreCase)) && (value.System is null || system.SequenceEqual(value.System));
    }

    private static bool MatchesReference(ReferenceValue value, IndexEntry entry)
    {
        if (entry.Value is not { } stored) return false;
        if (value.Id is not null && value.Base == entry.System)
        {
            if (value.Local is not null ? stored == value.Local || (value.IsOnlyType && stored == value.Id) : EndsWithId(stored, value.Id)) return true;
        }

        return entry.System is null && (value.Local is null || value.Base is not null) && UriComparison.IsCanonical(stored, value.Text);
    }

    private static bool EndsWithId(string stored, string id)
    {
        var slash = stored.Length - id.Length - 1;
        return slash > 0 && stored[slash] == '/' && stored.EndsWith(id, StringComparison.Ordinal) && stored.IndexOf('/') == slash;
    }

    // Both sides are intervals: the search value's precision, the stored value's precision or period.
    internal static bool MatchesDate(DateValue value, decimal low, decimal high)
    {
        var contained = value.Low <= low && high <= value.High;
        return value.Prefix switch
        {
            SearchPrefix.Eq => contained,
            SearchPrefix.Ne => !contained,
            SearchPrefix.Gt => high > value.High,
            SearchPrefix.Lt => low < value.Low,
            SearchPrefix.Ge => contained || high > value.High,
            SearchPrefix.Le => contained || low < value.Low,
            SearchPrefix.Sa => low >= value.High,
            SearchPrefix.Eb => high <= value.Low,
            _ => low < value.High && high > value.Low,
        };
    }

    // NOTE: the unit of the search is the one compared in, because its number has the precision that was meant.
    private static bool MatchesQuantity(NumberValue value, IndexEntry entry)
    {
        if (MatchesUnit(value, entry)) return MatchesNumber(value, entry.Low, entry.High);
        if (value.Measure is not { } measure || entry.System != NumberValue.Ucum || entry.Value is not { } code) return false;
        if (UcumUnit.Parse(code) is not { } stored || stored.Dimension != measure.Dimension) return false;
        var low = entry.Low == decimal.MinValue ? entry.Low : measure.FromBase(stored.ToBase(entry.Low));
        var high = entry.High == decimal.MaxValue ? entry.High : entry.High == entry.Low ? low : measure.FromBase(stored.ToBase(entry.High));
        return low is { } least && high is { } most && MatchesNumber(value, Math.Min(least, most), Math.Max(least, most));
    }

    // The stored side is a point, or the bounds of a Range or comparator; precision counts for eq and ne only.
    private static bool MatchesNumber(NumberValue value, decimal low, decimal high)
    {
        // Half a unit below 1e-28 is no longer a decimal: then the interval is the number itself.
        var contained = value.Low <= low && (high < value.High || (value.Low == value.High && high == value.High));
        return value.Prefix switch
        {
            SearchPrefix.Eq => contained,
            SearchPrefix.Ne => !contained,
            SearchPrefix.Gt => high > value.Number,
            SearchPrefix.Lt => low < value.Number,
            SearchPrefix.Ge => high >= value.Number,
            SearchPrefix.Le => low <= value.Number,
            SearchPrefix.Sa => low > value.Number,
            SearchPrefix.Eb => high < value.Number,
            _ => low <= value.High && high >= value.Low,
        };
    }

    private static bool MatchesUnit(NumberValue value, IndexEntry entry)
    {
        if (value.System is not null && value.System != entry.System) return false;
        if (value.Unit is null) return true;
        return value.Unit == entry.Value || (value.System is null && value.Unit == entry.Folded);
    }
}
