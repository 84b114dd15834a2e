using System.Text.RegularExpressions;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Search;

/// <summary>
/// Selects what a search parameter's FHIRPath expression selects. Most expressions are plain paths with a filter; those are walked
/// directly on the tree, which is many times faster than a general evaluation. All others go to the FHIRPath engine.
/// </summary>
internal sealed partial class ElementSelector
{
    private readonly ElementPath[] paths;
    private readonly FhirPathExpression? expression;

    private ElementSelector(ElementPath[] paths, FhirPathExpression? expression)
    {
        this.paths = paths;
        this.expression = expression;
    }

    /// <summary>True when the FHIRPath engine is needed.</summary>
    internal bool NeedsEngine => expression is not null;

    /// <summary>Compiles an expression; null when neither form can.</summary>
    internal static ElementSelector? Compile(string expression)
    {
        // NOTE: one parameter of R4 uses hasExtension(), which FHIRPath does not have.
        expression = HasExtension().Replace(expression, "extension($1).exists()");
        var paths = new List<ElementPath>();
        foreach (var alternative in Alternatives(expression))
        {
            if (ElementPath.TryParse(alternative) is not { } path) return Engine(expression);
            paths.Add(path);
        }

        return new ElementSelector([.. paths], null);
    }

    /// <summary>The engine for an expression, whatever its form; null when it does not compile.</summary>
    internal static ElementSelector? Engine(string expression) =>
        FhirPathExpression.Compile(expression, FhirPathOptions.Definitions) is { IsOk: true } compiled ? new ElementSelector([], compiled.Value) : null;

    /// <summary>Adds the selected elements; values that are not elements (the Boolean of a comparison) go to <paramref name="values"/>.</summary>
    internal void Select(FhirElement focus, FhirPathContext? context, List<FhirElement> elements, List<string> values)
    {
        foreach (var path in paths) path.Select(focus, elements);
        if (expression is null || expression.Evaluate(focus, context) is not { IsOk: true } result) return;
        foreach (var value in result.Value)
        {
            if (value.IsElement) elements.Add(value.Element);
            else if (value.ToString() is { } text) values.Add(text);
        }
    }

    [GeneratedRegex(@"hasExtension\(('[^']*')\)")]
    private static partial Regex HasExtension();

    /// <summary>Splits at the <c>|</c> operators outside brackets and strings.</summary>
    private static List<string> Alternatives(string expression)
    {
        var parts = new List<string>();
        var depth = 0;
        var start = 0;
        var quoted = false;
        for (var i = 0; i < expression.Length; i++)
        {
            var c = expression[i];
            if (c == '\'') quoted = !quoted;
            if (quoted) continue;
            if (c is '(' or '[') depth++;
            if (c is ')' or ']') depth--;
            if (c != '|' || depth != 0) continue;
            parts.Add(expression[start..i]);
            start = i + 1;
        }

        parts.Add(expression[start..]);
        return parts;
    }
}
