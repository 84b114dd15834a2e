namespace FhirBridge.Fhir.FhirPath;

/// <summary>+ - * / div mod of numbers, quantities, strings and dates (N1 §6.6). What overflows or divides by zero is empty.</summary>
internal static class Arithmetic
{
    public static void Add(Evaluation e, Values left, Values right, Values output)
    {
        if (!Both(left, right, out var a, out var b)) return;
        if (a.Kind == FhirPathKind.String && b.Kind == FhirPathKind.String)
        {
            e.SpendText((long)a.AsString.Length + b.AsString.Length);
            output.Add(FhirPathValue.Of(a.AsString + b.AsString));
            return;
        }

        if (a.IsTemporal && b.Kind == FhirPathKind.Quantity) Temporal(a.AsTemporal.Add(b.AsQuantity, 1), output);
        else if (a.Kind == FhirPathKind.Quantity && b.IsTemporal) Temporal(b.AsTemporal.Add(a.AsQuantity, 1), output);
        else if (a.IsNumber && b.IsNumber) Number(a, b, static (x, y) => x + y, static (x, y) => checked(x + y), output);
        else if (Equality.Quantities(a, b) is var (p, q)) QuantityArithmetic.Sum(p, q, 1, output);
        else throw Mismatch("+", a, b);
    }

    public static void Subtract(Evaluation e, Values left, Values right, Values output)
    {
        if (!Both(left, right, out var a, out var b)) return;
        if (a.IsTemporal && b.Kind == FhirPathKind.Quantity) Temporal(a.AsTemporal.Add(b.AsQuantity, -1), output);
        else if (a.IsNumber && b.IsNumber) Number(a, b, static (x, y) => x - y, static (x, y) => checked(x - y), output);
        else if (Equality.Quantities(a, b) is var (p, q)) QuantityArithmetic.Sum(p, q, -1, output);
        else throw Mismatch("-", a, b);
    }

    public static void Multiply(Evaluation e, Values left, Values right, Values output)
    {
        if (!Both(left, right, out var a, out var b)) return;
        if (a.IsNumber && b.IsNumber) Number(a, b, static (x, y) => x * y, static (x, y) => checked(x * y), output);
        else if (Equality.Quantities(a, b) is var (p, q)) QuantityArithmetic.Multiply(p, q, output);
        else throw Mismatch("*", a, b);
    }

    public static void Divide(Evaluation e, Values left, Values right, Values output)
    {
        if (!Both(left, right, out var a, out var b)) return;
        if (a.IsNumber && b.IsNumber)
        {
            if (b.AsDecimal != 0) Guarded(() => a.AsDecimal / b.AsDecimal, output);
        }
        else if (Equality.Quantities(a, b) is var (p, q))
        {
            QuantityArithmetic.Divide(p, q, output);
        }
        else
        {
            throw Mismatch("/", a, b);
        }
    }

    public static void Div(Evaluation e, Values left, Values right, Values output)
    {
        if (!BothNumbers("div", left, right, out var a, out var b)) return;
        if (b.AsDecimal == 0) return;
        if (a.Kind != FhirPathKind.Decimal && b.Kind != FhirPathKind.Decimal)
        {
            Number(a, b, static (x, y) => decimal.Truncate(x / y), static (x, y) => y == -1 ? checked(-x) : x / y, output);
            return;
        }

        if (Try(() => decimal.Truncate(a.AsDecimal / b.AsDecimal)) is { } quotient) output.Add(Whole(quotient));
    }

    public static void Mod(Evaluation e, Values left, Values right, Values output)
    {
        if (!BothNumbers("mod", left, right, out var a, out var b)) return;
        if (b.AsDecimal != 0) Number(a, b, static (x, y) => x % y, static (x, y) => y == -1 ? 0 : x % y, output);
    }

    public static FhirPathValue Negate(in FhirPathValue value) => value.Kind switch
    {
        FhirPathKind.Integer => value.AsLong == int.MinValue ? throw Evaluation.Fault("the number is outside the range of Integer") : FhirPathValue.Of((int)-value.AsLong),
        FhirPathKind.Long => value.AsLong == long.MinValue ? throw Evaluation.Fault("the number is outside the range of Long") : FhirPathValue.Of(-value.AsLong),
        FhirPathKind.Decimal => FhirPathValue.Of(-value.AsDecimal),
        FhirPathKind.Quantity => FhirPathValue.Of(value.AsQuantity with { Value = -value.AsQuantity.Value }),
        _ => throw Evaluation.Fault($"{value.Type} has no sign"),
    };

    public static FhirPathValue Plus(in FhirPathValue value) =>
        value.IsNumber || value.Kind == FhirPathKind.Quantity ? value : throw Evaluation.Fault($"{value.Type} has no sign");

    /// <summary>A whole number as Integer, or as Decimal beyond its range.</summary>
    public static FhirPathValue Whole(decimal value) => value is >= int.MinValue and <= int.MaxValue ? FhirPathValue.Of((int)value) : FhirPathValue.Of(value);

    /// <summary>The result, or null beyond the range of decimals (N1 §6.6: overflow is empty).</summary>
    public static decimal? Try(Func<decimal> compute)
    {
        try
        {
            return compute();
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static void Guarded(Func<decimal> compute, Values output)
    {
        if (Try(compute) is { } value) output.Add(FhirPathValue.Of(value));
    }

    private static bool Both(Values left, Values right, out FhirPathValue a, out FhirPathValue b) =>
        Evaluation.SingleSystem(left, out a) & Evaluation.SingleSystem(right, out b);

    /// <summary>Two numbers; a quantity of unit 1 is its number.</summary>
    private static bool BothNumbers(string op, Values left, Values right, out FhirPathValue a, out FhirPathValue b)
    {
        if (!Both(left, right, out a, out b)) return false;
        if (a is { Kind: FhirPathKind.Quantity, AsQuantity.Unit: "1" }) a = FhirPathValue.Of(a.AsQuantity.Value);
        if (b is { Kind: FhirPathKind.Quantity, AsQuantity.Unit: "1" }) b = FhirPathValue.Of(b.AsQuantity.Value);
        return a.IsNumber && b.IsNumber ? true : throw Mismatch(op, a, b);
    }

    private static EvaluationException Mismatch(string op, in FhirPathValue a, in FhirPathValue b) =>
        Evaluation.Fault($"{op} is not defined for {a.Type} and {b.Type}");

    private static void Temporal(FhirPathTemporal? result, Values output)
    {
        if (result is not null) output.Add(FhirPathValue.Of(result));
    }

    /// <summary>Integers stay integers, longs win over integers, decimals over both; overflow is empty.</summary>
    private static void Number(in FhirPathValue a, in FhirPathValue b, Func<decimal, decimal, decimal> decimals, Func<long, long, long> whole, Values output)
    {
        try
        {
            if (a.Kind == FhirPathKind.Decimal || b.Kind == FhirPathKind.Decimal)
            {
                output.Add(FhirPathValue.Of(decimals(a.AsDecimal, b.AsDecimal)));
                return;
            }

            var result = whole(a.AsLong, b.AsLong);
            if (a.Kind == FhirPathKind.Long || b.Kind == FhirPathKind.Long) output.Add(FhirPathValue.Of(result));
            else if (result is >= int.MinValue and <= int.MaxValue) output.Add(FhirPathValue.Of((int)result));
        }
        catch (OverflowException)
        {
            // N1 §6.6: operations that cause arithmetic overflow result in empty.
        }
    }
}
