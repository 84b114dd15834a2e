using FhirBridge.Api.Http;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Api.Interactions.Shared;

/// <summary>URL → query, or problems that name the parameter; continues a page token.</summary>
public static class SearchDesk
{
    private const string PageParameter = "_page";
    private const int MostValues = 1000;

    /// <summary>Resources that one link of a chain may lead to on a facade.</summary>
    public const int MostChained = 2000;

    /// <summary>Rows that a search may look at for a page, and all searches of one chain together.</summary>
    public const int MostSeen = 200_000;

    /// <summary>The query of a search, and where its page begins; with a warning for each parameter that was ignored.</summary>
    public static async ValueTask<Result<(SearchQuery Query, PagePosition? Position)>> ParseAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        var parameters = await ValueSetReferences.ReplaceAsync(request, bridge, request.Query, cancel).ConfigureAwait(false);
        var parsed = Parse(request, bridge, parameters);
        if (!parsed.IsOk || parsed.Value.Query.OwnParameters.Count == 0) return parsed;

        // A parameter beside those of R4 answers for all or for nothing: what was stored before it was known has no values of it until it has been gone through.
        return await bridge.Vault.IndexStampAsync(cancel).ConfigureAwait(false) == bridge.Definitions.SearchStamp
            ? parsed
            : Problems.Transient.With($"what is stored is still being indexed by '{parsed.Value.Query.OwnParameters[0]}'; try again later");
    }

    private static Result<(SearchQuery Query, PagePosition? Position)> Parse(FhirRequest request, Bridge bridge, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        PagePosition? position = null;
        if (parameters.FirstOrDefault(p => p.Key == PageParameter).Value is { } token)
        {
            position = bridge.Pages.Open(request.Caller, token);
            if (position is null || position.Path != request.Type) return Problems.NotFound.With("Not found");
            parameters = ParseQuery(position.Query);
        }

        if (parameters.FirstOrDefault(p => p.Value.AsSpan().Count(',') >= MostValues) is { Key: { } crowded })
        {
            return Problems.TooCostly.With($"the search parameter '{crowded}' has more than {MostValues} values; send several searches");
        }

        var parsed = SearchQueryParser.Parse(request.Type, parameters, new SearchParseOptions { Lenient = request.Lenient, BaseUrl = request.OwnBase, Now = request.Now, Definitions = bridge.Definitions });
        return parsed.IsOk
            ? Result<(SearchQuery, PagePosition?)>.Ok((parsed.Value, position), [.. parsed.Problems])
            : Result<(SearchQuery, PagePosition?)>.Fail(parsed.Problems);
    }

    /// <summary>What part of a resource a read asks for; problems when it asks for what only a search has.</summary>
    public static Result<ResourceSubset> Subset(FhirRequest request)
    {
        var asked = request.Query.Where(p => p.Key is "_summary" or "_elements").ToList();
        if (asked.Count == 0) return new ResourceSubset(null, []);
        var parsed = SearchQueryParser.Parse(request.Type, asked);
        if (!parsed.IsOk) return Result<ResourceSubset>.Fail(parsed.Problems);
        if (parsed.Value.Summary == SummaryMode.Count) return Problems.InvalidParameter.With("'_summary=count' is for searches");
        return Subset(parsed.Value);
    }

    /// <summary>What part of its matches a search asks for.</summary>
    public static ResourceSubset Subset(SearchQuery query) => new(query.Summary, query.Elements);

    /// <summary>The part of what is included: a summary is of everything in the answer, elements are of the matches ("the list of elements does not apply to included resources").</summary>
    public static ResourceSubset SubsetOfIncluded(SearchQuery query) => new(query.Summary, []);

    /// <summary>True when only the number of matches is asked for: "if _count has the value 0, this shall be treated the same as _summary=count".</summary>
    public static bool IsCounting(SearchQuery query) => query.Summary == SummaryMode.Count || query.Count == 0;

    /// <summary>Matches on this page; none when they are only counted.</summary>
    public static int PageSize(SearchQuery query, PagePosition? position) =>
        IsCounting(query) ? 0 : Math.Min(position?.Count ?? query.Count ?? SharedSearch.DefaultCount, SharedSearch.MaxCount);

    /// <summary>A search that must look at more than it may.</summary>
    public static Problem TooMuch(string type) =>
        Problems.TooCostly.With($"the search would have to look at too many resources{(type.Length == 0 ? "" : $" of type {type}")}; add conditions, or leave out '_sort', '_total' and '_summary=count'");

    /// <summary>A chain that leads to more than can be looked at.</summary>
    public static Problem TooManyChained(string type, int most) =>
        Problems.TooCostly.With($"a chain of the search leads to more than {most} resources of type {type}; add conditions on them");

    /// <summary>Where a page begins: behind the last entry of the page before, or, when that one is gone, behind as many as were shown.</summary>
    public static int StartOf(PagePosition? position, int lastAt) => position is null ? 0 : lastAt >= 0 ? lastAt + 1 : position.Offset;

    /// <summary>The address that a search is sent to: of a type, or the base itself.</summary>
    public static string Address(FhirRequest request) => request.Type.Length == 0 ? request.OwnBase : $"{request.OwnBase}/{request.Type}";

    /// <summary>The self link: what was searched by.</summary>
    public static string SelfUrl(FhirRequest request, SearchQuery query) => $"{Address(request)}?{query.ToQueryString()}";

    /// <summary>The types to search: those that the search names, each of which the token's scopes must cover; else those of <paramref name="all"/> that they do.</summary>
    public static Result<IReadOnlyList<string>> Types(FhirRequest request, SearchQuery query, IEnumerable<string> all)
    {
        if (query.Types.Count == 0) return Result<IReadOnlyList<string>>.Ok([.. all.Where(t => request.Caller.Scopes.Allows(t, 's'))]);
        return query.Types.FirstOrDefault(t => !request.Caller.Scopes.Allows(t, 's')) is { } refused
            ? Problems.Forbidden.With($"the token's scopes do not cover '{request.Route.Name}' on {refused}")
            : Result<IReadOnlyList<string>>.Ok(query.Types);
    }

    /// <summary>The address of the page that a token names.</summary>
    public static string PageUrl(string path, string token) => $"{path}?{PageParameter}={token}";

    /// <summary>Query parameters of a query string, decoded, in order.</summary>
    public static List<KeyValuePair<string, string>> ParseQuery(string query)
    {
        var found = new List<KeyValuePair<string, string>>();
        foreach (var part in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var eq = part.IndexOf('=');
            found.Add(eq < 0
                ? new(Decode(part), "")
                : new(Decode(part[..eq]), Decode(part[(eq + 1)..])));
        }

        return found;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
