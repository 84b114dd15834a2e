namespace FhirBridge.Fhir.Profiles;

/// <summary>One part of an address: an element, or a slice of it.</summary>
/// <param name="Name">Last part of the path: <c>component</c>, <c>value[x]</c>.</param>
/// <param name="Slice">Name of the slice; null for the element itself.</param>
internal readonly record struct ElementStep(string Name, string? Slice)
{
    /// <inheritdoc/>
    public override string ToString() => Slice is null ? Name : $"{Name}:{Slice}";
}

/// <summary>Where the ElementDefinitions of a snapshot or differential stand: path, and the slices on the way. Spec: https://hl7.org/fhir/R4/elementdefinition.html#id.</summary>
internal static class ElementAddress
{
    /// <summary>Deeper than any type of R4 with datatypes unfolded; recursion stays far from the end of the stack.</summary>
    internal const int MaxDepth = 60;

    /// <summary>
    /// Each element with its address below the root; empty for the root itself. Null in place of the address when its path does not start with the
    /// type, or is too deep.
    /// </summary>
    internal static IEnumerable<(FhirElement Element, ElementStep[]? Address)> Of(FhirElement view, string root)
    {
        var open = new Stack<(string Path, ElementStep[] Address)>();
        open.Push((root, []));
        foreach (var element in view.Children("element"))
        {
            var path = element.Text("path") ?? "";
            if (path == root)
            {
                yield return (element, []);
                continue;
            }

            if (!path.StartsWith(root + ".", StringComparison.Ordinal) || path.Count(c => c == '.') > MaxDepth)
            {
                yield return (element, null);
                continue;
            }

            while (!path.StartsWith(open.Peek().Path + ".", StringComparison.Ordinal)) open.Pop();
            var address = ById(element, path) ?? ByOrder(element, path, open.Peek());
            open.Push((path, address));
            yield return (element, address);
        }
    }

    /// <summary>By the id, which names the slices on the way (<c>Observation.component:systolic.code</c>); null when it says another path.</summary>
    internal static ElementStep[]? ById(FhirElement element, string path)
    {
        if (element.Text("id") is not { } id) return null;
        var (said, names) = (id.Split('.'), path.Split('.'));
        if (said.Length != names.Length) return null;
        var steps = new ElementStep[said.Length - 1];
        for (var i = 0; i < said.Length; i++)
        {
            var colon = said[i].IndexOf(':');
            var name = colon < 0 ? said[i] : said[i][..colon];

            // The path may say valueQuantity where the id says value[x]:valueQuantity.
            if (name != names[i] && !(name.EndsWith("[x]", StringComparison.Ordinal) && names[i].StartsWith(name[..^3], StringComparison.Ordinal))) return null;
            if (i > 0) steps[i - 1] = new ElementStep(colon < 0 ? names[i] : name, colon < 0 ? null : said[i][(colon + 1)..]);
        }

        if (element.Text("sliceName") is { } slice && steps.Length > 0) steps[^1] = steps[^1] with { Slice = slice };
        return steps;
    }

    /// <summary>By the order: a slice stands after its element and before what is below it.</summary>
    private static ElementStep[] ByOrder(FhirElement element, string path, (string Path, ElementStep[] Address) around)
    {
        ElementStep[] steps = [.. around.Address, .. path[(around.Path.Length + 1)..].Split('.').Select(n => new ElementStep(n, null))];
        steps[^1] = steps[^1] with { Slice = element.Text("sliceName") };
        return steps;
    }
}
