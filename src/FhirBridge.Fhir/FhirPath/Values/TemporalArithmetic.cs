namespace FhirBridge.Fhir.FhirPath;

public sealed partial class FhirPathTemporal
{
    /// <summary>
    /// Adds or subtracts a duration: years and months by the calendar (the last day of the month when the day does not exist there), the rest by
    /// the clock; fractions count for seconds only. A value that is less precise than the unit is changed by whole units of its own precision.
    /// Null beyond the range of dates. A unit that is no duration, or a UCUM year or month, is a fault (N1 §6.7).
    /// </summary>
    internal FhirPathTemporal? Add(FhirPathQuantity duration, int sign)
    {
        duration = duration.AsCalendar();
        var unit = UnitOf(duration);
        var amount = duration.Value * sign;
        if (Kind == FhirPathKind.Time && unit <= TemporalPrecision.Day) throw Evaluation.Fault($"'{duration.Unit}' cannot be added to a time");
        try
        {
            if (Precision < unit && Precision != TemporalPrecision.Second) return Coarse(amount, duration);
            if (duration.Unit is "week" or "wk") amount = decimal.Truncate(amount) * 7;
            return With(unit switch
            {
                TemporalPrecision.Year => Start.AddYears((int)decimal.Truncate(amount)),
                TemporalPrecision.Month => Start.AddMonths((int)decimal.Truncate(amount)),
                TemporalPrecision.Day => AddDays(decimal.Truncate(amount)),
                TemporalPrecision.Hour => AddTicks(decimal.Truncate(amount) * TimeSpan.TicksPerHour),
                TemporalPrecision.Minute => AddTicks(decimal.Truncate(amount) * TimeSpan.TicksPerMinute),
                TemporalPrecision.Second => AddTicks(decimal.Truncate(amount * TimeSpan.TicksPerSecond)),
                _ => AddTicks(decimal.Truncate(amount * TimeSpan.TicksPerMillisecond)),
            });
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>True for a unit that can be added to a date or time.</summary>
    internal static bool IsDuration(FhirPathQuantity duration) => duration.IsCalendar || duration.Unit is "wk" or "d" or "h" or "min" or "s" or "ms";

    private static TemporalPrecision UnitOf(FhirPathQuantity duration) => (duration.Unit, duration.IsCalendar) switch
    {
        ("year", true) => TemporalPrecision.Year,
        ("month", true) => TemporalPrecision.Month,
        ("week" or "day", true) or ("wk" or "d", false) => TemporalPrecision.Day,
        ("hour", true) or ("h", false) => TemporalPrecision.Hour,
        ("minute", true) or ("min", false) => TemporalPrecision.Minute,
        ("second", true) or ("s", false) => TemporalPrecision.Second,
        ("millisecond", true) or ("ms", false) => TemporalPrecision.Fraction,
        _ => throw Evaluation.Fault($"'{duration.Unit}' cannot be added to a date or time"),
    };

    /// <summary>Adds in units of this value's own precision: 12 months a year, 30 days a month, 24 hours a day (N1 §6.7).</summary>
    private FhirPathTemporal? Coarse(decimal amount, FhirPathQuantity duration)
    {
        var own = new FhirPathQuantity(1, Precision switch
        {
            TemporalPrecision.Year => "year",
            TemporalPrecision.Month => "month",
            TemporalPrecision.Day => "day",
            TemporalPrecision.Hour => "hour",
            _ => "minute",
        }, true);
        var calendar = duration.IsCalendar ? duration with { Value = amount } : new FhirPathQuantity(amount, Calendar(duration.Unit), true);
        return calendar.To(own.Unit, true) is { } converted ? Add(converted with { Value = decimal.Truncate(converted.Value) }, 1) : null;
    }

    private static string Calendar(string ucum) => ucum switch
    {
        "wk" => "week",
        "d" => "day",
        "h" => "hour",
        "min" => "minute",
        "s" => "second",
        _ => "millisecond",
    };

    /// <summary>Where sums start: a leap second is second 59 there.</summary>
    private DateTime Start => IsLeapSecond ? Local.AddTicks(1 - TimeSpan.TicksPerSecond) : Local;

    private DateTime AddDays(decimal days) => AddTicks(days * TimeSpan.TicksPerDay);

    private DateTime AddTicks(decimal ticks)
    {
        if (Kind != FhirPathKind.Time) return Start.AddTicks((long)ticks);
        var day = (decimal)TimeSpan.TicksPerDay;
        return new DateTime((long)((((Start.Ticks + ticks) % day) + day) % day));
    }

    private FhirPathTemporal With(DateTime local)
    {
        var fraction = local.Ticks % TimeSpan.TicksPerSecond != 0;
        var precision = Precision == TemporalPrecision.Second && fraction ? TemporalPrecision.Fraction : Precision;
        return new(Kind, precision, local, OffsetMinutes, fraction ? Math.Max(FractionDigits, 3) : FractionDigits);
    }
}
