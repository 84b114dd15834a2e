namespace FhirBridge.Fhir.FhirPath;

public sealed partial class FhirPathTemporal
{
    /// <summary>How far apart two clocks can be when one of them has not stated its offset.</summary>
    private const long UnknownOffset = 14 * TimeSpan.TicksPerHour;

    /// <summary>
    /// Compares part by part to the precision that both state: negative, zero or positive; null when the parts that both state are
    /// equal but one states more, or when an offset is missing on one side and matters (N1 §6.1, §6.2).
    /// </summary>
    /// <remarks>Both must be times, or neither.</remarks>
    public int? CompareTo(FhirPathTemporal other)
    {
        if (Precision <= TemporalPrecision.Day || other.Precision <= TemporalPrecision.Day || Kind == FhirPathKind.Time)
        {
            return CompareParts(Local, Precision, other.Local, other.Precision);
        }

        if (OffsetMinutes is null != other.OffsetMinutes is null)
        {
            var difference = UtcTicks - other.UtcTicks;
            return Math.Abs(difference) > UnknownOffset + TimeSpan.TicksPerHour ? Math.Sign(difference) : null;
        }

        return CompareParts(Utc(this), Precision, Utc(other), other.Precision);
    }

    /// <summary>Same value to the same precision (N1 §6.1 equivalence).</summary>
    public bool IsEquivalentTo(FhirPathTemporal other) => Comparable(Precision) == Comparable(other.Precision) && CompareTo(other) == 0;

    private static DateTime Utc(FhirPathTemporal t) => new(Math.Clamp(t.UtcTicks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks));

    private static TemporalPrecision Comparable(TemporalPrecision p) => p == TemporalPrecision.Fraction ? TemporalPrecision.Second : p;

    private static int? CompareParts(DateTime a, TemporalPrecision pa, DateTime b, TemporalPrecision pb)
    {
        var common = Min(Comparable(pa), Comparable(pb));
        for (var part = TemporalPrecision.Year; part <= common; part++)
        {
            var order = Part(a, part).CompareTo(Part(b, part));
            if (order != 0) return order;
        }

        return Comparable(pa) == Comparable(pb) ? 0 : null;
    }

    private static long Part(DateTime t, TemporalPrecision part) => part switch
    {
        TemporalPrecision.Year => t.Year,
        TemporalPrecision.Month => t.Month,
        TemporalPrecision.Day => t.Day,
        TemporalPrecision.Hour => t.Hour,
        TemporalPrecision.Minute => t.Minute,
        _ => t.Ticks % TimeSpan.TicksPerMinute,
    };
}
