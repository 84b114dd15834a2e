using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>Limits that a reader keeps to; beyond them it stops with a problem.</summary>
/// <param name="MaxBytes">Largest payload in bytes.</param>
/// <param name="MaxDepth">Deepest nesting of JSON objects and arrays (or XML elements).</param>
/// <param name="MaxProblems">Problems collected before reading stops.</param>
public sealed record ReadLimits(int MaxBytes = 5_000_000, int MaxDepth = 100, int MaxProblems = 100)
{
    /// <summary>The defaults.</summary>
    public static ReadLimits Default { get; } = new();
}

/// <summary>Reads and writes FHIR JSON. Spec: https://hl7.org/fhir/R4/json.html.</summary>
public static class FhirJson
{
    private static readonly string[] Choices =
        ["value", "effective", "onset", "abatement", "deceased", "multipleBirth", "scheduled", "start", "due", "product", "medication", "occurrence", "timing", "performed", "occurred", "asNeeded", "reported", "source", "detail"];

    // PROVISIONAL: structure only. To be replaced by the definition-driven reader.

    /// <summary>Reads one resource; every problem is collected.</summary>
    public static Result<ElementTree> Read(ReadOnlyMemory<byte> utf8, ReadLimits? limits = null)
    {
        try
        {
            using var json = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = (limits ?? ReadLimits.Default).MaxDepth });
            var reader = new Utf8JsonReader(utf8.Span);
            reader.Read();
            var builder = new ElementTreeBuilder();
            ReadObject(ref reader, builder, "", null, -1);
            return builder.Build(utf8);
        }
        catch (JsonException e)
        {
            return Problems.MalformedJson.With("the body is not well-formed JSON", null, (int?)(e.LineNumber + 1), (int?)(e.BytePositionInLine + 1));
        }
    }

    /// <summary>
    /// Writes the property (all repetitions, with its <c>_</c> sibling) of that definition name from <paramref name="parent"/>; nothing when absent.
    /// </summary>
    public static void WriteProperty(Utf8JsonWriter writer, FhirElement parent, string name)
    {
        var all = parent.Children(name).ToList();
        if (all.Count == 0) return;
        writer.WritePropertyName(all[0].SourceName);
        if (all[0].Index >= 0) writer.WriteStartArray();
        foreach (var e in all) writer.WriteRawValue(e.Raw, skipInputValidation: true);
        if (all[0].Index >= 0) writer.WriteEndArray();
    }

    private static void ReadObject(ref Utf8JsonReader r, ElementTreeBuilder b, string name, string? source, int index)
    {
        var start = (int)r.TokenStartIndex;
        var node = b.Open(name, null, null, index, source);
        while (r.Read() && r.TokenType != JsonTokenType.EndObject)
        {
            var property = r.GetString()!;
            r.Read();
            if (property == "resourceType" && r.TokenType == JsonTokenType.String)
            {
                b.SetResource(node, r.GetString()!);
                continue;
            }

            var choice = Array.Find(Choices, c => property.Length > c.Length && property.StartsWith(c, StringComparison.Ordinal) && char.IsUpper(property[c.Length]));
            if (r.TokenType == JsonTokenType.StartArray)
            {
                for (var i = 0; r.Read() && r.TokenType != JsonTokenType.EndArray; i++) ReadValue(ref r, b, choice ?? property, property, i);
            }
            else
            {
                ReadValue(ref r, b, choice ?? property, property, -1);
            }
        }

        b.SetRange(node, start, (int)r.BytesConsumed - start);
        b.Close();
    }

    private static void ReadValue(ref Utf8JsonReader r, ElementTreeBuilder b, string name, string property, int index)
    {
        if (r.TokenType == JsonTokenType.StartObject)
        {
            ReadObject(ref r, b, name, property, index);
            return;
        }

        var start = (int)r.TokenStartIndex;
        var node = b.Open(name, null, null, index, property);
        var text = r.TokenType == JsonTokenType.String ? r.GetString()! : System.Text.Encoding.UTF8.GetString(r.ValueSpan);
        b.SetValue(node, text, r.TokenType switch
        {
            JsonTokenType.Number => JsonValueKind.Number,
            JsonTokenType.True => JsonValueKind.True,
            JsonTokenType.False => JsonValueKind.False,
            _ => JsonValueKind.String,
        });
        b.SetRange(node, start, (int)r.BytesConsumed - start);
        b.Close();
    }
}
