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

    /// <summary>Lexical value of a primitive (unescaped); null when none. Numbers keep their digits, booleans are <c>true</c>/<c>false</c>.</summary>
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
}

/// <summary>Builds an <see cref="ElementTree"/> in document order. Not thread-safe; one tree per builder.</summary>
public sealed class ElementTreeBuilder
{
    private readonly List<ElementNode> nodes = new(64);
    private readonly Stack<int> open = new();

    /// <summary>Number of nodes so far.</summary>
    public int Count => nodes.Count;

    /// <summary>Opens an element under the one that is open. Returns its node number.</summary>
    public int Open(string name, string? type = null, string? definitionPath = null, int index = -1, string? sourceName = null)
    {
        var node = nodes.Count;
        nodes.Add(new ElementNode
        {
            Name = name,
            SourceName = sourceName ?? name,
            Type = type,
            DefinitionPath = definitionPath,
            Index = index,
            Parent = open.TryPeek(out var parent) ? parent : -1,
            Start = -1,
        });
        open.Push(node);
        return node;
    }

    /// <summary>Sets the primitive value of a node.</summary>
    public void SetValue(int node, string value, JsonValueKind kind = JsonValueKind.String)
    {
        var n = nodes[node];
        n.Value = value;
        n.Kind = kind;
        nodes[node] = n;
    }

    /// <summary>Sets the byte range of a node's JSON value in the source.</summary>
    public void SetRange(int node, int start, int length)
    {
        var n = nodes[node];
        n.Start = start;
        n.Length = length;
        nodes[node] = n;
    }

    /// <summary>Marks a node as a resource of that type.</summary>
    public void SetResource(int node, string type)
    {
        var n = nodes[node];
        n.IsResource = true;
        n.Type = type;
        n.DefinitionPath = type;
        nodes[node] = n;
    }

    /// <summary>Sets type and definition path of a node.</summary>
    public void SetType(int node, string? type, string? definitionPath)
    {
        var n = nodes[node];
        n.Type = type;
        n.DefinitionPath = definitionPath;
        nodes[node] = n;
    }

    /// <summary>Closes the element that is open.</summary>
    public void Close()
    {
        var node = open.Pop();
        var n = nodes[node];
        n.End = nodes.Count;
        nodes[node] = n;
    }

    /// <summary>The finished tree; every element must be closed.</summary>
    public ElementTree Build(ReadOnlyMemory<byte> source = default) =>
        open.Count == 0 ? new ElementTree(nodes.ToArray(), source) : throw new InvalidOperationException("an element is still open");
}
