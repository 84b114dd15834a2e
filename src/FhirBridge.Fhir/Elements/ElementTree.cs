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
        value = JsonText.Decode(Source.Span.Slice(node.Start, node.Length), node.Kind);
        node.Value = value;
        return value;
    }
}

/// <summary>One node of an <see cref="ElementTree"/>.</summary>
internal struct ElementNode
{
    /// <summary>Element name as the definition says: <c>value</c> for <c>valueQuantity</c>. Interned.</summary>
    public string Name;

    /// <summary>Property name as the source says: <c>valueQuantity</c>. Interned.</summary>
    public string SourceName;

    /// <summary>FHIR type: <c>Patient</c>, <c>HumanName</c>, <c>code</c>, <c>BackboneElement</c>; null when unknown.</summary>
    public string? Type;

    /// <summary>Where the children are defined: <c>HumanName</c>, <c>CarePlan.activity.detail</c>; null when unknown.</summary>
    public string? DefinitionPath;

    /// <summary>
    /// Lexical value of a primitive (unescaped). Null when there is none, and also while a value from JSON has not been asked for:
    /// <see cref="Kind"/> tells whether there is one, <see cref="ElementTree.ValueOf"/> decodes it.
    /// </summary>
    public string? Value;

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

    /// <summary>Byte offset of the object in the primitive's <c>_</c> sibling (its id and extensions); meaningful when <see cref="SiblingLength"/> is not 0.</summary>
    public int SiblingStart;

    /// <summary>Length in bytes of that object; 0 when there is none.</summary>
    public int SiblingLength;
}
