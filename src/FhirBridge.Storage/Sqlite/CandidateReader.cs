using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage.Sqlite;

/// <summary>Reads what may match a search in a facade, row by row, and decides on each. Everything that it reads is charged to the budget, and it stops when that is spent.</summary>
internal sealed class CandidateReader(Connection connection, string contributor, SearchQuery query, Func<Contribution, bool> permits, ReadBudget budget)
{
    private readonly Dictionary<string, List<SearchProbe>> known = new(StringComparer.Ordinal);
    private readonly bool needsContent = query.NeedsContent;

    internal bool HasProbes(string type) => Probes(type).Count > 0;

    /// <summary>Candidates of a type by its most selective condition, counted up to one more than <paramref name="most"/>; more than that when no condition names any.</summary>
    internal long CountOf(string type, int most) => Probes(type) is [var first, ..] ? CountOf(first, most) : most + 1L;

    /// <summary>All candidates of a type in no order: each match, and null for each that does not match.</summary>
    internal IEnumerable<Contribution?> Of(string type)
    {
        var rows = HasProbes(type) ? Read(Ids(type, null, inOrder: false)) : Walk([type], null);
        return rows.Select(w => w.IsMatch ? w.Row : null);
    }

    /// <summary>The candidates of the conditions, newest first, behind a position; each with whether it matches. Ids are sorted alone: rows with their blobs would fill the sorter.</summary>
    internal IEnumerable<(Contribution Row, bool IsMatch)> NewestFirst(string type, ResourceView? after) => Read(Ids(type, after, inOrder: true));

    /// <summary>Every row of the types, newest first, behind a position; each with whether it matches.</summary>
    internal IEnumerable<(Contribution Row, bool IsMatch)> Walk(IReadOnlyList<string> types, ResourceView? after)
    {
        var cursors = new PriorityQueue<Statement, (long Ticks, string Id, string Type)>(Comparer<(long Ticks, string Id, string Type)>.Create(Order));
        var all = new List<Statement>();
        try
        {
            foreach (var type in types)
            {
                var s = Open(type, after);
                all.Add(s);
                if (s.Step()) cursors.Enqueue(s, Place(s));
            }

            while (cursors.TryDequeue(out var s, out _))
            {
                if (!budget.TryRow()) yield break;
                var row = connection.Headers.Read(s);
                yield return (row, IsMatch(row));
                if (s.Step()) cursors.Enqueue(s, Place(s));
            }
        }
        finally
        {
            foreach (var s in all) s.Dispose();
        }
    }

    private static int Order((long Ticks, string Id, string Type) a, (long Ticks, string Id, string Type) b)
    {
        var newest = b.Ticks.CompareTo(a.Ticks);
        if (newest != 0) return newest;
        var id = string.CompareOrdinal(a.Id, b.Id);
        return id != 0 ? id : string.CompareOrdinal(a.Type, b.Type);
    }

    private static (long Ticks, string Id, string Type) Place(Statement s) => (s.Int64(7), s.Text(3), s.Text(2));

    private Statement Open(string type, ResourceView? after)
    {
        // Of the same instant and id, what comes in the order of the types.
        var same = after is not null && string.CompareOrdinal(type, after.Type) > 0 ? "local_id >= ?4" : "local_id > ?4";
        var s = connection.Open(Columns.Header + $"""
            INDEXED BY contribution_order WHERE contributor = ?1 AND type = ?2 AND deleted = 0 AND last_updated <= ?3 AND (last_updated < ?3 OR {same})
              AND last_updated >= ?5 AND last_updated <= ?6 ORDER BY last_updated DESC, local_id
            """);
        var (least, greatest) = Updated();
        return Bind(s, type, after).Bind(5, least).Bind(6, greatest);
    }

    private List<long> Ids(string type, ResourceView? after, bool inOrder)
    {
        // The unary plus keeps the planner from walking an index when the first probe names the few rows.
        var probes = Probes(type);
        var conditions = probes.Select((p, i) => $"{(i == 0 ? "" : "+")}id IN ({SearchProbe.Numbered(p.Sql, 5 + probes.Take(i).Sum(b => b.Arguments.Count))})");
        using var s = connection.Prepare(
            $"SELECT id FROM contribution WHERE {string.Join(" AND ", conditions)} AND +contributor = ?1 AND +type = ?2 AND +deleted = 0 AND +last_updated <= ?3 AND (+last_updated < ?3 OR local_id > ?4)"
            + (inOrder ? " ORDER BY +last_updated DESC, local_id" : ""));
        Bind(s, type, after);
        var at = 5;
        foreach (var argument in probes.SelectMany(p => p.Arguments)) s.BindAny(at++, argument);
        var ids = new List<long>();
        while (ids.Count <= budget.Left && s.Step()) ids.Add(s.Int64(0));
        return ids;
    }

    private IEnumerable<(Contribution Row, bool IsMatch)> Read(List<long> ids)
    {
        foreach (var id in ids)
        {
            if (!budget.TryRow()) yield break;
            Contribution? row;
            using (var s = connection.Get(Columns.Header + "WHERE id = ?1"))
            {
                row = s.Bind(1, id).Step() ? connection.Headers.Read(s) : null;
            }

            if (row is not null) yield return (row, IsMatch(row));
        }
    }

    // The resource itself is read when its index leaves the question open.
    private bool IsMatch(Contribution c)
    {
        var view = FacadeSearch.View(c);
        var decided = QueryMatcher.Decide(query, view);
        if (decided == false || !permits(c)) return false;
        if (decided == true || !needsContent) return decided == true;
        return budget.TryContent() && QueryMatcher.Matches(query, view with { Content = new ResourceContent(() => Resource(c)) });
    }

    private FhirElement Resource(Contribution c) =>
        FhirJson.ReadTrusted(ContributionReader.Body(connection, c.Row).Bare(c.Key.Type)) is { IsOk: true } read ? read.Value.Root : default;

    /// <summary>Probes of the conditions that have one, the smallest first.</summary>
    private List<SearchProbe> Probes(string type)
    {
        if (known.TryGetValue(type, out var probes)) return probes;
        probes = [];
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

        return known[type] = probes.Count <= 1 ? probes : [.. probes.OrderBy(p => CountOf(p, 1_000))];
    }

    private long CountOf(SearchProbe probe, int most)
    {
        using var s = connection.Prepare($"SELECT count(*) FROM ({SearchProbe.Numbered(probe.Sql, 1)} LIMIT {most + 1})");
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
