namespace FhirBridge.Fhir.Search;

/// <summary>
/// Turns chains and <c>_has</c> into plain conditions by searching the other resources first; what remains is decided by
/// <see cref="QueryMatcher"/>. Spec: https://hl7.org/fhir/R4/search.html#chaining.
/// </summary>
public static class ChainResolver
{
    /// <summary>The same query without chains and <c>_has</c>.</summary>
    /// <param name="query">A query.</param>
    /// <param name="search">All resources that match a query without chains and that the caller may see: whatever it withholds has no influence.</param>
    public static SearchQuery Resolve(SearchQuery query, Func<SearchQuery, IEnumerable<ResourceView>> search) =>
        query with { Criteria = [.. query.Criteria.Select(c => Resolve(c, search))] };

    private static SearchCriterion Resolve(SearchCriterion criterion, Func<SearchQuery, IEnumerable<ResourceView>> search) => criterion switch
    {
        ChainCriterion chain => new ParameterCriterion(chain.Parameter, SearchParameterType.Reference, SearchModifier.None, null,
            [.. chain.Targets.SelectMany(t => Search(t.Type, t.Criterion, search)).Select(v => new ReferenceValue($"{v.Type}/{v.Id}", $"{v.Type}/{v.Id}", null, v.Type, v.Id))]),
        HasCriterion has => new ParameterCriterion("_id", SearchParameterType.Token, SearchModifier.None, null,
            [.. Search(has.SourceType, has.Criterion, search).SelectMany(v => v.Index.Of(has.Reference)).Where(e => e.System is null && e.Value is not null)
                .Select(e => e.Value!).Distinct().Select(local => new LocalValue(local))]),
        _ => criterion,
    };

    private static IEnumerable<ResourceView> Search(string type, SearchCriterion criterion, Func<SearchQuery, IEnumerable<ResourceView>> search) =>
        search(new SearchQuery { Types = [type], Criteria = [Resolve(criterion, search)] });
}

/// <summary>A resource of this server, <c>Type/id</c>: what a <c>_has</c> was resolved to.</summary>
/// <param name="Local"><c>Type/id</c>.</param>
public sealed record LocalValue(string Local) : SearchValue(Local)
{
    internal bool Refers(ResourceView resource) =>
        Local.Length == resource.Type.Length + resource.Id.Length + 1 && Local[resource.Type.Length] == '/'
        && Local.StartsWith(resource.Type, StringComparison.Ordinal) && Local.EndsWith(resource.Id, StringComparison.Ordinal);
}
