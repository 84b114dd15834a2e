using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage.Sqlite;

/// <summary>
/// Search in one contributor's own contributions across records. The tables give candidates, <see cref="QueryMatcher"/> decides, pages are cut after.
/// </summary>
/// <remarks>
/// In default order there are two ways: walking newest first until the page is full (good when many match), and sorting the candidates of the
/// index tables (good when few do). A walk that finds too little is given up for the other. Where there are too many candidates to sort, the walk goes on. Any other
/// order, and an exact total, look at all candidates: the best of a page are kept, the others let go. What its budget does not suffice for is too costly.
/// </remarks>
internal sealed class FacadeSearch(Connection connection, string contributor, SearchQuery query, Func<Contribution, bool> permits, ReadBudget budget)
{
    private const int Few = 1_000;
    private const int LongestWalk = 2_000;
    private const int MostSorted = 20_000;

    private readonly CandidateReader candidates = new(connection, contributor, query, permits, budget);

    /// <summary>The page, and the exact total when the query asks for it.</summary>
    internal SearchPage Page(PageRequest page)
    {
        var after = PagePosition.Read(page);
        var types = Types();
        var total = query.Total == TotalMode.Accurate || query.Summary == SummaryMode.Count ? types.Sum(t => candidates.Of(t).Count(c => c is not null)) : (int?)null;
        var found = page.Count == 0 ? new Found([], null)
            : IsNewestFirst ? Newest(types, after, page.Count + 1)
            : Sorted(types, after, page.Count + 1);

        // What has looked at a part alone knows neither the number nor the first ones of an order; and pages are full.
        if (budget.IsSpent && (total is not null || !IsNewestFirst || found.Matches.Count < page.Count)) return SearchPage.TooCostly;
        var shown = found.Matches.Take(page.Count).ToList();
        var next = found.Matches.Count > page.Count ? View(shown[^1]) : found.Stopped;
        return new SearchPage(
            [.. shown.Select(c => (c, page.HeadersOnly ? ContributionBody.None : ContributionReader.Body(connection, c.Row)))], next is null ? null : PagePosition.Write(query, next), total);
    }

    private bool IsNewestFirst => query.Sort.Count == 0 || query.Sort is [{ Parameter: "_lastUpdated", Descending: true }];

    private Found Newest(IReadOnlyList<string> types, ResourceView? after, int count)
    {
        if (types.Count != 1) return types.All(t => candidates.CountOf(t, Few) <= Few) ? Sorted(types, after, count) : Take(candidates.Walk(types, after), after, count);
        var type = types[0];
        var walked = new Found([], after);
        if (candidates.CountOf(type, Few) > Few)
        {
            walked = Take(candidates.Walk(types, after), after, count, candidates.HasProbes(type) ? LongestWalk : long.MaxValue);
            if (walked.Stopped is null || walked.Matches.Count == count || budget.IsSpent) return walked;
        }

        var rest = Take(
            candidates.CountOf(type, MostSorted) > MostSorted ? candidates.Walk(types, walked.Stopped) : candidates.NewestFirst(type, walked.Stopped), walked.Stopped, count - walked.Matches.Count);
        return rest with { Matches = [.. walked.Matches, .. rest.Matches] };
    }

    /// <summary>The first matches of rows that come in the query's order.</summary>
    private Found Take(IEnumerable<(Contribution Row, bool IsMatch)> rows, ResourceView? after, int count, long most = long.MaxValue)
    {
        var found = new List<Contribution>();
        foreach (var (row, isMatch) in rows)
        {
            if (isMatch) found.Add(row);
            after = View(row);
            if (found.Count == count || --most <= 0) return new Found(found, after);
        }

        return new Found(found, budget.IsSpent ? after : null);
    }

    private Found Sorted(IReadOnlyList<string> types, ResourceView? after, int count)
    {
        var best = new PriorityQueue<Contribution, ResourceView>(Comparer<ResourceView>.Create((a, b) => QueryMatcher.Compare(query, b, a)));
        foreach (var c in types.SelectMany(candidates.Of).OfType<Contribution>())
        {
            var view = View(c);
            if (after is not null && QueryMatcher.Compare(query, view, after) <= 0) continue;
            if (best.Count < count) best.Enqueue(c, view);
            else best.EnqueueDequeue(c, view);
        }

        var sorted = new Contribution[best.Count];
        for (var i = sorted.Length - 1; i >= 0; i--) sorted[i] = best.Dequeue();
        return new Found(sorted, null);
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

    internal static ResourceView View(Contribution c) => new(c.Key.Type, c.Key.LocalId, c.LastUpdated, c.Index);

    /// <summary>Matches in order; and behind which row the search goes on when it has not seen all, null when it has.</summary>
    private sealed record Found(IReadOnlyList<Contribution> Matches, ResourceView? Stopped);
}
