using FhirBridge.Fhir.Search;

namespace FhirBridge.Fhir;

/// <summary>A search parameter. Spec: https://hl7.org/fhir/R4/searchparameter.html.</summary>
/// <param name="Url">Canonical.</param>
/// <param name="Code">Name in the URL: <c>category</c>.</param>
/// <param name="Base">Types that it can be used on (may be <c>Resource</c>, <c>DomainResource</c>).</param>
/// <param name="Type">Its type.</param>
/// <param name="Expression">FHIRPath of the values; null when the specification gives none (<c>_text</c>, <c>_filter</c>).</param>
/// <param name="Targets">Reference: types that it can point at; empty otherwise.</param>
/// <param name="Components">Composite: its parts; empty otherwise.</param>
/// <param name="MultipleOr">False when the definition says that values may not be joined with a comma; true when it says so; null when silent (allowed).</param>
/// <param name="MultipleAnd">The same for repeating the parameter.</param>
/// <param name="Comparators">Comparators that the definition names; empty when silent.</param>
/// <param name="Modifiers">Modifiers that the definition names; empty when silent.</param>
/// <param name="Description">The specification's description.</param>
public sealed record SearchParameterDefinition(
    string Url,
    string Code,
    IReadOnlyList<string> Base,
    SearchParameterType Type,
    string? Expression,
    IReadOnlyList<string> Targets,
    IReadOnlyList<SearchComponent> Components,
    bool? MultipleOr,
    bool? MultipleAnd,
    IReadOnlyList<string> Comparators,
    IReadOnlyList<string> Modifiers,
    string Description);

/// <summary>A part of a composite search parameter.</summary>
/// <param name="Definition">Canonical of the search parameter that the part has the type of.</param>
/// <param name="Expression">FHIRPath relative to what the composite's expression selects.</param>
public sealed record SearchComponent(string Definition, string Expression);

/// <summary>A compartment. Spec: https://hl7.org/fhir/R4/compartmentdefinition.html.</summary>
/// <param name="Url">Canonical.</param>
/// <param name="Code">Type of the resource that it is about: <c>Patient</c>.</param>
/// <param name="Members">Resource type to the codes of the search parameters that place a resource in the compartment; types without parameters are absent.</param>
public sealed record CompartmentDefinition(string Url, string Code, IReadOnlyDictionary<string, IReadOnlyList<string>> Members);

/// <summary>Header of an operation. Spec: https://hl7.org/fhir/R4/operationdefinition.html.</summary>
/// <param name="Url">Canonical.</param>
/// <param name="Code">Name without <c>$</c>: <c>everything</c>.</param>
/// <param name="IsQuery">True for a named query (<c>_query</c>).</param>
/// <param name="AffectsState">True when it changes content; null when the definition is silent.</param>
/// <param name="Resource">Types that it can be called on.</param>
/// <param name="System">Called at the base.</param>
/// <param name="OnType">Called on a type.</param>
/// <param name="Instance">Called on an instance.</param>
public sealed record OperationHeader(
    string Url,
    string Code,
    bool IsQuery,
    bool? AffectsState,
    IReadOnlyList<string> Resource,
    bool System,
    bool OnType,
    bool Instance);

/// <summary>The codes of a value set, expanded.</summary>
public sealed class CodeSet
{
    private readonly HashSet<Coding> codings;
    private readonly Utf8NameTable<string> codes;

    /// <summary>A set of codes.</summary>
    public CodeSet(string valueSet, IReadOnlyList<Coding> codings)
    {
        ValueSet = valueSet;
        Codings = codings;
        this.codings = [.. codings];
        codes = new Utf8NameTable<string>(codings.Select(c => c.Code).Distinct(StringComparer.Ordinal).Select(c => (c, c)));
    }

    /// <summary>Canonical of the value set.</summary>
    public string ValueSet { get; }

    /// <summary>All codes with their system, in the order of the definitions.</summary>
    public IReadOnlyList<Coding> Codings { get; }

    /// <summary>True when a code of that text is in the set, of whatever system (for elements of type <c>code</c>).</summary>
    public bool Contains(string code) => codes.Find(code) is not null;

    /// <summary>True when the code of that system is in the set.</summary>
    public bool Contains(string? system, string code) => codings.Contains(new Coding(system, code));

    internal string? Find(ReadOnlySpan<byte> utf8) => codes.Find(utf8);

    /// <summary>What a message adds: the codes, when they are few.</summary>
    internal string Hint()
    {
        const int Few = 16;
        var names = Codings.Select(c => c.Code).Distinct(StringComparer.Ordinal).Take(Few + 1).ToList();
        return names.Count > Few ? "" : $"; it is one of {string.Join(", ", names)}";
    }
}
