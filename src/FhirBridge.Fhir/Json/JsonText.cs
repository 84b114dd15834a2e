using System.Text;
using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>Text of JSON tokens.</summary>
internal static class JsonText
{
    private const int LongestKept = 64;

    /// <summary>Codes and systems seen lately, by their bytes: one text for all their occurrences. A place is overwritten by the next text that falls on it.</summary>
    private static readonly string?[] Vocabulary = new string?[2_048];

    /// <summary>The text of a primitive token that the reader has accepted: strings unescaped, numbers and booleans as they stand.</summary>
    /// <param name="raw">The token as it stands in the source.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="isVocabulary">The text is a code or a system: it need not be made anew each time.</param>
    internal static string Decode(ReadOnlySpan<byte> raw, JsonValueKind kind, bool isVocabulary = false)
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
                return isVocabulary ? Shared(raw[1..^1]) : Encoding.UTF8.GetString(raw[1..^1]);
            default:
                return Encoding.UTF8.GetString(raw);
        }
    }

    // Two threads may write the same place: each has its own text, and whichever stays is a right one.
    private static string Shared(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > LongestKept) return Encoding.UTF8.GetString(text);
        var hash = 2166136261u;
        foreach (var b in text) hash = (hash ^ b) * 16777619u;
        ref var place = ref Vocabulary[(hash ^ (hash >> 15)) & (uint)(Vocabulary.Length - 1)];
        if (place is { } known && Ascii.Equals(text, known)) return known;
        return place = Encoding.UTF8.GetString(text);
    }
}
