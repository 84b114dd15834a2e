using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>
/// A cursor on one element of an <see cref="ElementTree"/>: cheap to copy, never null. A missing element is <c>default</c>
/// (<see cref="Exists"/> false) and can be navigated further, so that paths need no null checks.
/// </summary>
/// <remarks>Spec: https://hl7.org/fhir/R4/element.html. Choice elements are reached by their definition name: <c>observation["value"]</c>.</remarks>
public readonly struct FhirElement : IEquatable<FhirElement>
{
    private readonly ElementTree? tree;
    private readonly int index;

    internal FhirElement(ElementTree tree, int index)
    {
        this.tree = tree;
        this.index = index;
    }

    internal NodeShape? Shape => tree is null ? null : Node.Shape;

    private ref readonly ElementNode Node => ref tree!.Nodes[index];

    /// <summary>False for the result of navigating to what is not there.</summary>
    public bool Exists => tree is not null;

    /// <summary>The tree this element stands in; null when it does not exist.</summary>
    public ElementTree? Tree => tree;

    /// <summary>Element name as defined: <c>value</c> for <c>valueQuantity</c>. Empty when it does not exist. A resource at the root has its type as name.</summary>
    public string Name => tree is null ? "" : Node.Name;

    /// <summary>Property name in the source: <c>valueQuantity</c>.</summary>
    public string SourceName => tree is null ? "" : Node.SourceName;

    /// <summary>FHIR type (<c>Patient</c>, <c>HumanName</c>, <c>code</c>, <c>BackboneElement</c>); null when unknown.</summary>
    public string? Type => tree is null ? null : Node.Type;

    /// <summary>Where the children are defined (<c>HumanName</c>, <c>CarePlan.activity.detail</c>); null when unknown.</summary>
    public string? DefinitionPath => tree is null ? null : Node.DefinitionPath;

    /// <summary>Lexical value of a primitive; null when there is none. Numbers keep their digits; booleans are <c>true</c> or <c>false</c>.</summary>
    public string? Value => tree?.ValueOf(index);

    /// <summary>True when the element is a primitive with a value.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    public bool HasValue => tree is not null && Node.Kind != JsonValueKind.Undefined;

    /// <summary>JSON kind of the primitive value.</summary>
    public JsonValueKind ValueKind => tree is null ? JsonValueKind.Undefined : Node.Kind;

    /// <summary>True for a resource: the root, a contained resource, the resource of a Bundle entry.</summary>
    public bool IsResource => tree is not null && Node.IsResource;

    /// <summary>Position among the repetitions; -1 when the element does not repeat.</summary>
    public int Index => tree is null ? -1 : Node.Index;

    /// <summary>Node number in the tree: document order, unique within the tree.</summary>
    public int NodeNumber => tree is null ? -1 : index;

    /// <summary>Offset of the JSON value in <see cref="ElementTree.Source"/>; -1 when there is none.</summary>
    public int Start => tree is null ? -1 : Node.Start;

    /// <summary>Bytes of the JSON value; 0 when there is none.</summary>
    public int Length => tree is null ? 0 : Node.Length;

    /// <summary>The JSON value as it stands in the source; empty when there is none.</summary>
    public ReadOnlySpan<byte> Raw => tree is null || Node.Start < 0 ? default : tree.Source.Span.Slice(Node.Start, Node.Length);

    /// <summary>
    /// The object in a primitive's <c>_</c> sibling (<c>_birthDate</c>: its id and extensions) as it stands in the source; empty when there is none.
    /// </summary>
    public ReadOnlySpan<byte> RawSibling => tree is null || Node.Sibling is not { } sibling ? default : tree.Source.Span.Slice(sibling.Start, sibling.Length);

    /// <summary>The element around this one; does not exist at the root.</summary>
    public FhirElement Parent => tree is null || Node.Parent < 0 ? default : new(tree, Node.Parent);

    /// <summary>The nearest resource around this element, itself included.</summary>
    public FhirElement Resource
    {
        get
        {
            var e = this;
            while (e.Exists && !e.IsResource) e = e.Parent;
            return e;
        }
    }

    /// <summary>First child of that name (definition name or property name), or an element that does not exist.</summary>
    public FhirElement this[string name]
    {
        get
        {
            foreach (var child in Children(name)) return child;
            return default;
        }
    }

    /// <summary>Text of the first child of that name; null when it is not there or has no value.</summary>
    public string? Text(string name) => this[name].Value;

    /// <summary>All children in document order.</summary>
    public ElementChildren Children() => new(tree, index, null);

    /// <summary>Children of that name (definition name or property name), in document order.</summary>
    public ElementChildren Children(string name) => new(tree, index, name);

    /// <summary>All elements below this one, in document order.</summary>
    public IEnumerable<FhirElement> Descendants()
    {
        if (tree is null) yield break;
        for (var i = index + 1; i < tree.Nodes[index].End; i++) yield return new FhirElement(tree, i);
    }

    /// <summary>FHIRPath of this element from the root, with 0-based indexes: <c>CarePlan.activity[1].detail.status</c>.</summary>
    public string Path
    {
        get
        {
            if (tree is null) return "";
            var parts = new Stack<string>();
            for (var e = this; e.Exists; e = e.Parent) parts.Push(e.Index < 0 ? e.Name : $"{e.Name}[{e.Index}]");
            return string.Join('.', parts);
        }
    }

    /// <inheritdoc/>
    public bool Equals(FhirElement other) => ReferenceEquals(tree, other.tree) && index == other.index;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FhirElement other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(tree, index);

    /// <summary>Same element of the same tree.</summary>
    public static bool operator ==(FhirElement left, FhirElement right) => left.Equals(right);

    /// <summary>Another element.</summary>
    public static bool operator !=(FhirElement left, FhirElement right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => tree is null ? "(none)" : HasValue ? $"{Path} = {Value}" : Path;

    internal static bool NameMatches(in ElementNode node, string name) =>
        string.Equals(node.Name, name, StringComparison.Ordinal) || string.Equals(node.SourceName, name, StringComparison.Ordinal);
}

/// <summary>Children of an element; enumerable without allocation by <c>foreach</c>.</summary>
public readonly struct ElementChildren : IEnumerable<FhirElement>
{
    private readonly ElementTree? tree;
    private readonly int parent;
    private readonly string? name;

    internal ElementChildren(ElementTree? tree, int parent, string? name)
    {
        this.tree = tree;
        this.parent = parent;
        this.name = name;
    }

    /// <summary>Enumerates in document order.</summary>
    public Enumerator GetEnumerator() => new(tree, parent, name);

    IEnumerator<FhirElement> IEnumerable<FhirElement>.GetEnumerator()
    {
        foreach (var e in this) yield return e;
    }

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => ((IEnumerable<FhirElement>)this).GetEnumerator();

    /// <summary>Allocation-free enumerator.</summary>
    public struct Enumerator
    {
        private readonly ElementTree? tree;
        private readonly string? name;
        private readonly int end;
        private int next;
        private int current;

        internal Enumerator(ElementTree? tree, int parent, string? name)
        {
            this.tree = tree;
            this.name = name;
            next = parent + 1;
            end = tree is null ? 0 : tree.Nodes[parent].End;
            current = -1;
        }

        /// <summary>The child at hand.</summary>
        public readonly FhirElement Current => new(tree!, current);

        /// <summary>Moves on; false at the end.</summary>
        public bool MoveNext()
        {
            if (tree is null) return false;
            while (next < end)
            {
                current = next;
                ref readonly var node = ref tree.Nodes[current];
                next = node.End;
                if (name is null || FhirElement.NameMatches(node, name)) return true;
            }

            return false;
        }
    }
}
