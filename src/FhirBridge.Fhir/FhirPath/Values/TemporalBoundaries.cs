namespace FhirBridge.Fhir.FhirPath;

public sealed partial class FhirPathTemporal
{
    /// <summary>Widest offsets: the same local time is earliest at +14:00 and latest at -12:00.</summary>
    private const int EarliestOffset = 14 * 60;

    private const int LatestOffset = -12 * 60;

    /// <summary>The first or last moment that this value may mean, stated to a precision; a missing offset becomes the widest one.</summary>
    internal FhirPathTemporal Boundary(TemporalPrecision precision, bool high)
    {
        var local = high ? Last() : Local;
        var offset = OffsetMinutes;
        if (Kind == FhirPathKind.DateTime && precision >= TemporalPrecision.Hour) offset ??= high ? LatestOffset : EarliestOffset;
        if (precision <= TemporalPrecision.Day) offset = null;
        return new(Kind, precision, local, offset, precision == TemporalPrecision.Fraction ? 3 : 0);
    }

    private DateTime Last()
    {
        var next = Precision switch
        {
            TemporalPrecision.Year => Local.Year == 9999 ? DateTime.MaxValue : Local.AddYears(1),
            TemporalPrecision.Month => Local is { Year: 9999, Month: 12 } ? DateTime.MaxValue : Local.AddMonths(1),
            TemporalPrecision.Day => Local.Date == DateTime.MaxValue.Date ? DateTime.MaxValue : Local.AddDays(1),
            TemporalPrecision.Hour => Local.AddTicks(TimeSpan.TicksPerHour),
            TemporalPrecision.Minute => Local.AddTicks(TimeSpan.TicksPerMinute),
            TemporalPrecision.Second => Local.AddTicks(TimeSpan.TicksPerSecond),
            _ => Local.AddTicks(TimeSpan.TicksPerMillisecond),
        };
        return next.AddTicks(-1);
    }
}
