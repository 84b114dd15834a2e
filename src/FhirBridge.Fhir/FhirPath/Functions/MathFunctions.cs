namespace FhirBridge.Fhir.FhirPath;

/// <summary>N1 §5.7 Math.</summary>
internal static class MathFunctions
{
    private delegate FhirPathValue? NumberFunction(in Call call, in FhirPathValue number);

    public static readonly FunctionEntry[] All =
    [
        On("abs", 0, 0, static (in call, in n) => Abs(n)),
        On("ceiling", 0, 0, static (in call, in n) => Rounded(n, decimal.Ceiling)),
        On("floor", 0, 0, static (in call, in n) => Rounded(n, decimal.Floor)),
        On("truncate", 0, 0, static (in call, in n) => Rounded(n, decimal.Truncate)),
        On("round", 0, 1, Round),
        On("exp", 0, 0, static (in call, in n) => Real(Math.Exp((double)Plain(n)))),
        On("ln", 0, 0, static (in call, in n) => Plain(n) > 0 ? Real(Math.Log((double)Plain(n))) : null),
        On("log", 1, 1, static (in call, in n) => call.Number(0) is { } b && b > 0 && b != 1 && Plain(n) > 0 ? Real(Math.Log((double)Plain(n)) / Math.Log((double)b)) : null),
        On("sqrt", 0, 0, static (in call, in n) => Plain(n) >= 0 ? Real(Math.Sqrt((double)Plain(n))) : null),
        On("power", 1, 1, Power),
    ];

    private static FunctionEntry On(string name, int min, int max, NumberFunction body) => new(name, min, max, (in call, input, output) =>
    {
        if (!Evaluation.SingleSystem(input, out var value)) return;
        if (!value.IsNumber && value.Kind != FhirPathKind.Quantity) throw Evaluation.Fault($"{name}() takes a number, found {value.Type}");
        if (body(call, value) is { } result) output.Add(result);
    });

    private static decimal Plain(in FhirPathValue value) =>
        value.IsNumber ? value.AsDecimal : throw Evaluation.Fault($"expected a number, found {value.Type}");

    private static FhirPathValue? Abs(in FhirPathValue value) => value.Kind switch
    {
        FhirPathKind.Integer => value.AsLong == int.MinValue ? null : FhirPathValue.Of((int)Math.Abs(value.AsLong)),
        FhirPathKind.Long => value.AsLong == long.MinValue ? null : FhirPathValue.Of(Math.Abs(value.AsLong)),
        FhirPathKind.Quantity => FhirPathValue.Of(value.AsQuantity with { Value = Math.Abs(value.AsQuantity.Value) }),
        _ => FhirPathValue.Of(Math.Abs(value.AsDecimal)),
    };

    private static FhirPathValue Rounded(in FhirPathValue value, Func<decimal, decimal> round) => value.Kind switch
    {
        FhirPathKind.Integer or FhirPathKind.Long => value,
        FhirPathKind.Quantity => FhirPathValue.Of(value.AsQuantity with { Value = round(value.AsQuantity.Value) }),
        _ => Arithmetic.Whole(round(value.AsDecimal)),
    };

    private static FhirPathValue? Round(in Call call, in FhirPathValue value)
    {
        var digits = 0;
        if (call.Count > 0)
        {
            var asked = call.Integer(0) ?? 0;
            if (asked < 0) throw Evaluation.Fault("the precision of round() is not negative");
            digits = Math.Min(asked, 28);
        }

        if (value.Kind == FhirPathKind.Quantity)
        {
            return FhirPathValue.Of(value.AsQuantity with { Value = Math.Round(value.AsQuantity.Value, digits, MidpointRounding.AwayFromZero) });
        }

        return FhirPathValue.Of(Math.Round(value.AsDecimal, digits, MidpointRounding.AwayFromZero));
    }

    private static FhirPathValue? Power(in Call call, in FhirPathValue value)
    {
        if (!call.Value(0, out var exponent)) return null;
        if (!exponent.IsNumber) throw Evaluation.Fault($"power() takes a number, found {exponent.Type}");
        var b = Plain(value);
        if (exponent.Kind is not (FhirPathKind.Integer or FhirPathKind.Long) || Math.Abs(exponent.AsLong) > 1000)
        {
            return Real(Math.Pow((double)b, (double)exponent.AsDecimal));
        }

        if (b == 0 && exponent.AsLong < 0) return null;
        var e = exponent.AsLong;
        if (Arithmetic.Try(() => WholePower(b, e)) is not { } result) return null;
        if (e < 0 || value.Kind == FhirPathKind.Decimal) return FhirPathValue.Of(result);
        return value.Kind == FhirPathKind.Long && result is >= long.MinValue and <= long.MaxValue ? FhirPathValue.Of((long)result) : Arithmetic.Whole(result);
    }

    private static decimal WholePower(decimal b, long exponent)
    {
        var result = 1m;
        for (var i = 0; i < Math.Abs(exponent) && result != 0; i++) result *= b;
        return exponent < 0 ? 1 / result : result;
    }

    /// <summary>A double as Decimal; null when it is no number or beyond the range. Fifteen digits are what a double means.</summary>
    private static FhirPathValue? Real(double value) =>
        double.IsFinite(value) && Math.Abs(value) < (double)decimal.MaxValue ? FhirPathValue.Of((decimal)value) : null;
}
