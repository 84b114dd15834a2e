using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Shared;

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

/// <summary>What an opened record has for a search: everything that is asked is asked of what this caller sees, and of nothing else (consent.md §9).</summary>
internal static class Candidates
{
    /// <summary>Resources whose words one request may look at on <c>/fhir</c>.</summary>
    public const int MostRead = 1_000;

    /// <summary>What may be read for the words that a request asks for.</summary>
    public static ReadBudget WordBudget() => new(MostRead * ReadBudget.RowsOfContent);

    /// <summary>Those of the query's type that match; a problem when their words would have to be looked at and there are too many.</summary>
    /// <param name="opened">The record.</param>
    /// <param name="request">The request.</param>
    /// <param name="query">A query on one type, its chains resolved.</param>
    /// <param name="words">What may still be read.</param>
    /// <param name="cancel">Cancels.</param>
    public static async ValueTask<Result<List<Candidate>>> MatchingAsync(OpenedRecord opened, FhirRequest request, SearchQuery query, ReadBudget words, CancellationToken cancel)
    {
        var all = await OfTypeAsync(opened, request, query, cancel).ConfigureAwait(false);
        if (!query.NeedsContent) return all.Where(c => QueryMatcher.Matches(query, c.View)).ToList();
        var left = all.Where(c => QueryMatcher.Decide(query, c.View) != false).ToList();
        if (left.Any(_ => !words.TryContent())) return Problems.TooCostly.With($"'_text' and '_content' would have to look at more than {MostRead} resources; add conditions");
        await RenderAsync(opened, left, cancel).ConfigureAwait(false);
        return left.Where(c => c.Rendered is { } seen && QueryMatcher.Matches(query, c.View with { Content = new ResourceContent(() => StoredJson.Read(seen.Json).Root) })).ToList();
    }

    /// <summary>Renders those that are not yet, in one read.</summary>
    public static async ValueTask RenderAsync(OpenedRecord opened, IReadOnlyList<Candidate> candidates, CancellationToken cancel)
    {
        var missing = candidates.Where(c => c.Rendered is null && c.Contribution is not null).ToList();
        if (missing.Count == 0) return;
        var rendered = (await opened.RenderAsync([.. missing.Select(c => c.Contribution!)], cancel).ConfigureAwait(false)).ToDictionary(r => r.Reference);
        foreach (var c in missing) c.Rendered = rendered.GetValueOrDefault(c.Contribution!.Facts.Reference);
    }

    /// <summary>All that there is of the query's type in the record, for this caller.</summary>
    private static async ValueTask<List<Candidate>> OfTypeAsync(OpenedRecord opened, FhirRequest request, SearchQuery query, CancellationToken cancel)
    {
        var (type, candidates) = (query.Types[0], new List<Candidate>());
        if (opened.IsEmpty) return candidates;
        if (SharedTypes.IsComposed(type))
        {
            var composed = await opened.ComposeAsync(type, cancel).ConfigureAwait(false);
            foreach (var e in composed.Entries.Where(e => e.Resource.Type == type))
            {
                var index = VisibleIndex.WithSources(e, opened.Definitions, query, request);
                candidates.Add(new Candidate(opened, new ResourceView(type, e.Resource.Id, e.Resource.LastUpdated, index), e, null) { Rendered = e.Resource });
            }

            if (SharedTypes.IsUnified(type)) return candidates;
        }

        var doubtful = new List<Candidate>();
        foreach (var c in opened.View.Contributions.Where(c => c.Key.Type == type))
        {
            var candidate = new Candidate(opened, new ResourceView(type, c.NetworkId, c.LastUpdated, VisibleIndex.Of(opened, c, request)), null, c);
            (VisibleIndex.MayLoseElements(opened, c) ? doubtful : candidates).Add(candidate);
        }

        // What vanishes with a reference is no match, and neither is it by an element that vanished: known before counting, so that totals are exact and pages full.
        await RenderAsync(opened, doubtful, cancel).ConfigureAwait(false);
        candidates.AddRange(doubtful.Where(c => c.Rendered is not null).Select(c => c with { View = c.View with { Index = VisibleIndex.OfRendered(c, opened.Definitions, request) }, Rendered = c.Rendered }));
        return candidates;
    }
}
