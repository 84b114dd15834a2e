namespace FhirBridge.Fhir.Validation;

/// <summary>
/// Tells whether a text is an expression constraint of SNOMED CT: the brief syntax of ECL 2, by recursive descent. It says nothing of the concepts. Bounded in depth and steps.
/// Spec: https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language.
/// </summary>
internal sealed class EclRecogniser
{
    private const int MaxDepth = 60;

    private const int MaxSteps = 200_000;

    // The longer ones before those that they begin with.
    private static readonly string[] Operators = ["<<!", "<<", "<!", "<", ">>!", ">>", ">!", ">", "!!>", "!!<"];

    private readonly EclScanner at;
    private int depth;
    private int steps;

    private EclRecogniser(string text) => at = new EclScanner(text);

    /// <summary>Why the text is none, and where; null when it is one.</summary>
    internal static string? Fault(string text)
    {
        var recogniser = new EclRecogniser(text);
        var isWhole = recogniser.Expression() && recogniser.at.IsAtEnd;
        return isWhole ? null : recogniser.steps > MaxSteps ? "it is nested too deep" : recogniser.at.Furthest;
    }

    private bool Enter() => ++steps <= MaxSteps && depth < MaxDepth;

    private bool Expression()
    {
        if (!Enter()) return false;
        depth++;
        var isOne = Sub() && Rest();
        depth--;
        return isOne;
    }

    /// <summary>What follows the first part: a refinement, attributes after dots, or further parts, all joined in the same way.</summary>
    private bool Rest()
    {
        if (at.Take(":")) return Refinement();
        if (at.Sees("."))
        {
            while (at.Take("."))
            {
                if (!Sub()) return false;
            }

            return true;
        }

        if (Joint() is not { } joint) return true;
        if (joint == "MINUS") return Sub();
        do
        {
            if (!Sub()) return false;
        }
        while (at.TakeJoint(joint));
        return true;
    }

    private string? Joint() => at.TakeJoint("AND") ? "AND" : at.TakeJoint("OR") ? "OR" : at.TakeJoint("MINUS") ? "MINUS" : null;

    private bool Sub()
    {
        if (!Enter()) return false;
        Array.Find(Operators, at.Take);
        if (at.Take("^") && at.Take("[") && !at.Balanced(']')) return false;
        if (!Focus()) return false;
        while (at.Take("{{"))
        {
            if (!(at.Take("+") ? History() : Filters()) || !at.Take("}}")) return false;
        }

        return true;
    }

    private bool Focus()
    {
        if (at.Take("*")) return true;
        if (at.Take("(")) return Expression() && at.Take(")");
        return at.Concept() && at.Term();
    }

    private bool History()
    {
        if (!at.TakeWord("HISTORY")) return false;
        if (at.Take("(")) return Expression() && at.Take(")");
        return (!at.Take("-") && !at.Take("_")) || at.TakeWord("MIN") || at.TakeWord("MOD") || at.TakeWord("MAX");
    }

    /// <summary>Filters on descriptions (D), concepts (C) or members (M): <c>term = "heart", language = en</c>.</summary>
    private bool Filters()
    {
        _ = at.TakeLetter('D') || at.TakeLetter('C') || at.TakeLetter('M');
        do
        {
            if (!at.Word() || !(at.TakeComparison() is not null && FilterValue())) return false;
        }
        while (at.Take(","));
        return true;
    }

    private bool FilterValue()
    {
        if (at.Take("(")) return at.Balanced(')');
        if (at.Take("#")) return at.Number();
        if (at.SearchTerm()) return true;
        var start = at.Position;
        if (Sub()) return !at.Take("(") || at.Balanced(')');
        at.Position = start;
        return at.Word() && (!at.Take("(") || at.Balanced(')'));
    }

    private bool Refinement()
    {
        if (!SubRefinement()) return false;
        var joint = at.TakeJoint("AND") ? "AND" : at.TakeJoint("OR") ? "OR" : null;
        if (joint is null) return true;
        do
        {
            if (!SubRefinement()) return false;
        }
        while (at.TakeJoint(joint));
        return true;
    }

    private bool SubRefinement()
    {
        if (!Enter()) return false;
        depth++;
        var start = at.Position;
        var isOne = AttributeSet();
        if (!isOne)
        {
            at.Position = start;
            isOne = Group();
        }

        if (!isOne)
        {
            at.Position = start;
            isOne = at.Take("(") && Refinement() && at.Take(")");
        }

        depth--;
        return isOne;
    }

    private bool Group()
    {
        if (at.Take("[") && !at.Cardinality()) return false;
        return at.Take("{") && AttributeSet() && at.Take("}");
    }

    /// <summary>Attributes joined in the same way; a joint before a group belongs to the refinement around.</summary>
    private bool AttributeSet()
    {
        if (!SubAttributeSet()) return false;
        string? joint = null;
        while (true)
        {
            var start = at.Position;
            joint ??= at.TakeJoint("AND") ? "AND" : at.TakeJoint("OR") ? "OR" : null;
            if (joint is null || (at.Position == start && !at.TakeJoint(joint)) || !SubAttributeSet())
            {
                at.Position = start;
                return true;
            }
        }
    }

    private bool SubAttributeSet()
    {
        if (!Enter()) return false;
        depth++;
        var start = at.Position;
        var isOne = Attribute();
        if (!isOne)
        {
            at.Position = start;
            isOne = at.Take("(") && AttributeSet() && at.Take(")");
        }

        depth--;
        return isOne;
    }

    private bool Attribute()
    {
        if (at.Take("[") && !at.Cardinality()) return false;
        at.TakeLetter('R');
        if (!Sub() || at.TakeComparison() is not { } comparison) return false;
        if (at.Take("#")) return at.Number();
        if (comparison is not ("=" or "!=")) return false;
        var start = at.Position;
        if (at.SearchTerm() || at.TakeWord("true") || at.TakeWord("false")) return true;
        if (at.Take("(") && at.SearchTerm()) return at.Balanced(')');
        at.Position = start;
        return Sub();
    }
}
