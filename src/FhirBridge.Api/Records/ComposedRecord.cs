using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Fhir.Search;
using FhirBridge.Mapping;
using FhirBridge.Storage;

namespace FhirBridge.Api.Records;

/// <summary>
/// The unified resources of one record as one visible set makes them: CarePlan, CareTeam, Goal, Patient, the conflicts between contributions, and the
/// Provenance of everything visible. Immutable; the parts that not every caller asks for are made on first use.
/// </summary>
public sealed class ComposedRecord
{
    private readonly Dictionary<string, Entry> byReference = new(StringComparer.Ordinal);
    private readonly Lazy<IReadOnlyList<Entry>> provenance;
    private readonly Lazy<Dictionary<string, Entry>> provenanceByReference;

    /// <summary>Wraps what composition made of the visible contributions.</summary>
    public ComposedRecord(IReadOnlyList<UnifiedResource> unified, RecordView view, FhirRequest request)
    {
        foreach (var u in unified)
        {
            var sources = u.Origins.SelectMany(o => view.Find(o.Contribution)).Distinct().ToList();
            byReference[u.Reference] = Entry.Of(u, sources);
        }

        Unified = [.. byReference.Values];
        Size = 4096 + Unified.Sum(e => (3 * e.Resource.Json.Length) + 2048) + (2048 * view.Contributions.Count);
        provenance = new Lazy<IReadOnlyList<Entry>>(() => ComposeProvenance(view, request));
        provenanceByReference = new Lazy<Dictionary<string, Entry>>(() => provenance.Value.ToDictionary(e => e.Resource.Reference, StringComparer.Ordinal));
    }

    /// <summary>Unified resources and conflicts.</summary>
    public IReadOnlyList<Entry> Unified { get; }

    /// <summary>One Provenance per visible contribution and the resource it is seen through.</summary>
    public IReadOnlyList<Entry> Provenance => provenance.Value;

    /// <summary>Approximate bytes held, for the cache's bound: the resources, their index values and Provenance, and the view they were composed of.</summary>
    public int Size { get; }

    /// <summary>A composed resource by reference; null when there is none.</summary>
    public RenderedResource? Find(string reference) =>
        byReference.TryGetValue(reference, out var entry) ? entry.Resource
        : reference.StartsWith("Provenance/", StringComparison.Ordinal) && provenanceByReference.Value.TryGetValue(reference, out entry) ? entry.Resource
        : null;

    /// <summary>Composed resources of a type.</summary>
    public IEnumerable<Entry> OfType(string type) => type == "Provenance" ? Provenance : Unified.Where(e => e.Resource.Type == type);

    private List<Entry> ComposeProvenance(RecordView view, FhirRequest request)
    {
        var all = new List<Entry>();
        foreach (var entry in Unified.Where(u => SharedTypes.IsUnified(u.Resource.Type)))
        {
            all.AddRange(ProvenanceRenderer.Of(entry.Unified, entry.Sources, request).Select(p => Entry.Of(p.Provenance, [p.Of])));
        }

        foreach (var c in view.Contributions.Where(c => !SharedTypes.IsUnified(c.Key.Type) && c.Key.Type != "Provenance"))
        {
            all.Add(Entry.Of(ProvenanceRenderer.Of(c, request), [c]));
        }

        return all;
    }

    /// <summary>A composed resource with its index values and the contributions it is made of.</summary>
    public sealed class Entry(RenderedResource resource, UnifiedResource unified, IReadOnlyList<Contribution> sources)
    {
        private SearchIndex? index;

        /// <summary>The entry of a composed resource.</summary>
        public static Entry Of(UnifiedResource composed, IReadOnlyList<Contribution> sources) =>
            new(new RenderedResource(composed.Reference, composed.VersionId, composed.LastUpdated, composed.Json), composed, sources);

        /// <summary>The resource.</summary>
        public RenderedResource Resource => resource;

        /// <summary>What composition made.</summary>
        public UnifiedResource Unified => unified;

        /// <summary>Contributions that it is made of.</summary>
        public IReadOnlyList<Contribution> Sources => sources;

        /// <summary>Index values of the composed content.</summary>
        public SearchIndex Index => index ??= SearchIndexer.Extract(StoredJson.Read(resource.Json).Root);
    }
}
