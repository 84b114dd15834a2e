using System.Text;
using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>Builds an <see cref="ElementTree"/> in document order. Not thread-safe; one tree per builder.</summary>
public sealed class ElementTreeBuilder
{
    private const int MostSpare = 4_096;

    /// <summary>A finished builder's array waits here for the next one of the thread: a tree then costs its own nodes and no more.</summary>
    [ThreadStatic]
    private static ElementNode[]? spare;

    private ElementNode[] nodes;
    private int current = -1;

    /// <summary>An empty tree.</summary>
    public ElementTreeBuilder()
        : this(64)
    {
    }

    internal ElementTreeBuilder(int capacity)
    {
        nodes = spare is { } waiting && waiting.Length >= Math.Min(capacity, MostSpare) ? waiting : new ElementNode[capacity];
        if (ReferenceEquals(nodes, spare)) spare = null;
    }

    /// <summary>Number of nodes so far.</summary>
    public int Count { get; private set; }

    /// <summary>The element that is open; -1 when none is.</summary>
    internal int Current => current;

    /// <summary>A node to be changed in place; not to be kept across <see cref="Open(NodeShape, int)"/>.</summary>
    internal ref ElementNode this[int node] => ref nodes[node];

    /// <summary>Opens an element under the one that is open. Returns its node number.</summary>
    public int Open(string name, string? type = null, string? definitionPath = null, int index = -1, string? sourceName = null) =>
        Open(new NodeShape(name, sourceName ?? name, type, definitionPath), index);

    /// <summary>Opens an element of a known shape.</summary>
    internal int Open(NodeShape shape, int index)
    {
        ref var n = ref Next();
        n.Shape = shape;
        n.Index = index;
        n.Parent = current;
        n.Start = -1;
        return current = Count - 1;
    }

    /// <summary>Sets the primitive value of a node.</summary>
    public void SetValue(int node, string value, JsonValueKind kind = JsonValueKind.String)
    {
        nodes[node].Value = value;
        nodes[node].Kind = kind;
    }

    /// <summary>Sets the byte range of a node's JSON value in the source.</summary>
    public void SetRange(int node, int start, int length)
    {
        nodes[node].Start = start;
        nodes[node].Length = length;
    }

    /// <summary>Marks a node as a resource of that type.</summary>
    public void SetResource(int node, string type)
    {
        nodes[node].IsResource = true;
        SetType(node, type, type);
    }

    /// <summary>Sets type and definition path of a node.</summary>
    public void SetType(int node, string? type, string? definitionPath) => nodes[node].Shape = nodes[node].Shape with { Type = type, DefinitionPath = definitionPath };

    /// <summary>Closes the element that is open.</summary>
    public void Close()
    {
        if (current < 0) throw new InvalidOperationException("no element is open");
        nodes[current].End = Count;
        current = nodes[current].Parent;
    }

    /// <summary>The finished tree; every element must be closed. The builder is empty afterwards.</summary>
    public ElementTree Build(ReadOnlyMemory<byte> source = default)
    {
        if (current >= 0) throw new InvalidOperationException("an element is still open");
        var used = nodes.AsSpan(0, Count);
        var tree = new ElementTree(used.ToArray(), source);
        Count = 0;
        if (nodes.Length > MostSpare) return tree;

        // Nothing of a tree is kept alive by the array that waits.
        used.Clear();
        spare = nodes;
        nodes = [];
        return tree;
    }

    /// <summary>Takes the nodes from <paramref name="start"/> on off the end, to be put back with <see cref="Reopen"/> and <see cref="PutBack"/>.</summary>
    internal ElementNode[] CutFrom(int start)
    {
        var cut = nodes.AsSpan(start, Count - start).ToArray();
        Count = start;
        return cut;
    }

    /// <summary>Puts a node without children back and opens it, to give it children.</summary>
    internal int Reopen(in ElementNode node)
    {
        Next() = node;
        return current = Count - 1;
    }

    /// <summary>Puts closed nodes back that stood at <paramref name="oldStart"/>; links among them move along.</summary>
    internal void PutBack(ReadOnlySpan<ElementNode> cut, int oldStart)
    {
        var delta = Count - oldStart;
        foreach (ref readonly var old in cut)
        {
            ref var n = ref Next();
            n = old;
            n.End += delta;
            if (n.Parent >= oldStart) n.Parent += delta;
        }
    }

    /// <summary>Value of a node; null when it has none.</summary>
    internal string? TextOf(int node, ReadOnlySpan<byte> source)
    {
        ref readonly var n = ref nodes[node];
        return n.Value is null && n.Kind != JsonValueKind.Undefined ? JsonText.Decode(source.Slice(n.Start, n.Length), n.Kind, n.Shape.IsVocabulary) : n.Value;
    }

    /// <summary>FHIRPath of a node that may still be open (compare <see cref="FhirElement.Path"/>).</summary>
    internal string PathOf(int node)
    {
        var path = new StringBuilder();
        for (var i = node; i >= 0; i = nodes[i].Parent)
        {
            if (path.Length > 0) path.Insert(0, '.');
            if (nodes[i].Index >= 0) path.Insert(0, $"[{nodes[i].Index}]");
            path.Insert(0, nodes[i].Name);
        }

        return path.ToString();
    }

    private ref ElementNode Next()
    {
        if (Count == nodes.Length) Array.Resize(ref nodes, Math.Max(16, Count * 2));
        nodes[Count] = default;
        return ref nodes[Count++];
    }
}
