using System.Globalization;
using System.Numerics;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>
/// An exact fraction, for units: a mole, an electronvolt and a yottametre have no common scale in 28 digits, and 60 per minute is exactly 1 Hz.
/// </summary>
internal readonly struct Ratio : IComparable<Ratio>
{
    /// <summary>Longest numerator or denominator; no unit needs a third of it, and a stranger's <c>Ym99.Ym99…</c> stops here.</summary>
    private const int MaxBits = 1024;

    private static readonly BigInteger MaxMantissa = (BigInteger.One << 96) - 1;

    private static readonly BigInteger[] Tens = Enumerable.Range(0, 29).Select(n => BigInteger.Pow(10, n)).ToArray();

    private readonly BigInteger numerator;
    private readonly BigInteger denominator;

    private Ratio(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsZero) throw new OverflowException();
        if (denominator.GetBitLength() > MaxBits || numerator.GetBitLength() > MaxBits)
        {
            var common = BigInteger.GreatestCommonDivisor(numerator, denominator);
            (numerator, denominator) = (numerator / common, denominator / common);
            if (denominator.GetBitLength() > MaxBits || numerator.GetBitLength() > MaxBits) throw new OverflowException();
        }

        this.numerator = numerator;
        this.denominator = denominator;
    }

    public static Ratio One { get; } = new(1, 1);

    public bool IsZero => numerator.IsZero;

    /// <summary>Length of the longer of numerator and denominator.</summary>
    public long Bits => Math.Max(numerator.GetBitLength(), denominator.GetBitLength());

    public static implicit operator Ratio(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var mantissa = ((BigInteger)(uint)parts[2] << 64) | ((BigInteger)(uint)parts[1] << 32) | (uint)parts[0];
        return new(parts[3] < 0 ? -mantissa : mantissa, Tens[(parts[3] >> 16) & 0xFF]);
    }

    public static Ratio operator *(Ratio a, Ratio b) => new(a.numerator * b.numerator, a.denominator * b.denominator);

    public static Ratio operator /(Ratio a, Ratio b) => b.numerator.Sign < 0
        ? new(-a.numerator * b.denominator, a.denominator * -b.numerator)
        : new(a.numerator * b.denominator, a.denominator * b.numerator);

    public static Ratio operator +(Ratio a, Ratio b) => new((a.numerator * b.denominator) + (b.numerator * a.denominator), a.denominator * b.denominator);

    public static Ratio operator -(Ratio a, Ratio b) => new((a.numerator * b.denominator) - (b.numerator * a.denominator), a.denominator * b.denominator);

    /// <summary>Reads a whole number or a decimal with an exponent, of any length: <c>6.6260755e-34</c>.</summary>
    public static Ratio Parse(string text)
    {
        var e = text.IndexOf('e');
        var exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var digits = e < 0 ? text : text[..e];
        var point = digits.IndexOf('.');
        if (point >= 0)
        {
            exponent -= digits.Length - point - 1;
            digits = digits.Remove(point, 1);
        }

        var mantissa = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        return exponent >= 0 ? new(mantissa * BigInteger.Pow(10, exponent), 1) : new(mantissa, BigInteger.Pow(10, -exponent));
    }

    public Ratio Power(int exponent)
    {
        var size = Math.Abs(exponent);
        if (size * Bits > MaxBits * 2) throw new OverflowException();
        var power = new Ratio(BigInteger.Pow(numerator, size), BigInteger.Pow(denominator, size));
        return exponent < 0 ? One / power : power;
    }

    public int CompareTo(Ratio other) => (numerator * other.denominator).CompareTo(other.numerator * denominator);

    /// <summary>The nearest number of 28 digits, without zeros at its end; null beyond their range.</summary>
    public decimal? ToDecimal()
    {
        var size = BigInteger.Abs(numerator);
        for (var scale = 28; scale >= 0; scale--)
        {
            var (quotient, rest) = BigInteger.DivRem(size * Tens[scale], denominator);
            if (rest * 2 >= denominator) quotient++;
            if (quotient > MaxMantissa) continue;
            if (quotient.IsZero && !size.IsZero) return null;
            while (scale > 0 && (quotient % 10).IsZero)
            {
                quotient /= 10;
                scale--;
            }

            var (low, middle, high) = ((uint)(quotient & uint.MaxValue), (uint)((quotient >> 32) & uint.MaxValue), (uint)(quotient >> 64));
            return new decimal((int)low, (int)middle, (int)high, numerator.Sign < 0, (byte)scale);
        }

        return null;
    }

    /// <summary>For functions that have no exact value.</summary>
    public double ToDouble()
    {
        var size = BigInteger.Abs(numerator);
        var shift = 64 - (int)(size.GetBitLength() - denominator.GetBitLength());
        var quotient = shift >= 0 ? (size << shift) / denominator : size / (denominator << -shift);
        return Math.ScaleB((double)quotient, -shift) * numerator.Sign;
    }

    /// <summary>The number that the fifteen digits of a double mean; null for what is no number, or too large or small for a measure.</summary>
    public static Ratio? OfDouble(double value)
    {
        if (value != 0 && !(Math.Abs(value) is > 1e-100 and < 1e100)) return null;
        var text = Math.Abs(value).ToString("E14", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal);
        var size = Parse(text);
        return value < 0 ? new(-size.numerator, size.denominator) : size;
    }
}
