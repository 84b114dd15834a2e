using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Shared;

/// <summary>_include and _revinclude of a search on the directory: other entries of it. Spec: https://hl7.org/fhir/R4/search.html#include.</summary>
internal static class DirectoryIncludes
{
    private const int MaxIncluded = 1000;

    /// <summary>What is included beside the matches, each once; a problem when too much would have to be looked at.</summary>
    internal static async ValueTask<Result<IReadOnlyList<RenderedResource>>> FindAsync(
        FhirRequest request, Bridge bridge, IReadOnlyList<IncludeDirective> directives, IReadOnlyList<RenderedResource> matches, CancellationToken cancel)
    {
        var found = new List<RenderedResource>();
        var seen = matches.Select(m => m.Reference).ToHashSet(StringComparer.Ordinal);
        var budget = new ReadBudget(SearchDesk.MostSeen);
        var frontier = matches;
        for (var round = 0; frontier.Count > 0 && found.Count < MaxIncluded; round++)
        {
            var before = found.Count;
            foreach (var directive in directives.Where(d => round == 0 || d.Iterate))
            {
                var references = directive.Reverse
                    ? await ReferringAsync(request, bridge, directive, frontier, budget, cancel).ConfigureAwait(false)
                    : frontier.SelectMany(e => Referred(directive, e, bridge.Definitions));
                if (budget.IsSpent) return SearchDesk.TooMuch(request.Type);
                foreach (var reference in references)
                {
                    var slash = reference.IndexOf('/');
                    if (found.Count >= MaxIncluded || slash <= 0 || !SharedTypes.IsDirectory(reference[..slash]) || !seen.Add(reference)) continue;
                    if (await Directory.FindAsync(request, bridge, reference[..slash], reference[(slash + 1)..], cancel).ConfigureAwait(false) is { } entry) found.Add(entry);
                }
            }

            frontier = found[before..];
        }

        return Result<IReadOnlyList<RenderedResource>>.Ok(found);
    }

    // What is shown of an entry leads on, not what its contributors sent.
    private static IEnumerable<string> Referred(IncludeDirective directive, RenderedResource entry, Definitions definitions) => directive.SourceType != "*" && directive.SourceType != entry.Type ? [] :
        SearchIndexer.Extract(StoredJson.Read(entry.Json).Root, definitions).Entries
            .Where(e => e is { Type: SearchParameterType.Reference, System: null, Value: not null } && (directive.Parameter == "*" || e.Parameter == directive.Parameter))
            .Select(e => e.Value!).Where(r => directive.TargetType is null || r.StartsWith(directive.TargetType + "/", StringComparison.Ordinal));

    private static async ValueTask<IEnumerable<string>> ReferringAsync(
        FhirRequest request, Bridge bridge, IncludeDirective directive, IReadOnlyList<RenderedResource> targets, ReadBudget budget, CancellationToken cancel)
    {
        var wanted = targets.Where(t => directive.TargetType is null || directive.TargetType == t.Type).Select(t => t.Reference).ToHashSet(StringComparer.Ordinal);
        if (wanted.Count == 0) return [];
        var found = new List<string>();
        foreach (var type in directive.SourceType == "*" ? Definitions.R4.ResourceTypes.Where(SharedTypes.IsDirectory) : [directive.SourceType])
        {
            if (!SharedTypes.IsDirectory(type) || ReferringQuery(bridge.Definitions, directive, type, wanted) is not { } query) continue;
            var ids = await bridge.Vault.SearchDirectoryAsync(Counsel.ForDirectory(request.Caller), query, new PageRequest(MaxIncluded, null) { Budget = budget }, cancel).ConfigureAwait(false);
            found.AddRange(ids.Select(id => $"{type}/{id}"));
        }

        return found;
    }

    /// <summary>Resources of the type that refer to one of those; null where it has no parameter to do so.</summary>
    internal static SearchQuery? ReferringQuery(Definitions definitions, IncludeDirective directive, string type, IReadOnlySet<string> wanted)
    {
        var parameters = directive.Parameter != "*"
            ? [directive.Parameter]
            : definitions.AnsweredSearchParameters(type).Where(p => p.Type == SearchParameterType.Reference).Select(p => p.Code);
        var criteria = parameters.Select(p => (SearchCriterion)new ParameterCriterion(p, SearchParameterType.Reference, SearchModifier.None, null, [new ReferenceSetValue(wanted)])).ToList();
        return criteria.Count == 0 ? null : new SearchQuery { Types = [type], Criteria = criteria.Count == 1 ? criteria : [new LogicalCriterion(false, criteria)] };
    }
}
