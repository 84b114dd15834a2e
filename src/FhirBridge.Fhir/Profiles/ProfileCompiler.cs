namespace FhirBridge.Fhir.Profiles;

/// <summary>Makes a <see cref="Profile"/> out of a StructureDefinition: of its snapshot, or of its differential when it has none.</summary>
internal sealed class ProfileCompiler(Definitions definitions)
{
    // Profiles that restrict each other this often are a circle.
    private const int MaxBases = 30;

    /// <summary>The profile, or why it cannot be used.</summary>
    internal Result<Profile> Compile(FhirElement source, int bases = 0)
    {
        var url = source.Text("url") ?? "";
        if (source.Text("type") is not { } type) return Unusable(url, "it names no type");
        var view = source["snapshot"];
        Profile? basis = null;
        if (!view.Exists)
        {
            view = source["differential"];
            if (!view.Exists) return Unusable(url, "it has neither snapshot nor differential");
            if (source.Text("baseDefinition") is not { } baseUrl) return Unusable(url, "it has no snapshot and no base");
            if (bases > MaxBases) return Unusable(url, "its bases lead in a circle");
            var found = definitions.FindResource("StructureDefinition", baseUrl);
            if (!found.Exists) return Unusable(url, $"its base '{baseUrl}' is unknown");
            var compiled = Compile(found, bases + 1);
            if (!compiled.IsOk) return compiled;
            basis = compiled.Value;
            if (basis.Type != type) return Unusable(url, $"its base '{baseUrl}' is about {basis.Type}");
        }

        return Tree(view, type, basis) is { } root ? new Profile(url, type, root, basis) : Unusable(url, "its elements are not those of its type");
    }

    private static Problem Unusable(string url, string why) => Problems.InvalidExpression.With($"the profile '{url}' cannot be used: {why}");

    /// <summary>The tree of all elements; null when a path does not start with the type.</summary>
    private static ProfileNode? Tree(FhirElement view, string type, Profile? basis)
    {
        // The type of a logical model is a URL, whose last part the paths start with.
        type = type[(type.LastIndexOf('/') + 1)..];
        var elements = view.Children("element").ToList();
        var hasRoot = elements.Count > 0 && elements[0].Text("path") == type;
        var root = new ProfileNode(type, hasRoot ? elements[0] : default, basis?.Root);
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
                parent.Add(new ProfileNode(name, element, parent.Basis?.Child(name)));
                return;
            }

            // A differential may pass over what it does not change.
            node = Own(parent.Children, c => c.Name == name) ?? parent.Add(new ProfileNode(name, default, parent.Basis?.Child(name)));
            if (slice is not null) node = Slice(node, slice, isLast ? element : default);
        }
    }

    /// <summary>The slice of that name, made when it is new or when its element is at hand. A slice of a slice is called <c>outer/inner</c>.</summary>
    private static ProfileNode Slice(ProfileNode sliced, string slice, FhirElement element)
    {
        var slash = slice.LastIndexOf('/');
        if (slash > 0 && Own(sliced.Slices, s => s.SliceName == slice[..slash]) is { } outer) sliced = outer;
        return (element.Exists ? null : Own(sliced.Slices, s => s.SliceName == slice)) ?? sliced.AddSlice(new ProfileNode(sliced.Name, element, sliced.Basis?.Slice(slice), slice));
    }

    private static ProfileNode? Own(IReadOnlyList<ProfileNode> nodes, Func<ProfileNode, bool> isIt) => nodes.LastOrDefault(isIt);
}
