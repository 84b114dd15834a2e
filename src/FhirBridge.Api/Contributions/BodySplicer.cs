using System.Buffers;
using System.Text;
using System.Text.Json;
using FhirBridge.Fhir;
using FhirBridge.Storage;

namespace FhirBridge.Api.Contributions;

/// <summary>The <c>meta</c> that a reader of a contribution sees, before the contributor's own parts of it.</summary>
/// <param name="Type">Resource type.</param>
/// <param name="Id">Logical id on this face.</param>
/// <param name="VersionId">Opaque version.</param>
/// <param name="LastUpdated">Commit time.</param>
/// <param name="Source"><c>meta.source</c>; null to show the contributor's own.</param>
/// <param name="ShowLabels">True when the reader may see <c>meta.security</c> (consent.md §8.5).</param>
public readonly record struct ResourceHeader(string Type, string Id, string VersionId, DateTimeOffset LastUpdated, string? Source, bool ShowLabels);

/// <summary>Puts a stored body behind a header: bytes are copied, never parsed.</summary>
public static class BodySplicer
{
    /// <summary>What stands in a spliced resource where a reference leads nowhere for this reader; <see cref="ReferencePruner"/> removes it.</summary>
    public const string Absent = "urn:fhirbridge:absent";

    /// <summary>The contributor's own form: local id, references as written.</summary>
    public static void WriteLocal(IBufferWriter<byte> output, in ResourceHeader header, ContributionBody body)
    {
        WriteHeader(output, header, body);
        output.Write(body.Rest.Span);
    }

    /// <summary>
    /// The body in network form, without its header: every marked reference replaced by what <paramref name="resolve"/> says. Returns false when at
    /// least one leads nowhere; it then stands as <see cref="Absent"/> and the result must be pruned.
    /// </summary>
    public static bool WriteNetworkRest(IBufferWriter<byte> output, ContributionBody body, Func<string, string?> resolve)
    {
        var rest = body.Rest.Span;
        var at = 0;
        var complete = true;
        foreach (var slot in body.Slots)
        {
            output.Write(rest[at..slot.Start]);
            var target = resolve(slot.Target);
            complete &= target is not null;
            WriteString(output, target ?? Absent);
            at = slot.Start + slot.Length;
        }

        output.Write(rest[at..]);
        return complete;
    }

    /// <summary>The opening of a resource up to and including its <c>meta</c>.</summary>
    public static void WriteHeader(IBufferWriter<byte> output, in ResourceHeader header, ContributionBody body)
    {
        output.Write("{\"resourceType\":\""u8);
        WriteAscii(output, header.Type);
        output.Write("\",\"id\":\""u8);
        WriteAscii(output, header.Id);
        output.Write("\",\"meta\":{\"versionId\":\""u8);
        WriteAscii(output, header.VersionId);
        output.Write("\",\"lastUpdated\":\""u8);
        WriteAscii(output, FhirDates.Instant(header.LastUpdated));
        output.Write("\""u8);
        if (header.Source is null)
        {
            output.Write(body.MetaSource.Span);
        }
        else
        {
            output.Write(",\"source\":"u8);
            WriteString(output, header.Source);
        }

        output.Write(body.MetaShared.Span);
        if (header.ShowLabels) output.Write(body.MetaSecurity.Span);
        output.Write("}"u8);
    }

    private static void WriteAscii(IBufferWriter<byte> output, string text)
    {
        var span = output.GetSpan(text.Length);
        output.Advance(Encoding.ASCII.GetBytes(text, span));
    }

    private static void WriteString(IBufferWriter<byte> output, string text)
    {
        output.Write("\""u8);
        output.Write(JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        output.Write("\""u8);
    }
}
