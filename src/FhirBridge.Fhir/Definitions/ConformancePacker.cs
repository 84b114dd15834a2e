using System.Buffers;
using System.IO.Compression;

namespace FhirBridge.Fhir;

/// <summary>Packs trimmed resources into blocks. Large blocks pack better, since definitions repeat each other; small ones unpack faster.</summary>
internal sealed class ConformancePacker(CompressionLevel level)
{
    private const int BlockSize = 1 << 19;

    // Window of 16 MB at most: more than any block.
    private const int Window = 24;

    private readonly ArrayBufferWriter<byte> block = new(BlockSize);
    private readonly List<(ConformanceEntry Entry, int Offset, int Length)> open = [];
    private readonly List<StoredConformance> packed = [];

    internal void Add(ConformanceEntry entry, ReadOnlySpan<byte> json)
    {
        if (block.WrittenCount > 0 && block.WrittenCount + json.Length > BlockSize) Close();
        open.Add((entry, block.WrittenCount, json.Length));
        block.Write(json);
    }

    /// <summary>All resources in the order in which they were added.</summary>
    internal IReadOnlyList<StoredConformance> Finish()
    {
        if (open.Count > 0) Close();
        return packed;
    }

    private void Close()
    {
        var quality = level switch { CompressionLevel.SmallestSize => 11, CompressionLevel.Optimal => 5, _ => 1 };
        var bytes = new byte[BrotliEncoder.GetMaxCompressedLength(block.WrittenCount)];
        if (!BrotliEncoder.TryCompress(block.WrittenSpan, bytes, out var n, quality, Window)) throw new InvalidOperationException("the compressor has refused its own estimate");
        var closed = new ConformanceBlock(bytes.AsMemory(0, n).ToArray(), block.WrittenCount);
        packed.AddRange(open.Select(o => new StoredConformance(o.Entry, closed, o.Offset, o.Length)));
        open.Clear();
        block.ResetWrittenCount();
    }
}
