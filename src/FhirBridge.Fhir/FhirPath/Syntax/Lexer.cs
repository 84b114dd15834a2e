using System.Globalization;
using System.Text;

namespace FhirBridge.Fhir.FhirPath;

internal enum TokenKind
{
    End,
    Identifier,
    DelimitedIdentifier,
    Text,
    Integer,
    Long,
    Decimal,
    Temporal,
    Special,
    Variable,
    Symbol,
}

/// <summary>One word of an expression: its text (unescaped) and where it stands.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Start, int End)
{
    public bool IsSymbol(string symbol) => Kind == TokenKind.Symbol && Text == symbol;
}

/// <summary>A fault in the text of an expression; carried as an exception within the compiler only, a <see cref="Problem"/> outside.</summary>
internal sealed class SyntaxException(string message, int position, ProblemKind? kind = null) : Exception(message)
{
    public int Position { get; } = position;

    public ProblemKind Kind { get; } = kind ?? Problems.InvalidExpression;

    /// <summary>Guards a recursion: hosts give us stacks of any size, and an overflow would end the process.</summary>
    public static void GuardStack(int position)
    {
        if (!System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new SyntaxException("nested deeper than the stack allows", position, Problems.ExpressionBudget);
        }
    }
}

/// <summary>Cuts an expression into words. Spec: http://hl7.org/fhirpath/N1/#lexical-elements.</summary>
internal sealed class Lexer(string source)
{
    private static readonly string[] Symbols = ["<=", ">=", "!=", "!~", "(", ")", "[", "]", "{", "}", ".", ",", "+", "-", "*", "/", "|", "&", "<", ">", "=", "~"];

    private int at;

    public List<Token> Read()
    {
        var tokens = new List<Token>();
        while (true)
        {
            SkipBlanks();
            var token = Next();
            tokens.Add(token);
            if (token.Kind == TokenKind.End) return tokens;
        }
    }

    private char Peek(int offset = 0) => at + offset < source.Length ? source[at + offset] : '\0';

    private void SkipBlanks()
    {
        while (at < source.Length)
        {
            if (char.IsWhiteSpace(source[at]) || source[at] == '\uFEFF')
            {
                at++;
            }
            else if (Peek() == '/' && Peek(1) == '/')
            {
                while (at < source.Length && source[at] is not ('\n' or '\r')) at++;
            }
            else if (Peek() == '/' && Peek(1) == '*')
            {
                var end = source.IndexOf("*/", at + 2, StringComparison.Ordinal);
                if (end < 0) throw new SyntaxException("a comment is not closed: expected '*/'", at);
                at = end + 2;
            }
            else
            {
                return;
            }
        }
    }

    private Token Next()
    {
        if (at >= source.Length) return new Token(TokenKind.End, "", at, at);
        var start = at;
        var c = source[at];
        if (IsLetter(c)) return Word(TokenKind.Identifier);
        if (char.IsAsciiDigit(c)) return Number();
        switch (c)
        {
            case '`':
                return new Token(TokenKind.DelimitedIdentifier, Quoted('`'), start, at);
            case '\'':
                return new Token(TokenKind.Text, Quoted('\''), start, at);
            case '@':
                return Temporal();
            case '$':
                at++;
                return Word(TokenKind.Special) with { Start = start };
            case '%':
                return Variable();
        }

        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(source, at, symbol, 0, symbol.Length) != 0) continue;
            at += symbol.Length;
            return new Token(TokenKind.Symbol, symbol, start, at);
        }

        throw new SyntaxException($"'{c}' cannot stand here", at);
    }

    private Token Word(TokenKind kind)
    {
        var start = at;
        while (at < source.Length && (IsLetter(source[at]) || char.IsAsciiDigit(source[at]))) at++;
        if (at == start) throw new SyntaxException("expected a name", at);
        return new Token(kind, source[start..at], start, at);
    }

    private Token Variable()
    {
        var start = at++;
        var name = Peek() switch
        {
            '`' => Quoted('`'),
            '\'' => Quoted('\''),

            // R4 writes %"vs-name", as FHIRPath did before N1.
            '"' => Quoted('"'),
            _ => Dashed(),
        };
        return new Token(TokenKind.Variable, name, start, at);
    }

    /// <summary>NOTE: R4 definitions write %vs-name and %ext-name without quotes; everywhere else a dash is a minus.</summary>
    private string Dashed()
    {
        var word = Word(TokenKind.Identifier).Text;
        if (word is not ("vs" or "ext") || Peek() != '-') return word;
        var start = at;
        while (at < source.Length && (IsLetter(source[at]) || char.IsAsciiDigit(source[at]) || source[at] == '-')) at++;
        return word + source[start..at];
    }

    private Token Number()
    {
        var start = at;
        while (char.IsAsciiDigit(Peek())) at++;
        var kind = TokenKind.Integer;
        if (Peek() == '.' && char.IsAsciiDigit(Peek(1)))
        {
            at++;
            while (char.IsAsciiDigit(Peek())) at++;
            kind = TokenKind.Decimal;
        }

        var text = source[start..at];
        if (kind == TokenKind.Integer && Peek() == 'L')
        {
            at++;
            kind = TokenKind.Long;
        }

        if (IsLetter(Peek())) throw new SyntaxException($"'{Peek()}' cannot follow a number", at);
        return new Token(kind, text, start, at);
    }

    private Token Temporal()
    {
        var start = at++;
        while (at < source.Length && (char.IsAsciiDigit(source[at]) || source[at] is 'T' or ':' or 'Z' || (source[at] == '.' && char.IsAsciiDigit(Peek(1)) && IsInTime(start)) || IsInnerSign(start)))
        {
            at++;
            if (source[at - 1] == 'Z') break;
        }

        return new Token(TokenKind.Temporal, source[(start + 1)..at], start, at);
    }

    private bool IsInTime(int start) => source.AsSpan(start, at - start).Contains('T');

    /// <summary>A sign belongs to the literal when it stands where the grammar has one: date separators, and before an offset <c>hh:mm</c>.</summary>
    private bool IsInnerSign(int start)
    {
        if (source[at] is not ('+' or '-') || !char.IsAsciiDigit(Peek(1))) return false;
        var so = source.AsSpan(start + 1, at - start - 1);
        var time = so.IndexOf('T');
        if (time < 0) return source[at] == '-' && so.Length is 4 or 7;
        return !so[time..].ContainsAny('+', '-') && so.Length > time + 1 && char.IsAsciiDigit(Peek(2)) && Peek(3) == ':' && time > 0;
    }

    private string Quoted(char quote)
    {
        var start = at++;
        var text = new StringBuilder();
        while (true)
        {
            if (at >= source.Length) throw new SyntaxException($"a text is not closed: expected {quote}", start);
            var c = source[at++];
            if (c == quote) return text.ToString();
            if (c != '\\')
            {
                text.Append(c);
                continue;
            }

            if (at >= source.Length) throw new SyntaxException($"a text is not closed: expected {quote}", start);
            text.Append(Escape(source[at++]));
        }
    }

    private char Escape(char c)
    {
        switch (c)
        {
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'f': return '\f';
            case 'u' when at + 4 <= source.Length && int.TryParse(source.AsSpan(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                at += 4;
                return (char)code;
            default: return c;
        }
    }

    private static bool IsLetter(char c) => char.IsAsciiLetter(c) || c == '_';
}
