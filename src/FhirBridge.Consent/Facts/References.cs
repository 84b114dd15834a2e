using FhirBridge.Fhir;

namespace FhirBridge.Consent.Facts;

/// <summary>References as they are asked for from whoever resolves them.</summary>
internal static class References
{
    /// <summary>
    /// What to resolve for a Reference: its literal without version, else <c>{type}?identifier={system}|{value}</c>; null for what cannot
    /// be compared: a contained resource, a type alone, a display alone.
    /// </summary>
    public static string? Asked(FhirElement reference)
    {
        if (reference.Text("reference") is { Length: > 0 } literal)
        {
            if (literal[0] == '#') return null;
            var history = literal.IndexOf("/_history/", StringComparison.Ordinal);
            return history < 0 ? literal : literal[..history];
        }

        var identifier = reference["identifier"];
        return identifier.Text("value") is { Length: > 0 } value && identifier.Text("system") is { Length: > 0 } system
            ? $"{reference.Text("type")}?identifier={system}|{value}"
            : null;
    }
}
