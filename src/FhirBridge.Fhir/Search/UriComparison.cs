namespace FhirBridge.Fhir.Search;

/// <summary>Compares URIs and canonicals. Spec: https://hl7.org/fhir/R4/search.html#uri, https://hl7.org/fhir/R4/search.html#versions.</summary>
internal static class UriComparison
{
    /// <summary>Precise, but that a canonical without version finds every version of it; <c>:above</c> and <c>:below</c> as the specification says it: one left-matches the other.</summary>
    internal static bool Matches(string value, SearchModifier modifier, string stored) => modifier switch
    {
        SearchModifier.Above => LeftMatches(stored, value),
        SearchModifier.Below => IsVersionOf(stored, value) || LeftMatches(value, stored),
        _ => stored == value || IsVersion(stored, value),
    };

    /// <summary>True when the stored canonical is the one of the search: in every version and for every fragment when the search states none.</summary>
    internal static bool IsCanonical(string stored, string value) =>
        stored == value || (stored.Length > value.Length && stored[value.Length] is '|' or '#' && stored.StartsWith(value, StringComparison.Ordinal));

    /// <summary>True for a stored canonical of that url and of a version that begins with that one (1: 1.0 and 1.1, and not 10); null: of any or none.</summary>
    internal static bool IsVersionOf(string stored, string url, string? version)
    {
        if (!IsCanonical(stored, url)) return false;
        if (version is null) return true;
        var own = stored.AsSpan(Math.Min(stored.Length, url.Length + 1));
        return stored.Length > url.Length && stored[url.Length] == '|' && own.StartsWith(version, StringComparison.Ordinal) && (own.Length == version.Length || own[version.Length] is '.' or '-' or '#');
    }

    /// <summary><c>url|version</c> taken apart; a null version when there is none.</summary>
    internal static (string Url, string? Version) Split(string canonical)
    {
        var bar = canonical.LastIndexOf('|');
        return bar < 0 || bar == canonical.Length - 1 ? (canonical.TrimEnd('|'), null) : (canonical[..bar], canonical[(bar + 1)..]);
    }

    private static bool IsVersionOf(string stored, string value)
    {
        var (url, version) = Split(value);
        return version is not null && IsVersionOf(stored, url, version);
    }

    private static bool IsVersion(string stored, string value) =>
        stored.Length > value.Length && stored[value.Length] == '|' && stored.StartsWith(value, StringComparison.Ordinal);

    // "The modifiers only apply to URLs, and not URNs such as OIDs": a URN is above and below itself alone.
    private static bool LeftMatches(string upper, string lower) =>
        upper == lower || (lower.StartsWith(upper, StringComparison.Ordinal) && lower.Contains("://", StringComparison.Ordinal) && !lower.StartsWith("urn:", StringComparison.OrdinalIgnoreCase));
}
