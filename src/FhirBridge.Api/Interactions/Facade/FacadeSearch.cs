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
    /// <summary>search-type, GET and POST.</summary>
    public static async ValueTask<FhirResponse> SearchAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        if (FacadeRead.OwnGrant(request) is not { } grant)
        {
            return FhirResponse.Failure(Problems.Forbidden.With("a facade is searched by its own member; search the shared record at /fhir instead"));
        }

        var parsed = SearchDesk.Parse(request, bridge);
        if (!parsed.IsOk) return FhirResponse.Failure(parsed.Problems);
        var (query, position) = parsed.Value;
        var resolved = await Chains(request, bridge, grant, cancel).ResolveAsync(query).ConfigureAwait(false);
        if (!resolved.IsOk) return FhirResponse.Failure(resolved.Problems);
        var count = query.Summary == SummaryMode.Count ? 0 : Math.Min(position?.Count ?? query.Count ?? SharedSearch.DefaultCount, SharedSearch.MaxCount);
        var stored = resolved.Value.MapReferences((_, value) => Forms(request, value));
        var page = await bridge.Vault.SearchAsync(grant, stored, new PageRequest(count, position?.Id), cancel).ConfigureAwait(false);
        var next = page.Next is null || count == 0
            ? null
            : SearchDesk.PageUrl($"{request.OwnBase}/{request.Type}", bridge.Pages.Seal(request.Caller, new PagePosition(request.Type, query.ToQueryString(), count, 0, page.Next, 0)));
        var bundle = new BundleWriter("searchset", page.Total, $"{request.OwnBase}/{request.Type}?{query.ToQueryString()}", next);
        foreach (var (c, body) in page.Matches)
        {
            bundle.AddMatch($"{request.OwnBase}/{c.Key.Type}/{c.Key.LocalId}", LocalForm.Render(c.Key, body, c.Version, c.LastUpdated, FacadeRead.NetworkPatient(request, c)), "match");
        }

        var included = await FacadeIncludes.FindAsync(request, bridge, grant, query.Includes, [.. page.Matches.Select(m => m.Contribution)], cancel).ConfigureAwait(false);
        foreach (var (c, body) in included)
        {
            bundle.AddMatch($"{request.OwnBase}/{c.Key.Type}/{c.Key.LocalId}", LocalForm.Render(c.Key, body, c.Version, c.LastUpdated, FacadeRead.NetworkPatient(request, c)), "include");
        }

        bundle.AddOutcome(parsed.Problems);
        var shown = page.Matches.Concat(included).Select(m => m.Contribution);
        var audit = shown.Where(c => c.Record is not null).GroupBy(c => c.Record!.Value).Select(g =>
            AuditEntry.For(request, "search", g.Key, permitted: true) with
            {
                Query = $"{request.Type}?{query.ToQueryString()}", Entities = [.. g.Select(c => c.Facts.Reference)], Basis = ["custodian"],
            });
        return FhirResponse.Resource(200, bundle.Finish(), audit: [.. audit]);
    }

    /// <summary>Chains lead through the member's own contributions, of the types that the caller's scopes let it search.</summary>
    private static ChainResolver Chains(FhirRequest request, Bridge bridge, AccessGrant grant, CancellationToken cancel) => new(
        async query =>
        {
            if (!request.Caller.Scopes.Allows(query.Types[0], 's')) return Result<IReadOnlyList<ResourceView>>.Ok([]);
            var stored = query.MapReferences((_, value) => Forms(request, value));
            var page = await bridge.Vault.SearchAsync(grant, stored, new PageRequest(SearchDesk.MostChained, null), cancel).ConfigureAwait(false);
            return page.Next is not null
                ? SearchDesk.TooManyChained(query.Types[0], SearchDesk.MostChained)
                : Result<IReadOnlyList<ResourceView>>.Ok([.. page.Matches.Select(m => m.Contribution).Select(c => new ResourceView(c.Key.Type, c.Key.LocalId, c.LastUpdated, c.Index))]);
        },
        (_, entry) => LocalOf(request, entry));

    /// <summary><c>Type/id</c> of a stored reference that is local to the member; null for any other.</summary>
    internal static string? LocalOf(FhirRequest request, IndexEntry entry) =>
        entry.System is null && entry.Value is { } value && value.StartsWith(request.Member + "/", StringComparison.Ordinal) ? value[(request.Member!.Length + 1)..] : null;

    /// <summary>A reference value as stored: local to the member, or a network reference; an id alone may be of any type.</summary>
    internal static IEnumerable<string> Forms(FhirRequest request, ReferenceValue value)
    {
        var contributor = Contributor.Facade(request.Member!);
        if (value.Base is not null) return [contributor.ToStored($"{value.Base}/{value.Local}", request) ?? value.Text];
        if (value.Local is { } local) return [contributor.ToStored(local, request)!];
        return value.Id is null ? [value.Text] : Definitions.R4.ResourceTypes.Select(t => $"{request.Member}/{t}/{value.Id}").Append(value.Text);
    }
}
