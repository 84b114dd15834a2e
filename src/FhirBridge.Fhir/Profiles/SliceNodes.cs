namespace FhirBridge.Fhir.Profiles;

/// <summary>What of a profile speaks of an element along the path of a discriminator.</summary>
internal static class SliceNodes
{
    /// <summary>The nodes that speak of a child: with the slices of it, and in the profiles of the type, which a snapshot need not repeat.</summary>
    internal static IEnumerable<ProfileNode> Of(ProfileNode node, string name, Definitions definitions)
    {
        foreach (var own in OfNode(node, name, definitions)) yield return own;
        foreach (var root in Roots(node, definitions))
        {
            foreach (var further in OfNode(root, name, definitions)) yield return further;
        }
    }

    /// <summary>The roots of the profiles that the types of a node ask for.</summary>
    internal static IEnumerable<ProfileNode> Roots(ProfileNode node, Definitions definitions)
    {
        foreach (var type in node.Types)
        {
            foreach (var url in type.Profiles)
            {
                if (definitions.Profiles.Find(url) is { IsOk: true, Value: { } profile }) yield return profile.Root;
            }
        }
    }

    /// <summary>True when the type of a node follows the definition of the extension of that url.</summary>
    internal static bool IsExtension(ProfileNode node, string url) => node.Types.Any(t => t.Profiles.Any(p => p.Split('|')[0] == url));

    private static IEnumerable<ProfileNode> OfNode(ProfileNode node, string name, Definitions definitions)
    {
        var typed = node.Children.Where(c => IsChoice(name, c.Name, definitions)).ToList();
        if (typed.Count > 0) return typed;
        return node.Child(name) is { } child ? child.Slices.Prepend(child) : [];
    }

    /// <summary>True for <c>valueQuantity</c>, which a differential may say instead of <c>value[x]</c> with that type.</summary>
    private static bool IsChoice(string name, string typed, Definitions definitions)
    {
        if (typed.Length <= name.Length || !typed.StartsWith(name, StringComparison.Ordinal) || !char.IsAsciiLetterUpper(typed[name.Length])) return false;
        var type = typed[name.Length..];
        return definitions.FindType(type) is not null || definitions.IsPrimitive(char.ToLowerInvariant(type[0]) + type[1..]);
    }
}
