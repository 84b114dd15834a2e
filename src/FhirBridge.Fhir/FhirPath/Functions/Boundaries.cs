using System.Globalization;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>The least and greatest value that a value of stated precision may mean.</summary>
internal static class Boundaries
{
    /// <summary>Digits that are stated: decimals after the point; of dates and times all digits (2014 = 4, with milliseconds 17; times up to 9).</summary>
    public static int? Precision(in FhirPathValue value) => value.Kind switch
    {
        FhirPathKind.Integer or FhirPathKind.Long => 0,
        FhirPathKind.Decimal => Scale(value.AsDecimal),
        FhirPathKind.Date or FhirPathKind.DateTime => Digits(value.AsTemporal.Precision),
        FhirPathKind.Time => Digits(value.AsTemporal.Precision) - 8,
        _ => null,
    };

    public static FhirPathValue? Of(in FhirPathValue value, int? precision, bool high) => value.Kind switch
    {
        FhirPathKind.Integer or FhirPathKind.Long or FhirPathKind.Decimal => OfDecimal(value.AsDecimal, precision ?? 8, high) is { } d ? FhirPathValue.Of(d) : null,
        FhirPathKind.Quantity => OfDecimal(value.AsQuantity.Value, precision ?? 8, high) is { } q ? FhirPathValue.Of(value.AsQuantity with { Value = q }) : null,
        FhirPathKind.Date => Part(precision ?? 8) is { } p && p <= TemporalPrecision.Day ? FhirPathValue.Of(value.AsTemporal.Boundary(p, high)) : null,
        FhirPathKind.DateTime => Part(precision ?? 17) is { } p ? FhirPathValue.Of(value.AsTemporal.Boundary(p, high)) : null,
        FhirPathKind.Time => Part((precision ?? 9) + 8) is { } p && p >= TemporalPrecision.Hour ? FhirPathValue.Of(value.AsTemporal.Boundary(p, high)) : null,
        _ => null,
    };

    private static decimal? OfDecimal(decimal value, int precision, bool high)
    {
        if (precision is < 0 or > 28) return null;
        var half = new decimal(5, 0, 0, false, (byte)Math.Min(Scale(value) + 1, 28));
        try
        {
            // As the official cases have it: away from zero the bound is rounded, towards zero it is cut.
            var bound = high ? value + half : value - half;
            var outward = value >= 0 == high;
            var rounded = Math.Round(bound, precision, outward ? MidpointRounding.AwayFromZero : MidpointRounding.ToZero);
            return decimal.Parse(rounded.ToString("F" + precision, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static int Scale(decimal value) => (decimal.GetBits(value)[3] >> 16) & 0xFF;

    private static int Digits(TemporalPrecision precision) => precision switch
    {
        TemporalPrecision.Year => 4,
        TemporalPrecision.Month => 6,
        TemporalPrecision.Day => 8,
        TemporalPrecision.Hour => 10,
        TemporalPrecision.Minute => 12,
        TemporalPrecision.Second => 14,
        _ => 17,
    };

    private static TemporalPrecision? Part(int digits) => digits switch
    {
        4 => TemporalPrecision.Year,
        6 => TemporalPrecision.Month,
        8 => TemporalPrecision.Day,
        10 => TemporalPrecision.Hour,
        12 => TemporalPrecision.Minute,
        14 => TemporalPrecision.Second,
        17 => TemporalPrecision.Fraction,
        _ => null,
    };
}
