namespace FhirBridge.Fhir.Profiles;

/// <summary>
/// One element of a snapshot in the making, or one slice of it, with what stands below. What it states are properties of ElementDefinitions that exist
/// already, so that a copy costs no more than its node. Spec: https://hl7.org/fhir/R4/elementdefinition.html.
/// </summary>
/// <param name="name">Last part of the path: <c>value[x]</c>.</param>
/// <param name="slice">Name of the slice; null for the element itself.</param>
/// <param name="properties">What is stated, without id, path and sliceName, which the place in the tree says.</param>
internal sealed class SnapshotNode(string name, string? slice, IReadOnlyList<FhirElement> properties)
{
    private readonly List<SnapshotNode> children = [];
    private readonly List<SnapshotNode> slices = [];

    internal string Name => name;

    internal string? SliceName => slice;

    internal IReadOnlyList<FhirElement> Properties { get; set; } = properties;

    internal IReadOnlyList<SnapshotNode> Children => children;

    internal IReadOnlyList<SnapshotNode> Slices => slices;

    internal bool IsChoice => name.EndsWith("[x]", StringComparison.Ordinal);

    /// <summary>The properties of that name (<c>fixed</c> for <c>fixedCode</c>).</summary>
    internal IEnumerable<FhirElement> All(string property) => Properties.Where(p => p.Name == property);

    /// <summary>The first property of that name, or an element that does not exist.</summary>
    internal FhirElement First(string property)
    {
        foreach (var p in Properties)
        {
            if (p.Name == property) return p;
        }

        return default;
    }

    internal string? Text(string property) => First(property).Value;

    internal SnapshotNode? Child(string child) => children.Find(c => c.Name == child);

    /// <summary>The slice of that name; one called <c>a/b</c> is a slice of the slice <c>a</c>.</summary>
    internal SnapshotNode? Slice(string sought)
    {
        if (slices.Find(s => s.SliceName == sought) is { } found) return found;
        var slash = sought.LastIndexOf('/');
        return slash > 0 ? Slice(sought[..slash])?.slices.Find(s => s.SliceName == sought) : null;
    }

    internal SnapshotNode Add(SnapshotNode child)
    {
        children.Add(child);
        return child;
    }

    internal SnapshotNode AddSlice(SnapshotNode added)
    {
        slices.Add(added);
        return added;
    }

    /// <summary>This node and all below, each with id and path, in the order of a snapshot.</summary>
    internal IEnumerable<(SnapshotNode Node, string Id, string Path)> WithIds() => WithIds(name, name);

    private IEnumerable<(SnapshotNode Node, string Id, string Path)> WithIds(string id, string path)
    {
        yield return (this, id, path);
        foreach (var child in children)
        {
            foreach (var below in child.WithIds($"{id}.{child.Name}", $"{path}.{child.Name}")) yield return below;
        }

        // A slice of a slice says the outer one in its own name, so it takes its place in the id.
        var own = slice is null ? id : id[..^(slice.Length + 1)];
        foreach (var inner in slices)
        {
            foreach (var below in inner.WithIds($"{own}:{inner.SliceName}", path)) yield return below;
        }
    }

    /// <summary>Puts others in place of the properties of a name; none to take it away.</summary>
    internal void Replace(string property, params IEnumerable<FhirElement> others) => Properties = [.. Properties.Where(p => p.Name != property), .. others];
}
