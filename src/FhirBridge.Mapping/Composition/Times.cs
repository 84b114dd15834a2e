using System.Globalization;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Mapping;

/// <summary>Order of FHIR dates of any precision, and the union of periods. Dates without a zone are taken as UTC: for order only.</summary>
internal static class Times
{
    /// <summary>First instant that the date may mean; null when it cannot be read.</summary>
    public static DateTimeOffset? Start(string? text) => Bounds(text)?.Start;

    /// <summary>The earliest of these dates; of two that start alike, the one of the lesser text.</summary>
    public static string? Earliest(IEnumerable<string?> dates) => Pick(dates, static (b, best) => b.Start < best.Start);

    /// <summary>The latest of these dates, by the last instant that they may mean.</summary>
    public static string? Latest(IEnumerable<string?> dates) => Pick(dates, static (b, best) => b.End > best.End);

    /// <summary>
    /// Writes the union of periods: from the earliest start that is stated, to the latest end, or without end when a statement that is still
    /// true has none. Nothing when nobody states a period.
    /// </summary>
    /// <param name="writer">Where to.</param>
    /// <param name="periods">Period (or none) as each contribution states it.</param>
    /// <param name="statuses">Which contributions are still true; when none is, all count.</param>
    /// <param name="elementId">Id of the united element.</param>
    public static void WriteUnion(UnifiedWriter writer, IReadOnlyList<(Contribution By, PeriodView Period)> periods, Statuses statuses, string elementId)
    {
        var isEnded = !periods.Any(p => statuses.IsOpen(p.By.Status));
        var isOpen = periods.Any(p => p.Period.End is null && (isEnded || statuses.IsOpen(p.By.Status)));
        var start = Earliest(periods.Select(p => p.Period.Start));
        var end = isOpen ? null : Latest(periods.Select(p => p.Period.End));
        if (start is null && end is null) return;
        writer.Json.WriteStartObject("period"u8);
        writer.Attribute(elementId, periods.Where(p => p.Period.Exists).Select(p => p.By).Distinct(), []);
        if (start is not null) writer.Json.WriteString("start"u8, start);
        if (end is not null) writer.Json.WriteString("end"u8, end);
        writer.Json.WriteEndObject();
    }

    private static string? Pick(IEnumerable<string?> dates, Func<(DateTimeOffset Start, DateTimeOffset End), (DateTimeOffset Start, DateTimeOffset End), bool> isBetter)
    {
        string? best = null;
        (DateTimeOffset Start, DateTimeOffset End) bestBounds = default;
        foreach (var date in dates)
        {
            if (Bounds(date) is not { } bounds) continue;
            if (best is null || isBetter(bounds, bestBounds) || (!isBetter(bestBounds, bounds) && string.CompareOrdinal(date, best) < 0))
            {
                best = date;
                bestBounds = bounds;
            }
        }

        return best;
    }

    private static (DateTimeOffset Start, DateTimeOffset End)? Bounds(string? text)
    {
        var format = text?.Length switch { 4 => "yyyy", 7 => "yyyy-MM", 10 => "yyyy-MM-dd", _ => null };
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (format is null)
        {
            return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var instant) ? (instant, instant) : null;
        }

        if (!DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, Utc, out var start)) return null;
        var last = format.Length switch
        {
            4 => start.Year == 9999 ? DateTimeOffset.MaxValue : start.AddYears(1).AddTicks(-1),
            7 => start is { Year: 9999, Month: 12 } ? DateTimeOffset.MaxValue : start.AddMonths(1).AddTicks(-1),
            _ => start.UtcDateTime.Date == DateTime.MaxValue.Date ? DateTimeOffset.MaxValue : start.AddDays(1).AddTicks(-1),
        };
        return (start, last);
    }
}
