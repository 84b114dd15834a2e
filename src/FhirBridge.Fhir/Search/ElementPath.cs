namespace FhirBridge.Fhir.Search;

/// <summary>
/// A plain path: names, casts (<c>as</c>, <c>ofType</c>), <c>where(resolve() is T)</c>, <c>where(name='text')</c> and
/// <c>extension('url')</c>, starting at a type or at the focus. Means exactly what the FHIRPath engine makes of it, save that <c>as</c>
/// filters a collection where FHIRPath wants one item: the search parameters of R4 rely on that.
/// </summary>
internal sealed class ElementPath
{
    private readonly string? rootType;
    private readonly Step[] steps;

    private ElementPath(string? rootType, Step[] steps)
    {
        this.rootType = rootType;
        this.steps = steps;
    }

    private enum StepKind
    {
        Child,
        OfType,
        RefersTo,
        Where,
    }

    /// <summary>Reads a path; null when it is not a plain one.</summary>
    internal static ElementPath? TryParse(string text)
    {
        var steps = new List<Step>();
        if (!TryParse(text.Trim(), steps)) return null;
        if (steps[0] is { Kind: StepKind.Child } first && char.IsAsciiLetterUpper(first.Name[0])) return new ElementPath(first.Name, [.. steps.Skip(1)]);
        return new ElementPath(null, [.. steps]);
    }

    /// <summary>Adds what the path selects from the focus.</summary>
    internal void Select(FhirElement focus, List<FhirElement> elements)
    {
        if (rootType is null || rootType == focus.Type || (rootType is "Resource" or "DomainResource" && focus.IsResource && Definitions.R4.IsOrSpecialises(focus.Type, rootType)))
        {
            Walk(focus, 0, elements);
        }
    }

    private void Walk(FhirElement element, int at, List<FhirElement> elements)
    {
        if (at == steps.Length)
        {
            elements.Add(element);
            return;
        }

        ref readonly var step = ref steps[at];
        switch (step.Kind)
        {
            case StepKind.Child:
                foreach (var child in element.Children(step.Name)) Walk(child, at + 1, elements);
                break;
            case StepKind.OfType:
                // A primitive is of its own type only, for the engine as well: a canonical is no uri here (ConceptMap source-uri).
                if (element.Type == step.Name || (!Definitions.R4.IsPrimitive(element.Type) && Definitions.R4.IsOrSpecialises(element.Type, step.Name))) Walk(element, at + 1, elements);
                break;
            case StepKind.RefersTo:
                if (ReferenceTarget.Is(element, step.Name)) Walk(element, at + 1, elements);
                break;
            default:
                foreach (var child in element.Children(step.Name))
                {
                    if (child.Value != step.Literal) continue;
                    Walk(element, at + 1, elements);
                    return;
                }

                break;
        }
    }

    private static bool TryParse(string text, List<Step> steps)
    {
        var cast = IndexOutside(text, " as ");
        if (cast > 0) return TryParse(text[..cast].Trim(), steps) && TryAddType(text[(cast + 4)..].Trim(), steps);
        if (!text.StartsWith('(')) return TryParseSegments(text, steps);
        var close = Closing(text, 0);
        if (close < 0 || !TryParse(text[1..close].Trim(), steps)) return false;
        return close == text.Length - 1 || (text[close + 1] == '.' && TryParseSegments(text[(close + 2)..], steps));
    }

    private static bool TryParseSegments(string text, List<Step> steps)
    {
        while (text.Length > 0)
        {
            var dot = IndexOutside(text, ".");
            if (!TryParseSegment(dot < 0 ? text : text[..dot], steps)) return false;
            if (dot < 0) return true;
            text = text[(dot + 1)..];
        }

        return false;
    }

    private static bool TryParseSegment(string text, List<Step> steps)
    {
        if (IsName(text))
        {
            steps.Add(new Step(StepKind.Child, text, null));
            return true;
        }

        var open = text.IndexOf('(');
        if (open < 0 || !text.EndsWith(')')) return false;
        var argument = text[(open + 1)..^1].Trim();
        switch (text[..open])
        {
            case "as" or "ofType":
                return TryAddType(argument, steps);
            case "extension" when TryLiteral(argument, out var url):
                steps.Add(new Step(StepKind.Child, "extension", null));
                steps.Add(new Step(StepKind.Where, "url", url));
                return true;
            case "where" when argument.StartsWith("resolve() is ", StringComparison.Ordinal) && IsName(argument[13..]):
                steps.Add(new Step(StepKind.RefersTo, argument[13..], null));
                return true;
            case "where" when argument.IndexOf('=') is > 0 and var equals && IsName(argument[..equals].Trim()) && TryLiteral(argument[(equals + 1)..].Trim(), out var literal):
                steps.Add(new Step(StepKind.Where, argument[..equals].Trim(), literal));
                return true;
            default:
                return false;
        }
    }

    private static bool TryAddType(string type, List<Step> steps)
    {
        // NOTE: R4 writes 'DateTime' in Observation-code-value-date, which no type is called.
        var name = Definitions.R4.FindType(type) is null && type.Length > 0 ? char.ToLowerInvariant(type[0]) + type[1..] : type;
        if (!IsName(name) || Definitions.R4.FindType(name) is null) return false;
        steps.Add(new Step(StepKind.OfType, name, null));
        return true;
    }

    private static bool TryLiteral(string text, out string literal)
    {
        literal = "";
        if (text.Length < 2 || text[0] != '\'' || text.IndexOf('\'', 1) != text.Length - 1 || text.Contains('\\')) return false;
        literal = text[1..^1];
        return true;
    }

    private static bool IsName(string text) => text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(char.IsAsciiLetterOrDigit);

    private static int IndexOutside(string text, string what)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '(') depth++;
            if (text[i] == ')') depth--;
            if (text[i] == '\'' && (i = text.IndexOf('\'', i + 1)) < 0) return -1;
            if (depth == 0 && text.AsSpan(i).StartsWith(what, StringComparison.Ordinal)) return i;
        }

        return -1;
    }

    private static int Closing(string text, int open)
    {
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            if (text[i] == '(') depth++;
            if (text[i] == ')' && --depth == 0) return i;
        }

        return -1;
    }

    private readonly record struct Step(StepKind Kind, string Name, string? Literal);
}
