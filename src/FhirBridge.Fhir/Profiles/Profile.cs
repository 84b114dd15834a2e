namespace FhirBridge.Fhir.Profiles;

/// <summary>
/// A StructureDefinition as a tree of rules: all elements of its snapshot.
/// Spec: https://hl7.org/fhir/R4/profiling.html.
/// </summary>
internal sealed class Profile(string url, string type, ProfileNode root, string? structure = null)
{
    internal string Url { get; } = url;

    /// <summary>The type that it defines or constrains.</summary>
    internal string Type { get; } = type;

    internal ProfileNode Root { get; } = root;

    /// <summary>What its differential states against its base, as the base is now; that is not asked for.</summary>
    internal IReadOnlyList<Problem> Faults { get; init; } = [];

    /// <summary>The type that the paths of its elements start with: of a part of a profile, that of the whole.</summary>
    internal string Structure { get; } = structure ?? type;

    /// <summary>The part that an id of an element names, as a profile of its own (<c>Composition.section:history</c>); null when there is none.</summary>
    internal Profile? Part(string id)
    {
        var node = Root;
        foreach (var step in id.Split('.').Skip(1))
        {
            var colon = step.IndexOf(':', StringComparison.Ordinal);
            if (node.Child(SectionReader.NameOf(colon < 0 ? step : step[..colon])) is not { } child) return null;
            node = child;
            if (colon < 0) continue;
            if (child.Slice(step[(colon + 1)..]) is not { } slice) return null;
            node = slice;
        }

        return node.Types is [{ Code: { } code }] ? new Profile($"{Url}#{id}", code, node, Structure) : null;
    }

    /// <summary>The node at a path of names below the root (<c>component.code</c>); null when the profile says nothing of it.</summary>
    internal ProfileNode? Find(string path)
    {
        ProfileNode? node = Root;
        foreach (var name in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            node = node.Child(name);
            if (node is null) return null;
        }

        return node;
    }
}
