using FhirBridge.Api.Contributions;
using FhirBridge.Api.Audit;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Shared;

/// <summary>
/// search-type on the shared record. Specification: https://hl7.org/fhir/R4/search.html.
/// A search equals the same search on a store that holds only what the caller may see (consent.md §9): every predicate, sort, total and include runs
/// over permitted contributions and what is composed of them.
/// </summary>
/// <remarks>1. understand the query; 2. find the records it names; 3. open each under its grant; 4. match, sort, page; 5. include; 6. splice.</remarks>
public static class SharedSearch
{
    /// <summary>Matches on a page when the client does not say.</summary>
    public const int DefaultCount = 50;

    /// <summary>Most matches on a page.</summary>
    public const int MaxCount = 1000;

    /// <summary>search-type, GET and POST.</summary>
    public static async ValueTask<FhirResponse> SearchAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        var parsed = SearchDesk.Parse(request, bridge);
        if (!parsed.IsOk) return FhirResponse.Failure(parsed.Problems);
        var (query, position) = parsed.Value;
        if (SharedTypes.IsDirectory(request.Type)) return await SearchDirectoryAsync(request, bridge, query, position, parsed.Problems, cancel).ConfigureAwait(false);
        if (request.Type == "AuditEvent") return await AuditEvents.SearchAsync(request, bridge, query, position, parsed.Problems, cancel).ConfigureAwait(false);
        var named = await NamedRecords.FindAsync(request, bridge, query, cancel).ConfigureAwait(false);
        if (!named.IsOk) return FhirResponse.Failure(named.Problems);

        var opened = new List<OpenedRecord>();
        var matches = new List<Candidate>();
        var unnamed = new List<AuditEntry>();
        foreach (var record in named.Value.Records)
        {
            var o = await bridge.OpenAsync(request, record, cancel).ConfigureAwait(false);
            if (!await named.Value.NamesAsync(o, cancel).ConfigureAwait(false))
            {
                unnamed.Add(AuditEntry.For(request, "search", record, permitted: false) with { Query = $"{request.Type}?{query.ToQueryString()}", PatientNotNamed = true });
                continue;
            }

            opened.Add(o);
            if (o.IsEmpty) continue;

            // Chains lead through what this caller may see of this record and of the directory, and nowhere else.
            var resolved = await SharedChains.Of(request, bridge, o, cancel).ResolveAsync(named.Value.Remaining).ConfigureAwait(false);
            if (!resolved.IsOk) return FhirResponse.Failure(resolved.Problems);
            matches.AddRange((await CandidatesAsync(o, request, query, cancel).ConfigureAwait(false)).Where(c => QueryMatcher.Matches(resolved.Value, c.View)));
        }

        matches.Sort((a, b) => QueryMatcher.Compare(query, a.View, b.View));
        return await AnswerAsync(request, bridge, query, position, named.Value, opened, matches, unnamed, parsed.Problems, cancel).ConfigureAwait(false);
    }

    private static async ValueTask<FhirResponse> AnswerAsync(
        FhirRequest request, Bridge bridge, SearchQuery query, PagePosition? position, NamedRecords named, List<OpenedRecord> opened, List<Candidate> matches,
        List<AuditEntry> unnamed, IReadOnlyList<Problem> warnings, CancellationToken cancel)
    {
        var count = query.Summary == SummaryMode.Count ? 0 : Math.Min(position?.Count ?? query.Count ?? DefaultCount, MaxCount);
        var start = Start(query, position, matches);
        var page = matches.Skip(start).Take(count).ToList();
        var more = count > 0 && start + page.Count < matches.Count;
        var self = $"{request.SharedBase}/{request.Type}?{query.ToQueryString()}";
        var next = more ? NextLink(request, bridge, query, count, page[^1], start + page.Count) : null;
        var bundle = new BundleWriter("searchset", matches.Count, self, next);
        var shown = new List<RenderedResource>(page.Count);
        foreach (var group in page.GroupBy(c => c.Record))
        {
            // Rendered record by record, each in one read; shown in the order of the search below.
            await RenderAsync(group.Key, [.. group], cancel).ConfigureAwait(false);
        }

        foreach (var candidate in page)
        {
            if (candidate.Rendered is not { } resource) continue;
            shown.Add(resource);
            bundle.AddMatch($"{request.SharedBase}/{resource.Reference}", resource.Json, "match");
        }

        foreach (var included in await Includes.FindAsync(request, bridge, query.Includes, page, opened, cancel).ConfigureAwait(false))
        {
            shown.Add(included);
            bundle.AddMatch($"{request.SharedBase}/{included.Reference}", included.Json, "include");
        }

        bundle.AddOutcome(warnings);
        List<AuditEntry> audit = [.. Audited(request, query, named, opened, page, shown), .. unnamed];
        return FhirResponse.Resource(200, bundle.Finish(), audit: audit);
    }

    /// <summary>One row for each patient that the search named or that a match speaks of.</summary>
    private static List<AuditEntry> Audited(
        FhirRequest request, SearchQuery query, NamedRecords named, List<OpenedRecord> opened, List<Candidate> page, List<RenderedResource> shown)
    {
        var text = $"{request.Type}?{query.ToQueryString()}";
        var rows = new List<AuditEntry>();
        foreach (var o in opened)
        {
            var disclosed = page.Exists(c => ReferenceEquals(c.Record, o));
            if (!disclosed && !named.ByPatient) continue;
            rows.Add(AuditEntry.For(request, "search", o.Record, !o.IsEmpty) with
            {
                Query = text,
                Entities = [.. shown.Where(r => NetworkIds.RecordOf(r.Id) == o.Record.Value).Select(r => r.Reference).Take(200)],
                Basis = o.IsEmpty ? null : Basis.Of(o),
            });
        }

        return rows;
    }

    /// <summary>All that there is of the request's type in the record, for this caller.</summary>
    internal static async ValueTask<List<Candidate>> CandidatesAsync(OpenedRecord opened, FhirRequest request, SearchQuery query, CancellationToken cancel)
    {
        var candidates = new List<Candidate>();
        if (opened.IsEmpty) return candidates;
        if (SharedTypes.IsComposed(request.Type))
        {
            var composed = await opened.ComposeAsync(request.Type, cancel).ConfigureAwait(false);
            foreach (var e in composed.Entries.Where(e => e.Resource.Type == request.Type))
            {
                candidates.Add(new Candidate(opened, new ResourceView(e.Resource.Type, e.Resource.Id, e.Resource.LastUpdated, VisibleIndex.WithSources(e, query, request)), e, null) { Rendered = e.Resource });
            }

            if (SharedTypes.IsUnified(request.Type)) return candidates;
        }

        var doubtful = new List<Candidate>();
        foreach (var c in opened.View.Contributions)
        {
            if (c.Key.Type != request.Type) continue;
            var candidate = new Candidate(opened, new ResourceView(c.Key.Type, c.NetworkId, c.LastUpdated, VisibleIndex.Of(opened, c, request)), null, c);
            candidates.Add(candidate);
            if (VisibleIndex.MayVanish(opened, c)) doubtful.Add(candidate);
        }

        // What vanishes with a reference is no match: known before counting, so that totals are exact and pages full.
        await RenderAsync(opened, doubtful, cancel).ConfigureAwait(false);
        candidates.RemoveAll(c => c.Rendered is null && doubtful.Contains(c));
        return candidates;
    }

    private static async ValueTask RenderAsync(OpenedRecord opened, List<Candidate> candidates, CancellationToken cancel)
    {
        var missing = candidates.Where(c => c.Rendered is null && c.Contribution is not null).ToList();
        if (missing.Count == 0) return;
        var rendered = (await opened.RenderAsync([.. missing.Select(c => c.Contribution!)], cancel).ConfigureAwait(false)).ToDictionary(r => r.Reference);
        foreach (var c in missing) c.Rendered = rendered.GetValueOrDefault(c.Contribution!.Facts.Reference);
    }

    /// <summary>Where the page begins: behind the last match of the page before, also when that one is no longer visible.</summary>
    private static int Start(SearchQuery query, PagePosition? position, List<Candidate> matches)
    {
        if (position is null) return 0;
        var at = matches.FindIndex(c => $"{c.View.Type}/{c.View.Id}" == position.Id);
        if (at >= 0) return at + 1;
        if (query.Sort.Count > 0) return Math.Min(position.Offset, matches.Count);
        var id = position.Id[(position.Id.IndexOf('/') + 1)..];
        var after = matches.FindIndex(c =>
            c.View.LastUpdated.UtcTicks < position.Ticks || (c.View.LastUpdated.UtcTicks == position.Ticks && string.CompareOrdinal(c.View.Id, id) > 0));
        return after < 0 ? matches.Count : after;
    }

    private static string NextLink(FhirRequest request, Bridge bridge, SearchQuery query, int count, Candidate last, int offset) =>
        SearchDesk.PageUrl($"{request.SharedBase}/{request.Type}", bridge.Pages.Seal(
            request.Caller, new PagePosition(request.Type, query.ToQueryString(), count, last.View.LastUpdated.UtcTicks, $"{last.View.Type}/{last.View.Id}", offset)));

    private static async ValueTask<FhirResponse> SearchDirectoryAsync(FhirRequest request, Bridge bridge, SearchQuery query, PagePosition? position, IReadOnlyList<Problem> warnings, CancellationToken cancel)
    {
        var resolved = await SharedChains.Of(request, bridge, null, cancel).ResolveAsync(query).ConfigureAwait(false);
        if (!resolved.IsOk) return FhirResponse.Failure(resolved.Problems);
        var count = Math.Min(position?.Count ?? query.Count ?? DefaultCount, MaxCount);
        var (entries, more) = await Directory.SearchAsync(request, bridge, resolved.Value, new PageRequest(count, position?.Id), cancel).ConfigureAwait(false);
        var next = more && entries.Count > 0
            ? SearchDesk.PageUrl($"{request.SharedBase}/{request.Type}", bridge.Pages.Seal(request.Caller, new PagePosition(request.Type, query.ToQueryString(), count, 0, entries[^1].Id, 0)))
            : null;
        var total = position is null && !more ? entries.Count : (int?)null;
        var bundle = new BundleWriter("searchset", total, $"{request.SharedBase}/{request.Type}?{query.ToQueryString()}", next);
        foreach (var e in entries) bundle.AddMatch($"{request.SharedBase}/{e.Reference}", e.Json, "match");
        bundle.AddOutcome(warnings);
        return FhirResponse.Resource(200, bundle.Finish());
    }
}

/// <summary>Something that a search may return: composed or contributed.</summary>
/// <param name="Record">Where it is from.</param>
/// <param name="View">What the search sees of it.</param>
/// <param name="Composed">Set for a composed resource.</param>
/// <param name="Contribution">Set for a contribution.</param>
public sealed record Candidate(OpenedRecord Record, ResourceView View, ComposedKind.Entry? Composed, Contribution? Contribution)
{
    /// <summary>Its bytes, once rendered; null when nothing valid is left of it for this caller.</summary>
    public RenderedResource? Rendered { get; set; }
}
