using System.Diagnostics.CodeAnalysis;

namespace FhirBridge.Fhir;

/// <summary>http://hl7.org/fhir/structure-definition-kind, as far as R4 types go.</summary>
public enum TypeKind
{
    /// <summary>A primitive: <c>string</c>, <c>dateTime</c>.</summary>
    Primitive,

    /// <summary>A complex datatype: <c>HumanName</c>.</summary>
    Complex,

    /// <summary>A resource: <c>CarePlan</c>.</summary>
    Resource,
}

/// <summary>A type of R4, from its StructureDefinition. Spec: https://hl7.org/fhir/R4/structuredefinition.html.</summary>
/// <param name="Name">Type name: <c>CarePlan</c>, <c>HumanName</c>, <c>dateTime</c>.</param>
/// <param name="Url">Canonical of the StructureDefinition.</param>
/// <param name="Kind">Primitive, complex or resource.</param>
/// <param name="IsAbstract">True for Element, BackboneElement, Resource, DomainResource.</param>
/// <param name="BaseType">Name of the type that this one specialises; null at the top (Element, Resource).</param>
/// <param name="Regex">Primitives: the specification's regular expression for the text; null when it gives none.</param>
/// <param name="Invariants">Invariants of the type as a whole.</param>
/// <param name="Elements">All elements below the type in the order of the specification, nested ones included (<c>CarePlan.activity.detail</c>).</param>
public sealed record TypeDefinition(
    string Name,
    string Url,
    TypeKind Kind,
    bool IsAbstract,
    string? BaseType,
    string? Regex,
    IReadOnlyList<InvariantDefinition> Invariants,
    IReadOnlyList<ElementDefinition> Elements);

/// <summary>One element of a type. Spec: https://hl7.org/fhir/R4/elementdefinition.html.</summary>
/// <param name="Path">Full path: <c>CarePlan.activity.detail.status</c>, <c>Observation.value[x]</c>.</param>
/// <param name="Name">Name as navigated: last part of the path, a choice without <c>[x]</c>.</param>
/// <param name="Order">Position among the elements of its parent, from 0.</param>
/// <param name="Min">Least number of repetitions.</param>
/// <param name="Max">Greatest number of repetitions; null when unlimited.</param>
/// <param name="Types">Permitted types; empty when <see cref="ContentReference"/> is set.</param>
/// <param name="IsChoice">True for <c>[x]</c> elements.</param>
/// <param name="ContentReference">Path of the element whose content this one repeats (<c>Bundle.link</c>); null otherwise.</param>
/// <param name="IsModifier">True when the element changes the meaning of what is around it.</param>
/// <param name="IsSummary">True when the element is part of <c>_summary=true</c>.</param>
/// <param name="IsXmlAttribute">True when XML writes it as an attribute (<c>id</c>, <c>url</c> of an extension).</param>
/// <param name="Binding">Binding to a value set; null when there is none.</param>
/// <param name="Invariants">Invariants that hold on each occurrence.</param>
/// <param name="Short">The specification's short description; empty when it gives none.</param>
public sealed record ElementDefinition(
    string Path,
    string Name,
    int Order,
    int Min,
    int? Max,
    IReadOnlyList<ElementType> Types,
    bool IsChoice,
    string? ContentReference,
    bool IsModifier,
    bool IsSummary,
    bool IsXmlAttribute,
    BindingDefinition? Binding,
    IReadOnlyList<InvariantDefinition> Invariants,
    string Short)
{
    /// <summary>True when the element may repeat: JSON writes it as an array.</summary>
    public bool Repeats => Max is null or > 1;

    /// <summary>Property name in JSON and XML for one of its types: <c>valueQuantity</c>; the name itself when it is no choice.</summary>
    public string PropertyName(string type) => IsChoice ? $"{Name}{char.ToUpperInvariant(type[0])}{type[1..]}" : Name;

    /// <summary>The type of that name among the permitted ones.</summary>
    public bool TryGetType(string type, [NotNullWhen(true)] out ElementType? found)
    {
        foreach (var t in Types)
        {
            if (t.Code != type) continue;
            found = t;
            return true;
        }

        found = null;
        return false;
    }
}

/// <summary>A permitted type of an element.</summary>
/// <param name="Code">Type name; FHIRPath's System types are given as the FHIR type (<c>string</c> for <c>Element.id</c>, <c>id</c> for <c>Resource.id</c>).</param>
/// <param name="Profiles">Canonicals that the value must follow one of; empty when free.</param>
/// <param name="TargetProfiles">Reference and canonical: canonicals of what may be pointed at; empty when free.</param>
public sealed record ElementType(string Code, IReadOnlyList<string> Profiles, IReadOnlyList<string> TargetProfiles);

/// <summary>http://hl7.org/fhir/binding-strength, strongest first.</summary>
public enum BindingStrength
{
    /// <summary>Must be from the value set.</summary>
    Required,

    /// <summary>From the value set when it covers the meaning.</summary>
    Extensible,

    /// <summary>Encouraged.</summary>
    Preferred,

    /// <summary>An example.</summary>
    Example,
}

/// <summary>Binding of a coded element.</summary>
/// <param name="Strength">How strictly it binds.</param>
/// <param name="ValueSet">Canonical of the value set without its version; null when the binding is only described.</param>
public sealed record BindingDefinition(BindingStrength Strength, string? ValueSet);

/// <summary>An invariant. Spec: https://hl7.org/fhir/R4/conformance-rules.html#constraints.</summary>
/// <param name="Key">Key: <c>ele-1</c>.</param>
/// <param name="Severity">Error or Warning.</param>
/// <param name="Human">What it means, for a person.</param>
/// <param name="Expression">FHIRPath that must be true; null when the definition gives none.</param>
/// <param name="Source">Canonical of the definition that states it first.</param>
public sealed record InvariantDefinition(string Key, IssueSeverity Severity, string Human, string? Expression, string? Source);
