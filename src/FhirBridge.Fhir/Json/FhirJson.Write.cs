using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FhirBridge.Fhir;

public static partial class FhirJson
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1000, SkipValidation = true };

    /// <summary>
    /// Writes an element as JSON: its source bytes when it was read from JSON, otherwise by its type and kind (trees from XML or of other make).
    /// A resource starts with its <c>resourceType</c>. Nothing is written for an element that does not exist.
    /// </summary>
    public static void Write(FhirElement element, IBufferWriter<byte> output)
    {
        if (!element.Raw.IsEmpty)
        {
            output.Write(element.Raw);
            return;
        }

        using var writer = new Utf8JsonWriter(output, WriterOptions);
        Write(writer, element);
    }

    /// <summary>Writes an element as a JSON value, in the same way.</summary>
    public static void Write(Utf8JsonWriter writer, FhirElement element)
    {
        if (!element.Exists) return;
        new FhirJsonWriter(writer, canonical: false).WriteValue(element);
    }

    /// <summary>
    /// Writes the form for comparing two resources: no white space, properties in ordinal order, one way to escape, narratives through an XML
    /// reader. Equal content gives equal bytes; digits of numbers count. Compare https://hl7.org/fhir/R4/json.html#canonical.
    /// </summary>
    public static void WriteCanonical(FhirElement element, IBufferWriter<byte> output)
    {
        if (!element.Exists) return;
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        new FhirJsonWriter(writer, canonical: true).WriteValue(element);
    }

    /// <summary>The bytes of <see cref="WriteCanonical"/>.</summary>
    public static byte[] Canonical(FhirElement element)
    {
        var output = new ArrayBufferWriter<byte>();
        WriteCanonical(element, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Writes the property (all repetitions, with its <c>_</c> sibling) of that definition name from <paramref name="parent"/>, under its
    /// property name (<c>valueQuantity</c>); nothing when absent.
    /// </summary>
    public static void WriteProperty(Utf8JsonWriter writer, FhirElement parent, string name)
    {
        foreach (var first in parent.Children(name))
        {
            new FhirJsonWriter(writer, canonical: false).WriteProperty(parent, first.SourceName);
            return;
        }
    }
}
