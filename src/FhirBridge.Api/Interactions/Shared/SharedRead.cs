using FhirBridge.Api.Contributions;
using System.Runtime.CompilerServices;
using FhirBridge.Api.Audit;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Consent;
using FhirBridge.Fhir.Search;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Shared;

/// <summary>
/// read on the shared record: unified resources composed for the caller, everything else passed through with rewritten references.
/// Specification: https://hl7.org/fhir/R4/http.html#read. Denied = absent, byte for byte (consent.md §10).
/// </summary>
public static class SharedRead
{
    /// <summary>read (and HEAD).</summary>
    public static async ValueTask<FhirResponse> ReadAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        var subset = SearchDesk.Subset(request);
        if (!subset.IsOk) return FhirResponse.Failure(subset.Problems);
        if (SharedTypes.IsDirectory(request.Type))
        {
            var entry = await Directory.FindAsync(request, bridge, request.Type, request.Id, cancel).ConfigureAwait(false);
            return entry is null ? FhirResponse.NotFound() : Answer(request, entry, subset.Value, []);
        }

        var record = new RecordId(NetworkIds.RecordOf(request.Id));
        var opened = await bridge.OpenAsync(request, record, cancel).ConfigureAwait(false);
        var found = request.Type == "AuditEvent"
            ? await AuditEvents.FindAsync(request, bridge, opened, cancel).ConfigureAwait(false)
            : await opened.FindAsync(request.Type, request.Id, cancel).ConfigureAwait(false);
        var audit = AuditEntry.For(request, request.Route.Name, record, found is not null) with { Entities = [$"{request.Type}/{request.Id}"], Basis = Basis.Of(opened) };
        return found is null ? FhirResponse.NotFound([audit with { Basis = null }]) : Answer(request, found, subset.Value, [audit]);
    }

    // The version is that of the resource, whatever part of it is asked for.
    private static FhirResponse Answer(FhirRequest request, RenderedResource found, ResourceSubset subset, IReadOnlyList<AuditEntry> audit) =>
        Conditional.NotModified(request, found.VersionId, found.LastUpdated)
            ? FhirResponse.Empty(304, found.VersionId, found.LastUpdated, audit: audit)
            : FhirResponse.Resource(200, subset.Of(found.Json), found.VersionId, found.LastUpdated, audit: audit);
}

/// <summary>On what ground a caller saw something, in short, for the journal.</summary>
public static class Basis
{
    private static readonly ConditionalWeakTable<RecordView, string[]> Known = [];

    /// <summary>The rules of the first contributions' decisions, without repetition; found once for a view.</summary>
    public static string[] Of(OpenedRecord opened) => Known.TryGetValue(opened.View, out var known) ? known : Known.GetValue(opened.View, _ => Find(opened));

    private static string[] Find(OpenedRecord opened)
    {
        var rules = new List<string>(2);
        foreach (var c in opened.View.Contributions.Take(4))
        {
            var decision = opened.View.Grant.Decide(c.Facts, EmptyNeighbours.Instance);
            if (decision.Reasons.Count == 0) continue;
            var reason = decision.Reasons[0];
            var text = reason.Consent is null ? reason.Rule : $"{reason.Rule} {reason.Consent} {reason.ProvisionPath}";
            if (!rules.Contains(text)) rules.Add(text);
        }

        return [.. rules];
    }

    private sealed class EmptyNeighbours : IRecordNeighbours
    {
        public static readonly EmptyNeighbours Instance = new();

        public IEnumerable<RecordFacts> Find(string reference) => [];

        public IEnumerable<RecordFacts> ReferringTo(RecordFacts target) => [];
    }
}
