namespace FhirBridge.Fhir.Search;

/// <summary>
/// Turns chains, <c>_has</c> and hierarchies of resources into plain conditions by searching the other resources first; what remains is decided by
/// <see cref="QueryMatcher"/>. Spec: https://hl7.org/fhir/R4/search.html#chaining.
/// </summary>
/// <param name="search">
/// All resources that match a query without chains and that the caller may see: whatever it withholds has no influence. Problems when they are too many.
/// </param>
/// <param name="visible">From a resource and a reference value in its index to the <c>Type/id</c> under which the caller sees the target, or null; default: as stored.</param>
/// <remarks>Not thread-safe: it counts what one query may cost.</remarks>
public sealed class ChainResolver(Func<SearchQuery, ValueTask<Result<IReadOnlyList<ResourceView>>>> search, Func<ResourceView, IndexEntry, string?>? visible = null)
{
    /// <summary>Most searches for one query: each type that a chain may lead to is one, for each test of a filter.</summary>
    private const int MaxSearches = 200;

    private const int MaxDepth = 20;

    // The parameter by which a type refers to what its instances are part of.
    private static readonly string[] PartOf = ["partof", "part-of"];

    private int searches;

    /// <summary>The same query without chains, <c>_has</c> and hierarchies; or why it costs too much.</summary>
    public async ValueTask<Result<SearchQuery>> ResolveAsync(SearchQuery query)
    {
        var criteria = new List<SearchCriterion>(query.Criteria.Count);
        foreach (var criterion in query.Criteria)
        {
            var resolved = await ResolveAsync(criterion).ConfigureAwait(false);
            if (!resolved.IsOk) return Result<SearchQuery>.Fail(resolved.Problems);
            criteria.Add(resolved.Value);
        }

        return query with { Criteria = criteria };
    }

    private async ValueTask<Result<SearchCriterion>> ResolveAsync(SearchCriterion criterion)
    {
        switch (criterion)
        {
            case ChainCriterion chain: return await ChainAsync(chain).ConfigureAwait(false);
            case HasCriterion has: return await HasAsync(has).ConfigureAwait(false);
            case ParameterCriterion { Type: SearchParameterType.Reference, Modifier: SearchModifier.Above or SearchModifier.Below } p: return await HierarchyAsync(p).ConfigureAwait(false);
            case NamedCriterion named:
                var root = await ResolveAsync(named.Root).ConfigureAwait(false);
                return root.IsOk ? named with { Root = root.Value } : root;
            case NotCriterion not:
                var operand = await ResolveAsync(not.Operand).ConfigureAwait(false);
                return operand.IsOk ? new NotCriterion(operand.Value) : operand;
            case LogicalCriterion logic:
                var operands = new List<SearchCriterion>(logic.Operands.Count);
                foreach (var one in logic.Operands)
                {
                    var resolved = await ResolveAsync(one).ConfigureAwait(false);
                    if (!resolved.IsOk) return resolved;
                    operands.Add(resolved.Value);
                }

                return logic with { Operands = operands };
            default: return criterion;
        }
    }

    private async ValueTask<Result<SearchCriterion>> ChainAsync(ChainCriterion chain)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var within = new List<ChainTarget>();
        foreach (var target in chain.Targets)
        {
            if (++searches > MaxSearches) return TooMany();
            var resolved = await ResolveAsync(target.Criterion).ConfigureAwait(false);
            if (!resolved.IsOk) return resolved;
            within.Add(target with { Criterion = resolved.Value });
            var views = await search(new SearchQuery { Types = [target.Type], Criteria = [resolved.Value] }).ConfigureAwait(false);
            if (!views.IsOk) return Result<SearchCriterion>.Fail(views.Problems);
            found.UnionWith(views.Value.Select(v => $"{v.Type}/{v.Id}"));
        }

        // Either a resource of its own is what the reference leads to, or one within the resource.
        var own = new ParameterCriterion(chain.Parameter, SearchParameterType.Reference, SearchModifier.None, null, [new ReferenceSetValue(found)]);
        return new LogicalCriterion(false, [own, new ContainedCriterion(chain.Parameter, within)]);
    }

    private async ValueTask<Result<SearchCriterion>> HasAsync(HasCriterion has)
    {
        var views = await SearchAsync(has.SourceType, has.Criterion).ConfigureAwait(false);
        if (!views.IsOk) return Result<SearchCriterion>.Fail(views.Problems);
        var found = Referred(views.Value, has.Reference);
        return new ParameterCriterion("_id", SearchParameterType.Token, SearchModifier.None, null, [new LocalSetValue(found)]);
    }

    // Level by level along the parameter by which the type is part of itself: down for :below, up for :above.
    private async ValueTask<Result<SearchCriterion>> HierarchyAsync(ParameterCriterion p)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in p.Values.OfType<ReferenceValue>())
        {
            if (value is not { Type: { } type, Local: { } local, Base: null })
            {
                return Problems.InvalidParameter.With($"the search parameter '{p.Name}' takes 'Type/id'; '{Shown.Text(value.Raw)}' is not of that form");
            }

            if (Array.Find(PartOf, code => Definitions.R4.Search.Find([type], code) is { Type: SearchParameterType.Reference } parent && parent.MayRefer(type)) is not { } part)
            {
                return Problems.InvalidParameter.With($"the search parameter '{p.Name}': {type} has no hierarchy");
            }

            HashSet<string> level = [local];
            for (var depth = 0; level.Count > 0 && depth < MaxDepth; depth++)
            {
                found.UnionWith(level);
                SearchCriterion next = p.Modifier == SearchModifier.Below
                    ? new ParameterCriterion(part, SearchParameterType.Reference, SearchModifier.None, null, [new ReferenceSetValue(level)])
                    : new ParameterCriterion("_id", SearchParameterType.Token, SearchModifier.None, null, [new LocalSetValue(level)]);
                var views = await SearchAsync(type, next).ConfigureAwait(false);
                if (!views.IsOk) return Result<SearchCriterion>.Fail(views.Problems);
                level = p.Modifier == SearchModifier.Below ? [.. views.Value.Select(v => $"{v.Type}/{v.Id}")] : Referred(views.Value, part);
                level.ExceptWith(found);
            }
        }

        return new ParameterCriterion(p.Parameter, SearchParameterType.Reference, SearchModifier.None, null, [new ReferenceSetValue(found), .. p.Values.OfType<CanonicalValue>()]);
    }

    private static Problem TooMany() =>
        Problems.TooCostly.With($"the chains of the search lead to more than {MaxSearches} searches; state the types in them, as in 'subject:Patient.name'");

    private HashSet<string> Referred(IReadOnlyList<ResourceView> views, string parameter)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var view in views)
        {
            foreach (var entry in view.Index.Of(parameter))
            {
                if ((visible is null ? entry.System is null ? entry.Value : null : visible(view, entry)) is { } local) found.Add(local);
            }
        }

        return found;
    }

    private async ValueTask<Result<IReadOnlyList<ResourceView>>> SearchAsync(string type, SearchCriterion criterion)
    {
        if (++searches > MaxSearches) return TooMany();
        var resolved = await ResolveAsync(criterion).ConfigureAwait(false);
        if (!resolved.IsOk) return Result<IReadOnlyList<ResourceView>>.Fail(resolved.Problems);
        return await search(new SearchQuery { Types = [type], Criteria = [resolved.Value] }).ConfigureAwait(false);
    }
}
