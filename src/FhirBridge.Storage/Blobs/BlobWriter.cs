using System.Buffers;

namespace FhirBridge.Storage.Blobs;

/// <summary>Writes the small blobs of a row: LEB128 numbers, texts by length (length + 1, 0 for null), byte strings by length.</summary>
internal readonly struct BlobWriter(ArrayBufferWriter<byte> output)
{
    internal void Number(long number)
    {
        var rest = (ulong)number;
        var span = output.GetSpan(10);
        var n = 0;
        for (; rest >= 0x80; rest >>= 7) span[n++] = (byte)(rest | 0x80);
        span[n++] = (byte)rest;
        output.Advance(n);
    }

    internal void Text(string? text)
    {
        if (text is null)
        {
            Number(0);
            return;
        }

        var length = System.Text.Encoding.UTF8.GetByteCount(text);
        Number(length + 1L);
        System.Text.Encoding.UTF8.GetBytes(text, output.GetSpan(Math.Max(length, 1)));
        output.Advance(length);
    }

    internal void Bytes(ReadOnlySpan<byte> bytes)
    {
        Number(bytes.Length);
        output.Write(bytes);
    }
}

/// <summary>Reads what <see cref="BlobWriter"/> wrote.</summary>
internal ref struct BlobReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int at;

    internal readonly bool IsAtEnd => at == bytes.Length;

    internal long Number()
    {
        ulong number = 0;
        for (var shift = 0; shift < 64 && at < bytes.Length; shift += 7)
        {
            var b = bytes[at++];
            number |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return (long)number;
        }

        throw Damaged();
    }

    internal string? Text()
    {
        var length = Number();
        return length == 0 ? null : System.Text.Encoding.UTF8.GetString(Take(length - 1));
    }

    internal ReadOnlySpan<byte> Bytes() => Take(Number());

    private ReadOnlySpan<byte> Take(long length)
    {
        if (length < 0 || length > bytes.Length - at) throw Damaged();
        var taken = bytes.Slice(at, (int)length);
        at += (int)length;
        return taken;
    }

    internal static InvalidDataException Damaged() => new("a stored blob is not of the format that this program writes");
}
