using FhirBridge.Api.Audit;
using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Api.Interactions.Shared;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Facade;

/// <summary>
/// search-type on a member facade, for its owner: its own contributions under its own ids, across all its patients.
/// Specification: https://hl7.org/fhir/R4/search.html.
/// </summary>
public static class FacadeSearch
{
    /// <summary>search-type and search-system, GET and POST.</summary>
    public static async ValueTask<FhirResponse> SearchAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        if (FacadeRead.OwnGrant(request) is not { } grant)
        {
            return FhirResponse.Failure(Problems.Forbidden.With("a facade is searched by its own member; search the shared record at /fhir instead"));
        }

        var parsed = await SearchDesk.ParseAsync(request, bridge, cancel).ConfigureAwait(false);
        if (!parsed.IsOk) return FhirResponse.Failure(parsed.Problems);
        var (query, position) = parsed.Value;
        var types = SearchDesk.Types(request, query, Definitions.R4.ResourceTypes);
        if (!types.IsOk) return FhirResponse.Failure(types.Problems);
        var resolved = await Chains(request, bridge, grant, cancel).ResolveAsync(query).ConfigureAwait(false);
        if (!resolved.IsOk) return FhirResponse.Failure(resolved.Problems);
        var count = SearchDesk.PageSize(query, position);
        var stored = resolved.Value.MapReferences((_, value) => Forms(request, value)) with { Types = types.Value, Summary = SearchDesk.IsCounting(query) ? SummaryMode.Count : null };
        var page = await bridge.Vault.SearchAsync(grant, stored, new PageRequest(count, position?.Id) { Budget = new ReadBudget(SearchDesk.MostSeen) }, cancel).ConfigureAwait(false);
        if (page.IsTooCostly) return FhirResponse.Failure(SearchDesk.TooMuch(request.Type));
        var next = page.Next is null || count == 0
            ? null
            : SearchDesk.PageUrl(SearchDesk.Address(request), bridge.Pages.Seal(request.Caller, new PagePosition(request.Type, query.ToQueryString(), count, 0, page.Next, 0)));
        var bundle = new BundleWriter("searchset", page.Total, SearchDesk.SelfUrl(request, query), next);
        foreach (var (c, body) in page.Matches) Add(bundle, request, c, body, SearchDesk.Subset(query), "match");

        var included = await FacadeIncludes.FindAsync(request, bridge, grant, query.Includes, [.. page.Matches.Select(m => m.Contribution)], cancel).ConfigureAwait(false);
        if (!included.IsOk) return FhirResponse.Failure(included.Problems);
        foreach (var (c, body) in included.Value) Add(bundle, request, c, body, SearchDesk.SubsetOfIncluded(query), "include");

        var shown = page.Matches.Concat(included.Value).Select(m => m.Contribution);
        var audit = shown.Where(c => c.Record is not null).GroupBy(c => c.Record!.Value).Select(g =>
            AuditEntry.For(request, "search", g.Key, permitted: true) with
            {
                Query = $"{request.Type}?{query.ToQueryString()}", Entities = [.. g.Select(c => c.Facts.Reference)], Basis = ["custodian"],
            });
        return FhirResponse.Resource(200, bundle.Finish(parsed.Problems), audit: [.. audit]);
    }

    private static void Add(BundleWriter bundle, FhirRequest request, Contribution c, ContributionBody body, ResourceSubset subset, string mode) =>
        bundle.AddMatch($"{request.OwnBase}/{c.Key.Type}/{c.Key.LocalId}", subset.Of(LocalForm.Render(c.Key, body, c.Version, c.LastUpdated, FacadeRead.NetworkPatient(request, c))), mode);

    /// <summary>Chains lead through the member's own contributions, of the types that the caller's scopes let it search.</summary>
    private static ChainResolver Chains(FhirRequest request, Bridge bridge, AccessGrant grant, CancellationToken cancel)
    {
        var budget = new ReadBudget(SearchDesk.MostSeen);
        return new(
            async query =>
            {
                var type = query.Types[0];
                if (!request.Caller.Scopes.Allows(type, 's')) return Result<IReadOnlyList<ResourceView>>.Ok([]);
                var stored = query.MapReferences((_, value) => Forms(request, value));
                var page = await bridge.Vault.SearchAsync(grant, stored, new PageRequest(SearchDesk.MostChained, null) { Budget = budget, HeadersOnly = true }, cancel).ConfigureAwait(false);
                if (budget.IsSpent) return SearchDesk.TooMuch(type);
                return page.Next is not null
                    ? SearchDesk.TooManyChained(type, SearchDesk.MostChained)
                    : Result<IReadOnlyList<ResourceView>>.Ok([.. page.Matches.Select(m => m.Contribution).Select(c => new ResourceView(c.Key.Type, c.Key.LocalId, c.LastUpdated, c.Index))]);
            },
            (_, entry) => LocalOf(request, entry));
    }

    /// <summary><c>Type/id</c> of a stored reference that is local to the member; null for any other.</summary>
    internal static string? LocalOf(FhirRequest request, IndexEntry entry) =>
        entry.System is null && entry.Value is { } value && value.StartsWith(request.Member + "/", StringComparison.Ordinal) ? value[(request.Member!.Length + 1)..] : null;

    /// <summary>A reference value as stored: local to the member, or a network reference; an id alone may be of any type.</summary>
    internal static IEnumerable<string> Forms(FhirRequest request, ReferenceValue value)
    {
        var contributor = Contributor.Facade(request.Member!);
        if (value.Base is not null) return [contributor.ToStored($"{value.Base}/{value.Local}", request) ?? value.Text];
        if (value.Local is { } local) return value.IsOnlyType ? [contributor.ToStored(local, request)!, value.Id!] : [contributor.ToStored(local, request)!];
        return value.Id is null ? [value.Text] : Definitions.R4.ResourceTypes.Select(t => $"{request.Member}/{t}/{value.Id}").Append(value.Text);
    }
}
