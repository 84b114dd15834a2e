namespace FhirBridge.Fhir.Search;

/// <summary>Turns the syntax of a <c>_filter</c> into conditions on a type. Spec: https://hl7.org/fhir/R4/search_filter.html.</summary>
internal sealed class FilterCompiler(CriterionReader reader)
{
    /// <summary>The condition; or a problem.</summary>
    internal CriterionResult Compile(FilterSyntax syntax, IReadOnlyList<string> types, int depth)
    {
        if (!reader.Step()) return CriterionReader.Invalid("_filter", "its chains lead to too many types; state them, as in 'subject:Patient.name'");
        switch (syntax)
        {
            case FilterSyntax.Not not:
                var operand = Compile(not.Operand, types, depth);
                return operand.Criterion is { } negated ? Made(new NotCriterion(negated)) : operand;
            case FilterSyntax.Logic logic:
                var operands = new List<SearchCriterion>(logic.Operands.Count);
                foreach (var one in logic.Operands)
                {
                    var compiled = Compile(one, types, depth);
                    if (compiled.Criterion is not { } criterion) return compiled;
                    operands.Add(criterion);
                }

                return Made(new LogicalCriterion(logic.IsAnd, operands));
            default:
                var test = (FilterSyntax.Test)syntax;
                return Path(test, 0, test.Path[0].Name, types, depth);
        }
    }

    private CriterionResult Path(FilterSyntax.Test test, int at, string name, IReadOnlyList<string> types, int depth)
    {
        var step = test.Path[at];
        if (name.StartsWith("_has:", StringComparison.Ordinal))
        {
            if (depth >= CriterionReader.MaxFilterChain) return TooLong();
            return reader.ReadHas(types, name, (source, rest) => Path(test, at, rest, [source], depth + 1));
        }

        if (at == test.Path.Count - 1) return reader.ReadTest(types, name, test.Operator, test.Value);
        if (depth >= CriterionReader.MaxFilterChain) return TooLong();
        return reader.ReadChain(types, name, name, type =>
        {
            var rest = Path(test, at + 1, test.Path[at + 1].Name, [type], depth + 1);
            if (rest.Criterion is null || step.Filter is null) return rest;
            var filter = Compile(step.Filter, [type], depth + 1);
            return filter.Criterion is null ? filter : Made(new LogicalCriterion(true, [filter.Criterion, rest.Criterion]));
        });
    }

    private static CriterionResult TooLong() => CriterionReader.Invalid("_filter", $"a chain has at most {CriterionReader.MaxFilterChain} links");

    private static CriterionResult Made(SearchCriterion criterion) => new(criterion, null, false);
}

/// <summary>The operators of a <c>_filter</c>, as modifiers and values of search parameters. Spec: https://hl7.org/fhir/R4/search_filter.html#ops.</summary>
internal static class FilterOperators
{
    private const string All = "eq ne co sw ew gt lt ge le ap sa eb pr po ss sb in ni re";

    /// <summary>The condition that the operator and the value mean; a null value and what is wrong otherwise.</summary>
    internal static (SearchModifier Modifier, SearchValue? Value) Parse(SearchParameterInfo parameter, string op, string value, SearchParseOptions options, out string error)
    {
        SearchModifier modifier = op switch
        {
            "in" => SearchModifier.In,
            "ni" => SearchModifier.NotIn,
            "ss" => SearchModifier.Below,
            "sb" => SearchModifier.Above,
            "pr" => SearchModifier.Missing,
            _ => SearchModifier.None,
        };
        error = All.Split(' ').Contains(op) ? $"the operator '{op}' is not for parameters of type {parameter.Type.ToString().ToLowerInvariant()}" : $"an operator is one of {All}";
        if (!Applies(parameter, op)) return default;
        return (modifier, op switch
        {
            "pr" => Present(value, out error),
            "eq" when parameter.Type == SearchParameterType.String => Text(parameter, value, TextMatch.Whole),
            "ne" when parameter.Type == SearchParameterType.String => new UnequalValue(value, [Text(parameter, value, TextMatch.Whole)]),
            "co" => Text(parameter, value, TextMatch.Anywhere),
            "sw" => Text(parameter, value, TextMatch.Start),
            "ew" => Text(parameter, value, TextMatch.End),
            "po" => Overlapping(value, out error),
            "ne" when !IsOrdered(parameter) => Plain(parameter, modifier, value, options, out error) is { } equal ? new UnequalValue(value, [equal]) : null,
            _ => Plain(parameter, modifier, IsOrdered(parameter) ? op + value : value, options, out error),
        });
    }

    private static bool Applies(SearchParameterInfo parameter, string op) => op switch
    {
        "eq" => true,
        "ne" => parameter.Type != SearchParameterType.Composite,
        "co" or "sw" or "ew" => parameter.Code != "_id" && parameter.Type is SearchParameterType.String or SearchParameterType.Token or SearchParameterType.Uri,
        "gt" or "lt" or "ge" or "le" or "sa" or "eb" or "ap" => IsOrdered(parameter),
        "pr" => parameter.Type != SearchParameterType.Composite,
        "po" => parameter.Type == SearchParameterType.Date,
        "ss" or "sb" or "in" or "ni" => parameter.Type == SearchParameterType.Token && parameter.Code != "_id",
        "re" => parameter.Type == SearchParameterType.Reference,
        _ => false,
    };

    private static bool IsOrdered(SearchParameterInfo parameter) => parameter.Type is SearchParameterType.Date or SearchParameterType.Number or SearchParameterType.Quantity;

    private static SearchValue? Plain(SearchParameterInfo parameter, SearchModifier modifier, string value, SearchParseOptions options, out string error) =>
        SearchValueParser.Parse(parameter, modifier, null, value, options, out error);

    private static TextValue Text(SearchParameterInfo parameter, string value, TextMatch match) =>
        new(value, parameter.Type == SearchParameterType.String ? SearchText.Fold(value) : SearchText.FoldLetters(value), match);

    private static MissingValue? Present(string value, out string error)
    {
        error = "'pr' takes 'true' or 'false'";
        return value is "true" or "false" ? new MissingValue(value, value == "false") : null;
    }

    // The same as 'ap' without its tenth.
    private static DateValue? Overlapping(string value, out string error) => SearchValueParser.Date("ap" + value, null, out error);
}
