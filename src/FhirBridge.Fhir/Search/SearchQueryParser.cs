namespace FhirBridge.Fhir.Search;

/// <summary>
/// Reads the parameters of a search into a <see cref="SearchQuery"/>. Spec: https://hl7.org/fhir/R4/search.html.
/// </summary>
/// <remarks>
/// All problems are collected, each naming its parameter: <see cref="Problems.UnknownParameter"/> for a parameter or modifier that is not
/// known for the type, <see cref="Problems.InvalidParameter"/> for a value that does not follow the grammar. Parameters with an empty
/// value are ignored. Never throws on input.
/// </remarks>
public static class SearchQueryParser
{
    /// <summary>Reads a search.</summary>
    /// <param name="resourceType">Type of a type search; null or empty for a search on the base URL, where <c>_type</c> names the types.</param>
    /// <param name="parameters">Decoded names and values, in the order of the request.</param>
    /// <param name="options">Handling, base URL and limits.</param>
    /// <returns>The query, with a warning for each parameter left out under lenient handling; or all problems.</returns>
    public static Result<SearchQuery> Parse(string? resourceType, IEnumerable<KeyValuePair<string, string>> parameters, SearchParseOptions? options = null)
    {
        options ??= SearchParseOptions.Default;
        var sent = parameters.Where(p => p.Value.AsSpan().Trim(',').Length > 0).ToList();
        var reader = new CriterionReader(options);
        var results = new ResultParameters(reader);
        var types = Types(resourceType, sent, results);
        var criteria = new List<SearchCriterion>();
        var ignored = new List<string>();
        var warnings = new List<Problem>();
        foreach (var (name, value) in sent)
        {
            if (results.TryRead(types, name, value)) continue;
            var read = reader.Read(types, name, value, 0);
            if (read.Criterion is { } criterion)
            {
                criteria.Add(criterion);
            }
            else if (read.IsUnknown && options.Lenient)
            {
                ignored.Add(name);
                warnings.Add(Problems.IgnoredParameter.With(read.Problem!.Diagnostics + "; it was ignored"));
            }
            else
            {
                results.Problems.Add(read.Problem!);
            }
        }

        results.CheckTogether();
        if (results.Problems.Count > 0) return Result<SearchQuery>.Fail(results.Problems);
        var query = results.Query(types, string.IsNullOrEmpty(resourceType)) with { Criteria = [.. criteria.OrderBy(c => c is TextCriterion)], Ignored = ignored, OwnParameters = [.. reader.Own] };
        return Result<SearchQuery>.Ok(query, [.. warnings]);
    }

    private static List<string> Types(string? resourceType, List<KeyValuePair<string, string>> sent, ResultParameters results)
    {
        if (!string.IsNullOrEmpty(resourceType))
        {
            if (!SearchParameterCatalogue.IsResourceType(resourceType)) results.Problems.Add(Problems.UnknownResourceType.With($"'{Shown.Text(resourceType)}' is not a resource type of R4"));
            return [resourceType];
        }

        var types = new List<string>();
        foreach (var (_, value) in sent.Where(p => p.Key == "_type"))
        {
            foreach (var type in value.Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!SearchParameterCatalogue.IsResourceType(type)) results.Problems.Add(Problems.InvalidParameter.With($"'_type': '{Shown.Text(type)}' is not a resource type of R4"));
                else if (!types.Contains(type)) types.Add(type);
            }
        }

        sent.RemoveAll(p => p.Key == "_type");
        return types;
    }
}

/// <summary>Parts of a request in an error text: short, and without control characters.</summary>
internal static class Shown
{
    internal static string Text(string text)
    {
        var shown = text.Length <= 80 ? text : text[..80] + "…";
        return string.Concat(shown.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
    }
}
