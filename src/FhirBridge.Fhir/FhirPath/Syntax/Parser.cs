using System.Globalization;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>
/// Builds the syntax tree by precedence climbing, within a budget of length and depth.
/// Spec: http://hl7.org/fhirpath/N1/#operator-precedence and http://hl7.org/fhirpath/N1/grammar.html.
/// </summary>
internal sealed class Parser
{
    public const int MaxLength = 65_536;

    /// <summary>NOTE: a tree of this height is evaluated by that many nested calls; it must fit the smallest stack a host gives us.</summary>
    public const int MaxDepth = 300;

    private const int TypePrecedence = 7;

    private readonly List<Token> tokens;
    private int at;
    private int nesting;

    private Parser(List<Token> tokens) => this.tokens = tokens;

    private Token Current => tokens[at];

    public static Syntax Parse(string expression)
    {
        if (expression.Length > MaxLength) throw new SyntaxException($"the expression is longer than {MaxLength} characters", 0, Problems.ExpressionBudget);
        var parser = new Parser(new Lexer(expression).Read());
        var tree = parser.Expression(0);
        if (parser.Current.Kind != TokenKind.End) throw parser.Unexpected("an operator or the end of the expression");
        return tree;
    }

    /// <summary>Binding power, stronger is higher; 0 for what is no binary operator.</summary>
    private static int Precedence(in Token token) => token.Kind switch
    {
        TokenKind.Symbol => token.Text switch
        {
            "*" or "/" => 9,
            "+" or "-" or "&" => 8,
            "|" => 6,
            "<" or ">" or "<=" or ">=" => 5,
            "=" or "~" or "!=" or "!~" => 4,
            _ => 0,
        },
        TokenKind.Identifier => token.Text switch
        {
            "div" or "mod" => 9,
            "is" or "as" => TypePrecedence,
            "in" or "contains" => 3,
            "and" => 2,
            "or" or "xor" => 1,
            "implies" => -1,
            _ => 0,
        },
        _ => 0,
    };

    private Syntax Expression(int minimum)
    {
        if (++nesting > MaxDepth) throw TooDeep();
        SyntaxException.GuardStack(Current.Start);
        var left = Unary();
        while (true)
        {
            var op = Current;
            var precedence = Precedence(op);
            if (precedence == 0 || Rank(precedence) < minimum) break;
            at++;
            if (precedence == TypePrecedence)
            {
                left = Checked(new TypeSyntax(op.Text, left, ReadTypeName(), op.Start) { Depth = left.Depth + 1 });
                continue;
            }

            var right = Expression(Rank(precedence) + 1);
            left = Checked(new BinarySyntax(op.Text, left, right, op.Start) { Depth = Math.Max(left.Depth, right.Depth) + 1 });
        }

        nesting--;
        return left;
    }

    /// <summary>Puts <c>implies</c> below <c>or</c> on a scale that starts at 1.</summary>
    private static int Rank(int precedence) => precedence < 0 ? 1 : precedence + 1;

    private Syntax Unary()
    {
        if (!Current.IsSymbol("-") && !Current.IsSymbol("+")) return Postfix();
        if (++nesting > MaxDepth) throw TooDeep();
        var sign = tokens[at++];
        var operand = sign.Text == "-" && LeastInteger() is { } least ? least : Unary();
        nesting--;
        if (operand is LiteralSyntax { Value: { Kind: FhirPathKind.Integer or FhirPathKind.Long } value } && value.AsLong is int.MinValue or long.MinValue) return operand;
        return Checked(new PolaritySyntax(sign.Text == "-", operand, sign.Start) { Depth = operand.Depth + 1 });
    }

    private Syntax Postfix()
    {
        var focus = Term();
        while (true)
        {
            if (Current.IsSymbol("."))
            {
                at++;
                focus = Current.Kind == TokenKind.Special ? SpecialMember(focus) : Invocation(focus);
            }
            else if (Current.IsSymbol("["))
            {
                var start = tokens[at++].Start;
                var index = Expression(0);
                Expect("]");
                focus = Checked(new IndexSyntax(focus, index, start) { Depth = Math.Max(focus.Depth, index.Depth) + 1 });
            }
            else
            {
                return focus;
            }
        }
    }

    /// <summary>The grammar allows <c>a.$this</c>; it selects nothing new but has to be read.</summary>
    private CallSyntax SpecialMember(Syntax focus)
    {
        var token = tokens[at++];
        var special = Special(token);
        return (CallSyntax)Checked(new CallSyntax(focus, "select", [special], token.Start) { Depth = focus.Depth + 1 });
    }

    private static SpecialSyntax Special(in Token token) => token.Text is "this" or "index" or "total"
        ? new SpecialSyntax(token.Text, token.Start)
        : throw new SyntaxException($"'${token.Text}' is unknown: expected $this, $index or $total", token.Start);

    private Syntax Term()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Text:
                at++;
                return new LiteralSyntax(FhirPathValue.Of(token.Text), token.Start);
            case TokenKind.Integer or TokenKind.Long or TokenKind.Decimal:
                at++;
                return NumberOrQuantity(token);
            case TokenKind.Temporal:
                at++;
                return new LiteralSyntax(TemporalLiteral(token), token.Start);
            case TokenKind.Special:
                at++;
                return Special(token);
            case TokenKind.Variable:
                at++;
                return new VariableSyntax(token.Text, token.Start);
            case TokenKind.Identifier when token.Text is "true" or "false":
                at++;
                return new LiteralSyntax(FhirPathValue.Of(token.Text == "true"), token.Start);
            case TokenKind.Identifier or TokenKind.DelimitedIdentifier:
                return Invocation(null);
            case TokenKind.Symbol when token.Text == "(":
                at++;
                var inner = Expression(0);
                Expect(")");
                return inner;
            case TokenKind.Symbol when token.Text == "{":
                at++;
                Expect("}");
                return new EmptySyntax(token.Start);
            default:
                throw Unexpected("a value, a path or '('");
        }
    }

    private Syntax Invocation(Syntax? focus)
    {
        var token = Current;
        if (token.Kind is not (TokenKind.Identifier or TokenKind.DelimitedIdentifier)) throw Unexpected("the name of an element or a function");
        if (focus is null && token.Kind == TokenKind.Identifier && token.Text is "div" or "mod" or "and" or "or" or "xor" or "implies" or "in")
        {
            throw Unexpected("a value or a path before the operator");
        }

        at++;
        if (!Current.IsSymbol("(")) return Checked(new MemberSyntax(focus, token.Text, token.Start) { Depth = (focus?.Depth ?? 0) + 1 });
        at++;
        var arguments = new List<Syntax>();
        if (!Current.IsSymbol(")"))
        {
            do arguments.Add(Expression(0));
            while (TakeSymbol(","));
        }

        Expect(")");
        var depth = Math.Max(focus?.Depth ?? 0, arguments.Count == 0 ? 0 : arguments.Max(a => a.Depth)) + 1;
        return Checked(new CallSyntax(focus, token.Text, arguments, token.Start) { Depth = depth });
    }

    /// <summary>The least Integer and Long, whose digits alone are beyond the range; null for what is no such literal, or goes on.</summary>
    private LiteralSyntax? LeastInteger()
    {
        var token = Current;
        var next = tokens[Math.Min(at + 1, tokens.Count - 1)];
        if (next.IsSymbol(".") || next.IsSymbol("[")) return null;
        FhirPathValue value;
        if (token is { Kind: TokenKind.Integer, Text: "2147483648" } && !IsUnit(next)) value = FhirPathValue.Of(int.MinValue);
        else if (token is { Kind: TokenKind.Long, Text: "9223372036854775808" }) value = FhirPathValue.Of(long.MinValue);
        else return null;
        at++;
        return new LiteralSyntax(value, token.Start);
    }

    private static bool IsUnit(in Token token) =>
        token.Kind == TokenKind.Text || (token.Kind == TokenKind.Identifier && FhirPathQuantity.CalendarUnit(token.Text) is not null);

    /// <summary>The number of a quantity is a Decimal, however it is written.</summary>
    private LiteralSyntax NumberOrQuantity(in Token token)
    {
        var next = Current;
        if (!IsUnit(next)) return new LiteralSyntax(Number(token), token.Start);
        at++;
        if (!decimal.TryParse(token.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) throw OutOfRange(token);
        var quantity = next.Kind == TokenKind.Text ? new FhirPathQuantity(value, next.Text) : new FhirPathQuantity(value, FhirPathQuantity.CalendarUnit(next.Text)!, true);
        return new LiteralSyntax(FhirPathValue.Of(quantity), token.Start);
    }

    private static FhirPathValue Number(in Token token)
    {
        if (token.Kind == TokenKind.Integer && int.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var i)) return FhirPathValue.Of(i);
        if (token.Kind == TokenKind.Long && long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var l)) return FhirPathValue.Of(l);
        if (token.Kind == TokenKind.Decimal && decimal.TryParse(token.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var d)) return FhirPathValue.Of(d);
        throw OutOfRange(token);
    }

    private static SyntaxException OutOfRange(in Token token) => new($"the number {token.Text} is outside the range of its type", token.Start);

    private static FhirPathValue TemporalLiteral(in Token token)
    {
        var value = token.Text.StartsWith('T') ? FhirPathTemporal.ParseTime(token.Text) : FhirPathTemporal.ParseDateTime(token.Text);
        return value is null
            ? throw new SyntaxException($"'@{token.Text}' is not a date, dateTime or time", token.Start)
            : FhirPathValue.Of(value);
    }

    private TypeName ReadTypeName()
    {
        var first = NamePart();
        return TakeSymbol(".") ? new TypeName(first, NamePart()) : new TypeName(null, first);
    }

    private string NamePart()
    {
        if (Current.Kind is not (TokenKind.Identifier or TokenKind.DelimitedIdentifier)) throw Unexpected("the name of a type");
        return tokens[at++].Text;
    }

    private bool TakeSymbol(string symbol)
    {
        if (!Current.IsSymbol(symbol)) return false;
        at++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!TakeSymbol(symbol)) throw Unexpected($"'{symbol}'");
    }

    private SyntaxException Unexpected(string expected) => Current.Kind == TokenKind.End
        ? new SyntaxException($"the expression ends too early: expected {expected}", Current.Start)
        : new SyntaxException($"'{Current.Text}' cannot stand here: expected {expected}", Current.Start);

    private SyntaxException TooDeep() => new($"nested deeper than {MaxDepth}", Current.Start, Problems.ExpressionBudget);

    private Syntax Checked(Syntax node) => node.Depth <= MaxDepth ? node : throw TooDeep();
}
