using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace FhirBridge.Fhir;

/// <summary>
/// What R4 defines: types, search parameters, compartments, operations and the codes of required bindings as .NET values, and every conformance
/// resource as an element. Immutable and thread-safe; each part is read from the embedded file when it is first asked for.
/// </summary>
/// <remarks>Source: npm package <c>hl7.fhir.r4.examples@4.0.1</c> (CC0), compiled by <c>tools/FhirBridge.DefinitionsCompiler</c>.</remarks>
public sealed partial class Definitions
{
    private static readonly Lazy<Definitions> LazyR4 = new(() => DefinitionsFile.Embedded("r4.bin"));

    private readonly Lazy<TypeIndex> types;
    private readonly Lazy<SearchParameterIndex> search;
    private readonly Lazy<FrozenDictionary<string, CodeSet>> codes;
    private readonly Lazy<FrozenDictionary<string, CompartmentDefinition>> compartments;
    private readonly Lazy<IReadOnlyList<OperationHeader>> operations;
    private readonly Lazy<ConformanceStore> store;

    internal Definitions(
        Func<IReadOnlyList<TypeDefinition>> types,
        Func<IReadOnlyList<SearchParameterDefinition>> search,
        Func<IReadOnlyList<CodeSet>> codes,
        Func<IReadOnlyList<CompartmentDefinition>> compartments,
        Func<IReadOnlyList<OperationHeader>> operations,
        Func<ConformanceStore> store)
    {
        this.types = new(() => new TypeIndex(this, types()));
        this.search = new(() => new SearchParameterIndex(this, search()));
        this.codes = new(() => codes().ToFrozenDictionary(c => c.ValueSet, StringComparer.Ordinal));
        this.compartments = new(() => compartments().ToFrozenDictionary(c => c.Code, StringComparer.Ordinal));
        this.operations = new(operations);
        this.store = new(store);
        Search = new Search.SearchParameterCatalogue(this);
        Terminology = new Terminology(this);
        Profiles = new Profiles.ProfileChecker(this);
        Validator = new Validation.Validator(this);
        global = new(ReadGlobal);
    }

    /// <summary>The definitions of R4 (4.0.1) itself.</summary>
    public static Definitions R4 => LazyR4.Value;

    /// <summary>All types: resources, complex datatypes, primitives.</summary>
    public IReadOnlyList<TypeDefinition> Types => types.Value.All;

    /// <summary>Names of the 146 concrete resource types, in ordinal order.</summary>
    public IReadOnlyList<string> ResourceTypes => types.Value.ResourceTypes;

    /// <summary>All search parameters, in the order of their canonicals; those of packages and layers after those of R4.</summary>
    public IReadOnlyList<SearchParameterDefinition> AllSearchParameters => search.Value.All;

    /// <summary>The compartments, by ordinal order of their code.</summary>
    public IReadOnlyList<CompartmentDefinition> Compartments => [.. compartments.Value.Values.OrderBy(c => c.Code, StringComparer.Ordinal)];

    /// <summary>Headers of the operations, in the order of their canonicals.</summary>
    public IReadOnlyList<OperationHeader> Operations => operations.Value;

    /// <summary>The value sets whose codes are known, in ordinal order of their canonicals.</summary>
    public IReadOnlyList<CodeSet> CodeSets => [.. codes.Value.Values.OrderBy(c => c.ValueSet, StringComparer.Ordinal)];

    /// <summary>What the value sets and code systems say of codes.</summary>
    public Terminology Terminology { get; }

    /// <summary>Checks elements against the profiles.</summary>
    public Profiles.ProfileChecker Profiles { get; }

    /// <summary>Validates resources by R4's rules and by the profiles.</summary>
    public Validation.Validator Validator { get; }

    /// <summary>
    /// A number that is the same for definitions whose search parameters find the same values in the same resources: indexes made with another one are to be
    /// made again before the parameters beside those of R4 can be answered.
    /// </summary>
    public ulong SearchStamp => Search.Stamp;

    /// <summary>Codes of the search parameters of a type that are answered by values of the resource, in ordinal order.</summary>
    public IEnumerable<SearchParameterDefinition> AnsweredSearchParameters(string resourceType) =>
        Search.Of(resourceType).Select(p => FindSearchParameter(resourceType, p.Code)!);

    /// <summary>The search parameters as search uses them.</summary>
    internal Search.SearchParameterCatalogue Search { get; }

    internal TypeIndex TypeIndex => types.Value;

    internal ConformanceStore Store => store.Value;

    /// <summary>The type of that name; null when R4 has none.</summary>
    public TypeDefinition? FindType(string name) => types.Value.Find(name);

    /// <summary>True for the name of a concrete resource type.</summary>
    public bool IsResource([NotNullWhen(true)] string? name) => name is not null && FindType(name) is { Kind: TypeKind.Resource, IsAbstract: false };

    /// <summary>True for the name of a primitive type.</summary>
    public bool IsPrimitive([NotNullWhen(true)] string? name) => name is not null && FindType(name) is { Kind: TypeKind.Primitive };

    /// <summary>True when the type is <paramref name="ancestor"/> or specialises it, directly or not.</summary>
    public bool IsOrSpecialises(string? type, string ancestor)
    {
        for (var t = type; t is not null; t = FindType(t)?.BaseType)
        {
            if (t == ancestor) return true;
        }

        return false;
    }

    /// <summary>
    /// The element of that name under a definition path (<see cref="FhirElement.DefinitionPath"/>), by definition name (<c>value</c>)
    /// or property name (<c>valueQuantity</c>); null when there is none.
    /// </summary>
    public ElementDefinition? FindElement(string definitionPath, string name) => types.Value.Group(definitionPath)?.Find(name);

    /// <summary>The elements under a definition path, in the order of the specification; empty when the path is unknown.</summary>
    public IReadOnlyList<ElementDefinition> Elements(string definitionPath) => types.Value.Group(definitionPath)?.Elements ?? [];

    /// <summary>The definition of an element of a tree; null at the root and for what R4 does not define.</summary>
    public ElementDefinition? DefinitionOf(FhirElement element) =>
        element.Parent.DefinitionPath is { } path ? FindElement(path, element.SourceName) : null;

    /// <summary>Search parameters of a resource type, those of Resource and DomainResource included, in ordinal order of their code.</summary>
    public IReadOnlyList<SearchParameterDefinition> SearchParameters(string resourceType) => search.Value.Of(resourceType);

    /// <summary>The search parameter of that code on a resource type; null when there is none.</summary>
    public SearchParameterDefinition? FindSearchParameter(string resourceType, string code) => search.Value.Find(resourceType, code);

    /// <summary>The search parameter of that canonical; null when there is none.</summary>
    public SearchParameterDefinition? FindSearchParameter(string canonical) => search.Value.FindByUrl(canonical);

    /// <summary>The compartment about that resource type (<c>Patient</c>); null when there is none.</summary>
    public CompartmentDefinition? FindCompartment(string code) => compartments.Value.GetValueOrDefault(code);

    /// <summary>
    /// The codes of a value set (canonical, version ignored) that a required binding of R4 names; null when they are not enumerated
    /// (mime types, languages, units, currencies).
    /// </summary>
    public CodeSet? RequiredCodes(string? valueSet)
    {
        if (valueSet is null) return null;
        var bar = valueSet.IndexOf('|');
        return codes.Value.GetValueOrDefault(bar < 0 ? valueSet : valueSet[..bar]);
    }
}
