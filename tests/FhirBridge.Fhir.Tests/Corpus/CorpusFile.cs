using System.Buffers;
using System.IO.Compression;
using System.Text;

namespace FhirBridge.Corpus;

/// <summary>
/// The file of official examples: one brotli stream of lines <c>name TAB json LF</c>. The JSON is that of the package without the white space
/// between its tokens; everything inside the tokens (digits, escapes, order) is kept to the byte.
/// </summary>
internal static class CorpusFile
{
    // The largest of each that the decoders of the platform take: similar files stand within 16 MB of each other.
    private const int Quality = 11;
    private const int Window = 24;

    /// <summary>The resources in the order of the file.</summary>
    internal static IEnumerable<(string Name, ReadOnlyMemory<byte> Json)> Read(Stream compressed)
    {
        using var brotli = new BrotliStream(compressed, CompressionMode.Decompress);
        using var memory = new MemoryStream();
        brotli.CopyTo(memory, 1 << 20);
        var all = memory.GetBuffer().AsMemory(0, (int)memory.Length);
        for (var rest = all; !rest.IsEmpty;)
        {
            var line = rest[..rest.Span.IndexOf((byte)'\n')];
            var tab = line.Span.IndexOf((byte)'\t');
            yield return (Encoding.UTF8.GetString(line.Span[..tab]), line[(tab + 1)..]);
            rest = rest[(line.Length + 1)..];
        }
    }

    /// <summary>Writes the file; returns its bytes without compression.</summary>
    internal static long Write(IEnumerable<(string Name, byte[] Json)> resources, Stream output)
    {
        var plain = new MemoryStream();
        foreach (var (name, json) in resources)
        {
            plain.Write(Encoding.UTF8.GetBytes(name + '\t'));
            plain.Write(Minify(json));
            plain.WriteByte((byte)'\n');
        }

        var brotli = new BrotliEncoder(Quality, Window);
        try
        {
            var source = plain.GetBuffer().AsSpan(0, (int)plain.Length);
            var buffer = new byte[1 << 20];
            OperationStatus status;
            do
            {
                status = brotli.Compress(source, buffer, out var read, out var written, isFinalBlock: true);
                source = source[read..];
                output.Write(buffer, 0, written);
            }
            while (status == OperationStatus.DestinationTooSmall);
        }
        finally
        {
            brotli.Dispose();
        }

        return plain.Length;
    }

    /// <summary>The same JSON without a byte order mark and without white space between tokens.</summary>
    internal static byte[] Minify(ReadOnlySpan<byte> json)
    {
        var kept = new byte[json.Length];
        var n = 0;
        var inString = false;
        for (var i = json.StartsWith("\uFEFF"u8) ? 3 : 0; i < json.Length; i++)
        {
            var b = json[i];
            if (!inString && (b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')) continue;
            kept[n++] = b;
            if (b == '"') inString = !inString;
            else if (b == '\\' && i + 1 < json.Length) kept[n++] = json[++i];
        }

        return kept[..n];
    }
}
