namespace FhirBridge.Fhir.Profiles;

/// <summary>What of a profile speaks of an element along the path of a discriminator.</summary>
internal static class SliceNodes
{
    /// <summary>The nodes that speak of a child: with the slices of it, and in the profiles of the type where the node itself says nothing.</summary>
    internal static IEnumerable<ProfileNode> Of(ProfileNode node, string name, Definitions definitions)
    {
        var isTold = false;
        foreach (var typed in node.Children.Where(c => IsChoice(name, c.Name, definitions)))
        {
            isTold = true;
            yield return typed;
        }

        if (isTold) yield break;
        if (node.Child(name) is { } child)
        {
            yield return child;
            foreach (var slice in child.Slices) yield return slice;
            yield break;
        }

        foreach (var url in node.Types.SelectMany(t => t.Profiles))
        {
            if (definitions.Profiles.Find(url) is not { IsOk: true, Value: { } profile }) continue;
            if (profile.Root.Child(name) is not { } own) continue;
            yield return own;
            foreach (var slice in own.Slices) yield return slice;
        }
    }

    /// <summary>True when the type of a node follows the definition of the extension of that url.</summary>
    internal static bool IsExtension(ProfileNode node, string url) => node.Types.Any(t => t.Profiles.Any(p => p.Split('|')[0] == url));

    /// <summary>True for <c>valueQuantity</c>, which a differential may say instead of <c>value[x]</c> with that type.</summary>
    private static bool IsChoice(string name, string typed, Definitions definitions)
    {
        if (typed.Length <= name.Length || !typed.StartsWith(name, StringComparison.Ordinal) || !char.IsAsciiLetterUpper(typed[name.Length])) return false;
        var type = typed[name.Length..];
        return definitions.FindType(type) is not null || definitions.IsPrimitive(char.ToLowerInvariant(type[0]) + type[1..]);
    }
}
