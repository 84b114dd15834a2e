using FhirBridge.Api.Contributions;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;
using FhirBridge.Mapping;
using FhirBridge.Storage;

namespace FhirBridge.Api.Records;

/// <summary>
/// What is composed of one record, for one visible set, of one kind: <c>CarePlan</c>, <c>CareTeam</c>, <c>Goal</c> (with the conflicts between them),
/// <c>Patient</c>, or the <c>Provenance</c> of everything visible. Immutable. Whoever reads one kind pays for that kind alone.
/// </summary>
public sealed class ComposedKind
{
    private readonly Dictionary<string, Entry> byReference = new(StringComparer.Ordinal);

    /// <summary>Wraps what composition made.</summary>
    public ComposedKind(IEnumerable<Entry> entries)
    {
        foreach (var entry in entries) byReference.TryAdd(entry.Resource.Reference, entry);
        Entries = [.. byReference.Values];
        Size = 1024 + Entries.Sum(e => (2 * e.Resource.Json.Length) + 2048 + (1024 * e.Sources.Count));
    }

    /// <summary>The kinds that are composed of contributions; Provenance is made of what these make.</summary>
    public static IReadOnlyList<string> OfContributions { get; } = ["Patient", "CarePlan", "CareTeam", "Goal"];

    /// <summary>All resources of the kind.</summary>
    public IReadOnlyList<Entry> Entries { get; }

    /// <summary>Approximate bytes held, for the cache's bound: the resources, their index values, the heads of their contributions.</summary>
    public int Size { get; }

    /// <summary>The kind that resources of a type are of.</summary>
    public static string Of(string type) => type == "DetectedIssue" ? "Goal" : type;

    /// <summary>A resource by reference; null when there is none.</summary>
    public RenderedResource? Find(string reference) => byReference.GetValueOrDefault(reference)?.Resource;

    /// <summary>A composed resource with its index values and the contributions it is made of.</summary>
    public sealed class Entry(RenderedResource resource, UnifiedResource unified, IReadOnlyList<Contribution> sources)
    {
        private SearchIndex? index;

        /// <summary>The resource.</summary>
        public RenderedResource Resource => resource;

        /// <summary>What composition made.</summary>
        public UnifiedResource Unified => unified;

        /// <summary>Contributions that it is made of.</summary>
        public IReadOnlyList<Contribution> Sources => sources;

        /// <summary>Index values of the composed content, by the search parameters there are.</summary>
        public SearchIndex IndexBy(Definitions definitions)
        {
            if (index is { } known && known.Stamp == definitions.SearchStamp) return known;
            return index = SearchIndexer.Extract(StoredJson.Read(resource.Json).Root, definitions);
        }

        /// <summary>The entry of a composed resource.</summary>
        public static Entry Of(UnifiedResource composed, IReadOnlyList<Contribution> sources) =>
            new(new RenderedResource(composed.Reference, composed.VersionId, composed.LastUpdated, composed.Json), composed, sources);
    }
}
