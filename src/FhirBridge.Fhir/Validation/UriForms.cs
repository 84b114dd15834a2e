using System.Text;

namespace FhirBridge.Fhir.Validation;

/// <summary>The forms of URIs that R4 gives rules for. Spec: https://hl7.org/fhir/R4/datatypes.html#uri, #uuid, #oid.</summary>
internal static class UriForms
{
    /// <summary>What is wrong with it; null when nothing is, or when R4 says nothing of its kind.</summary>
    internal static string? Fault(string uri)
    {
        // Nearly all are http.
        if (uri.Length == 0 || uri[0] is not ('u' or 'o' or 'U' or 'O')) return null;
        if (uri.StartsWith("urn:uuid:", StringComparison.OrdinalIgnoreCase)) return PrimitiveGrammar.Check(PrimitiveKind.Uuid, Encoding.UTF8.GetBytes(uri));
        if (uri.StartsWith("urn:oid:", StringComparison.OrdinalIgnoreCase)) return PrimitiveGrammar.Check(PrimitiveKind.Oid, Encoding.UTF8.GetBytes(uri));
        if (uri.StartsWith("oid:", StringComparison.OrdinalIgnoreCase)) return "an OID is written as urn:oid:…";
        return uri.StartsWith("uuid:", StringComparison.OrdinalIgnoreCase) ? "a UUID is written as urn:uuid:…" : null;
    }
}
