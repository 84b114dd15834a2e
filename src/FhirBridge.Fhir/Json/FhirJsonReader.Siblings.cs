using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>Primitives and their <c>_</c> siblings: one node for both.</summary>
internal ref partial struct FhirJsonReader
{
    /// <summary>A sibling whose text is kept until its primitive is known, or the object ends.</summary>
    private readonly record struct Sibling(PropertyDefinition Property, int Start, int Length);

    private readonly bool IsSiblingWaiting(PropertyDefinition property, int first)
    {
        for (var i = first; i < siblings.Count; i++)
        {
            if (ReferenceEquals(siblings[i].Property, property)) return true;
        }

        return false;
    }

    private void ReadSibling(int node, PropertyDefinition property, int nameAt, int firstSibling, ref ObjectState state)
    {
        var start = At;
        var isFirst = (state.Siblings & property.Mask) == 0;
        var firstChild = (state.Seen & property.Mask) != 0 ? FirstChild(node, property) : -1;
        var belongs = (state.Seen & property.Mask) == 0 || firstChild >= 0;
        if (strict && (!isFirst || !belongs))
        {
            // A sibling of a value that was refused has nothing to stand on, but that was said already.
            if (!isFirst || OtherChoice(node, property)) ReportTwice(node, property, nameAt);
            Skip();
            return;
        }

        state.Seen |= property.Mask;
        state.Siblings |= property.Mask;
        Skip();
        if (stopped) return;
        var sibling = new Sibling(property, start, Consumed - start);
        if (firstChild >= 0) Merge(node, sibling, firstChild);
        else siblings.Add(sibling);
    }

    private void MergeWaiting(int node, PropertyDefinition property, int first)
    {
        for (var i = first; i < siblings.Count; i++)
        {
            if (!ReferenceEquals(siblings[i].Property, property)) continue;
            var sibling = siblings[i];
            siblings.RemoveAt(i);
            Merge(node, sibling, FirstChild(node, property));
            return;
        }
    }

    /// <summary>At the end of an object: siblings that stand alone, and nulls that nothing explains.</summary>
    private void FinishSiblings(int node, int first, ref ObjectState state)
    {
        for (var i = first; i < siblings.Count && !stopped; i++) Merge(node, siblings[i], -1);
        siblings.RemoveRange(first, siblings.Count - first);
        if (state.Nulls == 0 || !strict) return;
        for (var i = node + 1; i < builder.Count && !stopped; i = builder[i].End)
        {
            if (builder[i].Kind == JsonValueKind.Undefined && builder[i].End == i + 1 && builder[i].Index >= 0 && builder[i].Start < 0)
            {
                Report(Problems.WrongType, "null stands only where the _ sibling has an object at the same place", i, At);
            }
        }
    }

    private readonly int FirstChild(int node, PropertyDefinition property)
    {
        for (var i = node + 1; i < builder.Count; i = builder[i].End)
        {
            if (ReferenceEquals(builder[i].SourceName, property.Name)) return i;
        }

        return -1;
    }

    private readonly bool OtherChoice(int node, PropertyDefinition property)
    {
        for (var i = node + 1; i < builder.Count; i = builder[i].End)
        {
            if (builder[i].Name == property.Element.Name && !ReferenceEquals(builder[i].SourceName, property.Name)) return true;
        }

        return false;
    }

    /// <summary>
    /// Gives the primitive's nodes (from <paramref name="firstChild"/> on; new ones when -1) the children that the sibling holds. Nodes stand in
    /// document order, so what follows the primitive is cut off and put back behind: each sibling moves the rest of its object once.
    /// </summary>
    private void Merge(int node, Sibling sibling, int firstChild)
    {
        var property = sibling.Property;
        var start = firstChild < 0 ? builder.Count : firstChild;
        var cut = builder.CutFrom(start);
        var leaves = 0;
        while (leaves < cut.Length && ReferenceEquals(cut[leaves].SourceName, property.Name)) leaves++;

        var outer = reader;
        var (outerOffset, outerDepth) = (offset, depthBefore);
        depthBefore += reader.CurrentDepth;
        offset = sibling.Start;
        reader = Tokens(source.Slice(sibling.Start, sibling.Length));
        Next();
        var used = 0;
        if (property.Repeats && reader.TokenType == JsonTokenType.StartArray)
        {
            for (; Next() && reader.TokenType != JsonTokenType.EndArray; used++) MergeOne(property, used, used < leaves ? cut[used] : null);
            if (used == 0 && strict) ReportAt(Problems.InvalidValue, "an array is never empty: leave the element out", property, -1);
        }
        else if (property.Repeats && strict)
        {
            ReportAt(Problems.WrongType, $"_{property.Name} repeats: it is a JSON array", property, -1);
        }
        else
        {
            MergeOne(property, property.Repeats ? 0 : -1, leaves > 0 ? cut[0] : null);
            used = 1;
        }

        reader = outer;
        (offset, depthBefore) = (outerOffset, outerDepth);
        if (stopped) return;
        used = Math.Min(used, leaves);
        builder.PutBack(cut.AsSpan(used), start + used);
    }

    private void MergeOne(PropertyDefinition property, int index, ElementNode? leaf)
    {
        var isNull = reader.TokenType == JsonTokenType.Null;
        var isLoneNull = isNull && (index < 0 || leaf is null || leaf.Value.Kind == JsonValueKind.Undefined);
        var node = leaf is { } old ? builder.Reopen(old) : builder.Open(property.Shape, index);
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            var start = At;
            ReadMembers(node, property.Content);
            builder[node].Sibling = new SiblingText(start, Consumed - start);
        }
        else if (strict && (isLoneNull || !isNull))
        {
            var text = isNull ? "null stands only beside a value" : $"_{property.Name} is an object that holds id and extensions";
            Report(Problems.WrongType, text, node, At);
            Skip();
        }
        else
        {
            Skip();
        }

        builder.Close();
    }
}
