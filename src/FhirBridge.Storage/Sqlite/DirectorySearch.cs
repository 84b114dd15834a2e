using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage.Sqlite;

/// <summary>Search in the directory: an entry matches when one contribution to it does, references resolved.</summary>
internal sealed class DirectorySearch(Connection connection, SearchQuery query, Func<Contribution, bool> permits, ReadBudget budget)
{
    /// <summary>Ids of the entries of a page, in the query's order; the position is the id of the last entry of the page before.</summary>
    internal IReadOnlyList<string> Page(string type, PageRequest page)
    {
        var all = Matches(type);
        all.Sort((a, b) => QueryMatcher.Compare(query, a, b));
        IEnumerable<ResourceView> rest = all;
        if (page.After is { } last)
        {
            // The entry may match no more: its place is where it would stand now.
            var after = all.Find(v => v.Id == last) ?? Place(type, last);
            rest = all.Where(v => QueryMatcher.Compare(query, v, after) > 0 && v.Id != last);
        }

        return [.. rest.Select(v => v.Id).Distinct(StringComparer.Ordinal).Take(page.Count)];
    }

    // The first view of each entry in the query's order stands for it.
    private List<ResourceView> Matches(string type)
    {
        var best = new Dictionary<string, ResourceView>(StringComparer.Ordinal);
        foreach (var c in Candidates(type))
        {
            var resolved = DirectoryReader.Resolved(connection, c);
            var view = View(resolved);
            if (!QueryMatcher.Matches(query, view) || !permits(resolved)) continue;
            if (!best.TryGetValue(view.Id, out var other) || QueryMatcher.Compare(query, view, other) < 0) best[view.Id] = view;
        }

        return [.. best.Values];
    }

    private IEnumerable<Contribution> Candidates(string type)
    {
        var probes = query.Conjuncts
            .Select(c => SearchProbe.For(c, name => IndexNames.Of(connection, type, name, null), reference => DirectoryReader.FormsOf(connection, reference)))
            .OfType<SearchProbe>().ToList();
        foreach (var criterion in query.Conjuncts.OfType<ParameterCriterion>().Where(c => c is { Parameter: "_id", Modifier: SearchModifier.None }))
        {
            if (SearchProbe.Ids(criterion, type) is not { } ids) continue;
            object[] arguments = [.. ids.SelectMany(v => (object[])[type, v])];
            probes.Add(new SearchProbe(ids.Count == 0 ? SearchProbe.Nothing : string.Join(" UNION ALL ", ids.Select(_ => "SELECT id FROM contribution WHERE type = ? AND network_id = ? AND record IS NULL")), arguments));
        }

        var where = string.Concat(probes.Select((p, i) => $" AND id IN ({SearchProbe.Numbered(p.Sql, 2 + probes.Take(i).Sum(b => b.Arguments.Count))})"));
        using var s = connection.Open(Columns.Header + "WHERE type = ?1 AND record IS NULL AND deleted = 0" + where);
        s.Bind(1, type);
        var at = 2;
        foreach (var argument in probes.SelectMany(p => p.Arguments)) s.BindAny(at++, argument);
        while (s.Step())
        {
            if (!budget.TryRow()) yield break;
            yield return connection.Headers.Read(s);
        }
    }

    private ResourceView Place(string type, string id)
    {
        using var s = connection.Prepare(Columns.Header + "WHERE type = ?1 AND network_id = ?2 AND record IS NULL ORDER BY id LIMIT 1");
        return s.Bind(1, type).Bind(2, id).Step() ? View(DirectoryReader.Resolved(connection, Columns.Contribution(s))) : throw new ArgumentException("the position of the page is not one that this vault gave");
    }

    private static ResourceView View(Contribution c) => new(c.Key.Type, c.NetworkId, c.LastUpdated, c.Index);
}
