using System.Buffers;
using System.Collections.Immutable;

namespace FhirBridge.Storage.Blobs;

/// <summary>
/// The blobs of a contribution row that are not the resource itself. Layout: a format byte (1), then the members in order of declaration,
/// see <see cref="BlobWriter"/>. Slots hold their distance from the end of the slot before.
/// </summary>
internal static class RowCodec
{
    private const byte Format = 1;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    internal static byte[] WriteProvenance(ContributionProvenance p)
    {
        var w = Start(out var output);
        w.Number(p.Recorded.UtcTicks);
        w.Text(p.Activity);
        w.Text(p.Agent);
        w.Text(p.OnBehalfOf);
        w.Text(p.RequestId);
        w.Text(p.SourceDocument);
        w.Text(p.Map);
        return output.WrittenSpan.ToArray();
    }

    internal static ContributionProvenance ReadProvenance(ReadOnlySpan<byte> blob)
    {
        var r = Open(blob);
        var recorded = new DateTimeOffset(r.Number(), TimeSpan.Zero);
        return new ContributionProvenance(recorded, Shared(r.Text() ?? throw BlobReader.Damaged())!, r.Text(), Shared(r.Text()), r.Text(), r.Text(), Shared(r.Text()));
    }

    internal static byte[] WriteSlots(ImmutableArray<ReferenceSlot> slots)
    {
        var w = Start(out var output);
        w.Number(slots.Length);
        var end = 0;
        foreach (var slot in slots)
        {
            if (slot.Start < end) throw new ArgumentException("slots stand in order and do not overlap", nameof(slots));
            w.Number(slot.Start - end);
            w.Number(slot.Length);
            w.Text(slot.Target);
            end = slot.Start + slot.Length;
        }

        return output.WrittenSpan.ToArray();
    }

    internal static ImmutableArray<ReferenceSlot> ReadSlots(ReadOnlySpan<byte> blob)
    {
        var r = Open(blob);
        var count = (int)r.Number();
        if (count == 0) return [];
        var slots = ImmutableArray.CreateBuilder<ReferenceSlot>(count);
        var end = 0;
        for (var i = 0; i < count; i++)
        {
            var start = end + (int)r.Number();
            var length = (int)r.Number();
            slots.Add(new ReferenceSlot(start, length, r.Text() ?? throw BlobReader.Damaged()));
            end = start + length;
        }

        return slots.MoveToImmutable();
    }

    internal static byte[] WriteMeta(ContributionBody body)
    {
        var w = Start(out var output);
        w.Bytes(body.MetaShared.Span);
        w.Bytes(body.MetaSecurity.Span);
        w.Bytes(body.MetaSource.Span);
        return output.WrittenSpan.ToArray();
    }

    internal static ContributionBody ReadBody(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> meta, ReadOnlySpan<byte> slots)
    {
        var r = Open(meta);
        return new ContributionBody(rest.ToArray(), r.Bytes().ToArray(), r.Bytes().ToArray(), r.Bytes().ToArray(), ReadSlots(slots));
    }

    // Few distinct values that come back in every row.
    private static string? Shared(string? text) => text is null ? null : Interned.Text(text);

    private static BlobWriter Start(out ArrayBufferWriter<byte> output)
    {
        output = buffer ??= new ArrayBufferWriter<byte>(512);
        output.ResetWrittenCount();
        var writer = new BlobWriter(output);
        writer.Number(Format);
        return writer;
    }

    private static BlobReader Open(ReadOnlySpan<byte> blob)
    {
        var reader = new BlobReader(blob);
        return reader.Number() == Format ? reader : throw BlobReader.Damaged();
    }
}

/// <summary>One instance for texts that stand in many rows: members, types, activities.</summary>
internal static class Interned
{
    private const int Most = 20_000;
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, string> Texts = new(StringComparer.Ordinal);

    internal static string Text(string text) => Texts.TryGetValue(text, out var known) ? known : Texts.Count < Most ? Texts.GetOrAdd(text, text) : text;
}
