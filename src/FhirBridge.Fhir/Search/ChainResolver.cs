namespace FhirBridge.Fhir.Search;

/// <summary>
/// Turns chains and <c>_has</c> into plain conditions by searching the other resources first; what remains is decided by
/// <see cref="QueryMatcher"/>. Spec: https://hl7.org/fhir/R4/search.html#chaining.
/// </summary>
public static class ChainResolver
{
    /// <summary>The same query without chains and <c>_has</c>.</summary>
    /// <param name="query">A query; where stored references differ from what callers see, <c>MapReferences</c> comes after this.</param>
    /// <param name="search">All resources that match a query without chains and that the caller may see: whatever it withholds has no influence.</param>
    /// <param name="visible">From a resource and a reference value in its index to the <c>Type/id</c> under which the caller sees the target, or null; default: as stored.</param>
    public static SearchQuery Resolve(SearchQuery query, Func<SearchQuery, IEnumerable<ResourceView>> search, Func<ResourceView, IndexEntry, string?>? visible = null)
    {
        var resolver = new Resolver(search, visible ?? ((_, entry) => entry.System is null ? entry.Value : null));
        return query with { Criteria = [.. query.Criteria.Select(resolver.Resolve)] };
    }

    private sealed class Resolver(Func<SearchQuery, IEnumerable<ResourceView>> search, Func<ResourceView, IndexEntry, string?> visible)
    {
        internal SearchCriterion Resolve(SearchCriterion criterion) => criterion switch
        {
            ChainCriterion chain => new ParameterCriterion(chain.Parameter, SearchParameterType.Reference, SearchModifier.None, null, [.. Targets(chain).Distinct()]),
            HasCriterion has => new ParameterCriterion("_id", SearchParameterType.Token, SearchModifier.None, null, [.. Referred(has).Distinct()]),
            _ => criterion,
        };

        private IEnumerable<SearchValue> Targets(ChainCriterion chain) =>
            from target in chain.Targets
            from view in Search(target.Type, target.Criterion)
            select new ReferenceValue($"{view.Type}/{view.Id}", $"{view.Type}/{view.Id}", null, view.Type, view.Id);

        private IEnumerable<SearchValue> Referred(HasCriterion has) =>
            from view in Search(has.SourceType, has.Criterion)
            from entry in view.Index.Of(has.Reference)
            let local = visible(view, entry)
            where local is not null
            select new LocalValue(local);

        private IEnumerable<ResourceView> Search(string type, SearchCriterion criterion) =>
            search(new SearchQuery { Types = [type], Criteria = [Resolve(criterion)] });
    }
}

/// <summary>A resource of this server, <c>Type/id</c>: what a <c>_has</c> was resolved to.</summary>
/// <param name="Local"><c>Type/id</c>.</param>
public sealed record LocalValue(string Local) : SearchValue(Local)
{
    internal bool Refers(ResourceView resource) =>
        Local.Length == resource.Type.Length + resource.Id.Length + 1 && Local[resource.Type.Length] == '/'
        && Local.StartsWith(resource.Type, StringComparison.Ordinal) && Local.EndsWith(resource.Id, StringComparison.Ordinal);
}
