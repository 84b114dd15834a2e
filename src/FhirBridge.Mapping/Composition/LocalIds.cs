using System.Text.Json;
using FhirBridge.Fhir;

namespace FhirBridge.Mapping;

/// <summary>
/// Ids that hold within one resource only (of elements, of contained resources) may be the same in two contributions. Before they meet in
/// a unified resource they are made unique: hashed with the contribution's reference.
/// </summary>
internal static class LocalIds
{
    /// <summary>The resource itself when it has no such ids, else a copy with unique ones and the fragment references to them.</summary>
    public static FhirElement Qualify(FhirElement resource, string reference)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in resource.Descendants())
        {
            if (element.Name == "id" && element.Parent != resource && element.HasValue) ids.Add(element.Value);
        }

        if (ids.Count == 0) return resource;
        var copy = Rewrite(resource.Raw, reference, ids);
        var read = FhirJson.ReadTrusted(copy);
        return read.IsOk ? read.Value.Root : throw new InvalidOperationException("a stored contribution cannot be read again");
    }

    private static byte[] Rewrite(ReadOnlySpan<byte> json, string reference, HashSet<string> ids)
    {
        using var buffer = new MemoryStream(json.Length + 64);
        using (var writer = new Utf8JsonWriter(buffer, UnifiedWriter.JsonOptions))
        {
            var reader = new Utf8JsonReader(json);
            var isId = false;
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject: writer.WriteStartObject(); break;
                    case JsonTokenType.EndObject: writer.WriteEndObject(); break;
                    case JsonTokenType.StartArray: writer.WriteStartArray(); break;
                    case JsonTokenType.EndArray: writer.WriteEndArray(); break;
                    case JsonTokenType.PropertyName:
                        isId = reader.CurrentDepth > 1 && reader.ValueTextEquals("id"u8);
                        writer.WritePropertyName(reader.GetString()!);
                        continue;
                    case JsonTokenType.String: writer.WriteStringValue(Text(reader.GetString()!, isId, reference, ids)); break;
                    default: writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true); break;
                }

                isId = false;
            }
        }

        return buffer.ToArray();
    }

    private static string Text(string text, bool isId, string reference, HashSet<string> ids)
    {
        if (isId) return Unique(text, reference);
        return text.Length > 1 && text[0] == '#' && ids.Contains(text[1..]) ? "#" + Unique(text[1..], reference) : text;
    }

    private static string Unique(string id, string reference) => "i" + ContentHash.Of($"{reference}#{id}");
}
