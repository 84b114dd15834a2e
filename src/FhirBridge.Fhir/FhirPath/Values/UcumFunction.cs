namespace FhirBridge.Fhir.FhirPath;

/// <summary>
/// How a special unit of UCUM maps its values to a proper unit: temperatures have another zero, levels are logarithms, slopes are tangents.
/// Spec: https://ucum.org/ucum#section-Special-Units-on-non-ratio-Scales.
/// </summary>
/// <param name="ToProper">From a value in the special unit to the value in the proper unit; null beyond what can be said.</param>
/// <param name="FromProper">The other way.</param>
/// <param name="IsExact">True when no digits are lost; the others have the fifteen digits of a double.</param>
internal sealed record UcumFunction(Func<Ratio, Ratio?> ToProper, Func<Ratio, Ratio?> FromProper, bool IsExact)
{
    /// <summary>A scale with another zero: the offset is added before the fraction applies.</summary>
    public static UcumFunction Offset(decimal offset, decimal numerator = 1, decimal denominator = 1) =>
        new(x => (x + offset) * numerator / denominator, y => (y * denominator / numerator) - offset, true);

    /// <summary>A level: the value is the logarithm of the ratio, so the ratio is a power of the base.</summary>
    public static UcumFunction Power(double baseOfPower, double scale = 1) => Real(x => Math.Pow(baseOfPower, x / scale), y => scale * Math.Log(y) / Math.Log(baseOfPower));

    /// <summary>A hundred times the tangent of an angle.</summary>
    public static UcumFunction HundredTangents() => Real(x => Math.Atan(x / 100), y => 100 * Math.Tan(y));

    /// <summary>A square root of a unit.</summary>
    public static UcumFunction Root() => new(x => x * x, y => Ratio.OfDouble(Math.Sqrt(y.ToDouble())), true);

    private static UcumFunction Real(Func<double, double> to, Func<double, double> from) =>
        new(x => Ratio.OfDouble(to(x.ToDouble())), y => Ratio.OfDouble(from(y.ToDouble())), false);
}
