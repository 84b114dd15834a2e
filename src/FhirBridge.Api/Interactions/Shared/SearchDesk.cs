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

    /// <summary>The query of a type search, and where its page begins; with a warning for each parameter that was ignored.</summary>
    public static Result<(SearchQuery Query, PagePosition? Position)> Parse(FhirRequest request, Bridge bridge)
    {
        var parameters = request.Query;
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
        if (!parsed.IsOk) return Result<(SearchQuery, PagePosition?)>.Fail(parsed.Problems);
        var query = parsed.Value;
        if (query.Summary is SummaryMode.True or SummaryMode.Text or SummaryMode.Data || query.Elements.Count > 0)
        {
            return Problems.InvalidParameter.With("'_elements' and '_summary' other than count and false are not offered; leave them out");
        }

        return Result<(SearchQuery, PagePosition?)>.Ok((query, position), [.. parsed.Problems]);
    }

    /// <summary>A chain that leads to more than can be looked at.</summary>
    public static Problem TooManyChained(string type, int most) =>
        Problems.TooCostly.With($"a chain of the search leads to more than {most} resources of type {type}; add conditions on them");

    /// <summary>Where a page begins: behind the last entry of the page before, or, when that one is gone, behind as many as were shown.</summary>
    public static int StartOf(PagePosition? position, int lastAt) => position is null ? 0 : lastAt >= 0 ? lastAt + 1 : position.Offset;

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
