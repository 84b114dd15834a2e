using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>
/// Writes the datatypes that resources are made of, where a resource is composed by hand. Methods with a name write a property, those that end
/// in <c>Value</c> an item of an array; what is null is left out. Spec: https://hl7.org/fhir/R4/datatypes.html.
/// </summary>
public static class FhirDatatypeWriting
{
    /// <summary>A Coding.</summary>
    public static void WriteCoding(this Utf8JsonWriter json, ReadOnlySpan<byte> name, string? system, string code, string? display = null)
    {
        json.WritePropertyName(name);
        json.WriteCodingValue(system, code, display);
    }

    /// <summary>A Coding.</summary>
    public static void WriteCodingValue(this Utf8JsonWriter json, string? system, string code, string? display = null)
    {
        json.WriteStartObject();
        if (system is not null) json.WriteString("system"u8, system);
        json.WriteString("code"u8, code);
        if (display is not null) json.WriteString("display"u8, display);
        json.WriteEndObject();
    }

    /// <summary>A CodeableConcept of one coding.</summary>
    public static void WriteCodeableConcept(this Utf8JsonWriter json, ReadOnlySpan<byte> name, string? system, string code, string? display = null)
    {
        json.WritePropertyName(name);
        json.WriteCodeableConceptValue(system, code, display);
    }

    /// <summary>A CodeableConcept of one coding.</summary>
    public static void WriteCodeableConceptValue(this Utf8JsonWriter json, string? system, string code, string? display = null)
    {
        json.WriteStartObject();
        json.WriteStartArray("coding"u8);
        json.WriteCodingValue(system, code, display);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A Reference.</summary>
    public static void WriteReference(this Utf8JsonWriter json, ReadOnlySpan<byte> name, string? reference, string? display = null)
    {
        json.WritePropertyName(name);
        json.WriteReferenceValue(reference, display);
    }

    /// <summary>A Reference.</summary>
    public static void WriteReferenceValue(this Utf8JsonWriter json, string? reference, string? display = null)
    {
        json.WriteStartObject();
        if (reference is not null) json.WriteString("reference"u8, reference);
        if (display is not null) json.WriteString("display"u8, display);
        json.WriteEndObject();
    }

    /// <summary>An Identifier.</summary>
    public static void WriteIdentifier(this Utf8JsonWriter json, ReadOnlySpan<byte> name, string? system, string value)
    {
        json.WriteStartObject(name);
        if (system is not null) json.WriteString("system"u8, system);
        json.WriteString("value"u8, value);
        json.WriteEndObject();
    }

    /// <summary>An Extension with a primitive value that JSON writes as text.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="url">What it means.</param>
    /// <param name="valueName">Property for the type of the value: <c>valueCode</c>.</param>
    /// <param name="value">The value.</param>
    public static void WriteExtensionValue(this Utf8JsonWriter json, string url, ReadOnlySpan<byte> valueName, string value)
    {
        json.WriteStartObject();
        json.WriteString("url"u8, url);
        json.WriteString(valueName, value);
        json.WriteEndObject();
    }
}
