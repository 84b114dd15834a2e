using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Search;

/// <summary>
/// Makes the questions that <c>:in :not-in :above :below</c> ask a terminology of each stored code. Spec: https://hl7.org/fhir/R4/search.html#token.
/// </summary>
internal static class ConceptQuestions
{
    // Codes repeat from resource to resource; what strangers store is not kept for long.
    private const int Remembered = 4_096;

    private const string MimeTypes = "urn:ietf:bcp:13";

    /// <summary>Is the code in the value set? Null when the terminology does not have it, so that the search can say which is missing.</summary>
    internal static ConceptValue? In(Terminology terminology, string raw, string valueSet) => terminology.FindValueSet(valueSet) is null
        ? null
        : Remembering(raw, (system, code) => system is null ? terminology.Contains(valueSet, code) : terminology.Contains(valueSet, new Coding(Stated(system), code)));

    /// <summary>Is the stored code the same as the given one or below it (or above it)? Null when a system is stated that the terminology does not have.</summary>
    internal static ConceptValue? Subsumed(Terminology terminology, TokenValue value, bool above)
    {
        if (value.Code is not { } given) return null;
        if (given.Contains('/') && value.System is null or MimeTypes) return new ConceptValue(value.Raw, (system, code) => system is null or MimeTypes && IsMime(above ? code : given, above ? given : code));
        if (value.System is { Length: > 0 } stated && terminology.FindCodeSystem(stated) is null) return null;
        return Remembering(value.Raw, (system, code) =>
        {
            if (value.System is { Length: > 0 } required && system is { Length: > 0 } && required != system) return false;
            if (string.Equals(given, code, StringComparison.OrdinalIgnoreCase)) return value.System is null || system is null || value.System == system;
            var shared = value.System is { Length: > 0 } ? value.System : Stated(system);
            if (shared is null || value.System is { Length: 0 } || system is { Length: 0 }) return false;
            var (other, own) = (new Coding(shared, given), new Coding(shared, code));
            return above ? terminology.Subsumes(own, other) : terminology.Subsumes(other, own);
        });
    }

    // "Servers are only required to support :below on the base part of the mime type": text/xml has text/xml; charset=UTF-8 below it.
    private static bool IsMime(string upper, string lower) => lower.StartsWith(upper, StringComparison.OrdinalIgnoreCase) && (lower.Length == upper.Length || lower[upper.Length] is ';' or ' ');

    private static string? Stated(string? system) => string.IsNullOrEmpty(system) ? null : system;

    private static ConceptValue Remembering(string raw, Func<string?, string, bool?> ask)
    {
        var known = new BoundedCache<(string?, string), bool?>(Remembered);
        return new ConceptValue(raw, (system, code) =>
        {
            if (known.TryGet((system, code), out var answer)) return answer;
            answer = ask(system, code);
            known.Set((system, code), answer);
            return answer;
        });
    }
}
