namespace FhirBridge.Fhir;

/// <summary>What the JSON and the XML reader check alike, on the nodes that they build.</summary>
internal static class StructureChecks
{
    /// <summary>True for a problem of what stands in elements, is missing, or is in the wrong order: every element is known and of its kind, so that a lenient reader gives the tree all the same.</summary>
    internal static bool IsOfContent(ProblemKind kind) => kind == Problems.Required || kind == Problems.Cardinality || kind == Problems.InvalidValue || kind == Problems.CodeInvalid || kind == Problems.WrongOrder;

    /// <summary>Elements of the group that must be there and were not seen.</summary>
    internal static IEnumerable<ElementDefinition> Missing(ElementGroup group, ulong seen) =>
        // Apart, so that what is complete allocates nothing.
        (group.RequiredMask & ~seen) == 0 ? [] : Of(group, group.RequiredMask & ~seen);

    private static IEnumerable<ElementDefinition> Of(ElementGroup group, ulong mask) => group.Elements.Where(e => (mask & (1UL << e.Order)) != 0);

    internal static string Shown(ElementDefinition element) => element.IsChoice ? element.Name + "[x]" : element.Name;

    /// <summary>Says that the group has no such element, and which one was probably meant.</summary>
    internal static string UnknownElement(ElementGroup group, string name, out string shown)
    {
        shown = name.Length > 100 ? name[..100] : name;
        return $"{group.Path} has no element '{shown}'{Hint(Nearest.Of(name.TrimStart('_'), group.Properties.Select(p => p.Name)))}";
    }

    internal static string UnknownType(TypeIndex types, string name) =>
        $"'{(name.Length > 100 ? name[..100] : name)}' is no resource type of R4{Hint(Nearest.Of(name, types.ResourceTypes))}";

    /// <summary>
    /// True when a Coding or CodeableConcept has codes and none is of the required set. Text alone passes here: whether it may stand in for a
    /// code is for profiles to say.
    /// </summary>
    internal static bool IsOutside(ElementTreeBuilder builder, ReadOnlySpan<byte> source, int node, CodeSet codes)
    {
        if (builder[node].Type == "Coding") return OfCoding(builder, source, node, codes) == false;
        if (builder[node].Type != "CodeableConcept") return false;
        var coded = false;
        for (var i = node + 1; i < builder.Count; i = builder[i].End)
        {
            if (builder[i].Type != "Coding") continue;
            var inside = OfCoding(builder, source, i, codes);
            if (inside == true) return false;
            coded |= inside == false;
        }

        return coded;
    }

    private static bool? OfCoding(ElementTreeBuilder builder, ReadOnlySpan<byte> source, int node, CodeSet codes)
    {
        string? system = null, code = null;
        for (var i = node + 1; i < builder.Count && builder[i].Parent >= node; i = builder[i].End)
        {
            if (builder[i].Name == "system") system = builder.TextOf(i, source);
            else if (builder[i].Name == "code") code = builder.TextOf(i, source);
        }

        return code is null ? null : codes.Contains(system, code);
    }

    private static string Hint(string? near) => near is null ? "" : $"; did you mean '{near}'?";
}
