using System.Globalization;

namespace FhirBridge.Fhir.Search;

/// <summary>
/// A number in a search with its implicit precision: half a unit of the last digit to both sides. Spec: https://hl7.org/fhir/R4/search.html#number.
/// </summary>
/// <param name="Value">The number.</param>
/// <param name="Low">Inclusive lower bound.</param>
/// <param name="High">Exclusive upper bound.</param>
internal readonly record struct SearchNumber(decimal Value, decimal Low, decimal High)
{
    private const decimal Largest = 1e27m; // so that widening by a tenth or by the half unit stays a decimal

    /// <summary>Reads <c>-12.50</c> or <c>5.40e-3</c>; false when it is no number or beyond ±1e27.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, out SearchNumber number)
    {
        number = default;
        var e = text.IndexOfAny('e', 'E');
        var mantissa = e < 0 ? text : text[..e];
        var exponent = 0;
        if (e >= 0 && (!int.TryParse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent) || exponent is < -28 or > 28)) return false;
        if (mantissa.Length == 0 || mantissa[^1] == '.') return false;
        if (!decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value)) return false;
        var point = mantissa.IndexOf('.');
        var scale = (point < 0 ? 0 : mantissa.Length - point - 1) - exponent;

        // The specification's own example is 1e2 = [95, 105), as if it were 1.0e2; where the digits are shown they count: 1.00e2 is 100.
        if (exponent > 0 && point < 0) scale++;
        var half = HalfUnit(scale);
        if (Math.Abs(value) > Largest) return false;
        number = new SearchNumber(value, value - half, value + half);
        return true;
    }

    private static decimal HalfUnit(int scale)
    {
        if (scale >= 28) return 0;
        var half = 0.5m;
        for (; scale > 0; scale--) half /= 10;
        for (; scale < 0 && half < 1e26m; scale++) half *= 10;
        return half;
    }
}
