namespace FhirBridge.Fhir;

/// <summary>
/// The grammars of date, dateTime, instant and time, on UTF-8 text; days must exist in the calendar. Spec: https://hl7.org/fhir/R4/datatypes.html#dateTime.
/// </summary>
internal static class DateTimeGrammar
{
    internal static bool IsDate(ReadOnlySpan<byte> t) => DateLength(t) is > 0 and var n && n == t.Length;

    internal static bool IsDateTime(ReadOnlySpan<byte> t) => IsDate(t) || IsInstant(t);

    internal static bool IsInstant(ReadOnlySpan<byte> t)
    {
        if (t.Length < 20 || DateLength(t) != 10 || t[10] != 'T') return false;
        var clock = ClockLength(t[11..]);
        return clock > 0 && IsZone(t[(11 + clock)..]);
    }

    internal static bool IsTime(ReadOnlySpan<byte> t) => ClockLength(t) is > 0 and var n && n == t.Length;

    /// <summary>Number of digits from <paramref name="i"/> on.</summary>
    internal static int Digits(ReadOnlySpan<byte> t, int i)
    {
        if (i >= t.Length) return 0;
        var n = t[i..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return n < 0 ? t.Length - i : n;
    }

    /// <summary>Length of the date at the start: 4, 7 or 10; 0 when there is none.</summary>
    private static int DateLength(ReadOnlySpan<byte> t)
    {
        if (Digits(t, 0) != 4) return 0;
        var year = Number(t, 0, 4);
        if (year == 0) return 0;
        if (t.Length == 4 || t[4] != '-') return 4;
        if (Digits(t, 5) != 2 || Number(t, 5, 2) is < 1 or > 12) return 0;
        if (t.Length == 7 || t[7] != '-') return 7;
        return Digits(t, 8) == 2 && Number(t, 8, 2) is var day && day >= 1 && day <= DateTime.DaysInMonth(year, Number(t, 5, 2)) ? 10 : 0;
    }

    /// <summary>Length of <c>hh:mm:ss[.s…]</c> at the start; 0 when there is none. Second 60 is a leap second.</summary>
    private static int ClockLength(ReadOnlySpan<byte> t)
    {
        if (t.Length < 8 || Digits(t, 0) != 2 || t[2] != ':' || Digits(t, 3) != 2 || t[5] != ':' || Digits(t, 6) != 2) return 0;
        if (Number(t, 0, 2) > 23 || Number(t, 3, 2) > 59 || Number(t, 6, 2) > 60) return 0;
        if (t.Length == 8 || t[8] != '.') return 8;
        var fraction = Digits(t, 9);
        return fraction == 0 ? 0 : 9 + fraction;
    }

    private static bool IsZone(ReadOnlySpan<byte> t)
    {
        if (t.Length == 1) return t[0] == 'Z';
        if (t.Length != 6 || t[0] is not ((byte)'+' or (byte)'-') || t[3] != ':' || Digits(t, 1) != 2 || Digits(t, 4) != 2) return false;
        var hours = Number(t, 1, 2);
        return Number(t, 4, 2) <= 59 && (hours < 14 || (hours == 14 && Number(t, 4, 2) == 0));
    }

    private static int Number(ReadOnlySpan<byte> t, int start, int length)
    {
        var n = 0;
        foreach (var b in t.Slice(start, length)) n = (n * 10) + (b - '0');
        return n;
    }
}
