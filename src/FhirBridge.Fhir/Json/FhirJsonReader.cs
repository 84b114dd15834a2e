using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>
/// The definition-driven reader: one pass over the tokens, every node typed as it is opened. Problems are collected and reading goes on,
/// until the list is full or the text is no JSON.
/// </summary>
/// <remarks>
/// 1. A resource's type may stand late in its object: it is looked for ahead, usually found at the first property.
/// 2. A primitive <c>x</c> and its sibling <c>_x</c> may stand in any order: the sibling's text is kept aside and merged into the node (FhirJsonReader.Siblings.cs).
/// 3. Recursion is bounded by <see cref="ReadLimits.Depth"/>; what is skipped is skipped without recursion.
/// </remarks>
internal ref partial struct FhirJsonReader
{
    private readonly ReadOnlySpan<byte> source;
    private readonly ElementTreeBuilder builder;
    private readonly SourceProblems problems;
    private readonly TypeIndex types;
    private readonly bool strict;
    private readonly int maxDepth;
    private readonly List<Sibling> siblings;
    private Utf8JsonReader reader;
    private int offset;
    private int depthBefore;
    private bool stopped;

    internal FhirJsonReader(ReadOnlySpan<byte> source, Definitions definitions, ReadLimits limits, SourceProblems problems, bool strict)
    {
        this.source = source;
        this.problems = problems;
        this.strict = strict;
        types = definitions.TypeIndex;

        // FHIR JSON has a node every 30 to 60 bytes; a wrong guess only costs a copy.
        builder = new ElementTreeBuilder(Math.Clamp(source.Length / 32, 16, 50_000));
        siblings = [];
        maxDepth = limits.Depth;
        reader = Tokens(source);
    }

    internal readonly ElementTreeBuilder Builder => builder;

    private readonly int At => offset + (int)reader.TokenStartIndex;

    private readonly int Consumed => offset + (int)reader.BytesConsumed;

    /// <summary>Reads the whole text. Throws <see cref="JsonException"/> when it is no JSON.</summary>
    internal void ReadRoot()
    {
        if (!Next()) return;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            problems.Add(Problems.WrongType, "a resource is a JSON object", null, At);
            Skip();
        }
        else
        {
            ReadResource(null, -1);
        }

        // Asks for what follows the resource: anything but white space is malformed.
        if (!stopped) reader.Read();
    }

    // One level more than is allowed, so that the reader's own limit never speaks before ours.
    private readonly Utf8JsonReader Tokens(ReadOnlySpan<byte> text) => new(text, new JsonReaderOptions { MaxDepth = maxDepth + 2 });

    private bool Next()
    {
        if (stopped || !reader.Read()) return false;
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray) || depthBefore + reader.CurrentDepth < maxDepth) return true;
        problems.Add(Problems.TooDeep, $"nested deeper than {maxDepth} levels", builder.PathOf(builder.Current), At);
        stopped = true;
        return false;
    }

    private void Skip()
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray)) return;
        var depth = reader.CurrentDepth;
        while (Next() && reader.CurrentDepth > depth)
        {
        }
    }

    private void ReadResource(PropertyDefinition? property, int index)
    {
        var start = At;
        var type = FindResourceType(out var name, out var nameOffset);
        if (type is null && strict)
        {
            UnknownType(property, index, name, name is null ? start : nameOffset);
            Skip();
            return;
        }

        var typeName = type?.Name ?? name ?? "";
        var node = builder.Open(property?.Element.Name ?? typeName, typeName, typeName, index, property?.Name);
        builder[node].IsResource = true;
        ReadMembers(node, type is null ? null : types.Group(typeName));
        builder.SetRange(node, start, Consumed - start);
        builder.Close();
    }

    /// <summary>Looks ahead, without moving, for the object's <c>resourceType</c>; null when there is none, or none of R4, which <paramref name="name"/> then is.</summary>
    private readonly TypeDefinition? FindResourceType(out string? name, out int at)
    {
        var ahead = reader;
        var depth = ahead.CurrentDepth + 1;
        at = 0;
        name = null;
        while (ahead.Read() && ahead.CurrentDepth >= depth)
        {
            if (depthBefore + ahead.CurrentDepth > maxDepth) return null;
            if (ahead.TokenType != JsonTokenType.PropertyName || ahead.CurrentDepth != depth || !ahead.ValueTextEquals("resourceType"u8)) continue;
            ahead.Read();
            at = offset + (int)ahead.TokenStartIndex;
            if (ahead.TokenType != JsonTokenType.String) return null;
            if (!ahead.ValueIsEscaped && types.FindResource(ahead.ValueSpan) is { } type) return type;
            if (TryText(ref ahead, out name)) return types.FindResource(System.Text.Encoding.UTF8.GetBytes(name));
            return null;
        }

        return null;
    }

    /// <summary>Reads the properties of the object at hand into an open node.</summary>
    private void ReadMembers(int node, ElementGroup? group)
    {
        var start = At;
        var firstSibling = siblings.Count;
        var state = new ObjectState();
        while (Next() && reader.TokenType == JsonTokenType.PropertyName)
        {
            state.Any = true;
            ReadMember(node, group, firstSibling, ref state);
        }

        if (stopped) return;
        FinishSiblings(node, firstSibling, ref state);
        if (!strict) return;
        if (!state.Any) Report(Problems.InvalidValue, "an object is never empty: leave the element out", node, start);
        if (group is not null) CheckRequired(node, group, state.Seen, start);
    }

    private void ReadMember(int node, ElementGroup? group, int firstSibling, ref ObjectState state)
    {
        var nameAt = At;
        if (!TryName(out var name))
        {
            problems.Add(Problems.MalformedJson, "a property name holds an escape that is no character", builder.PathOf(node), nameAt);
            stopped = true;
            return;
        }

        if (group is { IsResource: true } or null && name.SequenceEqual("resourceType"u8) && builder[node].IsResource)
        {
            if (state.ResourceType && strict) Report(Problems.UnknownElement, "resourceType stands twice", node, nameAt);
            state.ResourceType = true;
            Next();
            Skip();
            return;
        }

        var isSibling = name.Length > 1 && name[0] == '_';
        var property = group?.FindProperty(isSibling ? name[1..] : name);
        if (property is null || (isSibling && !property.HasSibling))
        {
            ReadUnknown(node, group, name, nameAt);
            return;
        }

        Next();
        if (isSibling) ReadSibling(node, property, nameAt, firstSibling, ref state);
        else ReadProperty(node, property, nameAt, firstSibling, ref state);
    }

    private void ReadProperty(int node, PropertyDefinition property, int nameAt, int firstSibling, ref ObjectState state)
    {
        if ((state.Seen & property.Mask) != 0 && !IsSiblingWaiting(property, firstSibling) && strict)
        {
            ReportTwice(node, property, nameAt);
            Skip();
            return;
        }

        state.Seen |= property.Mask;
        if (property.Repeats) ReadRepeating(property, ref state);
        else if (reader.TokenType == JsonTokenType.StartArray) WrongKind(property, -1, "a single value, not an array");
        else if (reader.TokenType == JsonTokenType.Null) WrongKind(property, -1, "a value: null stands only in arrays of primitives");
        else ReadItem(property, -1);

        if (siblings.Count > firstSibling) MergeWaiting(node, property, firstSibling);
    }

    private void ReadRepeating(PropertyDefinition property, ref ObjectState state)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            if (strict) ReportAt(Problems.WrongType, $"{property.Name} repeats: it is a JSON array", property, -1);
            if (reader.TokenType != JsonTokenType.Null) ReadItem(property, 0);
            return;
        }

        var start = At;
        var count = 0;
        for (; Next() && reader.TokenType != JsonTokenType.EndArray; count++)
        {
            if (reader.TokenType != JsonTokenType.Null)
            {
                ReadItem(property, count);
                continue;
            }

            if (!property.IsPrimitive)
            {
                WrongKind(property, count, "an object: null stands only in arrays of primitives");
                continue;
            }

            // Holds the place of a repetition whose sibling has the extensions; checked when the object ends.
            builder.Open(property.Shape, count);
            builder.Close();
            state.Nulls |= property.Mask;
        }

        if (!strict || stopped) return;
        if (count == 0) problems.Add(Problems.InvalidValue, "an array is never empty: leave the element out", PathUnder(property, -1), start);
        if (property.Element.Max is { } max && count > max) problems.Add(Problems.Cardinality, $"{property.Name} repeats {count} times, at most {max} are allowed", PathUnder(property, -1), start);
    }

    private void ReadItem(PropertyDefinition property, int index)
    {
        if (property.IsPrimitive)
        {
            ReadPrimitive(property, index);
            return;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            WrongKind(property, index, "an object");
            return;
        }

        if (property.IsAnyResource)
        {
            ReadResource(property, index);
            return;
        }

        var start = At;
        var node = builder.Open(property.Shape, index);
        ReadMembers(node, property.Content);
        builder.SetRange(node, start, Consumed - start);
        if (strict && !stopped && property.RequiredCodes is { } codes && StructureChecks.IsOutside(builder, source, node, codes))
        {
            Report(Problems.CodeInvalid, $"no coding is in the required value set {codes.ValueSet}", node, start);
        }

        builder.Close();
    }

    private struct ObjectState
    {
        /// <summary>Elements that were seen, by <see cref="PropertyDefinition.Mask"/>.</summary>
        internal ulong Seen;

        /// <summary>Elements whose array holds a null.</summary>
        internal ulong Nulls;

        /// <summary>Elements whose sibling was seen.</summary>
        internal ulong Siblings;

        internal bool Any;

        internal bool ResourceType;
    }
}
