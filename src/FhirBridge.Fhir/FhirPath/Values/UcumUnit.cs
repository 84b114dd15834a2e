using System.Globalization;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>
/// A UCUM unit as a multiple of base units, with its dimension; the commensurable subset of UCUM that <see cref="UcumAtoms"/> lists.
/// </summary>
/// <param name="Factor">How many base units one unit is, before it is divided by <paramref name="Divisor"/>.</param>
/// <param name="Divisor">Kept apart from the factor, so that 60 /min is exactly 1 Hz.</param>
/// <param name="Offset">For temperatures: what is added before the factor applies.</param>
/// <param name="Dimension">Exponents of the base units in canonical text, for example <c>L1T-2</c>; empty for pure numbers.</param>
/// <remarks>Spec: https://ucum.org/ucum (case sensitive). NOTE: an unknown unit is null, never a dimension of its own, because two unknown units may be commensurable.</remarks>
internal sealed record UcumUnit(decimal Factor, decimal Divisor, decimal Offset, string Dimension)
{
    private const int MaxCached = 1000;

    private const int MaxLength = 100;

    private static readonly BoundedCache<string, UcumUnit?> Cache = new(MaxCached);

    /// <summary>True for a unit with an offset (Cel, [degF]), which cannot be multiplied.</summary>
    public bool IsSpecial => Offset != 0;

    /// <summary>How many base units one unit is.</summary>
    public decimal Size => Factor / Divisor;

    /// <summary>A duration.</summary>
    public static UcumUnit OfSeconds(decimal seconds) => new(seconds, 1, 0, "s1");

    /// <summary>Reads a unit; null when it is not one of the subset.</summary>
    public static UcumUnit? Parse(string code)
    {
        if (code.Length is 0 or > MaxLength) return null;
        if (Cache.TryGet(code, out var known)) return known;
        UcumUnit? unit;
        try
        {
            unit = new UcumReader(code).Read();
        }
        catch (OverflowException)
        {
            // Beyond the 28 digits of a decimal: such a unit is not comparable here.
            unit = null;
        }

        Cache.Set(code, unit);
        return unit;
    }

    /// <summary>The value in base units; null beyond the range of decimals.</summary>
    public decimal? ToBase(decimal value)
    {
        try
        {
            return (value + Offset) * Factor / Divisor;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>The value in this unit, given base units; null beyond the range of decimals.</summary>
    public decimal? FromBase(decimal? value)
    {
        try
        {
            return (value * Divisor / Factor) - Offset;
        }
        catch (OverflowException)
        {
            return null;
        }
    }
}

/// <summary>Recursive descent over <c>kg.m/s2</c>, <c>/min</c>, <c>10*3/uL</c>, <c>{score}</c>, <c>mg/(kg.d)</c>.</summary>
internal ref struct UcumReader(string code)
{
    private readonly string text = code;
    private int at;
    private int depth;

    public UcumUnit? Read()
    {
        if (UcumAtoms.Special.TryGetValue(text, out var special)) return special;
        var result = new UcumProduct();
        return Term(result, 1) && at == text.Length ? result.ToUnit() : null;
    }

    private bool Term(UcumProduct into, int sign)
    {
        if (++depth > 16) return false;
        if (at < text.Length && text[at] == '/')
        {
            at++;
            sign = -sign;
            if (!Component(into, sign)) return false;
            sign = -sign;
        }
        else if (!Component(into, sign))
        {
            return false;
        }

        while (at < text.Length && text[at] is '.' or '/')
        {
            var divide = text[at++] == '/';
            if (!Component(into, divide ? -sign : sign)) return false;
        }

        depth--;
        return true;
    }

    private bool Component(UcumProduct into, int sign)
    {
        if (at >= text.Length) return false;
        if (text[at] == '(')
        {
            at++;
            if (!Term(into, sign) || at >= text.Length || text[at] != ')') return false;
            at++;
            return true;
        }

        if (text[at] == '{') return Annotation();
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        if (at > start && (at == text.Length || text[at] is '.' or '/' or ')' or '{'))
        {
            into.Multiply(decimal.Parse(text.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture), sign);
            return at >= text.Length || text[at] != '{' || Annotation();
        }

        at = start;
        return Simple(into, sign) && (at >= text.Length || text[at] != '{' || Annotation());
    }

    private bool Simple(UcumProduct into, int sign)
    {
        var start = at;
        var bracket = false;
        while (at < text.Length && (bracket || text[at] is not ('.' or '/' or '(' or ')' or '{' or '+' or '-')))
        {
            if (text[at] == '[') bracket = true;
            else if (text[at] == ']') bracket = false;
            else if (!bracket && at > start && char.IsAsciiDigit(text[at]) && text[start] is not '1') break;
            at++;
        }

        var symbol = text.AsSpan(start, at - start);
        if (symbol.StartsWith("10*") || symbol.StartsWith("10^"))
        {
            at = start + 3;
            symbol = symbol[..3];
        }

        if (!Exponent(out var exponent) || !UcumAtoms.Find(symbol, out var factor, out var dimension)) return false;
        into.Multiply(factor, sign * exponent);
        foreach (var (name, power) in dimension) into.Add(name, power * sign * exponent);
        return true;
    }

    private bool Exponent(out int exponent)
    {
        exponent = 1;
        var start = at;
        if (at < text.Length && text[at] is '+' or '-') at++;
        var digits = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        if (at == digits) return at == start;
        return int.TryParse(text.AsSpan(start, at - start), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent) && Math.Abs(exponent) <= 30;
    }

    private bool Annotation()
    {
        var end = text.IndexOf('}', at);
        if (end < 0) return false;
        at = end + 1;
        return true;
    }
}

/// <summary>A product of powers under construction.</summary>
internal sealed class UcumProduct
{
    private readonly SortedDictionary<string, int> powers = new(StringComparer.Ordinal);
    private decimal factor = 1;
    private decimal divisor = 1;

    public void Multiply(decimal value, int exponent)
    {
        for (var i = 0; i < Math.Abs(exponent); i++)
        {
            if (exponent > 0) factor *= value;
            else divisor *= value;
        }
    }

    public void Add(string dimension, int power)
    {
        powers.TryGetValue(dimension, out var sum);
        powers[dimension] = sum + power;
    }

    public UcumUnit? ToUnit() => factor == 0 || divisor == 0 ? null : new(factor, divisor, 0, string.Concat(powers.Where(p => p.Value != 0).Select(p => p.Key + p.Value)));
}
