using FhirBridge.Api.Http;
using FhirBridge.Api.Interactions.Shared;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Facade;

/// <summary>_include and _revinclude on a member facade, among the member's own contributions. Spec: https://hl7.org/fhir/R4/search.html#include.</summary>
public static class FacadeIncludes
{
    private const int MaxIncluded = 1000;
    private const int MaxRounds = 10;

    /// <summary>What is included beside the matches, each once; a problem when too much would have to be looked at.</summary>
    public static async ValueTask<Result<IReadOnlyList<(Contribution Contribution, ContributionBody Body)>>> FindAsync(
        FhirRequest request, Bridge bridge, AccessGrant grant, IReadOnlyList<IncludeDirective> directives, IReadOnlyList<Contribution> matches, CancellationToken cancel)
    {
        var found = new List<(Contribution Contribution, ContributionBody Body)>();
        var seen = matches.Select(Local).ToHashSet(StringComparer.Ordinal);
        var budget = new ReadBudget(SearchDesk.MostSeen);
        IReadOnlyList<Contribution> frontier = matches;
        for (var round = 0; round < MaxRounds && frontier.Count > 0 && found.Count < MaxIncluded; round++)
        {
            var next = new List<Contribution>();
            foreach (var directive in directives.Where(d => round == 0 || d.Iterate))
            {
                var candidates = directive.Reverse
                    ? await ReferringAsync(request, bridge, grant, directive, frontier, budget, cancel).ConfigureAwait(false)
                    : await ReferredAsync(request, bridge, grant, directive, frontier, seen, cancel).ConfigureAwait(false);
                if (candidates is null) return SearchDesk.TooMuch(directive.SourceType == "*" ? "" : directive.SourceType);
                foreach (var one in candidates)
                {
                    if (found.Count >= MaxIncluded || !seen.Add(Local(one.Contribution))) continue;
                    found.Add(one);
                    next.Add(one.Contribution);
                }
            }

            frontier = next;
        }

        return Result<IReadOnlyList<(Contribution Contribution, ContributionBody Body)>>.Ok(found);
    }

    private static async ValueTask<IReadOnlyList<(Contribution Contribution, ContributionBody Body)>> ReferredAsync(
        FhirRequest request, Bridge bridge, AccessGrant grant, IncludeDirective directive, IReadOnlyList<Contribution> sources, HashSet<string> seen, CancellationToken cancel)
    {
        var found = new List<(Contribution Contribution, ContributionBody Body)>();
        var targets = sources.Where(c => directive.SourceType == "*" || directive.SourceType == c.Key.Type)
            .SelectMany(c => c.Index.Entries)
            .Where(e => e.Type == SearchParameterType.Reference && (directive.Parameter == "*" || e.Parameter == directive.Parameter))
            .Select(e => FacadeSearch.LocalOf(request, e)).OfType<string>().Distinct(StringComparer.Ordinal).Where(t => !seen.Contains(t));
        foreach (var target in targets)
        {
            if (found.Count >= MaxIncluded) break;
            var slash = target.IndexOf('/');
            var type = target[..slash];
            if ((directive.TargetType is not null && type != directive.TargetType) || !request.Caller.Scopes.Allows(type, 'r')) continue;
            if (await bridge.Vault.ReadAsync(grant, new ContributionKey(request.Member!, type, target[(slash + 1)..]), null, cancel).ConfigureAwait(false) is { Contribution.Deleted: false } one) found.Add(one);
        }

        return found;
    }

    /// <summary>What refers to the targets; null when the budget does not suffice to know.</summary>
    private static async ValueTask<IReadOnlyList<(Contribution Contribution, ContributionBody Body)>?> ReferringAsync(
        FhirRequest request, Bridge bridge, AccessGrant grant, IncludeDirective directive, IReadOnlyList<Contribution> targets, ReadBudget budget, CancellationToken cancel)
    {
        var wanted = targets.Where(c => directive.TargetType is null || c.Key.Type == directive.TargetType).Select(c => $"{request.Member}/{Local(c)}").ToHashSet(StringComparer.Ordinal);
        var found = new List<(Contribution Contribution, ContributionBody Body)>();
        foreach (var type in directive.SourceType == "*" ? Definitions.R4.ResourceTypes : [directive.SourceType])
        {
            if (wanted.Count == 0 || !request.Caller.Scopes.Allows(type, 'r') || DirectoryIncludes.ReferringQuery(bridge.Definitions, directive, type, wanted) is not { } query) continue;
            var page = await bridge.Vault.SearchAsync(grant, query, new PageRequest(MaxIncluded, null) { Budget = budget }, cancel).ConfigureAwait(false);
            if (page.IsTooCostly) return null;
            found.AddRange(page.Matches);
            if (found.Count >= MaxIncluded) break;
        }

        return found;
    }

    private static string Local(Contribution c) => $"{c.Key.Type}/{c.Key.LocalId}";
}
