namespace FhirBridge.Fhir.Search;

/// <summary>
/// The interval of time that a date, dateTime or instant stands for, by its precision: from <see cref="Low"/> (inclusive) to
/// <see cref="High"/> (exclusive), in UTC ticks. What states no offset is taken as UTC. Spec: https://hl7.org/fhir/R4/search.html#date.
/// </summary>
/// <param name="Low">First tick.</param>
/// <param name="High">First tick after it.</param>
internal readonly record struct DateInterval(long Low, long High)
{
    private const long MaxTicks = 3155378975999999999; // 9999-12-31T23:59:59.9999999

    /// <summary>Reads <c>yyyy[-MM[-dd[Thh:mm[:ss[.f…]][Z|±hh:mm]]]]</c>; seconds may be missing as search allows.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, out DateInterval interval)
    {
        interval = default;
        if (!Digits(text, 0, 4, out var year) || year == 0) return false;
        if (text.Length == 4) return Set(Ticks(year, 1, 1), year == 9999 ? MaxTicks + 1 : Ticks(year + 1, 1, 1), out interval);
        if (text[4] != '-' || !Digits(text, 5, 2, out var month) || month is 0 or > 12) return false;
        if (text.Length == 7) return Set(Ticks(year, month, 1), Ticks(year, month, 1) + (DateTime.DaysInMonth(year, month) * TimeSpan.TicksPerDay), out interval);
        if (text[7] != '-' || !Digits(text, 8, 2, out var day) || day == 0 || day > DateTime.DaysInMonth(year, month)) return false;
        var date = Ticks(year, month, day);
        if (text.Length == 10) return Set(date, date + TimeSpan.TicksPerDay, out interval);
        return text[10] == 'T' && TryParseTime(text[11..], date, out interval);
    }

    private static bool TryParseTime(ReadOnlySpan<char> text, long date, out DateInterval interval)
    {
        interval = default;
        if (!Digits(text, 0, 2, out var hour) || hour > 23 || text.Length < 5 || text[2] != ':' || !Digits(text, 3, 2, out var minute) || minute > 59) return false;
        var low = date + (hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute);
        var length = TimeSpan.TicksPerMinute;
        var at = 5;
        if (text.Length > at && text[at] == ':')
        {
            if (!Digits(text, 6, 2, out var second) || second > 60) return false;
            low += second * TimeSpan.TicksPerSecond;
            length = TimeSpan.TicksPerSecond;
            at = 8;
            if (text.Length > at && text[at] == '.')
            {
                var start = ++at;
                for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
                {
                    if (length == 1) continue; // finer than a tick
                    length /= 10;
                    low += (text[at] - '0') * length;
                }

                if (at == start) return false;
            }
        }

        return TryParseOffset(text[at..], out var offset) && Set(low - offset, low - offset + length, out interval);
    }

    private static bool TryParseOffset(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        if (text.Length == 0 || (text.Length == 1 && text[0] == 'Z')) return true;

        // NOTE: a '+' that a client did not encode arrives as a space; nothing else can be meant by one here.
        if (text.Length != 6 || text[0] is not ('+' or '-' or ' ') || text[3] != ':') return false;
        if (!Digits(text, 1, 2, out var hours) || !Digits(text, 4, 2, out var minutes) || hours > 14 || minutes > 59) return false;
        ticks = (hours * TimeSpan.TicksPerHour) + (minutes * TimeSpan.TicksPerMinute);
        if (text[0] == '-') ticks = -ticks;
        return true;
    }

    private static bool Set(long low, long high, out DateInterval interval)
    {
        interval = new DateInterval(Math.Clamp(low, 0, MaxTicks), Math.Clamp(high, 1, MaxTicks + 1));
        return true;
    }

    private static long Ticks(int year, int month, int day) => new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc).Ticks;

    private static bool Digits(ReadOnlySpan<char> text, int start, int count, out int value)
    {
        value = 0;
        if (text.Length < start + count) return false;
        foreach (var c in text.Slice(start, count))
        {
            if (!char.IsAsciiDigit(c)) return false;
            value = (value * 10) + (c - '0');
        }

        return true;
    }
}
