using System.Text;
using System.Text.Json;
using System.Xml;

namespace FhirBridge.Fhir;

/// <summary>The definition-driven reader of FHIR XML; the shape and the problems are those of the JSON reader.</summary>
internal sealed class FhirXmlReader
{
    private readonly XmlReader reader;
    private readonly IXmlLineInfo place;
    private readonly SourceProblems problems;
    private readonly TypeIndex types;
    private readonly int maxDepth;
    private bool stopped;

    internal FhirXmlReader(XmlReader reader, Definitions definitions, ReadLimits limits, SourceProblems problems)
    {
        this.reader = reader;
        this.problems = problems;
        place = (IXmlLineInfo)reader;
        types = definitions.TypeIndex;
        maxDepth = limits.Depth;
    }

    internal ElementTreeBuilder Builder { get; } = new();

    internal void ReadRoot()
    {
        while (reader.Read() && reader.NodeType != XmlNodeType.Element)
        {
            // The bytes were read as UTF-8; whoever declares something else means other characters.
            if (reader.NodeType != XmlNodeType.XmlDeclaration || reader.GetAttribute("encoding") is not { } encoding || IsUtf8(encoding)) continue;
            Report(Problems.MalformedXml, "the encoding of FHIR XML is UTF-8", null);
        }

        ReadResource(null, -1);
        while (!stopped && reader.Read())
        {
            // To the end, so that what follows the root is refused when it is not well-formed.
        }
    }

    /// <summary>Reads the resource whose element the reader stands on; leaves the reader on its end.</summary>
    private void ReadResource(PropertyDefinition? property, int index)
    {
        var name = reader.LocalName;
        var type = reader.NamespaceURI == FhirXml.Namespace ? types.FindResource(Encoding.UTF8.GetBytes(name)) : null;
        if (type is null)
        {
            var path = property is null ? null : PathUnder(property, index);
            var text = reader.NamespaceURI == FhirXml.Namespace
                ? StructureChecks.UnknownType(types, name)
                : $"a resource is an element of the namespace {FhirXml.Namespace}";
            Report(Problems.UnknownResourceType, text, path);
            Skip();
            return;
        }

        var node = Builder.Open(property?.Element.Name ?? type.Name, type.Name, type.Name, index, property?.Name);
        Builder[node].IsResource = true;
        ReadMembers(node, types.Group(type.Name)!, null);
        Builder.Close();
    }

    /// <summary>Reads attributes and child elements of the element at hand; leaves the reader on its end.</summary>
    private void ReadMembers(int node, ElementGroup group, PropertyDefinition? primitive)
    {
        var start = (place.LineNumber, place.LinePosition);
        var empty = reader.IsEmptyElement;
        var state = new ElementState();
        ReadAttributes(node, group, primitive, ref state);
        if (!empty)
        {
            var depth = reader.Depth;
            while (Next() && reader.Depth > depth)
            {
                switch (reader.NodeType)
                {
                    case XmlNodeType.Element:
                        ReadChild(node, group, ref state);
                        break;
                    case XmlNodeType.Text or XmlNodeType.CDATA:
                        Report(Problems.InvalidValue, "text stands only in the value attribute", Builder.PathOf(node));
                        break;
                }
            }
        }

        if (stopped) return;

        // A resource may be empty where nothing is required of it: its type alone says something, as in JSON.
        if (!state.Any && !group.IsResource) Report(Problems.InvalidValue, "an element is never empty: leave it out", Builder.PathOf(node), start);
        foreach (var missing in StructureChecks.Missing(group, state.Seen))
        {
            Report(Problems.Required, $"{group.Path} needs '{StructureChecks.Shown(missing)}'", $"{Builder.PathOf(node)}.{missing.Name}", start);
        }
    }

    private void ReadAttributes(int node, ElementGroup group, PropertyDefinition? primitive, ref ElementState state)
    {
        while (!stopped && reader.MoveToNextAttribute())
        {
            if (IsAside()) continue;
            state.Any = true;
            if (primitive is not null && reader.Name == "value")
            {
                SetValue(node, primitive, reader.Value);
                continue;
            }

            var property = group.FindProperty(reader.Name);
            if (property is not { Element.IsXmlAttribute: true })
            {
                Report(Problems.UnknownElement, StructureChecks.UnknownElement(group, reader.Name, out var shown), $"{Builder.PathOf(node)}.{shown}");
                continue;
            }

            state.Seen |= property.Mask;
            var child = Builder.Open(property.Shape, -1);
            SetValue(child, property, reader.Value);
            Builder.Close();
        }

        reader.MoveToElement();
    }

    private void ReadChild(int node, ElementGroup group, ref ElementState state)
    {
        state.Any = true;
        var name = reader.LocalName;
        var property = group.FindProperty(name);
        var expected = property?.Primitive == PrimitiveKind.Xhtml ? Xhtml.Namespace : FhirXml.Namespace;
        if (property is null || property.Element.IsXmlAttribute || reader.NamespaceURI != expected)
        {
            var text = StructureChecks.UnknownElement(group, name, out var shown) + (property is null ? "" : $" as an element of the namespace '{reader.NamespaceURI}'");
            Report(Problems.UnknownElement, text, $"{Builder.PathOf(node)}.{shown}");
            Skip();
            return;
        }

        var order = property.Element.Order;
        if (order < state.Order) Report(Problems.WrongOrder, $"'{name}' stands out of order: the elements of XML have the order of the definition", $"{Builder.PathOf(node)}.{property.Element.Name}");
        state.Count = ReferenceEquals(state.Last, property) ? state.Count + 1 : 1;
        if ((state.Seen & property.Mask) != 0 && !ReferenceEquals(state.Last, property) && property.Element.IsChoice)
        {
            Report(Problems.Cardinality, $"{property.Element.Name}[x] has several values; one type is allowed", $"{Builder.PathOf(node)}.{property.Element.Name}");
        }
        else if (state.Count > (property.Element.Max ?? int.MaxValue))
        {
            Report(Problems.Cardinality, $"{name} stands {state.Count} times, at most {property.Element.Max} are allowed", $"{Builder.PathOf(node)}.{property.Element.Name}");
        }

        state.Last = property;
        state.Order = Math.Max(order, state.Order);
        state.Seen |= property.Mask;
        ReadItem(property, property.Repeats ? state.Count - 1 : -1);
    }

    private void ReadItem(PropertyDefinition property, int index)
    {
        if (property.IsAnyResource)
        {
            ReadContainer(property, index);
            return;
        }

        var start = (place.LineNumber, place.LinePosition);
        var node = Builder.Open(property.Shape, index);
        if (property.Primitive == PrimitiveKind.Xhtml)
        {
            using var div = reader.ReadSubtree();
            div.Read();
            if (Xhtml.ReadElement(div) is { } text) SetValue(node, property, text, start);
            else StopTooDeep();
        }
        else
        {
            ReadMembers(node, property.Content!, property.IsPrimitive ? property : null);
            if (property.RequiredCodes is { } codes && StructureChecks.IsOutside(Builder, default, node, codes))
            {
                Report(Problems.CodeInvalid, $"no coding is in the required value set {codes.ValueSet}", Builder.PathOf(node), start);
            }
        }

        Builder.Close();
    }

    /// <summary>Reads <c>contained</c>, <c>resource</c>: one resource inside.</summary>
    private void ReadContainer(PropertyDefinition property, int index)
    {
        var start = (place.LineNumber, place.LinePosition);
        var count = 0;
        while (!stopped && reader.MoveToNextAttribute())
        {
            if (!IsAside()) Report(Problems.UnknownElement, $"{property.Name} has no attributes", PathUnder(property, index));
        }

        reader.MoveToElement();
        if (!reader.IsEmptyElement)
        {
            var depth = reader.Depth;
            while (Next() && reader.Depth > depth)
            {
                if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA) Report(Problems.InvalidValue, "text stands only in the value attribute", PathUnder(property, index));
                if (reader.NodeType != XmlNodeType.Element) continue;
                if (count++ == 0)
                {
                    ReadResource(property, index);
                    continue;
                }

                Report(Problems.Cardinality, $"{property.Name} holds one resource", PathUnder(property, index));
                Skip();
            }
        }

        if (count == 0 && !stopped) Report(Problems.UnknownResourceType, $"{property.Name} holds a resource", PathUnder(property, index), start);
    }

    private void SetValue(int node, PropertyDefinition property, string text, (int Line, int Column)? at = null)
    {
        var kind = property.Primitive switch
        {
            PrimitiveKind.Boolean => text == "true" ? JsonValueKind.True : JsonValueKind.False,
            PrimitiveKind.Integer or PrimitiveKind.UnsignedInt or PrimitiveKind.PositiveInt or PrimitiveKind.Decimal => JsonValueKind.Number,
            _ => JsonValueKind.String,
        };
        Builder.SetValue(node, text, kind);
        if (text.Length == 0)
        {
            Report(Problems.InvalidValue, "a value is never empty: leave the element out", Builder.PathOf(node), at);
        }
        else if (PrimitiveGrammar.Check(property.Primitive, Encoding.UTF8.GetBytes(text)) is { } fault)
        {
            Report(Problems.InvalidValue, $"not a valid {property.Type}: {fault}", Builder.PathOf(node), at);
        }
        else if (property.Primitive == PrimitiveKind.Code && property.RequiredCodes is { } codes && !codes.Contains(text))
        {
            Report(Problems.CodeInvalid, $"'{(text.Length > 60 ? text[..60] + "…" : text)}' is not in the required value set {codes.ValueSet}{codes.Hint()}", Builder.PathOf(node), at);
        }
    }

    /// <summary>True when the attribute at hand says nothing about the content: namespace declarations and schema locations.</summary>
    private bool IsAside() => reader.Name == "xmlns" || reader.Prefix == "xmlns" || reader.NamespaceURI == "http://www.w3.org/2001/XMLSchema-instance";

    private static bool IsUtf8(string encoding) =>
        encoding.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || encoding.Equals("us-ascii", StringComparison.OrdinalIgnoreCase) || encoding.Equals("ascii", StringComparison.OrdinalIgnoreCase);

    private bool Next()
    {
        if (stopped || !reader.Read()) return false;
        if (reader.NodeType != XmlNodeType.Element || reader.Depth < maxDepth) return true;
        StopTooDeep();
        return false;
    }

    private void StopTooDeep()
    {
        Report(Problems.TooDeep, $"nested deeper than {maxDepth} levels", Builder.PathOf(Builder.Current));
        stopped = true;
    }

    /// <summary>Moves to the end of the element at hand.</summary>
    private void Skip()
    {
        if (reader.IsEmptyElement) return;
        var depth = reader.Depth;
        while (Next() && reader.Depth > depth)
        {
        }
    }

    private string PathUnder(PropertyDefinition property, int index) =>
        Builder.PathOf(Builder.Current) + "." + property.Element.Name + (index < 0 ? "" : $"[{index}]");

    private void Report(ProblemKind kind, string text, string? path, (int Line, int Column)? at = null)
    {
        var (line, column) = at ?? (place.LineNumber, place.LinePosition);
        problems.Add(kind.With(text, path, line, column));
        stopped |= problems.IsFull;
    }

    private struct ElementState
    {
        internal ulong Seen;
        internal int Order;
        internal PropertyDefinition? Last;
        internal int Count;
        internal bool Any;
    }
}
