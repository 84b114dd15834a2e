namespace FhirBridge.Fhir.Profiles;

/// <summary>Makes a <see cref="Profile"/> out of a StructureDefinition: of its snapshot, which is generated when it has none.</summary>
internal sealed class ProfileCompiler(Definitions definitions)
{
    /// <summary>The profile, or why it cannot be used.</summary>
    internal Result<Profile> Compile(FhirElement source)
    {
        var url = source.Text("url") ?? "";
        if (source.Text("type") is not { } type) return Unusable(url, "it names no type");
        var complete = SnapshotGenerator.WithSnapshot(source, definitions);
        if (!complete.IsOk) return Result<Profile>.Fail(complete.Problems);
        if (Tree(complete.Value["snapshot"], type) is not { } root) return Unusable(url, "its elements are not those of its type");
        new BaseCover(definitions).Mark(root, type);
        return new Profile(url, type, root) { Faults = complete.Problems };
    }

    private static Problem Unusable(string url, string why) => Problems.InvalidExpression.With($"the profile '{url}' cannot be used: {why}");

    /// <summary>The tree of all elements; null when a path does not start with the type.</summary>
    internal static ProfileNode? Tree(FhirElement view, string type)
    {
        // The type of a logical model is a URL, whose last part the paths start with.
        type = type[(type.LastIndexOf('/') + 1)..];
        var elements = view.Children("element").ToList();
        var hasRoot = elements.Count > 0 && elements[0].Text("path") == type;
        var root = new ProfileNode(type, hasRoot ? elements[0] : default);
        var open = new Stack<(string Path, string Id)>([(type, type)]);
        foreach (var element in hasRoot ? elements.Skip(1) : elements)
        {
            var path = element.Text("path") ?? "";
            if (!path.StartsWith(type + ".", StringComparison.Ordinal)) return null;
            while (!path.StartsWith(open.Peek().Path + ".", StringComparison.Ordinal)) open.Pop();
            var id = Id(element, path, open.Peek());
            open.Push((path, id));
            Place(root, element, id.Split('.'));
        }

        return root;
    }

    /// <summary>
    /// The element's id, which names the slices on the way (<c>Observation.component:systolic.code</c>). Where it states none, or another one than its
    /// path, the order tells: a slice stands after its element and before what is below it.
    /// </summary>
    private static string Id(FhirElement element, string path, (string Path, string Id) around)
    {
        if (element.Text("id") is { } id && string.Join('.', id.Split('.').Select(s => s.Split(':')[0])) == path) return id;
        var slice = element.Text("sliceName");
        return around.Id + path[around.Path.Length..] + (slice is null ? "" : ":" + slice);
    }

    private static void Place(ProfileNode root, FhirElement element, string[] id)
    {
        var node = root;
        for (var i = 1; i < id.Length; i++)
        {
            var colon = id[i].IndexOf(':');
            var slice = colon < 0 ? null : id[i][(colon + 1)..];
            var name = SectionReader.NameOf(colon < 0 ? id[i] : id[i][..colon]);
            var isLast = i == id.Length - 1;
            var parent = node;
            if (slice is null && isLast)
            {
                parent.Add(new ProfileNode(name, element));
                return;
            }

            // A differential may pass over what it does not change.
            node = Own(parent.Children, c => c.Name == name) ?? parent.Add(new ProfileNode(name, default));
            if (slice is not null) node = Slice(node, slice, isLast ? element : default);
        }
    }

    /// <summary>The slice of that name, made when it is new or when its element is at hand. A slice of a slice is called <c>outer/inner</c>.</summary>
    private static ProfileNode Slice(ProfileNode sliced, string slice, FhirElement element)
    {
        var slash = slice.LastIndexOf('/');
        if (slash > 0 && Own(sliced.Slices, s => s.SliceName == slice[..slash]) is { } outer) sliced = outer;
        return (element.Exists ? null : Own(sliced.Slices, s => s.SliceName == slice)) ?? sliced.AddSlice(new ProfileNode(sliced.Name, element, slice));
    }

    private static ProfileNode? Own(IReadOnlyList<ProfileNode> nodes, Func<ProfileNode, bool> isIt) => nodes.LastOrDefault(isIt);
}
