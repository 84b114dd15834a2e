namespace FhirBridge.Fhir.Profiles;

/// <summary>
/// A StructureDefinition as a tree of rules: all elements of its snapshot.
/// Spec: https://hl7.org/fhir/R4/profiling.html.
/// </summary>
internal sealed class Profile(string url, string type, ProfileNode root)
{
    internal string Url { get; } = url;

    /// <summary>The type that it defines or constrains.</summary>
    internal string Type { get; } = type;

    internal ProfileNode Root { get; } = root;

    /// <summary>What its differential states against its base, as the base is now; that is not asked for.</summary>
    internal IReadOnlyList<Problem> Faults { get; init; } = [];

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
