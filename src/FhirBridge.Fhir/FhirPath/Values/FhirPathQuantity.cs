using System.Globalization;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>
/// A System.Quantity: a decimal with a UCUM unit or a calendar duration (<c>year</c>, <c>month</c> … <c>millisecond</c>, kept in the singular).
/// </summary>
/// <param name="Value">The number.</param>
/// <param name="Unit">UCUM code, or the singular word of a calendar duration when <see cref="IsCalendar"/>.</param>
/// <param name="IsCalendar">True for a calendar duration.</param>
/// <remarks>Spec: http://hl7.org/fhirpath/N1/#quantity.</remarks>
public sealed record FhirPathQuantity(decimal Value, string Unit, bool IsCalendar = false)
{
    /// <summary>True for a FHIR Quantity in UCUM time units: beside a calendar duration or a date it is one, beside a UCUM unit it is UCUM.</summary>
    internal bool IsEither { get; private init; }

    private static readonly string[] CalendarUnits = ["year", "month", "week", "day", "hour", "minute", "second", "millisecond"];

    /// <summary>The calendar word in the singular; null when the text is no calendar unit.</summary>
    internal static string? CalendarUnit(ReadOnlySpan<char> word)
    {
        foreach (var unit in CalendarUnits)
        {
            if (word.SequenceEqual(unit) || (word.Length == unit.Length + 1 && word[^1] == 's' && word.StartsWith(unit))) return unit;
        }

        return null;
    }

    /// <summary>The quantity of a FHIR element: its UCUM time units may be read as calendar durations (https://hl7.org/fhir/R4/fhirpath.html#quantity).</summary>
    internal static FhirPathQuantity OfUcumCode(decimal value, string code) => new(value, code) { IsEither = CalendarOf(code) is not null };

    /// <summary>This quantity as a calendar duration where it may be one.</summary>
    internal FhirPathQuantity AsCalendar() => IsEither && CalendarOf(Unit) is { } unit ? new(Value, unit, true) : this;

    private static string? CalendarOf(string code) => code switch
    {
        "a" => "year",
        "mo" => "month",
        "d" => "day",
        "h" => "hour",
        "min" => "minute",
        "s" => "second",
        _ => null,
    };

    private static void Align(ref FhirPathQuantity a, ref FhirPathQuantity b)
    {
        if (a.IsCalendar) b = b.AsCalendar();
        else if (b.IsCalendar) a = a.AsCalendar();
    }

    /// <summary>Reads what <c>toQuantity()</c> accepts: <c>1.5</c>, <c>10 'mg'</c>, <c>4 days</c>; null for another text.</summary>
    public static FhirPathQuantity? Parse(string text)
    {
        var s = text.AsSpan();
        var n = 0;
        if (n < s.Length && s[n] is '+' or '-') n++;
        var digits = n;
        while (n < s.Length && char.IsAsciiDigit(s[n])) n++;
        if (n == digits) return null;
        if (n + 1 < s.Length && s[n] == '.' && char.IsAsciiDigit(s[n + 1]))
        {
            n++;
            while (n < s.Length && char.IsAsciiDigit(s[n])) n++;
        }

        if (!NumberText.TryDecimal(s[..n], NumberStyles.Float, out var value)) return null;
        var unit = s[n..].TrimStart();
        if (unit.IsEmpty) return n == s.Length ? new(value, "1") : null;
        if (unit.Length > 2 && unit[0] == '\'' && unit[^1] == '\'')
        {
            var code = unit[1..^1].ToString();
            return UcumUnit.Parse(code) is null ? null : new(value, code);
        }

        return unit.Length < s.Length - n && CalendarUnit(unit) is { } calendar ? new(value, calendar, true) : null;
    }

    /// <summary>
    /// Compares by value in a common unit; null when the units are of different kinds, or a calendar year or month meets a definite duration.
    /// </summary>
    public int? CompareTo(FhirPathQuantity other)
    {
        return InCommonUnit(this, other) is var (a, b) ? a.CompareTo(b) : null;
    }

    /// <summary>The value in another unit; null when it cannot be said in it.</summary>
    internal FhirPathQuantity? To(string unit, bool calendar)
    {
        if (calendar && IsEither) return AsCalendar().To(unit, true);
        if (Unit == unit && IsCalendar == calendar) return this;
        if (IsCalendar && calendar && CalendarRatio(Unit, unit) is var (up, down)) return new(Value * up / down, unit, true);
        var target = new FhirPathQuantity(1, unit, calendar);
        if (IndefiniteAgainstDefinite(this, target)) return null;
        return Measure() is { } m && target.Measure() is { } t && m.Dimension == t.Dimension && t.FromBase(m.ToBase(Value)) is { } v ? new(v, unit, calendar) : null;
    }

    /// <summary>Both values in the finer unit of the two (N1 §6.6: the most granular unit), with that unit; null when they are of different kinds.</summary>
    internal static (decimal A, decimal B, string Unit, bool Calendar)? InGranularUnit(FhirPathQuantity a, FhirPathQuantity b)
    {
        Align(ref a, ref b);
        if (a.Unit == b.Unit && a.IsCalendar == b.IsCalendar) return (a.Value, b.Value, a.Unit, a.IsCalendar);
        if (a.Measure() is not { } ma || b.Measure() is not { } mb || ma.Dimension != mb.Dimension) return null;
        if (ma.IsSpecial || mb.IsSpecial) return null;
        var finer = ma.Factor.CompareTo(mb.Factor) <= 0 ? a : b;
        return a.To(finer.Unit, finer.IsCalendar) is { } x && b.To(finer.Unit, finer.IsCalendar) is { } y ? (x.Value, y.Value, finer.Unit, finer.IsCalendar) : null;
    }

    /// <summary>Both values in base units; null when they are of different kinds.</summary>
    internal static (Ratio A, Ratio B)? InCommonUnit(FhirPathQuantity a, FhirPathQuantity b)
    {
        Align(ref a, ref b);
        if (a.Unit == b.Unit && a.IsCalendar == b.IsCalendar) return (a.Value, b.Value);
        if (a.IsCalendar && b.IsCalendar && CalendarRatio(a.Unit, b.Unit) is var (up, down)) return (a.Value * up / down, b.Value);
        if (IndefiniteAgainstDefinite(a, b)) return null;
        if (a.Measure() is not { } ma || b.Measure() is not { } mb || ma.Dimension != mb.Dimension) return null;
        return ma.ToBase(a.Value) is { } x && mb.ToBase(b.Value) is { } y ? (x, y) : null;
    }

    /// <summary>Both values in the coarser unit of the two, for equivalence, which lets a calendar year be a UCUM year (N1 §6.1); null when they are of different kinds.</summary>
    internal static (decimal A, decimal B)? InCoarseUnit(FhirPathQuantity a, FhirPathQuantity b)
    {
        a = a.Definite();
        b = b.Definite();
        if (a.Unit == b.Unit) return (a.Value, b.Value);
        if (a.Measure() is not { } ma || b.Measure() is not { } mb || ma.Dimension != mb.Dimension) return null;
        var coarser = ma.IsSpecial || (!mb.IsSpecial && ma.Factor.CompareTo(mb.Factor) >= 0) ? a : b;
        return a.To(coarser.Unit, false) is { } x && b.To(coarser.Unit, false) is { } y ? (x.Value, y.Value) : null;
    }

    /// <summary>The unit's measure in base units; calendar durations count 365 days a year and 30 days a month (N1 §6.1).</summary>
    internal UcumUnit? Measure() => IsCalendar ? UcumUnit.OfSeconds(Unit switch
    {
        "year" => 31_536_000m,
        "month" => 2_592_000m,
        "week" => 604_800m,
        "day" => 86_400m,
        "hour" => 3_600m,
        "minute" => 60m,
        "second" => 1m,
        _ => 0.001m,
    }) : UcumUnit.Parse(Unit);

    /// <summary>The UCUM unit that a calendar unit is equivalent to.</summary>
    internal FhirPathQuantity Definite() => !IsCalendar ? this : new(Value, Unit switch
    {
        "year" => "a",
        "month" => "mo",
        "week" => "wk",
        "day" => "d",
        "hour" => "h",
        "minute" => "min",
        "second" => "s",
        _ => "ms",
    });

    /// <summary>The text of a quantity literal: <c>10 'mg'</c>, <c>1 week</c>.</summary>
    public override string ToString() =>
        Value.ToString(CultureInfo.InvariantCulture) + (!IsCalendar ? $" '{Unit}'" : Value is 1 or -1 ? " " + Unit : $" {Unit}s");

    private static (decimal Up, decimal Down)? CalendarRatio(string from, string to) => (from, to) switch
    {
        ("year", "month") => (12, 1),
        ("month", "year") => (1, 12),
        _ => null,
    };

    private static bool IndefiniteAgainstDefinite(FhirPathQuantity a, FhirPathQuantity b) =>
        a.IsCalendar != b.IsCalendar && (Indefinite(a) || Indefinite(b));

    private static bool Indefinite(FhirPathQuantity q) => q.IsCalendar ? q.Unit is "year" or "month" : q.Unit is "a" or "mo" or "a_j" or "mo_j";
}
