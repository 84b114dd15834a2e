namespace FhirBridge.Fhir.FhirPath;

/// <summary>
/// Checks the names of a path against the definitions, given the type it starts from. What cannot be known (contained resources, targets of
/// references, variables) is not objected to. Spec: http://hl7.org/fhirpath/N1/#type-safety-and-strict-evaluation.
/// </summary>
internal sealed class StaticChecker
{
    private static readonly HashSet<string> Passing = new(StringComparer.Ordinal)
    { "where", "first", "last", "tail", "skip", "take", "single", "distinct", "trace", "checkModifiers", "exclude", "intersect", "sort", "slice", "defineVariable" };

    private static readonly HashSet<string> Lambdas = new(StringComparer.Ordinal) { "where", "select", "exists", "all", "trace", "sort", "iif", "aggregate", "defineVariable" };

    private readonly Shape? context;

    private StaticChecker(Shape? context) => this.context = context;

    /// <summary>What the expression gives, null when that is not known. Throws a <see cref="SyntaxException"/> at the first name or type that cannot be.</summary>
    public static Shape? Check(Syntax syntax, string contextType)
    {
        var shape = Shape.OfContext(contextType);
        return new StaticChecker(shape).Visit(syntax, shape);
    }

    private Shape? Visit(Syntax syntax, Shape? scope)
    {
        SyntaxException.GuardStack(syntax.Start);
        switch (syntax)
        {
            case LiteralSyntax literal:
                return Shape.System(literal.Value.Kind.ToString());
            case SpecialSyntax special:
                return special.Name switch { "this" => scope, "index" => Shape.System("Integer"), _ => null };
            case VariableSyntax variable:
                return variable.Name == "context" ? context : null;
            case MemberSyntax { Focus: null } root when char.IsAsciiLetterUpper(root.Name[0]) && Definitions.R4.FindType(root.Name) is not null:
                return scope is not null && scope.Types.All(t => FhirTypes.IsA(t.Type, root.Name)) ? scope : Shape.Of(root.Name);
            case MemberSyntax member:
                return Member(member, member.Focus is null ? scope : Visit(member.Focus, scope));
            case IndexSyntax index:
                Require(Visit(index.Index, scope), Kinds.Whole, "an index is", index.Index.Start);
                return Visit(index.Focus, scope);
            case PolaritySyntax polarity:
                return Require(Visit(polarity.Operand, scope), Kinds.Measure, "a sign is for", polarity.Start);
            case TypeSyntax type:
                Visit(type.Operand, scope);
                return type.Operator == "is" ? Shape.System("Boolean") : Typed(type.Type);
            case BinarySyntax binary:
                return Binary(binary, Visit(binary.Left, scope), Visit(binary.Right, scope));
            case CallSyntax call:
                return Call(call, scope);
            default:
                return null;
        }
    }

    private static Shape? Member(MemberSyntax member, Shape? focus)
    {
        if (focus is null) return null;
        var (found, shape) = focus.Child(member.Name);
        if (found) return shape;
        throw new SyntaxException($"{focus} has no element '{member.Name}'{Suggestion(focus, member.Name)}", member.Start);
    }

    /// <summary>NOTE: most wrong names are property names of choices; the message says how FHIRPath reaches them.</summary>
    private static string Suggestion(Shape focus, string name)
    {
        foreach (var candidate in focus.Names())
        {
            if (name.Length > candidate.Length && name.StartsWith(candidate, StringComparison.Ordinal) && char.IsAsciiLetterUpper(name[candidate.Length])
                && focus.Types.Any(t => t.Path is not null && Definitions.R4.FindElement(t.Path, candidate) is { IsChoice: true }))
            {
                var type = name[candidate.Length..];
                if (Definitions.R4.FindType(type) is null) type = char.ToLowerInvariant(type[0]) + type[1..];
                return $": expected {candidate} or {candidate}.ofType({type})";
            }
        }

        return Nearest.Of(name, focus.Names()) is { } near ? $": expected '{near}'?" : "";
    }

    private static Shape? Binary(BinarySyntax binary, Shape? left, Shape? right)
    {
        OperandChecks.Check(binary, left, right);
        return binary.Operator switch
        {
            "|" => Shape.Union(left, right),
            "&" => Shape.System("String"),
            "+" or "-" or "*" or "/" or "div" or "mod" => OperandChecks.Result(binary, left, right),
            _ => Shape.System("Boolean"),
        };
    }

    /// <summary>Objects when no known type can be read as what is asked for.</summary>
    private static Shape? Require(Shape? shape, Kinds kinds, string where, int position)
    {
        if (shape is null || shape.Types.Count == 0 || (KindsOf.Shape(shape) & kinds) != 0) return shape;
        throw new SyntaxException($"{where} {KindsOf.Text(kinds)}, found {shape}", position);
    }

    private static Shape? Typed(TypeName type) =>
        type.Namespace == "System" || Definitions.R4.FindType(type.Name) is null ? Shape.System(type.Name) : Shape.Of(type.Name);

    private Shape? Call(CallSyntax call, Shape? scope)
    {
        var focus = call.Focus is null ? scope : Visit(call.Focus, scope);
        var entry = FunctionTable.Find(call.Name);
        if (entry is null) return null;
        if (entry.TakesType)
        {
            return call.Name == "is" || call.Arguments is not [MemberSyntax type]
                ? Shape.System("Boolean")
                : Typed(new TypeName((type.Focus as MemberSyntax)?.Name, type.Name));
        }

        Require(focus, Signature.Find(call.Name)?.Input ?? Kinds.Any, $"{call.Name}() works on", call.Start);
        var arguments = Arguments(call, scope, focus);
        if (Passing.Contains(call.Name)) return focus;
        if (Signature.Find(call.Name)?.Result is { } result) return Shape.System(result);
        return call.Name switch
        {
            "select" when arguments.Length > 0 => arguments[0],
            "union" or "combine" when arguments.Length > 0 => Shape.Union(focus, arguments[0]),
            "iif" when arguments.Length == 2 => arguments[1],
            "iif" when arguments.Length == 3 => Shape.Union(arguments[1], arguments[2]),
            "extension" => Shape.Of("Extension"),
            "elementDefinition" => Shape.Of("ElementDefinition"),
            _ => null,
        };
    }

    private Shape?[] Arguments(CallSyntax call, Shape? scope, Shape? focus)
    {
        // repeat() goes on from what it found, which may have other elements than where it started.
        var inner = Lambdas.Contains(call.Name) ? focus : call.Name is "repeat" or "repeatAll" ? null : scope;
        var arguments = new Shape?[call.Arguments.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            // A minus before a key of sort() is an order, not a sign.
            var argument = call is { Name: "sort", Arguments: var keys } && keys[i] is PolaritySyntax { Negative: true } minus ? minus.Operand : call.Arguments[i];
            arguments[i] = Visit(argument, inner);
            Require(arguments[i], Signature.Find(call.Name)?.Argument(i) ?? Kinds.Any, $"{call.Name}() takes", argument.Start);
        }

        return arguments;
    }
}
