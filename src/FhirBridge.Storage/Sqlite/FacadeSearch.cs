using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage.Sqlite;

/// <summary>
/// Search in one contributor's own contributions across records. The tables give candidates, <see cref="QueryMatcher"/> decides, pages are cut after.
/// </summary>
/// <remarks>
/// In default order there are two ways: walking newest first until the page is full (good when many match), and sorting the candidates of the
/// index tables (good when few do). A walk that finds too little is given up for the other. Any other order needs all matches in memory.
/// </remarks>
internal sealed class FacadeSearch(Connection connection, string contributor, SearchQuery query, Func<Contribution, bool> permits)
{
    private const int Few = 1_000;
    private const int LongestWalk = 2_000;

    /// <summary>The page, and the exact total when the query asks for it.</summary>
    internal SearchPage Page(PageRequest page)
    {
        var after = PagePosition.Read(page);
        var found = query.Types.Count == 1 && IsNewestFirst ? Newest(query.Types[0], after, page.Count + 1) : Sorted(after, page.Count + 1);
        var total = query.Total == TotalMode.Accurate || query.Summary == SummaryMode.Count ? Types().Sum(t => Candidates(t, null).Count(c => c is not null)) : (int?)null;
        var matches = found.Take(page.Count).Select(c => (c, ContributionReader.Body(connection, c.Row))).ToList();
        var next = found.Count > page.Count && page.Count > 0 ? PagePosition.Write(query, View(found[page.Count - 1])) : null;
        return new SearchPage(matches, next, total);
    }

    private bool IsNewestFirst => query.Sort.Count == 0 || query.Sort is [{ Parameter: "_lastUpdated", Descending: true }];

    private List<Contribution> Newest(string type, ResourceView? after, int count)
    {
        var probes = Probes(type);
        if (probes.Count == 0) return [.. Walk(type, after, long.MaxValue).OfType<Contribution>().Take(count)];
        if (CountOf(probes[0]) > Few)
        {
            var found = new List<Contribution>(count);
            var steps = 0;
            foreach (var candidate in Walk(type, after, LongestWalk))
            {
                steps++;
                if (candidate is not null) found.Add(candidate);
                if (found.Count == count) return found;
            }

            if (steps < LongestWalk) return found;
        }

        return [.. Candidates(type, after).OfType<Contribution>().Take(count)];
    }

    // Each match, and null for each candidate that was looked at and does not match.
    private IEnumerable<Contribution?> Walk(string type, ResourceView? after, long most)
    {
        using var s = connection.Prepare(Columns.Header + """
            INDEXED BY contribution_order WHERE contributor = ?1 AND type = ?2 AND deleted = 0 AND last_updated <= ?3 AND (last_updated < ?3 OR local_id > ?4)
              AND last_updated >= ?5 AND last_updated <= ?6 ORDER BY last_updated DESC, local_id LIMIT ?7
            """);
        var (least, greatest) = Updated();
        Bind(s, type, after).Bind(5, least).Bind(6, greatest).Bind(7, most);
        while (s.Step()) yield return Matched(s);
    }

    // All candidates of the index tables, in default order. Ids are sorted alone: rows with their blobs would fill the sorter.
    private IEnumerable<Contribution?> Candidates(string type, ResourceView? after)
    {
        var probes = Probes(type);
        if (probes.Count == 0) return Walk(type, after, long.MaxValue);
        return Read(Ids(type, after, probes));
    }

    private List<long> Ids(string type, ResourceView? after, List<SearchProbe> probes)
    {
        // The unary plus keeps the planner from walking an index when the first probe names the few rows.
        var conditions = probes.Select((p, i) => $"{(i == 0 ? "" : "+")}id IN ({Numbered(p.Sql, 5 + probes.Take(i).Sum(b => b.Arguments.Count))})");
        using var s = connection.Prepare(
            $"SELECT id FROM contribution WHERE {string.Join(" AND ", conditions)} AND +contributor = ?1 AND +type = ?2 AND +deleted = 0 AND +last_updated <= ?3 AND (+last_updated < ?3 OR local_id > ?4) ORDER BY +last_updated DESC, local_id");
        Bind(s, type, after);
        var at = 5;
        foreach (var argument in probes.SelectMany(p => p.Arguments)) s.BindAny(at++, argument);
        var ids = new List<long>();
        while (s.Step()) ids.Add(s.Int64(0));
        return ids;
    }

    private IEnumerable<Contribution?> Read(List<long> ids)
    {
        foreach (var id in ids)
        {
            using var s = connection.Get(Columns.Header + "WHERE id = ?1");
            if (s.Bind(1, id).Step()) yield return Matched(s);
        }
    }

    private List<Contribution> Sorted(ResourceView? after, int count)
    {
        var all = Types().SelectMany(t => Candidates(t, null)).OfType<Contribution>().Select(c => (Contribution: c, View: View(c))).ToList();
        all.Sort((a, b) => QueryMatcher.Compare(query, a.View, b.View));
        return [.. all.Where(m => after is null || QueryMatcher.Compare(query, m.View, after) > 0).Take(count).Select(m => m.Contribution)];
    }

    private IReadOnlyList<string> Types()
    {
        if (query.Types.Count > 0) return query.Types;
        var types = new List<string>();
        using var s = connection.Get("SELECT DISTINCT type FROM contribution WHERE contributor = ?1 ORDER BY type");
        s.Bind(1, contributor);
        while (s.Step()) types.Add(s.Text(0));
        return types;
    }

    private Contribution? Matched(Statement s)
    {
        var c = connection.Headers.Read(s);
        return QueryMatcher.Matches(query, View(c)) && permits(c) ? c : null;
    }

    private static ResourceView View(Contribution c) => new(c.Key.Type, c.Key.LocalId, c.LastUpdated, c.Index);

    /// <summary>Probes of the conditions that have one, the smallest first.</summary>
    private List<SearchProbe> Probes(string type)
    {
        var probes = new List<SearchProbe>();
        foreach (var criterion in query.Conjuncts)
        {
            if (criterion is ParameterCriterion { Parameter: "_id", Modifier: SearchModifier.None } id)
            {
                if (SearchProbe.Ids(id, type) is not { } ids) continue;
                object[] arguments = [.. ids.SelectMany(v => (object[])[contributor, type, v])];
                probes.Add(new SearchProbe(ids.Count == 0 ? SearchProbe.Nothing : string.Join(" UNION ALL ", ids.Select(_ => "SELECT id FROM contribution WHERE contributor = ? AND type = ? AND local_id = ?")), arguments));
            }
            else if (SearchProbe.For(criterion, name => IndexNames.Of(connection, type, name, contributor), reference => [reference]) is { } probe)
            {
                probes.Add(probe);
            }
        }

        return probes.Count <= 1 ? probes : [.. probes.OrderBy(CountOf)];
    }

    private long CountOf(SearchProbe probe)
    {
        using var s = connection.Prepare($"SELECT count(*) FROM ({Numbered(probe.Sql, 1)} LIMIT {Few + 1})");
        for (var i = 0; i < probe.Arguments.Count; i++) s.BindAny(i + 1, probe.Arguments[i]);
        s.Step();
        return s.Int64(0);
    }

    private Statement Bind(Statement s, string type, ResourceView? after) =>
        s.Bind(1, contributor).Bind(2, type).Bind(3, after?.LastUpdated.UtcTicks ?? long.MaxValue).Bind(4, after?.Id ?? "");

    // Bounds of _lastUpdated, so that a walk ends where nothing can match.
    private (long Least, long Greatest) Updated()
    {
        var (least, greatest) = (long.MinValue, long.MaxValue);
        foreach (var criterion in query.Criteria)
        {
            if (criterion is not ParameterCriterion { Parameter: "_lastUpdated", Values: [DateValue d] }) continue;
            if (d.Prefix is SearchPrefix.Eq or SearchPrefix.Ap or SearchPrefix.Gt or SearchPrefix.Ge or SearchPrefix.Sa) least = Math.Max(least, Clamped(d.Low) - 1);
            if (d.Prefix is SearchPrefix.Eq or SearchPrefix.Ap or SearchPrefix.Lt or SearchPrefix.Le or SearchPrefix.Eb) greatest = Math.Min(greatest, Clamped(d.High));
        }

        return (least, greatest);
    }

    private static long Clamped(decimal ticks) => (long)Math.Clamp(ticks, long.MinValue + 1m, long.MaxValue);

    // SQLite counts bare question marks from the greatest number so far; here the numbers are said.
    private static string Numbered(string sql, int from)
    {
        var parts = sql.Split('?');
        return parts[0] + string.Concat(parts.Skip(1).Select((part, i) => $"?{from + i}{part}"));
    }
}

/// <summary>Numbers of index names, for reading.</summary>
internal static class IndexNames
{
    /// <summary>Of one contributor, or of all.</summary>
    internal static IReadOnlyList<long> Of(Connection connection, string type, string parameter, string? contributor)
    {
        var numbers = new List<long>();
        using var s = connection.Get("SELECT p FROM ix_name WHERE type = ?1 AND parameter = ?2 AND (?3 IS NULL OR contributor = ?3)");
        s.Bind(1, type).Bind(2, parameter).Bind(3, contributor);
        while (s.Step()) numbers.Add(s.Int64(0));
        return numbers;
    }
}
