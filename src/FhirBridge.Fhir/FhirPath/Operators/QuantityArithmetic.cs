namespace FhirBridge.Fhir.FhirPath;

/// <summary>Arithmetic of quantities: sums in the finer unit, products and quotients with their units (N1 §6.6).</summary>
internal static class QuantityArithmetic
{
    public static void Sum(FhirPathQuantity a, FhirPathQuantity b, int sign, Values output)
    {
        if (Logarithmic(a) || Logarithmic(b) || Mixed(a, b) || FhirPathQuantity.InGranularUnit(a, b) is not var (x, y, unit, calendar)) return;
        Add(() => x + (sign * y), unit, calendar, output);
    }

    public static void Multiply(FhirPathQuantity a, FhirPathQuantity b, Values output)
    {
        if (Logarithmic(a) || Logarithmic(b)) return;
        if (IsDuration(a, b))
        {
            // A calendar duration is not a UCUM unit: it can be scaled by a number only.
            if (Plain(b) is { } right) Add(() => a.Value * right, a, output);
            else if (Plain(a) is { } left) Add(() => left * b.Value, b, output);
            return;
        }

        if (Unit(a, b, '.') is { } unit) Add(() => a.Value * b.Value, unit, false, output);
    }

    public static void Divide(FhirPathQuantity a, FhirPathQuantity b, Values output)
    {
        if (b.Value == 0 || Logarithmic(a) || Logarithmic(b)) return;
        if (IsDuration(a, b))
        {
            if (Plain(b) is { } divisor && divisor != 0) Add(() => a.Value / divisor, a, output);
            return;
        }

        if (a.Unit == b.Unit)
        {
            Add(() => a.Value / b.Value, "1", false, output);
            return;
        }

        if (Unit(a, b, '/') is { } unit) Add(() => a.Value / b.Value, unit, false, output);
    }

    /// <summary>A calendar year or month with a definite duration has no sum.</summary>
    private static bool Mixed(FhirPathQuantity a, FhirPathQuantity b) => a.IsCalendar != b.IsCalendar && FhirPathQuantity.InCommonUnit(a, b) is null;

    /// <summary>The number of a quantity without dimension (<c>2</c>, <c>2000 'g/kg'</c>); null for another.</summary>
    private static decimal? Plain(FhirPathQuantity q) => !q.IsCalendar && q.Measure() is { Dimension: "" } unit ? unit.ToBase(q.Value)?.ToDecimal() : null;

    /// <summary>Bel, neper, pH and their relatives: UCUM has no sums, products or quotients of them.</summary>
    private static bool Logarithmic(FhirPathQuantity q) => !q.IsCalendar && q.Measure() is { Function.IsExact: false };

    /// <summary>A duration that stays what it is when it is scaled by a number.</summary>
    private static bool IsDuration(FhirPathQuantity a, FhirPathQuantity b) =>
        a.IsCalendar || b.IsCalendar || (a.IsEither && Plain(b) is not null) || (b.IsEither && Plain(a) is not null);

    private static void Add(Func<decimal> compute, FhirPathQuantity like, Values output)
    {
        if (Arithmetic.Try(compute) is { } value) output.Add(FhirPathValue.Of(like with { Value = value }));
    }

    private static string? Unit(FhirPathQuantity a, FhirPathQuantity b, char op)
    {
        if (b.Unit == "1") return a.Unit;
        if (a.Unit == "1" && op == '.') return b.Unit;
        if (a.Measure() is not { IsSpecial: false } || b.Measure() is not { IsSpecial: false }) return null;
        var right = op == '/' && b.Unit.AsSpan().ContainsAny('.', '/') ? $"({b.Unit})" : b.Unit;
        var unit = a.Unit == "1" ? "/" + right : a.Unit + op + right;
        return UcumUnit.Parse(unit) is null ? null : unit;
    }

    private static void Add(Func<decimal> compute, string unit, bool calendar, Values output)
    {
        if (Arithmetic.Try(compute) is { } value) output.Add(FhirPathValue.Of(new FhirPathQuantity(value, unit, calendar)));
    }
}
