using System.Buffers;
using System.Buffers.Text;
using FhirBridge.Fhir.Search;
using FhirBridge.Storage.Blobs;

namespace FhirBridge.Storage.Sqlite;

/// <summary>Where a page ended: the last match's place in the query's order, so that the next page begins behind it whatever was written meanwhile.</summary>
internal static class PagePosition
{
    private const int Format = 1;

    /// <summary>Only what the order compares.</summary>
    internal static string Write(SearchQuery query, ResourceView last)
    {
        var output = new ArrayBufferWriter<byte>();
        var w = new BlobWriter(output);
        w.Number(Format);
        w.Number(last.LastUpdated.UtcTicks);
        w.Text(last.Type);
        w.Text(last.Id);
        w.Bytes(SearchIndexCodec.Write(new SearchIndex([.. last.Index.Entries.Where(e => query.Sort.Any(k => k.Parameter == e.Parameter))])));
        return Base64Url.EncodeToString(output.WrittenSpan);
    }

    /// <summary>Null for the first page.</summary>
    /// <exception cref="ArgumentException">The position is not one that this vault gave.</exception>
    internal static ResourceView? Read(PageRequest page)
    {
        if (page.After is null) return null;
        try
        {
            var r = new BlobReader(Base64Url.DecodeFromChars(page.After));
            if (r.Number() != Format) throw BlobReader.Damaged();
            var updated = new DateTimeOffset(r.Number(), TimeSpan.Zero);
            return new ResourceView(r.Text() ?? "", r.Text() ?? "", updated, SearchIndexCodec.Read(r.Bytes()));
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or ArgumentOutOfRangeException)
        {
            throw new ArgumentException("the position of the page is not one that this vault gave", nameof(page), e);
        }
    }
}
