using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FhirBridge.Fhir.Profiles;

/// <summary>Writes a StructureDefinition with the snapshot that was made for it.</summary>
internal static class SnapshotWriter
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The JSON; null when it gets longer than <paramref name="maxBytes"/>: texts of an element are repeated in each of its slices.</summary>
    internal static byte[]? Write(FhirElement source, SnapshotNode root, int maxBytes)
    {
        var bytes = new ArrayBufferWriter<byte>(64 * 1024);
        using var writer = new Utf8JsonWriter(bytes, Compact);
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, source.Type);
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in source.Children().Select(c => c.Name).Where(n => n is not "snapshot" and not "differential" && written.Add(n))) FhirJson.WriteProperty(writer, source, name);
        writer.WriteStartObject("snapshot"u8);
        writer.WriteStartArray("element"u8);
        foreach (var (node, id, path) in root.WithIds())
        {
            if (writer.BytesCommitted + writer.BytesPending > maxBytes) return null;
            WriteElement(writer, node, id, path);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        FhirJson.WriteProperty(writer, source, "differential");
        writer.WriteEndObject();
        writer.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteElement(Utf8JsonWriter writer, SnapshotNode node, string id, string path)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, id);
        WriteProperties(writer, node, 0, Order("path"));
        writer.WriteString("path"u8, path);
        WriteProperties(writer, node, Order("path"), Order("sliceName"));
        if (node.SliceName is { } slice) writer.WriteString("sliceName"u8, slice);
        WriteProperties(writer, node, Order("sliceName"), Order("base"));
        WriteBase(writer, node, path);
        WriteProperties(writer, node, Order("base"), int.MaxValue);
        writer.WriteEndObject();
    }

    private static void WriteProperties(Utf8JsonWriter writer, SnapshotNode node, int after, int before)
    {
        foreach (var group in node.Properties.GroupBy(p => p.SourceName).Select(g => (Order: Order(g.First().Name), Items: g.ToList())).Where(g => g.Order > after && g.Order < before).OrderBy(g => g.Order))
        {
            new FhirJsonWriter(writer, canonical: false).WriteProperty(group.Items[0].SourceName, group.Items);
        }
    }

    /// <summary>What a type itself adds is its own base.</summary>
    private static void WriteBase(Utf8JsonWriter writer, SnapshotNode node, string path)
    {
        writer.WritePropertyName("base"u8);
        if (node.First("base") is { Exists: true } basis)
        {
            FhirJson.Write(writer, basis);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("path"u8, path);
        writer.WritePropertyName("min"u8);
        writer.WriteRawValue(node.First("min") is { HasValue: true } min && PrimitiveGrammar.Check(PrimitiveKind.UnsignedInt, System.Text.Encoding.UTF8.GetBytes(min.Value)) is null ? min.Value : "0");
        writer.WriteString("max"u8, node.Text("max") ?? "*");
        writer.WriteEndObject();
    }

    private static int Order(string property) => Definitions.R4.FindElement("ElementDefinition", property)?.Order ?? 0;
}
