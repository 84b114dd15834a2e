using System.Text;

namespace FhirBridge.Fhir;

/// <summary>Texts of primitive types. Spec: https://hl7.org/fhir/R4/datatypes.html#primitive.</summary>
public static class FhirPrimitive
{
    /// <summary>True when the text is a value of that primitive type (<c>dateTime</c>), as the readers have it. An empty text is none.</summary>
    public static bool IsValid(string type, string text) => text.Length > 0 && PrimitiveGrammar.Check(PrimitiveGrammar.KindOf(type), Encoding.UTF8.GetBytes(text)) is null;
}
