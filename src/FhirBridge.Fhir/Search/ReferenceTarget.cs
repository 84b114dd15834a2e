namespace FhirBridge.Fhir.Search;

/// <summary>What a Reference points at, as far as the reference itself tells.</summary>
internal static class ReferenceTarget
{
    /// <summary>True for a text of the form <c>Type/id</c>, which is then its own local form.</summary>
    internal static bool IsLocal(string text)
    {
        var slash = text.IndexOf('/');
        if (slash < 2 || !char.IsAsciiLetterUpper(text[0]) || !FhirId.IsValid(text.AsSpan(slash + 1))) return false;
        foreach (var c in text.AsSpan(0, slash))
        {
            if (!char.IsAsciiLetter(c)) return false;
        }

        return true;
    }

    /// <summary>True when the target is of that type.</summary>
    internal static bool Is(FhirElement reference, string type)
    {
        var text = reference.IsResource ? null : reference.Text("reference");
        return text is not null && IsLocal(text)
            ? text.Length > type.Length && text[type.Length] == '/' && text.StartsWith(type, StringComparison.Ordinal)
            : TypeOf(reference, text) == type;
    }

    // From the literal reference, of the contained resource, or as Reference.type states; null when unknown.
    private static string? TypeOf(FhirElement reference, string? text)
    {
        if (reference.IsResource) return reference.Type;
        text ??= reference.Value;
        if (text is null || text.Length == 0) return reference.Text("type");
        return text[0] == '#' ? ContainedType(reference, text.AsSpan(1)) : FhirReference.Parse(text)?.Type ?? reference.Text("type");
    }

    private static string? ContainedType(FhirElement reference, ReadOnlySpan<char> id)
    {
        for (var resource = reference.Resource; resource.Exists; resource = resource.Parent.Resource)
        {
            if (id.Length == 0 && !resource.Parent.Exists) return resource.Type;
            foreach (var contained in resource.Children("contained"))
            {
                if (contained.Text("id") is { } own && id.SequenceEqual(own)) return contained.Type;
            }
        }

        return reference.Text("type");
    }
}
