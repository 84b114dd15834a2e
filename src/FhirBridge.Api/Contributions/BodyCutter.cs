using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using FhirBridge.Fhir;
using FhirBridge.Storage;

namespace FhirBridge.Api.Contributions;

/// <summary>
/// Cuts a received resource into the parts that the vault keeps: everything but resourceType, id and meta, with white space outside strings removed
/// and each literal reference marked, so that both forms are later made by splicing (<see cref="BodySplicer"/>).
/// </summary>
public static class BodyCutter
{
    /// <summary>Cuts a resource that was read from JSON.</summary>
    /// <param name="resource">The root of a tree read from JSON.</param>
    /// <param name="toStored">Literal reference → stored reference; null for one that stays as it is for everybody (a fragment).</param>
    public static ContributionBody Cut(ElementTree resource, Func<string, string?> toStored)
    {
        var source = resource.Source.Span;
        var references = FindReferences(resource);
        var rest = new ArrayBufferWriter<byte>(source.Length);
        var slots = ImmutableArray.CreateBuilder<ReferenceSlot>(references.Count);
        ReadOnlyMemory<byte> shared = default, security = default, metaSource = default;
        var reader = new Utf8JsonReader(source, new JsonReaderOptions { MaxDepth = 1000 });
        reader.Read();
        var next = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            var start = (int)reader.TokenStartIndex;
            reader.Read();
            var valueStart = (int)reader.TokenStartIndex;
            reader.Skip();
            var end = (int)reader.BytesConsumed;
            if (name is "resourceType" or "id") continue;
            if (name == "meta")
            {
                (shared, security, metaSource) = CutMeta(source[valueStart..end]);
                continue;
            }

            Append(rest, ","u8);
            CopyCompact(source, start, end, rest, references, ref next, slots, toStored);
        }

        Append(rest, "}"u8);
        return new ContributionBody(rest.WrittenMemory.ToArray(), shared, security, metaSource, slots.ToImmutable());
    }

    /// <summary>Every literal <c>Reference.reference</c> with a JSON value, by position.</summary>
    public static List<FhirElement> FindReferences(ElementTree resource)
    {
        var found = new List<FhirElement>();
        foreach (var e in resource.Root.Descendants())
        {
            if (e.HasValue && e.Start >= 0 && e.Name == "reference" && e.Parent.Type == "Reference") found.Add(e);
        }

        found.Sort((a, b) => a.Start.CompareTo(b.Start));
        return found;
    }

    private static (ReadOnlyMemory<byte> Shared, ReadOnlyMemory<byte> Security, ReadOnlyMemory<byte> Source) CutMeta(ReadOnlySpan<byte> meta)
    {
        var shared = new ArrayBufferWriter<byte>();
        var security = new ArrayBufferWriter<byte>();
        var metaSource = new ArrayBufferWriter<byte>();
        var reader = new Utf8JsonReader(meta, new JsonReaderOptions { MaxDepth = 1000 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            var start = (int)reader.TokenStartIndex;
            reader.Read();
            reader.Skip();
            if (name is "versionId" or "lastUpdated" or "_versionId" or "_lastUpdated") continue;
            var part = name switch { "security" => security, "source" or "_source" => metaSource, _ => shared };
            Append(part, ","u8);
            var next = 0;
            CopyCompact(meta, start, (int)reader.BytesConsumed, part, [], ref next, null, _ => null);
        }

        return (shared.WrittenMemory.ToArray(), security.WrittenMemory.ToArray(), metaSource.WrittenMemory.ToArray());
    }

    private static void CopyCompact(
        ReadOnlySpan<byte> source, int start, int end, ArrayBufferWriter<byte> output, List<FhirElement> references, ref int next,
        ImmutableArray<ReferenceSlot>.Builder? slots, Func<string, string?> toStored)
    {
        var i = start;
        while (i < end)
        {
            var b = source[i];
            if (b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                i++;
                continue;
            }

            var run = i;
            if (b == '"')
            {
                i = EndOfString(source, i);
                while (next < references.Count && references[next].Start < run) next++;
                if (slots is not null && next < references.Count && references[next].Start == run)
                {
                    if (toStored(references[next].Value!) is { } target) slots.Add(new ReferenceSlot(output.WrittenCount, i - run, target));
                    next++;
                }
            }
            else
            {
                while (i < end && source[i] is not ((byte)'"' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')) i++;
            }

            Append(output, source[run..i]);
        }
    }

    private static int EndOfString(ReadOnlySpan<byte> source, int quote)
    {
        var i = quote + 1;
        while (source[i] != '"') i += source[i] == '\\' ? 2 : 1;
        return i + 1;
    }

    private static void Append(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> bytes) => output.Write(bytes);
}
