using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Shared;

/// <summary>
/// Chains and <c>_has</c> on <c>/fhir</c>: each link is a search in what the caller may see, so that what is hidden cannot be felt through it.
/// Specification: https://hl7.org/fhir/R4/search.html#chaining.
/// </summary>
internal static class SharedChains
{
    private const int MostEntries = 200;

    /// <summary>A resolver for one record and the directory; without a record for the directory alone.</summary>
    internal static ChainResolver Of(FhirRequest request, Bridge bridge, OpenedRecord? opened, CancellationToken cancel) => new(async query =>
    {
        var type = query.Types[0];
        if (type == "AuditEvent" || (opened is null && !SharedTypes.IsDirectory(type)))
        {
            return Problems.UnknownParameter.With($"a search on {request.Type} cannot lead through {type} here");
        }

        if (!request.Caller.Scopes.Allows(type, 's')) return Result<IReadOnlyList<ResourceView>>.Ok([]);
        if (SharedTypes.IsDirectory(type)) return await DirectoryAsync(request, bridge, query, cancel).ConfigureAwait(false);
        var candidates = await SharedSearch.CandidatesAsync(opened!, request with { Type = type }, query, cancel).ConfigureAwait(false);
        return Result<IReadOnlyList<ResourceView>>.Ok([.. candidates.Select(c => c.View).Where(v => QueryMatcher.Matches(query, v))]);
    });

    private static async ValueTask<Result<IReadOnlyList<ResourceView>>> DirectoryAsync(FhirRequest request, Bridge bridge, SearchQuery query, CancellationToken cancel)
    {
        var (entries, more) = await Directory.SearchAsync(request, bridge, query, new PageRequest(MostEntries, null), cancel).ConfigureAwait(false);
        if (more) return SearchDesk.TooManyChained(query.Types[0], MostEntries);
        return Result<IReadOnlyList<ResourceView>>.Ok(
            [.. entries.Select(e => new ResourceView(e.Type, e.Id, e.LastUpdated, SearchIndexer.Extract(StoredJson.Read(e.Json).Root)))]);
    }
}
