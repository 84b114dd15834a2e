using FhirBridge.Fhir.Views;

namespace FhirBridge.Consent.Facts;

/// <summary>References as they are asked for from whoever resolves them.</summary>
internal static class References
{
    /// <summary>
    /// What to resolve for a Reference: its literal without version, else <c>{type}?identifier={system}|{value}</c>; null for what cannot
    /// be compared: a contained resource, a type alone, a display alone.
    /// </summary>
    public static string? Asked(ReferenceView reference)
    {
        if (reference.Reference is { Length: > 0 } literal)
        {
            if (literal[0] == '#') return null;
            var history = literal.IndexOf("/_history/", StringComparison.Ordinal);
            return history < 0 ? literal : literal[..history];
        }

        return reference.Identifier is { Value: { Length: > 0 } value, System: { Length: > 0 } system } ? $"{reference.Type}?identifier={system}|{value}" : null;
    }
}
