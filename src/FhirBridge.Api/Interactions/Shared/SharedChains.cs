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
    internal static ChainResolver Of(FhirRequest request, Bridge bridge, OpenedRecord? opened, ReadBudget words, CancellationToken cancel) => new(async query =>
    {
        var type = query.Types[0];
        if (type == "AuditEvent" || (opened is null && !SharedTypes.IsDirectory(type)))
        {
            return Problems.UnknownParameter.With($"a search on {request.Type} cannot lead through {type} here");
        }

        if (!request.Caller.Scopes.Allows(type, 's')) return Result<IReadOnlyList<ResourceView>>.Ok([]);
        if (SharedTypes.IsDirectory(type)) return await DirectoryAsync(request, bridge, query, words, cancel).ConfigureAwait(false);
        var found = await Candidates.MatchingAsync(opened!, request, query, words, cancel).ConfigureAwait(false);
        return found.IsOk ? Result<IReadOnlyList<ResourceView>>.Ok([.. found.Value.Select(c => c.View)]) : Result<IReadOnlyList<ResourceView>>.Fail(found.Problems);
    });

    private static async ValueTask<Result<IReadOnlyList<ResourceView>>> DirectoryAsync(FhirRequest request, Bridge bridge, SearchQuery query, ReadBudget words, CancellationToken cancel)
    {
        var found = await Directory.SearchAsync(request, bridge, query, new PageRequest(MostEntries, null), words, cancel).ConfigureAwait(false);
        if (!found.IsOk) return Result<IReadOnlyList<ResourceView>>.Fail(found.Problems);
        if (found.Value.More) return SearchDesk.TooManyChained(query.Types[0], MostEntries);
        return Result<IReadOnlyList<ResourceView>>.Ok(
            [.. found.Value.Entries.Select(e => new ResourceView(e.Type, e.Id, e.LastUpdated, SearchIndexer.Extract(StoredJson.Read(e.Json).Root, bridge.Definitions)))]);
    }
}
