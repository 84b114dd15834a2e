using System.Globalization;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>Recursive descent over <c>kg.m/s2</c>, <c>/min</c>, <c>10*3/uL</c>, <c>{score}</c>, <c>mg/(kg.d)</c>. Operators are read from left to right.</summary>
internal ref struct UcumReader(string code)
{
    private const int MaxNesting = 16;

    private readonly string text = code;
    private int at;
    private int depth;

    public UcumUnit? Read()
    {
        var result = new UcumProduct();
        return Read(result) ? result.ToUnit() : null;
    }

    /// <summary>True for what can be read, whether it is a unit that can be computed with or not.</summary>
    public bool IsWellFormed() => Read(new UcumProduct(isLenient: true));

    private bool Read(UcumProduct result)
    {
        var divide = text.StartsWith('/');
        if (divide) at++;
        return Term(result, divide ? -1 : 1) && at == text.Length;
    }

    /// <summary>Components joined by <c>.</c> and <c>/</c>; the sign of the exponents is the one in front of the first.</summary>
    private bool Term(UcumProduct into, int sign)
    {
        if (++depth > MaxNesting || !Component(into, sign)) return false;
        if (depth == 1) sign = 1;
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
            return at >= text.Length || text[at] != '{' || Annotation();
        }

        if (text[at] == '{') return Annotation();
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        if (at > start && (at == text.Length || text[at] is '.' or '/' or ')' or '{'))
        {
            into.Multiply(Ratio.Parse(text[start..at]), sign);
        }
        else
        {
            at = start;
            if (!Simple(into, sign)) return false;
        }

        return at >= text.Length || text[at] != '{' || Annotation();
    }

    private bool Simple(UcumProduct into, int sign)
    {
        var start = at;
        if (text.AsSpan(at).StartsWith("10*") || text.AsSpan(at).StartsWith("10^")) at += 3;
        else SkipSymbol();
        var unit = at == start ? null : UcumAtoms.Find(text[start..at]);
        return unit is not null && Exponent(out var exponent) && into.Multiply(unit, sign * exponent);
    }

    /// <summary>To the end of an atom; brackets hide operators and digits.</summary>
    private void SkipSymbol()
    {
        var bracket = false;
        for (; at < text.Length; at++)
        {
            if (text[at] == '[') bracket = true;
            else if (text[at] == ']') bracket = false;
            else if (!bracket && (text[at] is '.' or '/' or '(' or ')' or '{' or '+' or '-' || char.IsAsciiDigit(text[at]))) return;
        }
    }

    private bool Exponent(out int exponent)
    {
        exponent = 1;
        var start = at;
        if (at < text.Length && text[at] is '+' or '-') at++;
        var digits = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        if (at == digits) return at == start;
        return int.TryParse(text.AsSpan(start, at - start), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent) && Math.Abs(exponent) <= 99;
    }

    /// <summary>NOTE: R4's value sets have blanks in annotations (<c>{clock time}</c>), and annotations behind brackets; UCUM's grammar has neither.</summary>
    private bool Annotation()
    {
        var end = text.IndexOf('}', at);
        if (end < 0) return false;
        var note = text.AsSpan(at + 1, end - at - 1);
        if (note.ContainsAnyExceptInRange(' ', '~') || note.Contains('{')) return false;
        at = end + 1;
        return true;
    }
}

/// <summary>A product of powers under construction.</summary>
internal sealed class UcumProduct(bool isLenient = false)
{
    /// <summary>Longest factor of a unit: values in it are computed without a limit in the way.</summary>
    private const int MaxBits = 384;

    private readonly SortedDictionary<string, int> powers = new(StringComparer.Ordinal);
    private Ratio factor = Ratio.One;
    private UcumUnit? special;
    private int units;

    public void Multiply(Ratio value, int exponent)
    {
        units++;
        factor *= value.Power(exponent);
    }

    /// <summary>False for a special unit with an exponent, which UCUM has not.</summary>
    public bool Multiply(UcumUnit unit, int exponent)
    {
        units++;
        if (unit.IsSpecial)
        {
            special = unit;
            return isLenient || exponent == 1;
        }

        factor *= unit.Factor.Power(exponent);
        foreach (var (name, power) in Powers(unit.Dimension)) powers[name] = powers.GetValueOrDefault(name) + (power * exponent);
        return true;
    }

    /// <summary>Null for a division by zero, a factor that no measure has, and a special unit within a product.</summary>
    public UcumUnit? ToUnit()
    {
        if (special is not null) return units == 1 ? special : null;
        return factor.IsZero || factor.Bits > MaxBits ? null : new(factor, string.Concat(powers.Where(p => p.Value != 0).Select(p => $"{p.Key}{p.Value}")));
    }

    /// <summary>Takes a canonical dimension apart: names, each followed by its exponent.</summary>
    private static IEnumerable<(string Name, int Power)> Powers(string dimension)
    {
        var start = 0;
        for (var i = 0; i < dimension.Length;)
        {
            var end = dimension[start] == '[' ? dimension.IndexOf(']', start) + 1 : start;
            while (end < dimension.Length && char.IsAsciiLetter(dimension[end])) end++;
            for (i = end; i < dimension.Length && (dimension[i] == '-' || char.IsAsciiDigit(dimension[i]));) i++;
            yield return (dimension[start..end], int.Parse(dimension.AsSpan(end, i - end), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
            start = i;
        }
    }
}
