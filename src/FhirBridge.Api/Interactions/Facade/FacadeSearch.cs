using FhirBridge.Api.Audit;
using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Api.Interactions.Shared;
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

        var parsed = SearchDesk.Parse(request, bridge.Pages);
        if (!parsed.IsOk) return FhirResponse.Failure(parsed.Problems);
        var (query, position) = parsed.Value;
        if (query.Includes.Count > 0) return FhirResponse.Failure(Problems.InvalidParameter.With("'_include' and '_revinclude' are offered on /fhir, not on a facade"));
        var unresolved = query.Unresolved().ToList();
        if (unresolved.Count > 0) return FhirResponse.Failure(unresolved);
        var count = query.Summary == SummaryMode.Count ? 0 : Math.Min(position?.Count ?? query.Count ?? SharedSearch.DefaultCount, SharedSearch.MaxCount);
        var stored = query.MapReferences((_, value) => Forms(request, value));
        var page = await bridge.Vault.SearchAsync(grant, stored, new PageRequest(count, position?.Id), cancel).ConfigureAwait(false);
        var next = page.Next is null || count == 0
            ? null
            : SearchDesk.PageUrl($"{request.OwnBase}/{request.Type}", bridge.Pages.Seal(request.Caller, new PagePosition(request.Type, query.ToQueryString(), count, 0, page.Next, 0)));
        var bundle = new BundleWriter("searchset", page.Total, $"{request.OwnBase}/{request.Type}?{query.ToQueryString()}", next);
        foreach (var (c, body) in page.Matches)
        {
            bundle.AddMatch($"{request.OwnBase}/{c.Key.Type}/{c.Key.LocalId}", LocalForm.Render(c.Key, body, c.Version, c.LastUpdated, FacadeRead.NetworkPatient(request, c)), "match");
        }

        var audit = page.Matches.Select(m => m.Contribution).Where(c => c.Record is not null).GroupBy(c => c.Record!.Value).Select(g =>
            AuditEntry.For(request, "search", g.Key, permitted: true) with
            {
                Query = $"{request.Type}?{query.ToQueryString()}", Entities = [.. g.Select(c => c.Facts.Reference)], Basis = ["custodian"],
            });
        return FhirResponse.Resource(200, bundle.Finish(), audit: [.. audit]);
    }

    /// <summary>A reference value as stored: local to the member, or a network reference; an id alone may be of any type.</summary>
    private static IEnumerable<string> Forms(FhirRequest request, ReferenceValue value)
    {
        var contributor = Contributor.Facade(request.Member!);
        if (value.Base is not null) return [contributor.ToStored($"{value.Base}/{value.Local}", request) ?? value.Text];
        if (value.Local is { } local) return [contributor.ToStored(local, request)!];
        return value.Id is null ? [value.Text] : Definitions.R4.ResourceTypes.Select(t => $"{request.Member}/{t}/{value.Id}");
    }
}
