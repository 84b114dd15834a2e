namespace FhirBridge.Fhir.Search;

/// <summary>
/// Decides in memory what matches a search: the one truth that both stores are tested against. Pure, and free of allocation.
/// Spec: https://hl7.org/fhir/R4/search.html.
/// </summary>
/// <remarks>
/// Conditions that need other resources or a terminology are resolved before (<see cref="SearchQuery.Unresolved"/>); meeting one here is a bug.
/// </remarks>
public static class QueryMatcher
{
    /// <summary>True when the resource is of a searched type and is known to fulfil all conditions.</summary>
    public static bool Matches(SearchQuery query, ResourceView resource) => Decide(query, resource) == true;

    /// <summary>
    /// True or false; null when it depends on what is not here: the resource's own words (<see cref="ResourceView.Content"/>), or what a terminology cannot tell.
    /// </summary>
    public static bool? Decide(SearchQuery query, ResourceView resource)
    {
        if (query.Types.Count > 0 && !query.Types.Contains(resource.Type)) return false;
        bool? answer = true;
        var criteria = query.Criteria;
        for (var i = 0; i < criteria.Count; i++)
        {
            var one = Decide(criteria[i], resource);
            if (one == false) return false;
            if (one is null) answer = null;
        }

        return answer;
    }

    /// <summary>True when the resource is known to fulfil the condition: what a terminology cannot tell is no match, negated or not.</summary>
    public static bool Matches(SearchCriterion criterion, ResourceView resource) => Decide(criterion, resource) == true;

    private static bool? Decide(SearchCriterion criterion, ResourceView resource) => criterion switch
    {
        ParameterCriterion p => Decide(p, resource),
        NamedCriterion named => Decide(named.Root, resource),
        NotCriterion not => !Decide(not.Operand, resource),
        LogicalCriterion logic => Decide(logic, resource),
        ContainedCriterion contained => Decide(contained, resource),
        TextCriterion text => Decide(text, resource.Content),
        _ => throw Unresolved(criterion),
    };

    private static bool? Decide(LogicalCriterion logic, ResourceView resource)
    {
        bool? answer = logic.IsAnd;
        for (var i = 0; i < logic.Operands.Count; i++)
        {
            var one = Decide(logic.Operands[i], resource);
            if (one == !logic.IsAnd) return one;
            if (one is null) answer = null;
        }

        return answer;
    }

    private static bool? Decide(ParameterCriterion p, ResourceView resource)
    {
        if (p.Parameter == "_id") return MatchesId(p, resource);
        if (p.Parameter == "_lastUpdated") return MatchesLastUpdated(p, resource.LastUpdated.UtcTicks);
        if (p.Type == SearchParameterType.Composite) return MatchesComposite(p, resource.Index.Entries);
        return p.Modifier switch
        {
            SearchModifier.Missing => ((MissingValue)p.Values[0]).Missing != Any(p.Parameter, resource.Index.Entries),
            SearchModifier.Not or SearchModifier.NotIn => !AnyOf(p, p.Parameter, resource.Index.Entries),
            SearchModifier.OfType => AnyOf(p, p.OfTypeName!, resource.Index.Entries),
            SearchModifier.Above or SearchModifier.Below when p.Type == SearchParameterType.Reference => throw Unresolved(p),
            _ => AnyOf(p, p.Parameter, resource.Index.Entries),
        };
    }

    private static bool? Decide(ContainedCriterion chain, ResourceView resource)
    {
        bool? answer = false;
        foreach (var entry in resource.Index.Entries)
        {
            if (entry.Parameter != chain.Parameter || entry.Type != SearchParameterType.Reference || entry.Value is not { Length: > 1 } target || target[0] != '#') continue;
            if (resource.Contained(target[1..]) is not { } contained) continue;
            foreach (var (type, criterion) in chain.Targets)
            {
                if (type != contained.Type) continue;
                var one = Decide(criterion, contained);
                if (one == true) return true;
                if (one is null) answer = null;
            }
        }

        return answer;
    }

    private static bool? Decide(TextCriterion text, ResourceContent? content)
    {
        if (content is null) return null;
        var words = text.Parameter == "_text" ? content.Narrative : content.All;
        return text.Values.Any(v => v.Query.Matches(words));
    }

    private static InvalidOperationException Unresolved(SearchCriterion criterion) => new($"the condition '{criterion.Name}' was not resolved before matching");

    /// <summary>
    /// Order of two matches by <c>_sort</c>: by the least value ascending, by the greatest descending; without value last. Ties, and queries
    /// without <c>_sort</c>: newest first, then by id.
    /// </summary>
    public static int Compare(SearchQuery query, ResourceView left, ResourceView right) => QueryOrder.Compare(query.Sort, left, right);

    private static bool Any(string parameter, IReadOnlyList<IndexEntry> entries)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Parameter == parameter) return true;
        }

        return false;
    }

    private static bool? AnyOf(ParameterCriterion p, string parameter, IReadOnlyList<IndexEntry> entries)
    {
        bool? answer = false;
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (entry.Parameter != parameter) continue;
            for (var v = 0; v < p.Values.Count; v++)
            {
                var one = ValueMatcher.Decide(p.Values[v], p.Modifier, entry);
                if (one == true) return true;
                if (one is null) answer = null;
            }
        }

        return answer;
    }

    // Ids are case-sensitive, other than codes.
    private static bool MatchesId(ParameterCriterion p, ResourceView resource)
    {
        if (p.Values.Count > 0 && p.Values[0] is MissingValue missing) return !missing.Missing;
        var found = false;
        for (var v = 0; v < p.Values.Count && !found; v++)
        {
            found = IsId(p.Values[v], resource);
        }

        return found != (p.Modifier == SearchModifier.Not);
    }

    private static bool IsId(SearchValue value, ResourceView resource) => value switch
    {
        TokenValue { System: null or "" } token => token.Code == resource.Id,
        UnequalValue { Others: [var other] } => !IsId(other, resource),
        LocalSetValue set => set.Locals.Contains($"{resource.Type}/{resource.Id}"),
        _ => false,
    };

    private static bool MatchesLastUpdated(ParameterCriterion p, long ticks)
    {
        for (var v = 0; v < p.Values.Count; v++)
        {
            if (p.Values[v] is MissingValue missing ? !missing.Missing : ValueMatcher.MatchesDate((DateValue)p.Values[v], ticks, ticks + 1)) return true;
        }

        return false;
    }

    private static bool MatchesComposite(ParameterCriterion p, IReadOnlyList<IndexEntry> entries)
    {
        for (var v = 0; v < p.Values.Count; v++)
        {
            var value = (CompositeValue)p.Values[v];
            for (var i = 0; i < entries.Count; i++)
            {
                var entry = entries[i];
                if (entry.Parameter == p.ComponentParameters[0] && ValueMatcher.Matches(value.Components[0], SearchModifier.None, entry)
                    && MatchesRest(p, value, entry.Group, entries)) return true;
            }
        }

        return false;
    }

    private static bool MatchesRest(ParameterCriterion p, CompositeValue value, int group, IReadOnlyList<IndexEntry> entries)
    {
        for (var c = 1; c < value.Components.Count; c++)
        {
            var found = false;
            for (var i = 0; i < entries.Count && !found; i++)
            {
                var entry = entries[i];
                found = entry.Group == group && entry.Parameter == p.ComponentParameters[c] && ValueMatcher.Matches(value.Components[c], SearchModifier.None, entry);
            }

            if (!found) return false;
        }

        return true;
    }
}
