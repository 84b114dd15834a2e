namespace FhirBridge.Fhir.Validation;

/// <summary>
/// Reads an expression of SNOMED CT's compositional grammar: concepts joined by <c>+</c>, refined by attributes behind <c>:</c>, in groups or not, with terms between bars.
/// Spec: https://confluence.ihtsdotools.org/display/DOCSCG (version 2).
/// </summary>
internal ref struct SnomedExpression(string text)
{
    private const int MaxNesting = 20;

    private readonly ReadOnlySpan<char> text = text;
    private int at;
    private int depth;
    private string? fault;

    /// <summary>What is wrong with it; null when nothing is.</summary>
    internal string? Fault()
    {
        Space();
        if (!Take("===")) Take("<<<");
        if (Sub() && !End()) Fail($"'{text[at..Math.Min(text.Length, at + 20)]}' is not expected at position {at + 1}");
        return fault;
    }

    private bool Sub()
    {
        if (++depth > MaxNesting) return Fail("it is nested too deeply");
        do
        {
            if (!Concept()) return false;
        }
        while (Take("+"));
        var isGood = !Take(":") || Refinement();
        depth--;
        return isGood;
    }

    private bool Refinement()
    {
        if (Peek() != '{' && !Attributes()) return false;
        while (true)
        {
            var comma = Take(",");
            if (!Take("{")) return !comma || Fail("a group is expected behind the comma");
            if (!Attributes()) return false;
            if (!Take("}")) return Fail("a group is not closed");
        }
    }

    private bool Attributes()
    {
        while (true)
        {
            if (!Concept()) return false;
            if (!Take("=")) return Fail($"'=' is expected at position {at + 1}");
            if (!Value()) return false;

            // A comma may also stand in front of a group.
            var before = at;
            if (!Take(",")) return true;
            if (Peek() != '{') continue;
            at = before;
            return true;
        }
    }

    private bool Value()
    {
        Space();
        if (Take("(")) return Sub() && (Take(")") || Fail("a parenthesis is not closed"));
        if (Take("#")) return Number();
        if (Peek() == '"') return Text();
        return Take("true") || Take("TRUE") || Take("false") || Take("FALSE") || Concept();
    }

    private bool Number()
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] is '.' or '-' or '+')) at++;
        return at > start || Fail("a number is expected behind '#'");
    }

    private bool Text()
    {
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\') at++;
        }

        if (at >= text.Length) return Fail("a text is not closed");
        at++;
        return true;
    }

    private bool Concept()
    {
        Space();
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        if (at == start) return Fail($"a concept is expected at position {at + 1}");
        var id = text[start..at];
        if (SnomedForm.IdentifierFault(id) is { } wrong) return Fail($"'{id}' {wrong}");
        if (!Take("|")) return true;
        while (at < text.Length && text[at] != '|') at++;
        return Take("|") || Fail("a term is not closed");
    }

    private bool Take(string token)
    {
        Space();
        if (!text[at..].StartsWith(token, StringComparison.Ordinal)) return false;
        at += token.Length;
        return true;
    }

    private char Peek()
    {
        Space();
        return at < text.Length ? text[at] : '\0';
    }

    private bool End()
    {
        Space();
        return at == text.Length;
    }

    private void Space()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
    }

    private bool Fail(string why)
    {
        fault ??= why;
        return false;
    }
}
