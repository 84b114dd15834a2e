namespace FhirBridge.Fhir.FhirPath;

/// <summary>A UCUM unit as a multiple of base units, with its dimension.</summary>
/// <param name="Factor">How many base units one unit is; of a special unit, how many base units the proper unit is.</param>
/// <param name="Dimension">Exponents of the base units in canonical text, for example <c>m1s-2</c>; empty for pure numbers.</param>
/// <param name="Function">How values of a special unit map to its proper unit; null for ordinary units.</param>
/// <remarks>Spec: https://ucum.org/ucum (case sensitive). NOTE: an unknown unit is null, never a dimension of its own, because two unknown units may be commensurable.</remarks>
internal sealed record UcumUnit(Ratio Factor, string Dimension, UcumFunction? Function = null)
{
    private const int MaxCached = 1000;

    private const int MaxLength = 100;

    private static readonly BoundedCache<string, UcumUnit?> Cache = new(MaxCached);

    /// <summary>Prefix of a special unit (dB): it applies before the function does.</summary>
    public Ratio Prefix { get; init; } = Ratio.One;

    /// <summary>True for a unit that is no multiple of another (Cel, [pH], B): it stands alone, and has no sums and products.</summary>
    public bool IsSpecial => Function is not null;

    /// <summary>A duration.</summary>
    public static UcumUnit OfSeconds(decimal seconds) => new(seconds, "s1");

    /// <summary>True for a code of UCUM's grammar and atoms, also where special units stand in products, which has no meaning but is written (<c>Cel/min</c>).</summary>
    public static bool IsCode(string code)
    {
        if (Parse(code) is not null) return true;
        try
        {
            return code.Length is > 0 and <= MaxLength && new UcumReader(code).IsWellFormed();
        }
        catch (OverflowException)
        {
            return true;
        }
    }

    /// <summary>Reads a unit; null when it is not one of UCUM.</summary>
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
            // No measure is that large; see the limit of Ratio.
            unit = null;
        }

        Cache.Set(code, unit);
        return unit;
    }

    /// <summary>The value in base units; null beyond the range of what can be said.</summary>
    public Ratio? ToBase(decimal value) => Function is null ? (Ratio)value * Factor : Function.ToProper((Ratio)value * Prefix) * Factor;

    /// <summary>The value in this unit, given base units; null beyond the range of decimals.</summary>
    public decimal? FromBase(Ratio? value)
    {
        if (value is not { } measure) return null;
        return (Function is null ? measure / Factor : Function.FromProper(measure / Factor) / Prefix)?.ToDecimal();
    }
}
