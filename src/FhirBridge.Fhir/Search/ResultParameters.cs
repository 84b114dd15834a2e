namespace FhirBridge.Fhir.Search;

/// <summary>Reads the parameters that shape the answer rather than choose it. Spec: https://hl7.org/fhir/R4/search.html#return.</summary>
internal sealed class ResultParameters(CriterionReader reader)
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

    /// <summary>What may not be asked for at once.</summary>
    internal void CheckTogether()
    {
        if (summary == SummaryMode.Text && includes.Count > 0) Invalid("_summary", "'text' cannot be mixed with _include and _revinclude");
        if (summary is SummaryMode.True or SummaryMode.Text or SummaryMode.Data && elements.Count > 0) Invalid("_summary", "it cannot be mixed with _elements");
    }

    /// <summary>Reads the parameter if it is a result parameter; false when it is not one.</summary>
    internal bool TryRead(IReadOnlyList<string> types, string name, string value)
    {
        switch (name)
        {
            case "_include" or "_include:iterate" or "_include:recurse" or "_revinclude" or "_revinclude:iterate" or "_revinclude:recurse":
                ReadInclude(name, value);
                return true;
            case "_sort":
                ReadSort(types, value);
                return true;
            case "_contained" or "_containedType":
                ReadContained(name, value);
                return true;
            case "_count" or "_summary" or "_elements" or "_total" or "_format" or "_pretty":
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
            case "_elements": ReadElements(types, value); break;
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
            if (reader.Find(types, code) is { Type: not (SearchParameterType.Composite or SearchParameterType.Special) } parameter)
            {
                sort.Add(new SortKey(parameter.Code, parameter.Type, descending));
            }
            else
            {
                var why = code == "_score" ? "matches have no score: a resource matches or does not" : $"the search parameter '{Shown.Text(code)}' is not known, or has no order";
                Problems.Add(Fhir.Problems.UnknownParameter.With($"'_sort': {why}"));
            }
        }
    }

    // Resources are returned with what they contain, and never without what contains them.
    private void ReadContained(string name, string value)
    {
        if (name == "_contained" && value is "true" or "both") Invalid(name, "contained resources are not returned by themselves; 'false' is the default");
        else if (value is not ("false" or "container" or "contained")) Invalid(name, name == "_contained" ? "it is true, false or both" : "it is container or contained");
    }

    private void ReadElements(IReadOnlyList<string> types, string value)
    {
        foreach (var element in value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // "Base element names": with the type before them or not, and without what is below them.
            var parts = element.Split('.');
            var name = parts.Length > 1 && SearchParameterCatalogue.IsResourceType(parts[0]) ? parts[1] : parts[0];
            if (types.Count > 0 && types.All(t => Definitions.R4.FindElement(t, name) is null)) Invalid("_elements", $"'{Shown.Text(element)}' is no element of {string.Join(", ", types)}");
            else if (name.Length == 0 || !name.All(char.IsAsciiLetterOrDigit)) Invalid("_elements", $"'{Shown.Text(element)}' is not an element name");
            else if (!elements.Contains(name)) elements.Add(name);
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
        else if (parts[1] != "*" && reader.Find([parts[0]], parts[1]) is not { Type: SearchParameterType.Reference })
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
