using System.Collections.Concurrent;
using FhirBridge.Consent;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage.Records;

/// <summary>
/// The search constraints of SMART scopes as predicates. A constraint that cannot be understood or decided permits nothing.
/// Spec: https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#finer-grained-resource-constraints-using-search-parameters.
/// </summary>
internal static class ScopeFilter
{
    // Constraints come out of tokens: bounded, so that many tokens do not fill the memory.
    private const int Most = 5_000;
    private static readonly ConcurrentDictionary<(string Type, string Constraint), SearchQuery?> Parsed = new();

    /// <summary>True when the grant's constraints on the type leave this contribution.</summary>
    /// <param name="grant">The grant.</param>
    /// <param name="c">The contribution, references as the constraint names them.</param>
    /// <param name="id">Its id as the caller sees it.</param>
    internal static bool Permits(AccessGrant grant, Contribution c, string id)
    {
        if (grant.ScopeConstraints(c.Key.Type) is not { } constraints) return true;
        var view = new ResourceView(c.Key.Type, id, c.LastUpdated, c.Index);
        foreach (var constraint in constraints)
        {
            if (Query(c.Key.Type, constraint) is { } query && QueryMatcher.Matches(query, view)) return true;
        }

        return false;
    }

    private static SearchQuery? Query(string type, string constraint)
    {
        if (Parsed.TryGetValue((type, constraint), out var known)) return known;
        var query = Parse(type, constraint);
        if (Parsed.Count < Most) Parsed[(type, constraint)] = query;
        return query;
    }

    private static SearchQuery? Parse(string type, string constraint)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var part in constraint.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=');
            if (equals <= 0 || equals == part.Length - 1) return null;
            pairs.Add(new(Decoded(part[..equals]), Decoded(part[(equals + 1)..])));
        }

        // A constraint must constrain: one that the parser reads as nothing (a lone _count, say) is not understood.
        return SearchQueryParser.Parse(type, pairs) is { IsOk: true, Value: { } query } && query.Criteria.Count == pairs.Count && !query.Unresolved().Any() ? query : null;
    }

    private static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
