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
        if (a.IsCalendar || b.IsCalendar)
        {
            // A calendar duration is not a UCUM unit: it can be scaled by a number only.
            if (b.Unit == "1" && !b.IsCalendar) Add(() => a.Value * b.Value, a.Unit, true, output);
            else if (a.Unit == "1" && !a.IsCalendar) Add(() => a.Value * b.Value, b.Unit, true, output);
            return;
        }

        if (Unit(a, b, '.') is { } unit) Add(() => a.Value * b.Value, unit, false, output);
    }

    public static void Divide(FhirPathQuantity a, FhirPathQuantity b, Values output)
    {
        if (b.Value == 0 || Logarithmic(a) || Logarithmic(b)) return;
        if (a.IsCalendar || b.IsCalendar)
        {
            if (b.Unit == "1" && !b.IsCalendar) Add(() => a.Value / b.Value, a.Unit, true, output);
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
    private static bool Mixed(FhirPathQuantity a, FhirPathQuantity b) => a.IsCalendar != b.IsCalendar && FhirPathQuantity.InCommonUnit(a, b, asEquivalent: false) is null;

    /// <summary>Bel, neper, pH and their relatives: UCUM has no sums, products or quotients of them.</summary>
    private static bool Logarithmic(FhirPathQuantity q) => !q.IsCalendar && (q.Unit is "B" or "dB" or "Np" or "[pH]" || q.Unit.StartsWith("B[", StringComparison.Ordinal) || q.Unit.StartsWith("dB[", StringComparison.Ordinal));

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
