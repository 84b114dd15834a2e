using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>
/// Takes out of a conformance resource what only a web page shows: narratives, contacts, mappings to other standards, comments of elements and the
/// XPath of what is given in FHIRPath, too. Everything that decides (snapshot, differential, constraints, concepts, compose) stays.
/// </summary>
internal static class ConformanceTrimmer
{
    private const string Summary = "http://hl7.org/fhir/StructureDefinition/structuredefinition-summary";

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The resource as compact JSON, the same bytes for the same content.</summary>
    internal static byte[] Trim(JsonElement resource)
    {
        var bytes = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(bytes, Compact)) Resource(writer, resource);
        return bytes.WrittenSpan.ToArray();
    }

    private static void Resource(Utf8JsonWriter writer, JsonElement resource)
    {
        writer.WriteStartObject();
        foreach (var property in resource.EnumerateObject())
        {
            switch (property.Name.TrimStart('_'))
            {
                case "text" or "contact" or "mapping" or "xpath":
                    break;
                case "extension":
                    Items(writer, property, x => x.ValueKind != JsonValueKind.Object || x.Text("url") != Summary);
                    break;
                case "contained":
                    Items(writer, property, null, (w, r) => Value(w, r, Resource));
                    break;
                case "snapshot" or "differential":
                    writer.WritePropertyName(property.Name);
                    Value(writer, property.Value, Elements);
                    break;
                default:
                    property.WriteTo(writer);
                    break;
            }
        }

        writer.WriteEndObject();
    }

    private static void Elements(Utf8JsonWriter writer, JsonElement view)
    {
        writer.WriteStartObject();
        foreach (var property in view.EnumerateObject())
        {
            if (property.Name == "element") Items(writer, property, null, (w, e) => Value(w, e, Element));
            else property.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static void Element(Utf8JsonWriter writer, JsonElement element)
    {
        writer.WriteStartObject();
        foreach (var property in element.EnumerateObject())
        {
            switch (property.Name.TrimStart('_'))
            {
                case "mapping" or "comment" or "requirements" or "alias":
                    break;
                case "constraint":
                    Items(writer, property, null, (w, c) => Value(w, c, Constraint));
                    break;
                default:
                    property.WriteTo(writer);
                    break;
            }
        }

        writer.WriteEndObject();
    }

    private static void Constraint(Utf8JsonWriter writer, JsonElement constraint)
    {
        writer.WriteStartObject();
        foreach (var property in constraint.EnumerateObject().Where(p => p.Name is not "xpath" and not "_xpath")) property.WriteTo(writer);
        writer.WriteEndObject();
    }

    private static void Value(Utf8JsonWriter writer, JsonElement value, Action<Utf8JsonWriter, JsonElement> write)
    {
        if (value.ValueKind == JsonValueKind.Object) write(writer, value);
        else value.WriteTo(writer);
    }

    private static void Items(Utf8JsonWriter writer, JsonProperty property, Func<JsonElement, bool>? keep, Action<Utf8JsonWriter, JsonElement>? write = null)
    {
        if (property.Value.ValueKind != JsonValueKind.Array)
        {
            property.WriteTo(writer);
            return;
        }

        var kept = property.Value.EnumerateArray().Where(keep ?? (_ => true)).ToArray();
        if (kept.Length == 0) return;
        writer.WriteStartArray(property.Name);
        foreach (var item in kept)
        {
            if (write is null) item.WriteTo(writer);
            else write(writer, item);
        }

        writer.WriteEndArray();
    }
}
