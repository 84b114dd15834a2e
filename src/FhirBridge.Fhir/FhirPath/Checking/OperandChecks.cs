namespace FhirBridge.Fhir.FhirPath;

/// <summary>Whether an operator is defined for what is known of its sides (N1 §6), and what it gives. Nothing known is no objection.</summary>
internal static class OperandChecks
{
    /// <summary>The pairs of kinds that each operator takes; operators that take everything are not listed.</summary>
    private static readonly Dictionary<string, (Kinds Left, Kinds Right)[]> Pairs = new(StringComparer.Ordinal)
    {
        ["+"] = [(Kinds.String, Kinds.String), (Kinds.Measure, Kinds.Measure), (Kinds.Temporal, Kinds.Quantity), (Kinds.Quantity, Kinds.Temporal)],
        ["-"] = [(Kinds.Measure, Kinds.Measure), (Kinds.Temporal, Kinds.Quantity)],
        ["*"] = [(Kinds.Measure, Kinds.Measure)],
        ["/"] = [(Kinds.Measure, Kinds.Measure)],
        ["div"] = [(Kinds.Measure, Kinds.Measure)],
        ["mod"] = [(Kinds.Measure, Kinds.Measure)],
        ["&"] = [(Kinds.String, Kinds.String)],
        ["<"] = Ordered,
        [">"] = Ordered,
        ["<="] = Ordered,
        [">="] = Ordered,
    };

    private static (Kinds, Kinds)[] Ordered => [(Kinds.Measure, Kinds.Measure), (Kinds.String, Kinds.String), (Kinds.Moment, Kinds.Moment), (Kinds.Time, Kinds.Time)];

    /// <summary>Throws a <see cref="SyntaxException"/> when no pair of the known types fits.</summary>
    public static void Check(BinarySyntax binary, Shape? left, Shape? right)
    {
        if (!Pairs.TryGetValue(binary.Operator, out var pairs)) return;
        var (a, b) = (KindsOf.Shape(left), KindsOf.Shape(right));
        if (!Array.Exists(pairs, p => (p.Left & a) != 0 && (p.Right & b) != 0))
        {
            throw new SyntaxException($"{binary.Operator} is not defined for {Name(left)} and {Name(right)}", binary.Start);
        }

        if (binary.Operator is "+" or "-" && (a & ~Kinds.Temporal) == 0 && binary.Right is LiteralSyntax { Value: { Kind: FhirPathKind.Quantity } value } && !FhirPathTemporal.IsDuration(value.AsQuantity))
        {
            throw new SyntaxException($"'{value.AsQuantity.Unit}' cannot be added to {left}: expected a calendar duration, or a UCUM unit from 'wk' to 'ms'", binary.Right.Start);
        }
    }

    /// <summary>The type of the result; null when the sides do not tell.</summary>
    public static Shape? Result(BinarySyntax binary, Shape? left, Shape? right)
    {
        var (a, b) = (KindsOf.Shape(left), KindsOf.Shape(right));
        if (left is null || right is null) return null;
        if (a == Kinds.String && b == Kinds.String) return Shape.System("String");
        if (int.PopCount((int)a) == 1 && (a & Kinds.Temporal) != 0 && b == Kinds.Quantity) return Shape.System(a.ToString());
        if ((a & ~Kinds.Number) != 0 || (b & ~Kinds.Number) != 0) return a == Kinds.Quantity && b == Kinds.Quantity ? Shape.System("Quantity") : null;
        if (binary.Operator == "/" || (a == Kinds.Decimal && binary.Operator != "div") || (b == Kinds.Decimal && binary.Operator != "div")) return Shape.System("Decimal");
        return a == b && a != Kinds.Decimal && int.PopCount((int)a) == 1 ? Shape.System(a.ToString()) : null;
    }

    /// <summary>For messages: the type, or that it is not known.</summary>
    private static string Name(Shape? shape) => shape?.ToString() ?? "an unknown type";
}
