using System.Text;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// The names that a text in CQL defines, without reading its expressions: tokens, comments and quotes passed over, and what stands behind <c>define</c>, <c>parameter</c> and <c>library</c>.
/// Spec: https://cql.hl7.org/02-authorsguide.html, https://cql.hl7.org/19-l-cqlsyntaxdiagrams.html.
/// </summary>
internal sealed class CqlScanner(string text)
{
    private int at;

    /// <summary>Names of expressions and functions (define) and of parameters.</summary>
    internal HashSet<string> Defined { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of expressions that are defined more than once; functions may be.</summary>
    internal List<string> Twice { get; } = [];

    /// <summary>Name of the library; null when the text states none.</summary>
    internal string? Library { get; private set; }

    /// <summary>Reads a text to its end.</summary>
    internal static CqlScanner Read(string text)
    {
        var scanner = new CqlScanner(text);
        while (scanner.Next() is { } token)
        {
            if (token.IsQuoted) continue;
            switch (token.Text)
            {
                case "define":
                    scanner.Define();
                    break;
                case "parameter" when scanner.Next() is { } parameter && (parameter.IsQuoted || IsName(parameter.Text)):
                    scanner.Defined.Add(parameter.Text);
                    break;
                case "library" when scanner.Library is null && scanner.Next() is { } library:
                    scanner.Library = library.Text;
                    break;
            }
        }

        return scanner;
    }

    /// <summary>The parts of <c>Name</c>, <c>"A name"</c> or <c>Library."A name"</c>; null when the text is more than a name.</summary>
    internal static (string? Library, string Name)? Identifier(string text)
    {
        var scanner = new CqlScanner(text);
        if (scanner.Next() is not { } first || !(first.IsQuoted || IsName(first.Text))) return null;
        if (scanner.Next() is not { } dot) return (null, first.Text);
        if (dot.IsQuoted || dot.Text != "." || scanner.Next() is not { } second || !(second.IsQuoted || IsName(second.Text))) return null;
        return scanner.Next() is null ? (first.Text, second.Text) : null;
    }

    private void Define()
    {
        var isFunction = false;
        for (var token = Next(); token is { } t; token = Next())
        {
            if (!t.IsQuoted && t.Text is "public" or "private" or "fluent" or "function")
            {
                isFunction |= t.Text == "function";
                continue;
            }

            if ((t.IsQuoted || IsName(t.Text)) && !Defined.Add(t.Text) && !isFunction) Twice.Add(t.Text);
            return;
        }
    }

    private static bool IsName(string token) => char.IsAsciiLetter(token[0]) || token[0] == '_';

    /// <summary>The next token: a name, a quoted name, or one sign. Texts in single quotes are passed over.</summary>
    private (string Text, bool IsQuoted)? Next()
    {
        while (at < text.Length)
        {
            var c = text[at];
            if (char.IsWhiteSpace(c)) at++;
            else if (Starts("//")) at = text.IndexOf('\n', at) is >= 0 and var line ? line : text.Length;
            else if (Starts("/*")) at = text.IndexOf("*/", at + 2, StringComparison.Ordinal) is >= 0 and var end ? end + 2 : text.Length;
            else if (c == '\'') Quoted(c);
            else if (c is '"' or '`') return (Quoted(c), true);
            else if (char.IsAsciiLetterOrDigit(c) || c == '_') return (Name(), false);
            else return (text[at++].ToString(), false);
        }

        return null;
    }

    private bool Starts(string sign) => string.CompareOrdinal(text, at, sign, 0, sign.Length) == 0;

    private string Name()
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_')) at++;
        return text[start..at];
    }

    private string Quoted(char quote)
    {
        var name = new StringBuilder();
        for (at++; at < text.Length && text[at] != quote; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length) at++;
            name.Append(text[at]);
        }

        at++;
        return name.ToString();
    }
}
