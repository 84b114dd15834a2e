using System.Buffers;

namespace FhirBridge.Fhir;

/// <summary>
/// A literal reference, taken apart: <c>[base/]Type/id[/_history/version][#fragment]</c>, or something else that is kept as it is.
/// Spec: https://hl7.org/fhir/R4/references.html#literal.
/// </summary>
/// <param name="Base">Absolute base without the trailing slash (<c>https://a.example/fhir</c>); null for a relative reference.</param>
/// <param name="Type">Resource type.</param>
/// <param name="Id">Logical id.</param>
/// <param name="Version">Version id; null when the reference is not versioned.</param>
public sealed record FhirReference(string? Base, string Type, string Id, string? Version = null)
{
    private static readonly SearchValues<char> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary><c>Type/id</c>.</summary>
    public string Local => $"{Type}/{Id}";

    /// <summary>Takes a reference apart; null when it is not of the form <c>[base/]Type/id[/_history/version]</c> (a fragment, a urn, a query).</summary>
    public static FhirReference? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text) || text[0] == '#' || text.Contains('?')) return null;
        string? version = null;
        var (around, id) = Last(text);
        var (prefix, type) = Last(around);
        if (type is "_history" && prefix.Contains('/'))
        {
            version = id.ToString();
            (around, id) = Last(prefix);
            (prefix, type) = Last(around);
        }

        if (!IsType(type) || !FhirId.IsValid(id)) return null;
        if (prefix.IsEmpty && around.Length == type.Length) return new FhirReference(null, type.ToString(), id.ToString(), version);
        return prefix.StartsWith("http://") || prefix.StartsWith("https://") ? new FhirReference(prefix.ToString(), type.ToString(), id.ToString(), version) : null;
    }

    /// <summary>What stands in front of the last slash, and behind it.</summary>
    private static Parts Last(ReadOnlySpan<char> path)
    {
        var slash = path.LastIndexOf('/');
        return slash < 0 ? new Parts(default, path) : new Parts(path[..slash], path[(slash + 1)..]);
    }

    private static bool IsType(ReadOnlySpan<char> s) => s.Length > 1 && char.IsAsciiLetterUpper(s[0]) && !s.ContainsAnyExcept(Letters);

    /// <inheritdoc/>
    public override string ToString() => (Base is null ? "" : Base + "/") + Local + (Version is null ? "" : "/_history/" + Version);

    private readonly ref struct Parts(ReadOnlySpan<char> before, ReadOnlySpan<char> last)
    {
        private readonly ReadOnlySpan<char> before = before;
        private readonly ReadOnlySpan<char> last = last;

        public void Deconstruct(out ReadOnlySpan<char> inFront, out ReadOnlySpan<char> behind)
        {
            inFront = before;
            behind = last;
        }
    }
}

/// <summary>The grammar of a logical id: 1 to 64 of <c>A-Z a-z 0-9 - .</c> (https://hl7.org/fhir/R4/datatypes.html#id).</summary>
public static class FhirId
{
    /// <summary>True when the text is a logical id.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > 64) return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-' && c != '.') return false;
        }

        return true;
    }
}

/// <summary>A code in a system. Spec: https://hl7.org/fhir/R4/datatypes.html#Coding.</summary>
/// <param name="System">URI of the code system; null when the source gave none.</param>
/// <param name="Code">The code.</param>
public readonly record struct Coding(string? System, string Code)
{
    /// <inheritdoc/>
    public override string ToString() => System is null ? Code : $"{System}|{Code}";
}
