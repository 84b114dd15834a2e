namespace FhirBridge.Fhir.Search;

/// <summary>Reads the parameters that shape the answer rather than choose it. Spec: https://hl7.org/fhir/R4/search.html#return.</summary>
internal sealed class ResultParameters
{
    private readonly HashSet<string> seen = [];
    private readonly List<SortKey> sort = [];
    private readonly List<string> elements = [];
    private readonly List<IncludeDirective> includes = [];
    private int? count;
    private SummaryMode? summary;
    private TotalMode? total;
    private string? format;
    private bool? pretty;

    /// <summary>What was wrong so far.</summary>
    internal List<Problem> Problems { get; } = [];

    /// <summary>The query with the result parameters set.</summary>
    internal SearchQuery Query(IReadOnlyList<string> types, bool isSystemSearch) => new()
    {
        Types = types,
        IsSystemSearch = isSystemSearch,
        Sort = sort,
        Count = count,
        Summary = summary,
        Elements = elements,
        Total = total,
        Includes = includes,
        Format = format,
        Pretty = pretty,
    };

    /// <summary>Reads the parameter if it is a result parameter; false when it is not one.</summary>
    internal bool TryRead(IReadOnlyList<string> types, string name, string value)
    {
        switch (name)
        {
            case "_include" or "_include:iterate" or "_include:recurse" or "_revinclude" or "_revinclude:iterate" or "_revinclude:recurse":
                ReadInclude(name, value);
                return true;
            case "_sort" or "_count" or "_summary" or "_elements" or "_total" or "_format" or "_pretty":
                if (seen.Add(name)) ReadOnce(types, name, value);
                else Invalid(name, "it may be given once");
                return true;
            default:
                return false;
        }
    }

    private void ReadOnce(IReadOnlyList<string> types, string name, string value)
    {
        switch (name)
        {
            case "_sort": ReadSort(types, value); break;
            case "_elements": ReadElements(value); break;
            case "_format": format = value; break;
            case "_count":
                if (value.Length is > 0 and <= 9 && value.All(char.IsAsciiDigit)) count = int.Parse(value);
                else Invalid(name, "it is a whole number, 0 or more");
                break;
            case "_summary":
                if (TryEnum<SummaryMode>(value, out var mode)) summary = mode;
                else Invalid(name, "it is one of true, text, data, count, false");
                break;
            case "_total":
                if (TryEnum<TotalMode>(value, out var kind)) total = kind;
                else Invalid(name, "it is one of none, estimate, accurate");
                break;
            default:
                if (value is "true" or "false") pretty = value == "true";
                else Invalid(name, "it is true or false");
                break;
        }
    }

    private void ReadSort(IReadOnlyList<string> types, string value)
    {
        foreach (var key in value.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var descending = key[0] == '-';
            var code = descending ? key[1..] : key;
            if (SearchParameterCatalogue.Find(types, code) is { Type: not (SearchParameterType.Composite or SearchParameterType.Special) } parameter)
            {
                sort.Add(new SortKey(parameter.Code, parameter.Type, descending));
            }
            else
            {
                Problems.Add(Fhir.Problems.UnknownParameter.With($"'_sort': the search parameter '{Shown.Text(code)}' is not known, or has no order"));
            }
        }
    }

    private void ReadElements(string value)
    {
        foreach (var element in value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!element.All(c => char.IsAsciiLetterOrDigit(c) || c == '.')) Invalid("_elements", $"'{Shown.Text(element)}' is not an element name");
            else if (!elements.Contains(element)) elements.Add(element);
        }
    }

    private void ReadInclude(string name, string value)
    {
        var reverse = name.StartsWith("_revinclude", StringComparison.Ordinal);
        var iterate = name.Contains(':');
        var parts = value.Split(':');
        if (value == "*")
        {
            includes.Add(new IncludeDirective("*", "*", null, iterate, reverse));
        }
        else if (parts.Length is < 2 or > 3 || !SearchParameterCatalogue.IsResourceType(parts[0]))
        {
            Invalid(name, "it is '[type]:[reference parameter][:target type]'");
        }
        else if (parts[1] != "*" && SearchParameterCatalogue.Find([parts[0]], parts[1]) is not { Type: SearchParameterType.Reference })
        {
            Problems.Add(Fhir.Problems.UnknownParameter.With($"'{name}': '{Shown.Text(parts[1])}' is not a reference parameter of {parts[0]}"));
        }
        else if (parts.Length == 3 && !SearchParameterCatalogue.IsResourceType(parts[2]))
        {
            Invalid(name, $"'{Shown.Text(parts[2])}' is not a resource type of R4");
        }
        else
        {
            includes.Add(new IncludeDirective(parts[0], parts[1], parts.Length == 3 ? parts[2] : null, iterate, reverse));
        }
    }

    private static bool TryEnum<T>(string value, out T result)
        where T : struct, Enum
    {
        result = default;
        return value.All(char.IsAsciiLetterLower) && Enum.TryParse(value, ignoreCase: true, out result);
    }

    private void Invalid(string name, string what) => Problems.Add(Fhir.Problems.InvalidParameter.With($"the search parameter '{name}': {what}"));
}
