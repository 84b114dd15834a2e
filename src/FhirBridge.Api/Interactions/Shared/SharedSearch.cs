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

    /// <summary>search-type and search-system, GET and POST.</summary>
    public static async ValueTask<FhirResponse> SearchAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        var parsed = await SearchDesk.ParseAsync(request, bridge, cancel).ConfigureAwait(false);
        if (!parsed.IsOk) return FhirResponse.Failure(parsed.Problems);
        var (query, position) = parsed.Value;
        if (SharedTypes.IsDirectory(request.Type)) return await SearchDirectoryAsync(request, bridge, query, position, parsed.Problems, cancel).ConfigureAwait(false);
        if (request.Type == "AuditEvent") return await AuditEvents.SearchAsync(request, bridge, query, position, parsed.Problems, cancel).ConfigureAwait(false);
        if (query.Types.FirstOrDefault(IsElsewhere) is { } elsewhere && query.IsSystemSearch) return FhirResponse.Failure(Problems.InvalidParameter.With($"'_type': {elsewhere} is searched by itself: {request.SharedBase}/{elsewhere}"));
        var types = SearchDesk.Types(request, query, Definitions.R4.ResourceTypes.Where(t => !IsElsewhere(t)));
        if (!types.IsOk) return FhirResponse.Failure(types.Problems);
        var named = await NamedRecords.FindAsync(request, bridge, query, cancel).ConfigureAwait(false);
        if (!named.IsOk) return FhirResponse.Failure(named.Problems);

        var words = Candidates.WordBudget();
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
            var resolved = await SharedChains.Of(request, bridge, o, words, cancel).ResolveAsync(named.Value.Remaining).ConfigureAwait(false);
            if (!resolved.IsOk) return FhirResponse.Failure(resolved.Problems);
            foreach (var type in types.Value)
            {
                var found = await Candidates.MatchingAsync(o, request, resolved.Value with { Types = [type] }, words, cancel).ConfigureAwait(false);
                if (!found.IsOk) return FhirResponse.Failure(found.Problems);
                matches.AddRange(found.Value);
            }
        }

        matches.Sort((a, b) => QueryMatcher.Compare(query, a.View, b.View));
        return await AnswerAsync(request, bridge, query, position, named.Value, opened, matches, unnamed, parsed.Problems, cancel).ConfigureAwait(false);
    }

    // Not of records: the directory, and the journal.
    private static bool IsElsewhere(string type) => SharedTypes.IsDirectory(type) || type == "AuditEvent";

    private static async ValueTask<FhirResponse> AnswerAsync(
        FhirRequest request, Bridge bridge, SearchQuery query, PagePosition? position, NamedRecords named, List<OpenedRecord> opened, List<Candidate> matches,
        List<AuditEntry> unnamed, IReadOnlyList<Problem> warnings, CancellationToken cancel)
    {
        var count = SearchDesk.PageSize(query, position);
        var start = Start(query, position, matches);
        var page = matches.Skip(start).Take(count).ToList();
        var more = count > 0 && start + page.Count < matches.Count;
        var self = SearchDesk.SelfUrl(request, query);
        var next = more ? NextLink(request, bridge, query, count, page[^1], start + page.Count) : null;
        var bundle = new BundleWriter("searchset", matches.Count, self, next);
        var shown = new List<RenderedResource>(page.Count);
        var (subset, subsetOfIncluded) = (SearchDesk.Subset(query), SearchDesk.SubsetOfIncluded(query));
        foreach (var group in page.GroupBy(c => c.Record))
        {
            // Rendered record by record, each in one read; shown in the order of the search below.
            await Candidates.RenderAsync(group.Key, [.. group], cancel).ConfigureAwait(false);
        }

        foreach (var candidate in page)
        {
            if (candidate.Rendered is not { } resource) continue;
            shown.Add(resource);
            bundle.AddMatch($"{request.SharedBase}/{resource.Reference}", subset.Of(resource.Json), "match");
        }

        foreach (var included in await Includes.FindAsync(request, bridge, query.Includes, page, opened, cancel).ConfigureAwait(false))
        {
            shown.Add(included);
            bundle.AddMatch($"{request.SharedBase}/{included.Reference}", subsetOfIncluded.Of(included.Json), "include");
        }

        List<AuditEntry> audit = [.. Audited(request, query, named, opened, page, shown), .. unnamed];
        return FhirResponse.Resource(200, bundle.Finish(warnings), audit: audit);
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
        SearchDesk.PageUrl(SearchDesk.Address(request), bridge.Pages.Seal(
            request.Caller, new PagePosition(request.Type, query.ToQueryString(), count, last.View.LastUpdated.UtcTicks, $"{last.View.Type}/{last.View.Id}", offset)));

    private static async ValueTask<FhirResponse> SearchDirectoryAsync(FhirRequest request, Bridge bridge, SearchQuery query, PagePosition? position, IReadOnlyList<Problem> warnings, CancellationToken cancel)
    {
        var words = Candidates.WordBudget();
        var resolved = await SharedChains.Of(request, bridge, null, words, cancel).ResolveAsync(query).ConfigureAwait(false);
        if (!resolved.IsOk) return FhirResponse.Failure(resolved.Problems);
        var self = SearchDesk.SelfUrl(request, query);
        if (SearchDesk.IsCounting(query))
        {
            var total = await Directory.CountAsync(request, bridge, resolved.Value, words, cancel).ConfigureAwait(false);
            return total.IsOk ? FhirResponse.Resource(200, new BundleWriter("searchset", total.Value, self, null).Finish(warnings)) : FhirResponse.Failure(total.Problems);
        }

        var count = SearchDesk.PageSize(query, position);
        var found = await Directory.SearchAsync(request, bridge, resolved.Value, new PageRequest(count, position?.Id), words, cancel).ConfigureAwait(false);
        if (!found.IsOk) return FhirResponse.Failure(found.Problems);
        var (entries, more) = found.Value;
        var next = more && entries.Count > 0
            ? SearchDesk.PageUrl(SearchDesk.Address(request), bridge.Pages.Seal(request.Caller, new PagePosition(request.Type, query.ToQueryString(), count, 0, entries[^1].Id, 0)))
            : null;
        var bundle = new BundleWriter("searchset", position is null && !more ? entries.Count : null, self, next);
        var subset = SearchDesk.Subset(query);
        foreach (var e in entries) bundle.AddMatch($"{request.SharedBase}/{e.Reference}", subset.Of(e.Json), "match");
        var included = await DirectoryIncludes.FindAsync(request, bridge, query.Includes, entries, cancel).ConfigureAwait(false);
        if (!included.IsOk) return FhirResponse.Failure(included.Problems);
        var subsetOfIncluded = SearchDesk.SubsetOfIncluded(query);
        foreach (var e in included.Value) bundle.AddMatch($"{request.SharedBase}/{e.Reference}", subsetOfIncluded.Of(e.Json), "include");
        return FhirResponse.Resource(200, bundle.Finish(warnings));
    }
}
