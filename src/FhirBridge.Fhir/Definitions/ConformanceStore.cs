using System.IO.Compression;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir;

/// <summary>Conformance resources packed together: similar ones share a block, and a block is unpacked when one of them is asked for.</summary>
/// <param name="packed">The block, compressed with Brotli.</param>
/// <param name="length">Bytes of the unpacked block.</param>
internal sealed class ConformanceBlock(ReadOnlyMemory<byte> packed, int length)
{
    internal ReadOnlyMemory<byte> Packed { get; } = packed;

    internal int Length { get; } = length;
}

/// <summary>Where a conformance resource stands: bytes of a block.</summary>
internal sealed class StoredConformance(ConformanceEntry entry, ConformanceBlock block, int offset, int length)
{
    internal ConformanceEntry Entry { get; } = entry;

    internal ConformanceBlock Block { get; } = block;

    internal int Offset { get; } = offset;

    internal int Length { get; } = length;
}

/// <summary>All conformance resources by type and canonical. Immutable but for small caches; thread-safe.</summary>
internal sealed class ConformanceStore
{
    /// <summary>Bytes of parsed resources that are kept, counted as nodes and source.</summary>
    private const long MaxParsed = 16_000_000;

    // A node with the text of some values.
    private const int NodeBytes = 60;

    private readonly Dictionary<string, Shelf> shelves = new(StringComparer.Ordinal);
    private readonly BoundedCache<ConformanceBlock, byte[]> unpacked = new(2);
    private readonly WeightedCache<StoredConformance, ElementTree> parsed = new(MaxParsed);

    /// <param name="all">In the order of <see cref="Ordered"/>.</param>
    /// <param name="start">Whose resources are among them, and were there before; null: none.</param>
    internal ConformanceStore(IReadOnlyList<StoredConformance> all, ConformanceStore? start = null)
    {
        All = all;
        var before = start?.All.ToHashSet();
        for (var i = 0; i < all.Count; i++)
        {
            var type = all[i].Entry.Type;
            if (!shelves.TryGetValue(type, out var shelf)) shelves.Add(type, shelf = new Shelf(i));
            shelf.Add(all[i], isNew: before?.Contains(all[i]) == false);
        }
    }

    /// <summary>
    /// R4 gives its own version to what has versions of its own at HL7 (its 4.0.1 of location-physical-type is older than HL7's 2.0.1): there what comes later is the later one.
    /// </summary>
    internal static bool HasOwnVersions(string canonical) => canonical.StartsWith("http://terminology.hl7.org/", StringComparison.Ordinal);

    /// <summary>By type, canonical and order of adding.</summary>
    internal IReadOnlyList<StoredConformance> All { get; }

    internal IReadOnlyList<string> Types => [.. shelves.Keys.Order(StringComparer.Ordinal)];

    internal IReadOnlyList<ConformanceEntry> Entries(string type) => shelves.GetValueOrDefault(type)?.Entries ?? [];

    /// <summary>By type and canonical; what has the same canonical stays in order, so that of versions that cannot be compared the last one is found when none is asked for.</summary>
    internal static StoredConformance[] Ordered(IEnumerable<StoredConformance> resources) =>
        [.. resources.OrderBy(s => s.Entry.Type, StringComparer.Ordinal).ThenBy(s => s.Entry.Url, StringComparer.Ordinal)];

    /// <summary>The resource of that canonical (<c>url</c> or <c>url|version</c>); null when there is none.</summary>
    internal StoredConformance? Find(string type, string canonical)
    {
        if (!shelves.TryGetValue(type, out var shelf)) return null;

        // Some systems of HL7 v2 have a bar in their url itself.
        if (shelf.Latest.TryGetValue(canonical, out var last)) return All[last];
        var bar = canonical.LastIndexOf('|');
        if (bar < 0 || !shelf.Last.TryGetValue(canonical[..bar], out last)) return null;
        var version = canonical.AsSpan(bar + 1);
        for (var i = last; i >= 0 && All[i].Entry.Url == All[last].Entry.Url; i--)
        {
            if (version.SequenceEqual(All[i].Entry.Version)) return All[i];
        }

        return null;
    }

    /// <summary>All versions of a canonical, in the order of adding.</summary>
    internal IReadOnlyList<ConformanceEntry> Versions(string type, string url)
    {
        var versions = new List<ConformanceEntry>();
        if (!shelves.TryGetValue(type, out var shelf) || !shelf.Last.TryGetValue(url, out var last)) return versions;
        for (var i = last; i >= 0 && All[i].Entry.Url == url && All[i].Entry.Type == type; i--) versions.Insert(0, All[i].Entry);
        return versions;
    }

    internal FhirElement Read(StoredConformance stored)
    {
        if (parsed.TryGet(stored, out var tree)) return tree.Root;
        tree = FhirJson.ReadTrusted(Bytes(stored).ToArray()).Value ?? throw new InvalidDataException($"{stored.Entry.Canonical} is damaged in the definitions file");
        parsed.Set(stored, tree, ((long)tree.Count * NodeBytes) + stored.Length);
        return tree.Root;
    }

    /// <summary>The trimmed JSON of a resource, as a part of its unpacked block.</summary>
    internal ReadOnlyMemory<byte> Bytes(StoredConformance stored) => Unpacked(stored.Block).AsMemory(stored.Offset, stored.Length);

    private byte[] Unpacked(ConformanceBlock block)
    {
        if (unpacked.TryGet(block, out var bytes)) return bytes;
        bytes = new byte[block.Length];
        if (!BrotliDecoder.TryDecompress(block.Packed.Span, bytes, out var written) || written != bytes.Length)
        {
            throw new InvalidDataException("a block of the definitions file is damaged");
        }

        unpacked.Set(block, bytes);
        return bytes;
    }

    /// <summary>The resources of one type, which stand together from <paramref name="first"/> on.</summary>
    private sealed class Shelf(int first)
    {
        private readonly HashSet<string> renewed = new(StringComparer.Ordinal);

        internal List<ConformanceEntry> Entries { get; } = [];

        /// <summary>Where the last resource of each canonical stands.</summary>
        internal Dictionary<string, int> Last { get; } = new(StringComparer.Ordinal);

        /// <summary>Where the latest version of each canonical stands: the last one added where versions cannot be compared.</summary>
        internal Dictionary<string, int> Latest { get; } = new(StringComparer.Ordinal);

        internal void Add(StoredConformance stored, bool isNew)
        {
            var url = stored.Entry.Url;
            Last[url] = first + Entries.Count;
            var isLater = !Latest.TryGetValue(url, out var latest) || (isNew && !renewed.Contains(url) && HasOwnVersions(url)) || CanonicalVersion.Compare(stored.Entry.Version, Entries[latest - first].Version) >= 0;
            if (isLater) Latest[url] = first + Entries.Count;
            if (isNew) renewed.Add(url);
            Entries.Add(stored.Entry);
        }
    }
}
