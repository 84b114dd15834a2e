using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Patch;

/// <summary>JSON as nodes that can be changed; numbers keep their text from reading to writing.</summary>
internal static class JsonNodes
{
    private const int MaxDepth = 500;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 2 * MaxDepth };

    /// <summary>Reads what a client sent. Problems: <c>malformed-json</c>, <c>too-large</c>.</summary>
    internal static Result<JsonNode?> Parse(ReadOnlyMemory<byte> utf8)
    {
        var limit = ReadLimits.Default;
        if (utf8.Length > limit.MaxBytes) return Problems.TooLarge.With($"the patch has {utf8.Length} bytes, at most {limit.MaxBytes} are read");
        try
        {
            if (!HasWholeCharacters(utf8.Span)) return Problems.MalformedJson.With("the patch holds half a character (a \\u escape of a surrogate without its other half), or is not UTF-8");
            using var document = JsonDocument.Parse(utf8, Options with { MaxDepth = limit.MaxDepth });
            return Result<JsonNode?>.Ok(Node(document.RootElement.Clone()));
        }
        catch (JsonException e)
        {
            return Problems.MalformedJson.With("the patch is not well-formed JSON, repeats a member, or is nested too deep", null, (int?)e.LineNumber + 1, (int?)e.BytePositionInLine + 1);
        }
    }

    /// <summary>The nodes of a resource.</summary>
    internal static JsonObject Of(FhirElement resource)
    {
        var json = new ArrayBufferWriter<byte>();
        FhirJson.Write(resource, json);
        return JsonNode.Parse(json.WrittenSpan, documentOptions: Options)!.AsObject();
    }

    /// <summary>A value and its <c>_</c> sibling (id and extensions of a primitive) as nodes.</summary>
    internal static Repetition Of(FhirElement parent, string name)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, WriterOptions))
        {
            writer.WriteStartObject();
            FhirJson.WriteProperty(writer, parent, name);
            writer.WriteEndObject();
        }

        var both = JsonNode.Parse(json.WrittenSpan, documentOptions: Options)!.AsObject();
        var property = parent[name].SourceName;
        return new Repetition(Taken(both, property), Taken(both, "_" + property));
    }

    /// <summary>The bytes.</summary>
    internal static ReadOnlyMemory<byte> Bytes(JsonNode? node)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(output, WriterOptions))
        {
            if (node is null) writer.WriteNullValue();
            else node.WriteTo(writer);
        }

        return output.WrittenMemory;
    }

    /// <summary>About how many bytes a value is, and how deep its objects and arrays are nested.</summary>
    internal static (long Bytes, int Depth) Measure(JsonNode? node)
    {
        var (bytes, depth) = (2L, 0);
        switch (node)
        {
            case JsonObject o:
                foreach (var (name, value) in o)
                {
                    var inner = Measure(value);
                    (bytes, depth) = (bytes + name.Length + 3 + inner.Bytes, Math.Max(depth, inner.Depth));
                }

                return (bytes, depth + 1);
            case JsonArray a:
                foreach (var value in a)
                {
                    var inner = Measure(value);
                    (bytes, depth) = (bytes + 1 + inner.Bytes, Math.Max(depth, inner.Depth));
                }

                return (bytes, depth + 1);
            case JsonValue v when v.TryGetValue<JsonElement>(out var element):
                return (JsonMarshal.GetRawUtf8Value(element).Length, 0);
            default:
                return (8, 0);
        }
    }

    private static JsonNode? Taken(JsonObject o, string name)
    {
        var node = o[name];
        o.Remove(name);
        return node;
    }

    private static JsonNode? Node(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => JsonObject.Create(element),
        JsonValueKind.Array => JsonArray.Create(element),
        _ => JsonValue.Create(element),
    };

    /// <summary>JSON may escape half a character, which no text can hold.</summary>
    private static bool HasWholeCharacters(ReadOnlySpan<byte> utf8)
    {
        if (Utf8Text.FirstInvalid(utf8) >= 0) return false;
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) reader.GetString();
            }
        }
        catch (InvalidOperationException)
        {
            return false;
        }

        return true;
    }
}
