using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;

namespace FhirBridge.Fhir.Search;

/// <summary>
/// The compact binary form of a <see cref="SearchIndex"/>, stored beside a resource version. Deterministic: equal indexes have equal bytes.
/// </summary>
/// <remarks>
/// Layout (all numbers LEB128 but the stamp, signed ones zigzag): format version 2 (1: the same without stamp); the stamp in eight bytes, little-endian; number of texts, then each as length and UTF-8; number of entries,
/// then each as one head byte (type in the low four bits, then: has bounds, has group), parameter, system, value, folded as text number + 1
/// (0: null), and if the head says so the bounds and the group. A bound is its scale + 1 and its digits, or 0 and the four words of a
/// decimal that does not fit into 63 bits.
/// </remarks>
public static class SearchIndexCodec
{
    private const byte FormatVersion = 2;
    private const byte WithoutStamp = 1;
    private const int StampLength = sizeof(ulong);
    private const byte HasBounds = 0x10;
    private const byte HasGroup = 0x20;
    private const byte TypeMask = 0x0F;

    // Names of parameters are few and come back in every resource; shared instances make matching a comparison of references.
    private static readonly ConcurrentDictionary<string, string> Names = new(StringComparer.Ordinal);

    /// <summary>Writes an index.</summary>
    public static byte[] Write(SearchIndex index)
    {
        var texts = new Dictionary<string, int>(StringComparer.Ordinal);
        var entries = new ArrayBufferWriter<byte>((index.Entries.Count * 8) + 8);
        foreach (var entry in index.Entries) WriteEntry(entries, entry, texts);
        var output = new ArrayBufferWriter<byte>((texts.Count * 16) + entries.WrittenCount + 8);
        WriteNumber(output, FormatVersion);
        BinaryPrimitives.WriteUInt64LittleEndian(output.GetSpan(StampLength), index.Stamp);
        output.Advance(StampLength);
        WriteNumber(output, (ulong)texts.Count);
        foreach (var text in texts.Keys)
        {
            var length = Encoding.UTF8.GetByteCount(text);
            WriteNumber(output, (ulong)length);
            Encoding.UTF8.GetBytes(text, output.GetSpan(Math.Max(length, 1)));
            output.Advance(length);
        }

        WriteNumber(output, (ulong)index.Entries.Count);
        output.Write(entries.WrittenSpan);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not an index of this format: the store is damaged.</exception>
    public static SearchIndex Read(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        var stamp = ReadStamp(bytes);
        at += bytes[0] == WithoutStamp ? 1 : 1 + StampLength;
        var texts = new string[Count(bytes, ref at)];
        for (var i = 0; i < texts.Length; i++)
        {
            var length = Count(bytes, ref at);
            texts[i] = Encoding.UTF8.GetString(bytes.Slice(at, length));
            at += length;
        }

        var entries = new IndexEntry[Count(bytes, ref at)];
        for (var i = 0; i < entries.Length; i++) entries[i] = ReadEntry(bytes, ref at, texts);
        return at != bytes.Length ? throw Damaged() : new SearchIndex(entries) { Stamp = stamp };
    }

    /// <summary>The stamp of an index, without reading the rest.</summary>
    /// <exception cref="InvalidDataException">The bytes are not an index of this format: the store is damaged.</exception>
    public static ulong ReadStamp(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [WithoutStamp, ..] => 0,
        [FormatVersion, .. { Length: >= StampLength } rest] => BinaryPrimitives.ReadUInt64LittleEndian(rest),
        _ => throw Damaged(),
    };

    private static void WriteEntry(ArrayBufferWriter<byte> output, IndexEntry entry, Dictionary<string, int> texts)
    {
        var hasBounds = entry.Low != 0 || entry.High != 0;
        var hasGroup = entry.Group != -1;
        WriteNumber(output, (ulong)entry.Type | (hasBounds ? HasBounds : 0ul) | (hasGroup ? HasGroup : 0ul));
        WriteNumber(output, TextNumber(entry.Parameter, texts));
        WriteNumber(output, TextNumber(entry.System, texts));
        WriteNumber(output, TextNumber(entry.Value, texts));
        WriteNumber(output, TextNumber(entry.Folded, texts));
        if (hasBounds)
        {
            WriteDecimal(output, entry.Low);
            WriteDecimal(output, entry.High);
        }

        if (hasGroup) WriteNumber(output, ZigZag(entry.Group));
    }

    private static IndexEntry ReadEntry(ReadOnlySpan<byte> bytes, ref int at, string[] texts)
    {
        var head = ReadNumber(bytes, ref at);
        var parameter = Name(Text(bytes, ref at, texts) ?? throw Damaged());
        var system = Text(bytes, ref at, texts);
        var value = Text(bytes, ref at, texts);
        var folded = Text(bytes, ref at, texts);
        var low = 0m;
        var high = 0m;
        if ((head & HasBounds) != 0)
        {
            low = ReadDecimal(bytes, ref at);
            high = ReadDecimal(bytes, ref at);
        }

        var group = (head & HasGroup) != 0 ? (int)UnZigZag(ReadNumber(bytes, ref at)) : -1;
        return new IndexEntry(parameter, (SearchParameterType)(head & TypeMask), system, value, folded, low, high, group);
    }

    // Names of contained resources hold an id of the sender's choice.
    private static string Name(string name) => IndexNames.IsContained(name) ? name : Names.Count < 10_000 ? Names.GetOrAdd(name, name) : Names.GetValueOrDefault(name, name);

    private static ulong TextNumber(string? text, Dictionary<string, int> texts)
    {
        if (text is null) return 0;
        if (!texts.TryGetValue(text, out var number)) texts.Add(text, number = texts.Count);
        return (ulong)number + 1;
    }

    private static string? Text(ReadOnlySpan<byte> bytes, ref int at, string[] texts)
    {
        var number = ReadNumber(bytes, ref at);
        return number == 0 ? null : number <= (ulong)texts.Length ? texts[number - 1] : throw Damaged();
    }

    private static void WriteDecimal(ArrayBufferWriter<byte> output, decimal number)
    {
        Span<int> words = stackalloc int[4];
        decimal.GetBits(number, words);
        var magnitude = (uint)words[0] | ((ulong)(uint)words[1] << 32);
        if (words[2] == 0 && magnitude <= long.MaxValue)
        {
            WriteNumber(output, number.Scale + 1ul);
            WriteNumber(output, ZigZag(words[3] < 0 ? -(long)magnitude : (long)magnitude));
            return;
        }

        WriteNumber(output, 0);
        foreach (var word in words) WriteNumber(output, (uint)word);
    }

    private static decimal ReadDecimal(ReadOnlySpan<byte> bytes, ref int at)
    {
        var scale = ReadNumber(bytes, ref at);
        if (scale is > 0 and <= 29)
        {
            var digits = UnZigZag(ReadNumber(bytes, ref at));
            if (digits == long.MinValue) throw Damaged();
            var magnitude = (ulong)Math.Abs(digits);
            return new decimal((int)magnitude, (int)(magnitude >> 32), 0, digits < 0, (byte)(scale - 1));
        }

        Span<int> words = stackalloc int[4];
        for (var i = 0; i < 4; i++) words[i] = (int)(uint)ReadNumber(bytes, ref at);
        return scale == 0 && (words[3] & 0x7F00FFFF) == 0 && ((words[3] >> 16) & 0xFF) <= 28 ? new decimal(words) : throw Damaged();
    }

    private static ulong ZigZag(long number) => (ulong)((number << 1) ^ (number >> 63));

    private static long UnZigZag(ulong number) => (long)(number >> 1) ^ -(long)(number & 1);

    private static void WriteNumber(ArrayBufferWriter<byte> output, ulong number)
    {
        var span = output.GetSpan(10);
        var n = 0;
        for (; number >= 0x80; number >>= 7) span[n++] = (byte)(number | 0x80);
        span[n++] = (byte)number;
        output.Advance(n);
    }

    private static ulong ReadNumber(ReadOnlySpan<byte> bytes, ref int at)
    {
        var number = 0ul;
        for (var shift = 0; shift < 64 && at < bytes.Length; shift += 7)
        {
            var b = bytes[at++];
            number |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return number;
        }

        throw Damaged();
    }

    // A count or length can be no greater than the bytes that are left.
    private static int Count(ReadOnlySpan<byte> bytes, ref int at)
    {
        var count = ReadNumber(bytes, ref at);
        return count <= (ulong)(bytes.Length - at) ? (int)count : throw Damaged();
    }

    private static InvalidDataException Damaged() => new("the bytes are not a search index of this format");
}
