using System.Security.Cryptography;
using System.Text;

namespace FhirBridge.Mapping;

/// <summary>Short names for content: SHA-256 in lower-case base32, which stays within the grammar of a FHIR id.</summary>
internal static class ContentHash
{
    /// <summary>Characters of an element id: 65 bits.</summary>
    public const int ElementChars = 13;

    /// <summary>Characters of the composed part of a resource id: 80 bits, so that 2^30 goals meet with a chance below one in a million.</summary>
    public const int ResourceChars = 16;

    /// <summary>Characters of a version id: 100 bits.</summary>
    public const int VersionChars = 20;

    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>First <paramref name="chars"/> characters (5 bits each) of the hash of the text.</summary>
    public static string Of(string text, int chars = ElementChars)
    {
        var max = Encoding.UTF8.GetMaxByteCount(text.Length);
        var bytes = max <= 1024 ? stackalloc byte[1024] : new byte[max];
        return Of(bytes[..Encoding.UTF8.GetBytes(text, bytes)], chars);
    }

    /// <summary>First <paramref name="chars"/> characters (5 bits each) of the hash of the bytes.</summary>
    public static string Of(ReadOnlySpan<byte> content, int chars = ElementChars)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, digest);
        Span<char> text = stackalloc char[chars];
        for (var i = 0; i < chars; i++)
        {
            var bit = i * 5;
            var pair = (digest[bit / 8] << 8) | digest[(bit / 8) + 1];
            text[i] = Alphabet[(pair >> (11 - (bit % 8))) & 31];
        }

        return new string(text);
    }
}
