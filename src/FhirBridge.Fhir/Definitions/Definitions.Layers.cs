namespace FhirBridge.Fhir;

public sealed partial class Definitions
{
    private readonly DefinitionsLayer? layer;
    private readonly Lazy<Dictionary<string, IReadOnlyList<string>>> global;

    private Definitions(Definitions start, DefinitionsLayer layer)
    {
        types = start.types;
        search = layer.SearchParameters.Count == 0 ? start.search : new(() => new SearchParameterIndex(this, SearchParameterIndex.Joined(start.AllSearchParameters, layer.SearchParameters)));
        codes = start.codes;
        compartments = start.compartments;
        operations = start.operations;
        store = start.store;
        Start = start;
        this.layer = layer;
        Search = layer.SearchParameters.Count == 0 ? start.Search : new Search.SearchParameterCatalogue(this);
        Terminology = new Terminology(this);
        Profiles = new Profiles.ProfileChecker(this);
        Validator = new Validation.Validator(this);
        global = new(ReadGlobal);
    }

    /// <summary>What this lies over; null when it is no layer.</summary>
    internal Definitions? Start { get; }

    /// <summary>
    /// These definitions with more resources over them, found by type and canonical (<see cref="FindResource"/>) beside and before those that are
    /// here: value sets, code systems, profiles, questionnaires, maps; search parameters beside those of R4. Types, compartments and required codes stay as they are.
    /// Costs microseconds: nothing is packed or compiled; the resources are kept as they are and are taken to be readable.
    /// </summary>
    /// <param name="resources">Those without a <c>url</c> are ignored. Of the same canonical and version the last one counts, before the one that was here.</param>
    public Definitions With(IReadOnlyCollection<FhirElement> resources) => resources.Count == 0 ? this : new Definitions(this, new DefinitionsLayer(resources));

    /// <summary>
    /// The conformance resource of that type and canonical (<c>url</c> or <c>url|version</c>; without a version the latest), as R4, a package or a
    /// layer states it; those of R4 and of packages come without narrative and other prose for a web page. An element that does not exist when there is none.
    /// </summary>
    public FhirElement FindResource(string type, string canonical)
    {
        if (layer is null) return store.Value.Find(type, canonical) is { } found ? store.Value.Read(found) : default;
        return Layered(type, canonical) is { } own ? own.Resource : Start!.FindResource(type, canonical);
    }

    /// <summary>The index entry of a conformance resource, without unpacking it; null when there is none.</summary>
    public ConformanceEntry? FindEntry(string type, string canonical)
    {
        if (layer is null) return store.Value.Find(type, canonical)?.Entry;
        return Layered(type, canonical) is { } own ? own.Entry : Start!.FindEntry(type, canonical);
    }

    /// <summary>
    /// All conformance resources of a type in the order of their canonicals: StructureDefinition, ValueSet, CodeSystem, SearchParameter,
    /// CompartmentDefinition, OperationDefinition, ConceptMap, and what layers have. Empty for other types.
    /// </summary>
    public IReadOnlyList<ConformanceEntry> Resources(string type)
    {
        if (layer is null) return store.Value.Entries(type);
        var own = layer.Entries(type).ToList();
        if (own.Count == 0) return Start!.Resources(type);
        var replaced = own.Select(e => e.Canonical).ToHashSet(StringComparer.Ordinal);
        return [.. Start!.Resources(type).Where(e => !replaced.Contains(e.Canonical)).Concat(own).OrderBy(e => e.Url, StringComparer.Ordinal)];
    }

    /// <summary>The types that there are conformance resources of, in ordinal order.</summary>
    public IReadOnlyList<string> ConformanceTypes =>
        layer is null ? store.Value.Types : [.. Start!.ConformanceTypes.Union(layer.Types).Order(StringComparer.Ordinal)];

    /// <summary>
    /// Canonicals of the profiles that all resources of a type must follow, by the guides that are known (<c>ImplementationGuide.global</c>). R4's own guide asks for none.
    /// Spec: https://hl7.org/fhir/R4/implementationguide-definitions.html#ImplementationGuide.global.
    /// </summary>
    public IReadOnlyList<string> GlobalProfiles(string type) => global.Value.TryGetValue(type, out var known) ? known : [];

    private Dictionary<string, IReadOnlyList<string>> ReadGlobal() =>
        Resources("ImplementationGuide")
            .SelectMany(e => FindResource(e.Type, e.Canonical).Children("global"))
            .Where(g => g.Text("type") is not null && g.Text("profile") is not null)
            .GroupBy(g => g.Text("type")!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, IReadOnlyList<string> (g) => [.. g.Select(p => p.Text("profile")!).Distinct(StringComparer.Ordinal)], StringComparer.Ordinal);

    /// <summary>All versions of a canonical, in the order of adding.</summary>
    internal IReadOnlyList<ConformanceEntry> Versions(string type, string url)
    {
        if (layer is null) return store.Value.Versions(type, url);
        var own = layer.Versions(type, url);
        var below = Start!.Versions(type, url);
        return own.Count == 0 ? below : [.. below.Where(b => own.All(o => o.Entry.Version != b.Version)), .. own.Select(o => o.Entry)];
    }

    /// <summary>What the layer itself has; all when this is no layer.</summary>
    internal IEnumerable<ConformanceEntry> OwnEntries(string type) => layer is null ? store.Value.Entries(type) : layer.Entries(type);

    /// <summary>True when the layer itself, not what lies under it, answers for the canonical.</summary>
    internal bool IsLayered(string type, string canonical) => layer is not null && Layered(type, canonical) is not null;

    /// <summary>The layer's own resource of that canonical, unless there is a later one under it.</summary>
    private (ConformanceEntry Entry, FhirElement Resource)? Layered(string type, string canonical)
    {
        // Some systems of HL7 v2 have a bar in their url itself.
        if (layer!.Find(type, canonical, null) is { } latest)
        {
            var below = Start!.FindEntry(type, canonical);
            return below is null || Start.IsPacked(type, canonical) && ConformanceStore.HasOwnVersions(canonical)
                || CanonicalVersion.Compare(latest.Entry.Version, below.Version) >= 0 ? latest : null;
        }

        var bar = canonical.LastIndexOf('|');
        return bar < 0 ? null : layer.Find(type, canonical[..bar], canonical[(bar + 1)..]);
    }

    private bool IsPacked(string type, string canonical) => layer is null || (Layered(type, canonical) is null && Start!.IsPacked(type, canonical));
}
