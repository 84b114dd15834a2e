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
    /// <summary><c>Type/id</c>.</summary>
    public string Local => $"{Type}/{Id}";

    /// <summary>Takes a reference apart; null when it is not of the form <c>[base/]Type/id[/_history/version]</c> (a fragment, a urn, a query).</summary>
    public static FhirReference? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text) || text[0] == '#' || text.Contains('?')) return null;
        var parts = text.Split('/');
        string? version = null;
        var n = parts.Length;
        if (n >= 4 && parts[n - 2] == "_history")
        {
            version = parts[n - 1];
            n -= 2;
        }

        if (n < 2 || !IsType(parts[n - 2]) || !FhirId.IsValid(parts[n - 1])) return null;
        if (n == 2) return new FhirReference(null, parts[0], parts[1], version);
        var prefix = string.Join('/', parts, 0, n - 2);
        return prefix.StartsWith("http://", StringComparison.Ordinal) || prefix.StartsWith("https://", StringComparison.Ordinal)
            ? new FhirReference(prefix, parts[n - 2], parts[n - 1], version)
            : null;
    }

    private static bool IsType(string s) => s.Length > 1 && char.IsAsciiLetterUpper(s[0]) && s.All(char.IsAsciiLetter);

    /// <inheritdoc/>
    public override string ToString() => (Base is null ? "" : Base + "/") + Local + (Version is null ? "" : "/_history/" + Version);
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
