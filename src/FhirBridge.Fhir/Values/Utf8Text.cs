using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace FhirBridge.Fhir;

/// <summary>The encoding that FHIR is exchanged in.</summary>
internal static class Utf8Text
{
    /// <summary>Offset of the first byte that is not UTF-8; -1 when all are.</summary>
    internal static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes)) return -1;
        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var n) == OperationStatus.Done) at += n;
        return at;
    }
}
