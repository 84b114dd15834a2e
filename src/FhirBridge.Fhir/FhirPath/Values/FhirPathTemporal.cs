using System.Globalization;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>How far a date or time is stated.</summary>
public enum TemporalPrecision
{
    /// <summary>Year.</summary>
    Year,

    /// <summary>Month.</summary>
    Month,

    /// <summary>Day.</summary>
    Day,

    /// <summary>Hour.</summary>
    Hour,

    /// <summary>Minute.</summary>
    Minute,

    /// <summary>Second, without a fraction.</summary>
    Second,

    /// <summary>Second with a fraction. For comparison this is the same precision as <see cref="Second"/> (N1 §6.2).</summary>
    Fraction,
}

/// <summary>
/// A System.Date, System.DateTime or System.Time with its precision. Immutable. A time has no date part and no offset;
/// an offset is stated or unknown, never assumed.
/// </summary>
/// <remarks>Spec: http://hl7.org/fhirpath/N1/#date, #datetime, #time.</remarks>
public sealed partial class FhirPathTemporal
{
    private FhirPathTemporal(FhirPathKind kind, TemporalPrecision precision, DateTime local, int? offsetMinutes, int fractionDigits)
    {
        Kind = kind;
        Precision = precision;
        Local = local;
        OffsetMinutes = offsetMinutes;
        FractionDigits = fractionDigits;
    }

    /// <summary>Date, DateTime or Time.</summary>
    public FhirPathKind Kind { get; }

    /// <summary>The last part that was stated.</summary>
    public TemporalPrecision Precision { get; }

    /// <summary>The parts as stated, unstated parts at their minimum; the date part of a time is 0001-01-01.</summary>
    public DateTime Local { get; }

    /// <summary>Offset from UTC in minutes; null when none was stated.</summary>
    public int? OffsetMinutes { get; }

    private int FractionDigits { get; }

    /// <summary>Second 60, which FHIR allows: <see cref="Local"/> is the last tick of the minute then, so that it is after second 59 and before the next minute.</summary>
    private bool IsLeapSecond { get; init; }

    /// <summary>First instant that the value may mean, as ticks; UTC when the offset is known, local otherwise.</summary>
    internal long UtcTicks => Local.Ticks - ((OffsetMinutes ?? 0) * TimeSpan.TicksPerMinute);

    /// <summary>A full DateTime from an instant, with milliseconds.</summary>
    public static FhirPathTemporal OfInstant(DateTimeOffset instant)
    {
        var local = new DateTime(instant.Ticks - (instant.Ticks % TimeSpan.TicksPerMillisecond));
        return new(FhirPathKind.DateTime, TemporalPrecision.Fraction, local, (int)instant.Offset.TotalMinutes, 3);
    }

    internal FhirPathTemporal AsDate() => new(FhirPathKind.Date, Min(Precision, TemporalPrecision.Day), Local.Date, null, 0);

    internal FhirPathTemporal AsDateTime() => Kind == FhirPathKind.Date ? new(FhirPathKind.DateTime, Precision, Local, null, 0) : this;

    internal FhirPathTemporal AsTime() => new(FhirPathKind.Time, Precision, new DateTime(Local.TimeOfDay.Ticks), null, FractionDigits);

    /// <summary>Reads <c>YYYY[-MM[-DD[Thh[:mm[:ss[.fff]]][(Z|±hh:mm)]]]]</c>; null when the text is something else or names no real date.</summary>
    /// <param name="text">The text, without <c>@</c>. A trailing <c>T</c> marks a DateTime of date precision.</param>
    /// <param name="kind">Date or DateTime; null lets the text decide.</param>
    public static FhirPathTemporal? ParseDateTime(ReadOnlySpan<char> text, FhirPathKind? kind = null)
    {
        var s = new Scanner(text);
        if (!s.Digits(4, out var year) || year == 0) return null;
        int month = 1, day = 1;
        var precision = TemporalPrecision.Year;
        if (s.Take('-'))
        {
            if (!s.Digits(2, out month) || month is < 1 or > 12) return null;
            precision = TemporalPrecision.Month;
            if (s.Take('-'))
            {
                if (!s.Digits(2, out day) || day < 1 || day > DateTime.DaysInMonth(year, month)) return null;
                precision = TemporalPrecision.Day;
            }
        }

        var date = new DateTime(year, month, day);
        if (s.AtEnd) return new(kind ?? FhirPathKind.Date, precision, date, null, 0);
        if (kind == FhirPathKind.Date || !s.Take('T')) return null;
        if (s.AtEnd) return new(FhirPathKind.DateTime, precision, date, null, 0);
        if (precision != TemporalPrecision.Day || !s.Time(out var time, out precision, out var digits)) return null;
        if (!s.Offset(out var offset) || !s.AtEnd) return null;
        return new(FhirPathKind.DateTime, precision, date + time, offset, digits) { IsLeapSecond = s.IsLeapSecond };
    }

    /// <summary>Reads <c>[T]hh[:mm[:ss[.fff]]]</c>; null when the text is something else.</summary>
    public static FhirPathTemporal? ParseTime(ReadOnlySpan<char> text)
    {
        var s = new Scanner(text);
        s.Take('T');
        return s.Time(out var time, out var precision, out var digits) && s.AtEnd
            ? new(FhirPathKind.Time, precision, new DateTime(time.Ticks), null, digits) { IsLeapSecond = s.IsLeapSecond }
            : null;
    }

    /// <summary>The text without <c>@</c>, to the precision that is stated.</summary>
    public override string ToString()
    {
        var format = Kind == FhirPathKind.Time ? TimeFormat() : Precision switch
        {
            TemporalPrecision.Year => "yyyy",
            TemporalPrecision.Month => "yyyy-MM",
            TemporalPrecision.Day => "yyyy-MM-dd",
            _ => "yyyy-MM-dd'T'" + TimeFormat(),
        };
        var text = Local.ToString(format, CultureInfo.InvariantCulture);
        if (OffsetMinutes is not { } offset) return text;
        return offset == 0 ? text + "Z" : $"{text}{(offset < 0 ? '-' : '+')}{Math.Abs(offset) / 60:00}:{Math.Abs(offset) % 60:00}";
    }

    private string TimeFormat() => Precision switch
    {
        TemporalPrecision.Hour => "HH",
        TemporalPrecision.Minute => "HH':'mm",
        TemporalPrecision.Second => IsLeapSecond ? "HH':'mm':60'" : "HH':'mm':'ss",
        _ => "HH':'mm':'ss'.'" + new string('f', Math.Clamp(FractionDigits, 1, 7)),
    };

    private static TemporalPrecision Min(TemporalPrecision a, TemporalPrecision b) => a < b ? a : b;

    private ref struct Scanner(ReadOnlySpan<char> text)
    {
        private ReadOnlySpan<char> rest = text;

        public readonly bool AtEnd => rest.IsEmpty;

        public bool IsLeapSecond { get; private set; }

        public bool Take(char c)
        {
            if (rest.IsEmpty || rest[0] != c) return false;
            rest = rest[1..];
            return true;
        }

        public bool Digits(int count, out int value)
        {
            value = 0;
            if (rest.Length < count) return false;
            for (var i = 0; i < count; i++)
            {
                if (!char.IsAsciiDigit(rest[i])) return false;
                value = (value * 10) + rest[i] - '0';
            }

            rest = rest[count..];
            return true;
        }

        public bool Time(out TimeSpan time, out TemporalPrecision precision, out int fractionDigits)
        {
            int minute = 0, second = 0;
            var ticks = 0L;
            fractionDigits = 0;
            time = default;
            precision = TemporalPrecision.Hour;
            if (!Digits(2, out var hour) || hour > 23) return false;
            if (Take(':'))
            {
                if (!Digits(2, out minute) || minute > 59) return false;
                precision = TemporalPrecision.Minute;
                if (Take(':'))
                {
                    if (!Digits(2, out second) || second > 60) return false;
                    precision = TemporalPrecision.Second;
                    if (Take('.'))
                    {
                        if (!Fraction(out ticks, out fractionDigits)) return false;
                        precision = TemporalPrecision.Fraction;
                    }
                }
            }

            IsLeapSecond = second == 60 && precision == TemporalPrecision.Second;
            time = new TimeSpan(hour, minute, Math.Min(second, 59)) + TimeSpan.FromTicks(IsLeapSecond ? TimeSpan.TicksPerSecond - 1 : ticks);
            return true;
        }

        public bool Offset(out int? minutes)
        {
            minutes = null;
            if (AtEnd) return true;
            if (Take('Z'))
            {
                minutes = 0;
                return true;
            }

            var sign = Take('+') ? 1 : Take('-') ? -1 : 0;
            if (sign == 0 || !Digits(2, out var h) || !Take(':') || !Digits(2, out var m) || m > 59 || (h * 60) + m > 14 * 60) return false;
            minutes = sign * ((h * 60) + m);
            return true;
        }

        private bool Fraction(out long ticks, out int digits)
        {
            ticks = 0;
            digits = 0;
            var scale = TimeSpan.TicksPerSecond / 10;
            while (!rest.IsEmpty && char.IsAsciiDigit(rest[0]))
            {
                ticks += (rest[0] - '0') * scale;
                scale /= 10;
                digits++;
                rest = rest[1..];
            }

            return digits > 0;
        }
    }
}
