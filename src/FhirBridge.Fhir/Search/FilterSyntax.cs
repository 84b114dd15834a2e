using System.Text.Json;

namespace FhirBridge.Fhir.Search;

/// <summary>A <c>_filter</c> expression as written, before it is understood for a type.</summary>
internal abstract record FilterSyntax
{
    /// <summary><c>a and b</c>, <c>a or b</c>.</summary>
    internal sealed record Logic(bool IsAnd, IReadOnlyList<FilterSyntax> Operands) : FilterSyntax;

    /// <summary><c>not (a)</c>.</summary>
    internal sealed record Not(FilterSyntax Operand) : FilterSyntax;

    /// <summary><c>path op value</c>.</summary>
    internal sealed record Test(IReadOnlyList<FilterStep> Path, string Operator, string Value) : FilterSyntax;
}

/// <summary>One name of a path, and the filter in brackets behind it; null when there is none.</summary>
internal sealed record FilterStep(string Name, FilterSyntax? Filter);

/// <summary>
/// Reads the text of a <c>_filter</c>. Spec: https://hl7.org/fhir/R4/search_filter.html: <c>and</c> and <c>or</c> have no precedence and are taken from left to
/// right; names and operators are separated by spaces; a value is a JSON string or runs to the next space, <c>)</c> or <c>]</c>.
/// </summary>
internal ref struct FilterReader(string text)
{
    private const int MaxDepth = 32;
    private const int MaxTests = 1_000;
    private const int MaxPath = 8;

    private int at;
    private int depth;
    private int tests;
    private string? fault;

    /// <summary>Reads all of it; null and what is wrong otherwise.</summary>
    internal FilterSyntax? Read(out string? error)
    {
        var read = Expression();
        Space();
        if (fault is null && at < text.Length) Fail("'and', 'or' or the end is expected");
        error = fault;
        return fault is null ? read : null;
    }

    private FilterSyntax? Expression()
    {
        if (++depth > MaxDepth) return Fail($"expressions are nested more than {MaxDepth} deep");
        var left = Operand();
        while (left is not null && Word() is "and" or "or")
        {
            var isAnd = text[at] == 'a';
            at += isAnd ? 3 : 2;
            if (Operand() is not { } right) return null;
            left = left is FilterSyntax.Logic logic && logic.IsAnd == isAnd
                ? Joined(logic, right)
                : new FilterSyntax.Logic(isAnd, new List<FilterSyntax> { left!, right });
        }

        depth--;
        return left;
    }

    // NOTE: the list of a chain of the same operator is grown in place, or a long chain would be copied for each of its links.
    private static FilterSyntax.Logic Joined(FilterSyntax.Logic logic, FilterSyntax right)
    {
        ((List<FilterSyntax>)logic.Operands).Add(right);
        return logic;
    }

    private FilterSyntax? Operand()
    {
        Space();
        var negated = Word() == "not" && Next(at + 3) == '(';
        if (negated)
        {
            at += 3;
            Space();
        }

        if (Peek != '(') return Test();
        at++;
        var inner = Expression();
        Space();
        if (inner is null) return null;
        if (Peek != ')') return Fail("')' is missing");
        at++;
        return negated ? new FilterSyntax.Not(inner) : inner;
    }

    private FilterSyntax.Test? Test()
    {
        if (++tests > MaxTests) return (FilterSyntax.Test?)Fail($"a filter has at most {MaxTests} tests");
        var path = new List<FilterStep>();
        do
        {
            if (path.Count > 0) at++;
            var name = Name();
            if (name.Length == 0) return (FilterSyntax.Test?)Fail("the name of a search parameter is expected");
            if (path.Count == MaxPath) return (FilterSyntax.Test?)Fail($"a path has at most {MaxPath} names");
            FilterSyntax? filter = null;
            if (Peek == '[')
            {
                at++;
                filter = Expression();
                Space();
                if (filter is null) return null;
                if (Peek != ']') return (FilterSyntax.Test?)Fail("']' is missing");
                at++;
                if (Peek != '.') return (FilterSyntax.Test?)Fail("'.' is expected behind ']'");
            }

            path.Add(new FilterStep(name, filter));
        }
        while (Peek == '.');
        if (Peek is not ' ') return (FilterSyntax.Test?)Fail("a space and an operator are expected");
        var op = Word();
        at += op.Length;
        Space();
        return op.Length == 0 ? (FilterSyntax.Test?)Fail("an operator is expected") : Value() is { } value ? new FilterSyntax.Test(path, op, value) : null;
    }

    private string? Value()
    {
        var start = at;
        if (Peek != '"')
        {
            while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not (')' or ']')) at++;
            if (at > start) return text[start..at];
            Fail("a value is expected");
            return null;
        }

        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\') at++;
        }

        at++;
        if (at <= text.Length && Json(text[start..at]) is { } value) return value;
        at = start;
        Fail("a JSON string is expected");
        return null;
    }

    private static string? Json(string literal)
    {
        try
        {
            return JsonSerializer.Deserialize<string>(literal);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string Name()
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '-' or ':')) at++;
        return text[start..at];
    }

    private string Word()
    {
        Space();
        var end = at;
        while (end < text.Length && char.IsAsciiLetter(text[end])) end++;
        return text[at..end];
    }

    private readonly char Peek => at < text.Length ? text[at] : '\0';

    private readonly char Next(int from)
    {
        while (from < text.Length && text[from] == ' ') from++;
        return from < text.Length ? text[from] : '\0';
    }

    private void Space()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
    }

    private FilterSyntax? Fail(string what)
    {
        fault ??= $"at character {at + 1}: {what}";
        return null;
    }
}
