using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Api.Interactions.Shared;

/// <summary>_include and _revinclude: each candidate is taken from what the caller may see, so that nothing passes through what is hidden. Spec: https://hl7.org/fhir/R4/search.html#include.</summary>
public static class Includes
{
    private const int MaxIncluded = 1000;

    /// <summary>What is included beside the matches, each once.</summary>
    public static async ValueTask<IReadOnlyList<RenderedResource>> FindAsync(
        FhirRequest request, Bridge bridge, IReadOnlyList<IncludeDirective> directives, IReadOnlyList<Candidate> matches, IReadOnlyList<OpenedRecord> opened, CancellationToken cancel)
    {
        if (directives.Count == 0 || matches.Count == 0) return [];
        var found = new List<RenderedResource>();
        var seen = matches.Select(m => $"{m.View.Type}/{m.View.Id}").ToHashSet(StringComparer.Ordinal);
        var frontier = matches.ToList();
        for (var round = 0; frontier.Count > 0 && found.Count < MaxIncluded; round++)
        {
            var active = directives.Where(d => round == 0 || d.Iterate).ToList();
            var next = new List<Candidate>();
            foreach (var group in frontier.GroupBy(c => c.Record))
            {
                var references = Forward(active, group).Concat(await ReverseAsync(active, group.Key, [.. group], request, cancel).ConfigureAwait(false));
                foreach (var (reference, targetType) in references.Distinct())
                {
                    var slash = reference.IndexOf('/');
                    if (slash <= 0 || (targetType is not null && reference[..slash] != targetType) || !seen.Add(reference)) continue;
                    var resource = await ResolveAsync(request, bridge, group.Key, reference[..slash], reference[(slash + 1)..], cancel).ConfigureAwait(false);
                    if (resource is null) continue;
                    found.Add(resource);
                    if (found.Count >= MaxIncluded) break;
                    next.Add(new Candidate(group.Key, View(group.Key, resource, request), null, null));
                }
            }

            frontier = next;
        }

        return found;
    }

    private static IEnumerable<(string Reference, string? TargetType)> Forward(List<IncludeDirective> directives, IEnumerable<Candidate> sources)
    {
        foreach (var source in sources)
        {
            foreach (var d in directives)
            {
                if (d.Reverse || (d.SourceType != "*" && d.SourceType != source.View.Type)) continue;
                foreach (var e in source.View.Index.Entries)
                {
                    if (e.Type == SearchParameterType.Reference && e.Value is not null && (d.Parameter == "*" || e.Parameter == d.Parameter)) yield return (e.Value, d.TargetType);
                }
            }
        }
    }

    private static async ValueTask<List<(string Reference, string? TargetType)>> ReverseAsync(
        List<IncludeDirective> directives, OpenedRecord opened, List<Candidate> targets, FhirRequest request, CancellationToken cancel)
    {
        var found = new List<(string, string?)>();
        if (!directives.Exists(d => d.Reverse)) return found;
        var wanted = targets.Select(t => $"{t.View.Type}/{t.View.Id}").ToHashSet(StringComparer.Ordinal);
        foreach (var d in directives.Where(d => d.Reverse))
        {
            bool Refers(SearchIndex index) => index.Entries.Any(e =>
                e.Type == SearchParameterType.Reference && (d.Parameter == "*" || e.Parameter == d.Parameter) && e.Value is not null && wanted.Contains(e.Value));
            if (SharedTypes.IsComposed(d.SourceType))
            {
                var composed = await opened.ComposeAsync(d.SourceType, cancel).ConfigureAwait(false);
                found.AddRange(composed.Entries.Where(e => e.Resource.Type == d.SourceType && Refers(e.IndexBy(opened.Definitions))).Select(e => (e.Resource.Reference, (string?)null)));
            }

            if (SharedTypes.IsUnified(d.SourceType)) continue;
            foreach (var c in opened.View.Contributions)
            {
                if ((d.SourceType == "*" ? !SharedTypes.IsUnified(c.Key.Type) : c.Key.Type == d.SourceType) && Refers(VisibleIndex.Of(opened, c, request))) found.Add((c.Facts.Reference, null));
            }
        }

        return found;
    }

    private static async ValueTask<RenderedResource?> ResolveAsync(FhirRequest request, Bridge bridge, OpenedRecord opened, string type, string id, CancellationToken cancel) =>
        SharedTypes.IsDirectory(type)
            ? await Directory.FindAsync(request, bridge, type, id, cancel).ConfigureAwait(false)
            : await opened.FindAsync(type, id, cancel).ConfigureAwait(false);

    private static ResourceView View(OpenedRecord opened, RenderedResource resource, FhirRequest request)
    {
        var contribution = opened.View.Find(resource.Reference).FirstOrDefault(c => c.Facts.Reference == resource.Reference);
        var index = contribution is null || SharedTypes.IsUnified(resource.Type)
            ? SearchIndexer.Extract(StoredJson.Read(resource.Json).Root, opened.Definitions)
            : VisibleIndex.Of(opened, contribution, request);
        return new ResourceView(resource.Type, resource.Id, resource.LastUpdated, index);
    }
}
