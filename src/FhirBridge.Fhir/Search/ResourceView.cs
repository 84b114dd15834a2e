namespace FhirBridge.Fhir.Search;

/// <summary>What a search sees of one resource.</summary>
/// <param name="Type">Resource type.</param>
/// <param name="Id">Logical id as the caller sees it.</param>
/// <param name="LastUpdated">Instant of the last change as the caller sees it.</param>
/// <param name="Index">The index values, those of <c>_tag</c>, <c>_profile</c>, <c>_security</c> and <c>_source</c> included.</param>
public sealed record ResourceView(string Type, string Id, DateTimeOffset LastUpdated, SearchIndex Index)
{
    /// <summary>The resource itself, for conditions that its index does not answer; null while it has not been read: they are undecided then.</summary>
    public ResourceContent? Content { get; init; }

    /// <summary>A contained resource as a resource of its own, whose id is that of none; null when its index values are not here.</summary>
    internal ResourceView? Contained(string id)
    {
        var name = IndexNames.Contained(id);
        if (Index.Of(name).FirstOrDefault() is not { Value: { } type }) return null;
        var within = IndexNames.WithinContained(id);
        var entries = Index.Entries.Where(e => e.Parameter.StartsWith(within, StringComparison.Ordinal)).Select(e => e with { Parameter = e.Parameter[within.Length..] });
        return new ResourceView(type, name, LastUpdated, new SearchIndex([.. entries]));
    }
}
