using System.Text;
using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>Text of JSON tokens.</summary>
internal static class JsonText
{
    /// <summary>The text of a primitive token that the reader has accepted: strings unescaped, numbers and booleans as they stand.</summary>
    internal static string Decode(ReadOnlySpan<byte> raw, JsonValueKind kind)
    {
        switch (kind)
        {
            case JsonValueKind.True:
                return "true";
            case JsonValueKind.False:
                return "false";
            case JsonValueKind.String when raw.Contains((byte)'\\'):
                var reader = new Utf8JsonReader(raw);
                reader.Read();
                return reader.GetString()!;
            case JsonValueKind.String:
                return Encoding.UTF8.GetString(raw[1..^1]);
            default:
                return Encoding.UTF8.GetString(raw);
        }
    }
}
