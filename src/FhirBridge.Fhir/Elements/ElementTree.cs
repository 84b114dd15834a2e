using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>
/// A resource (or any foreign message) as a flat tree over its source bytes: parsed once, navigated with <see cref="FhirElement"/>.
/// The tree never changes; composing or changing content writes new bytes.
/// </summary>
/// <remarks>
/// Nodes stand in document order: a node's descendants follow it directly. Readers (FHIR JSON, FHIR XML, HL7 v2, CDA, CSV) all build
/// this one shape through <see cref="ElementTreeBuilder"/>.
/// </remarks>
public sealed class ElementTree
{
    internal readonly ElementNode[] Nodes;

    internal ElementTree(ElementNode[] nodes, ReadOnlyMemory<byte> source)
    {
        Nodes = nodes;
        Source = source;
    }

    /// <summary>The UTF-8 bytes that <see cref="FhirElement.Start"/> counts in; empty for trees that were not read from JSON.</summary>
    public ReadOnlyMemory<byte> Source { get; }

    /// <summary>The outermost element: the resource.</summary>
    public FhirElement Root => Nodes.Length == 0 ? default : new FhirElement(this, 0);

    /// <summary>Number of nodes.</summary>
    public int Count => Nodes.Length;

    // Most values are never looked at. Two threads may decode the same one: they store equal strings, so neither can see a wrong one.
    internal string? ValueOf(int index)
    {
        ref var node = ref Nodes[index];
        if (node.Value is { } value || node.Kind == JsonValueKind.Undefined) return node.Value;
        value = JsonText.Decode(Source.Span.Slice(node.Start, node.Length), node.Kind, node.Shape.IsVocabulary);
        node.Value = value;
        return value;
    }
}

/// <summary>What nodes of one definition have in common, so that a node holds one reference instead of four texts.</summary>
/// <param name="Name">Element name as the definition says: <c>value</c> for <c>valueQuantity</c>.</param>
/// <param name="SourceName">Property name as the source says: <c>valueQuantity</c>.</param>
/// <param name="Type">FHIR type: <c>Patient</c>, <c>HumanName</c>, <c>code</c>, <c>BackboneElement</c>; null when unknown.</param>
/// <param name="DefinitionPath">Where the children are defined: <c>HumanName</c>, <c>CarePlan.activity.detail</c>; null when unknown.</param>
/// <param name="Element">The definition; null at the root and where it is not known.</param>
internal sealed record NodeShape(string Name, string SourceName, string? Type, string? DefinitionPath, ElementDefinition? Element = null)
{
    // Copies are made to state another type, so the rules are not theirs.
    private NodeShape(NodeShape other)
    {
        (Name, SourceName, Type, DefinitionPath, Element) = (other.Name, other.SourceName, other.Type, other.DefinitionPath, other.Element);
        IsVocabulary = other.IsVocabulary;
    }

    /// <summary>What R4 asks of each node of this shape; null until it was asked for.</summary>
    public IReadOnlyList<Profiles.IElementRule>? Rules { get; set; }

    /// <summary>True where the same few texts stand again and again: codes and systems.</summary>
    public bool IsVocabulary { get; } = Type is "code" or "uri" or "canonical";
}

/// <summary>A primitive that has a <c>_</c> sibling: few nodes do, so the others do not pay for it.</summary>
internal sealed record SiblingText(int Start, int Length)
{
    /// <summary>The primitive's lexical value, as <see cref="ElementNode.Value"/>.</summary>
    public string? Value { get; set; }
}

/// <summary>One node of an <see cref="ElementTree"/>: 40 bytes.</summary>
internal struct ElementNode
{
    /// <summary>Names and type.</summary>
    public NodeShape Shape;

    /// <summary>
    /// Lexical value of a primitive (unescaped). Null when there is none, and also while a value from JSON has not been asked for:
    /// <see cref="Kind"/> tells whether there is one, <see cref="ElementTree.ValueOf"/> decodes it.
    /// </summary>
    public string? Value
    {
        readonly get => text as string ?? (text as SiblingText)?.Value;
        set
        {
            if (text is SiblingText sibling) sibling.Value = value;
            else text = value;
        }
    }

    // The value alone, or with the place of its sibling.
    private object? text;

    /// <summary>The object in the primitive's <c>_</c> sibling (its id and extensions); null when there is none.</summary>
    public SiblingText? Sibling
    {
        readonly get => text as SiblingText;
        set => text = value is null ? Value : value with { Value = Value };
    }

    public readonly string Name => Shape.Name;

    public readonly string SourceName => Shape.SourceName;

    public readonly string? Type => Shape.Type;

    public readonly string? DefinitionPath => Shape.DefinitionPath;

    /// <summary>JSON kind of the primitive value; <see cref="JsonValueKind.Undefined"/> when there is none.</summary>
    public JsonValueKind Kind;

    /// <summary>True for a resource: the root, a contained resource, a Bundle entry's resource.</summary>
    public bool IsResource;

    /// <summary>Index of the parent node; -1 at the root.</summary>
    public int Parent;

    /// <summary>Index after the last descendant: the next sibling if its parent is the same.</summary>
    public int End;

    /// <summary>Position among repetitions; -1 when the element does not repeat.</summary>
    public int Index;

    /// <summary>Byte range of the JSON value in the source; -1 when there is none (a primitive with extensions only, or not JSON).</summary>
    public int Start;

    /// <summary>Length in bytes of the JSON value.</summary>
    public int Length;
}
