using FhirBridge.Api.Contributions;
using System.Security.Cryptography;
using FhirBridge.Api.Audit;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Shared;

/// <summary>
/// The journal as AuditEvents: <c>GET /fhir/AuditEvent?patient=</c>. The patient, a representative and the privacy officer read every line of the record;
/// a member reads the lines of its own requests (contract.md).
/// </summary>
public static class AuditEvents
{
    private const int Batch = 500;

    /// <summary>search-type on AuditEvent.</summary>
    public static async ValueTask<FhirResponse> SearchAsync(
        FhirRequest request, Bridge bridge, SearchQuery query, PagePosition? position, IReadOnlyList<Problem> warnings, CancellationToken cancel)
    {
        if (query.Includes.Count > 0) return FhirResponse.Failure(Problems.InvalidParameter.With("'_include' and '_revinclude' are not answered on AuditEvent"));
        var named = await NamedRecords.FindAsync(request, bridge, query, cancel).ConfigureAwait(false);
        if (!named.IsOk) return FhirResponse.Failure(named.Problems);
        var unresolved = named.Value.Remaining.Unresolved().ToList();
        if (unresolved.Count > 0) return FhirResponse.Failure(unresolved);
        var known = new List<OpenedRecord>();
        var audit = new List<AuditEntry>();
        foreach (var one in named.Value.Records)
        {
            var candidate = await bridge.OpenAsync(request, one, cancel).ConfigureAwait(false);
            if (await named.Value.NamesAsync(candidate, cancel).ConfigureAwait(false)) known.Add(candidate);
            else audit.Add(AuditEntry.For(request, "search", one, permitted: false) with { Query = $"AuditEvent?{query.ToQueryString()}", PatientNotNamed = true });
        }

        if (known.Count > 1) return FhirResponse.Failure(Problems.TooCostly.With("a search on AuditEvent names one patient"));
        var opened = known.Count == 1 ? known[0] : await bridge.OpenAsync(request, new RecordId("0"), cancel).ConfigureAwait(false);
        var record = opened.Record;
        var count = SearchDesk.PageSize(query, position);
        var matches = new List<RenderedResource>();
        await foreach (var (id, entry) in ReadableAsync(request, bridge, opened, cancel).ConfigureAwait(false))
        {
            var rendered = AuditEventRenderer.Render(id, entry, request);
            if (QueryMatcher.Matches(named.Value.Remaining, Viewed(rendered, bridge))) matches.Add(rendered);
        }

        if (query.Sort.Count > 0)
        {
            var views = matches.ToDictionary(m => m, m => Viewed(m, bridge));
            matches.Sort((a, b) => QueryMatcher.Compare(query, views[a], views[b]));
        }

        var start = SearchDesk.StartOf(position, matches.FindIndex(m => m.Id == position?.Id));
        var page = matches.Skip(start).Take(count).ToList();
        var next = count > 0 && start + page.Count < matches.Count
            ? SearchDesk.PageUrl($"{request.SharedBase}/AuditEvent", bridge.Pages.Seal(request.Caller, new PagePosition("AuditEvent", query.ToQueryString(), count, 0, page[^1].Id, start + page.Count)))
            : null;
        var bundle = new BundleWriter("searchset", matches.Count, SearchDesk.SelfUrl(request, query), next);
        var subset = SearchDesk.Subset(query);
        foreach (var m in page) bundle.AddMatch($"{request.SharedBase}/{m.Reference}", subset.Of(m.Json), "match");
        audit.Add(AuditEntry.For(request, "search", known.Count == 0 ? null : record, matches.Count > 0) with { Query = $"AuditEvent?{query.ToQueryString()}" });
        return FhirResponse.Resource(200, bundle.Finish(warnings), audit: audit);
    }

    /// <summary>One line by its id; null when there is none that this caller may read.</summary>
    public static async ValueTask<RenderedResource?> FindAsync(FhirRequest request, Bridge bridge, OpenedRecord opened, CancellationToken cancel)
    {
        await foreach (var (id, entry) in ReadableAsync(request, bridge, opened, cancel).ConfigureAwait(false))
        {
            if (id == request.Id) return AuditEventRenderer.Render(request.Id, entry, request);
        }

        return null;
    }

    private static async IAsyncEnumerable<(string Id, AuditEntry Entry)> ReadableAsync(
        FhirRequest request, Bridge bridge, OpenedRecord opened, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        long? before = null;
        var ids = new LineIds(opened.Record);
        while (true)
        {
            var rows = await bridge.Vault.ReadAuditAsync(opened.View.Grant, before, Batch, cancel).ConfigureAwait(false);
            foreach (var row in rows)
            {
                var entry = AuditEntry.FromBytes(row.Payload.Span);
                if (MayRead(request.Caller, opened, entry)) yield return (ids.Next(row), entry);
            }

            if (rows.Count < Batch) yield break;
            before = rows[^1].Sequence;
        }
    }

    private static bool MayRead(Caller caller, OpenedRecord opened, AuditEntry entry) =>
        caller.OwnRecord == opened.Record
        || (caller.Roles.Contains(Roles.PrivacyOfficer) && caller.Member is not null)
        || (entry.PatientNotNamed is null && caller.Member is { } member && entry.Member == member.Value)
        || (caller.Person is { } person && entry.Person == person && entry.PatientNotNamed is null);

    private static ResourceView Viewed(RenderedResource rendered, Bridge bridge)
    {
        var root = StoredJson.Read(rendered.Json).Root;
        return new("AuditEvent", rendered.Id, rendered.LastUpdated, SearchIndexer.Extract(root, bridge.Definitions)) { Content = new ResourceContent(() => root) };
    }

    /// <summary>
    /// Ids from the lines alone: the place in the journal would tell how much happens elsewhere. Lines that are alike to the last byte (a batch that
    /// asks twice) follow each other, and are told apart by counting.
    /// </summary>
    private sealed class LineIds(RecordId record)
    {
        private readonly Dictionary<string, int> seen = new(StringComparer.Ordinal);

        public string Next(AuditRow row)
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(row.Payload.Span).AsSpan(0, 8));
            var times = seen[digest] = seen.GetValueOrDefault(digest) + 1;
            return times == 1 ? $"{record}-{digest}" : $"{record}-{digest}-{times}";
        }
    }
}
