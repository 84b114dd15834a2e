using System.Globalization;

namespace FhirBridge.Fhir;

/// <summary>
/// FHIR dates as intervals of their precision, in UTC (https://hl7.org/fhir/R4/datatypes.html#dateTime). A date without time is a day
/// of a time zone. The one reader for decisions on time; search has rules of its own (<see cref="Search.DateInterval"/>).
/// </summary>
public static class FhirDates
{
    /// <summary>Reads a <c>date</c>, <c>dateTime</c> or <c>instant</c>; false when it is none.</summary>
    /// <param name="text">The value.</param>
    /// <param name="zone">Time zone of what states none.</param>
    /// <param name="interval">From its first instant to the first after it.</param>
    public static bool TryParse(string? text, TimeZoneInfo zone, out Interval interval)
    {
        interval = default;
        if (string.IsNullOrEmpty(text)) return false;
        if (text.Contains('T')) return TryInstant(text, zone, out interval);
        var (format, step) = text.Length switch
        {
            4 => ("yyyy", (Func<DateTime, DateTime>)(d => d.AddYears(1))),
            7 => ("yyyy-MM", d => d.AddMonths(1)),
            10 => ("yyyy-MM-dd", d => d.AddDays(1)),
            _ => (null, d => d),
        };
        if (format is null || !DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return false;
        interval = new Interval(Start(day, zone), day.Year == 9999 ? null : Start(step(day), zone));
        return true;
    }

    /// <summary>An instant as this service writes it: UTC, milliseconds.</summary>
    public static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static bool TryInstant(string text, TimeZoneInfo zone, out Interval interval)
    {
        interval = default;
        var tail = text.IndexOf('T') + 1;
        var dot = text.IndexOf('.', tail);
        var digits = 0;
        if (dot >= 0)
        {
            while (dot + 1 + digits < text.Length && char.IsAsciiDigit(text[dot + 1 + digits])) digits++;
            if (digits == 0) return false;

            // A tick has seven digits; what is finer cannot change a decision by more than a tick.
            if (digits > 7)
            {
                text = text.Remove(dot + 8, digits - 7);
                digits = 7;
            }
        }

        var zoned = text[^1] == 'Z' || text.AsSpan(tail).IndexOfAny('+', '-') >= 0;
        if (!DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)) return false;
        var seconds = text.Length > tail + 5 && text[tail + 5] == ':';
        var start = zoned ? instant.ToUniversalTime() : Start(instant.DateTime, zone) ?? DateTimeOffset.MinValue;
        var step = digits > 0 ? (long)Math.Pow(10, 7 - digits) : seconds ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerMinute;
        interval = new Interval(start, DateTimeOffset.MaxValue.Ticks - start.Ticks < step ? null : start.AddTicks(step));
        return true;
    }

    private static DateTimeOffset? Start(DateTime local, TimeZoneInfo zone)
    {
        if (local.Year <= 1) return null;

        // A clock that jumps over the local time has no such instant: the first one after the jump stands for it.
        while (zone.IsInvalidTime(local)) local = local.AddMinutes(15);
        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
    }
}
