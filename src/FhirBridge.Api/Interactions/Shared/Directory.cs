using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;
using FhirBridge.Mapping;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Shared;

/// <summary>The directory on <c>/fhir</c>: entries composed of the contributions that share a business identifier.</summary>
public static class Directory
{
    /// <summary>One entry; null when there is none for this caller.</summary>
    public static async ValueTask<RenderedResource?> FindAsync(FhirRequest request, Bridge bridge, string type, string id, CancellationToken cancel)
    {
        var contributions = await bridge.Vault.ReadDirectoryAsync(Counsel.ForDirectory(request.Caller), type, id, cancel).ConfigureAwait(false);
        if (contributions.Count == 0) return null;
        var parts = new List<VisibleContribution>(contributions.Count);
        foreach (var (c, body) in contributions)
        {
            var source = NetworkForm.SourceUrl(request.PublicBase, c.Key);
            if (NetworkForm.Render(c, body, s => Resolve(bridge.Vault, s), source, showLabels: true) is not { } rendered) continue;
            if (contributions.Count == 1) return rendered;
            var name = request.Network.Members.TryGetValue(c.Key.Contributor, out var member) ? member.Name : null;
            parts.Add(new VisibleContribution($"{c.Key}", $"{type}/{id}", c.Facts.Custodian, name, source, c.LastUpdated, StoredJson.Read(rendered.Json).Root));
        }

        if (parts.Count == 0) return null;
        var composed = DirectoryComposer.Compose(type, id, "Organization/" + bridge.Operator, parts);
        return composed is null ? null : new RenderedResource(composed.Reference, composed.VersionId, composed.LastUpdated, composed.Json);
    }

    /// <summary>A page of entries, in the query's order; a problem when too much would have to be looked at for it.</summary>
    public static async ValueTask<Result<(IReadOnlyList<RenderedResource> Entries, bool More)>> SearchAsync(
        FhirRequest request, Bridge bridge, SearchQuery query, PageRequest page, ReadBudget words, CancellationToken cancel)
    {
        var type = query.Types[0];
        var budget = new ReadBudget(SearchDesk.MostSeen);

        // The words of an entry are those that are shown of it, not those that its contributors sent.
        var narrowed = query with { Criteria = [.. query.Criteria.Where(c => c is not TextCriterion)] };
        var wanted = query.NeedsContent ? Candidates.MostRead + 1 : page.Count + 1;
        var ids = await bridge.Vault.SearchDirectoryAsync(Counsel.ForDirectory(request.Caller), narrowed, page with { Count = wanted, Budget = budget }, cancel).ConfigureAwait(false);
        if (budget.IsSpent) return SearchDesk.TooMuch(type);
        var entries = new List<RenderedResource>();
        foreach (var id in ids)
        {
            if (entries.Count > page.Count) break;
            if (query.NeedsContent && !words.TryContent()) return SearchDesk.TooMuch(type);
            if (await FindAsync(request, bridge, type, id, cancel).ConfigureAwait(false) is { } entry && HasWords(query, entry)) entries.Add(entry);
        }

        var more = entries.Count > page.Count || (!query.NeedsContent && ids.Count > page.Count);
        return Result<(IReadOnlyList<RenderedResource>, bool)>.Ok(([.. entries.Take(page.Count)], more));
    }

    /// <summary>How many entries match.</summary>
    public static async ValueTask<Result<int>> CountAsync(FhirRequest request, Bridge bridge, SearchQuery query, ReadBudget words, CancellationToken cancel)
    {
        // Only where an entry may vanish with a reference, or by its words, it takes a look at each.
        if (query.NeedsContent || VisibleIndex.HasRequiredReference(query.Types[0]))
        {
            var found = await SearchAsync(request, bridge, query, new PageRequest(SearchDesk.MostSeen, null), words, cancel).ConfigureAwait(false);
            return found.IsOk ? found.Value.Entries.Count : Result<int>.Fail(found.Problems);
        }

        var budget = new ReadBudget(SearchDesk.MostSeen);
        var ids = await bridge.Vault.SearchDirectoryAsync(Counsel.ForDirectory(request.Caller), query, new PageRequest(int.MaxValue, null) { Budget = budget }, cancel).ConfigureAwait(false);
        return budget.IsSpent ? SearchDesk.TooMuch(query.Types[0]) : ids.Count;
    }

    private static bool HasWords(SearchQuery query, RenderedResource entry) => !query.NeedsContent || QueryMatcher.Matches(
        query with { Criteria = [.. query.Criteria.OfType<TextCriterion>()] },
        new ResourceView(entry.Type, entry.Id, entry.LastUpdated, SearchIndex.Empty) { Content = new ResourceContent(() => StoredJson.Read(entry.Json).Root) });

    /// <summary>A directory resource refers to directory resources alone: whatever else it names is left out.</summary>
    private static string? Resolve(IVault vault, string stored) => vault.ResolveDirectory(stored);
}
