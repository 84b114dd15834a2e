using System.Globalization;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>Equality and equivalence of items and collections (N1 §6.1).</summary>
internal static class Equality
{
    /// <summary>Pairwise and in order; null when a side is empty or a pair cannot be decided.</summary>
    public static bool? Equal(Evaluation e, Values a, Values b)
    {
        if (a.Count == 0 || b.Count == 0) return null;
        if (a.Count != b.Count) return false;
        bool? result = true;
        for (var i = 0; i < a.Count; i++)
        {
            var pair = Equal(e, a[i], b[i]);
            if (pair is false) return false;
            result &= pair;
        }

        return result;
    }

    /// <summary>Same items in any order.</summary>
    public static bool Equivalent(Evaluation e, Values a, Values b)
    {
        if (a.Count != b.Count) return false;
        if (a.Count == 1) return Equivalent(e, a[0], b[0]);
        var taken = new bool[b.Count];
        for (var i = 0; i < a.Count; i++)
        {
            var found = false;
            for (var j = 0; j < b.Count && !found; j++)
            {
                if (!taken[j] && Equivalent(e, a[i], b[j])) found = taken[j] = true;
            }

            if (!found) return false;
        }

        return true;
    }

    public static bool Contains(Evaluation e, Values collection, in FhirPathValue item)
    {
        for (var i = 0; i < collection.Count; i++)
        {
            if (Equal(e, collection[i], item) is true) return true;
        }

        return false;
    }

    public static bool? Equal(Evaluation e, in FhirPathValue a, in FhirPathValue b)
    {
        e.Spend();
        if (a.IsElement && b.IsElement && a.Element == b.Element) return true;
        switch (a.System, b.System)
        {
            case ({ } x, { } y):
                SpendTexts(e, x, y);
                // Two primitive elements also compare their extensions: they are children like any other (N1 §6.1: all child properties).
                var values = EqualSystem(x, y);
                return values is true && a.IsElement && b.IsElement && a.Element.HasValue && b.Element.HasValue ? EqualChildren(e, a.Element, b.Element) : values;
            case (null, null):
                return EqualChildren(e, a.Element, b.Element);
            default:
                return false;
        }
    }

    public static bool Equivalent(Evaluation e, in FhirPathValue a, in FhirPathValue b)
    {
        e.Spend();
        var (left, right) = (a.System, b.System);
        if (left is { } p && right is { } q) SpendTexts(e, p, q);
        return (left, right) switch
        {
            ({ } x, { } y) => EquivalentSystem(x, y),
            (null, null) => (FhirTypes.IsValueless(a.Element) && FhirTypes.IsValueless(b.Element)) || EquivalentChildren(e, a.Element, b.Element),
            _ => false,
        };
    }

    /// <summary>Long texts cost what it takes to compare them, however often that is asked for.</summary>
    private static void SpendTexts(Evaluation e, in FhirPathValue a, in FhirPathValue b)
    {
        if (a.Kind == FhirPathKind.String && b.Kind == FhirPathKind.String && a.AsString.Length > 64) e.SpendLength(Math.Min(a.AsString.Length, b.AsString.Length));
    }

    /// <summary>Removes blanks' differences and case, as equivalence of texts has it.</summary>
    public static string Normalize(string text) =>
        string.Create(text.Length, text, static (span, s) =>
        {
            for (var i = 0; i < s.Length; i++) span[i] = char.IsWhiteSpace(s[i]) ? ' ' : char.ToLowerInvariant(s[i]);
        });

    private static bool? EqualSystem(in FhirPathValue a, in FhirPathValue b)
    {
        if (a.IsNumber && b.IsNumber) return a.AsDecimal == b.AsDecimal;
        if (a.IsTemporal && b.IsTemporal)
        {
            if (a.Kind == FhirPathKind.Time != (b.Kind == FhirPathKind.Time)) return false;
            return a.AsTemporal.CompareTo(b.AsTemporal) is { } order ? order == 0 : null;
        }

        if (Quantities(a, b) is var (p, q)) return p.CompareTo(q) is { } order ? order == 0 : null;
        return a.Kind == b.Kind && a.Kind switch
        {
            FhirPathKind.Boolean => a.AsBoolean == b.AsBoolean,
            FhirPathKind.String => string.Equals(a.AsString, b.AsString, StringComparison.Ordinal),
            FhirPathKind.Type => a.AsType == b.AsType,
            _ => false,
        };
    }

    private static bool EquivalentSystem(in FhirPathValue a, in FhirPathValue b)
    {
        if (a.IsNumber && b.IsNumber) return EquivalentDecimals(a.AsDecimal, b.AsDecimal);
        if (a.IsTemporal && b.IsTemporal)
        {
            return a.Kind == FhirPathKind.Time == (b.Kind == FhirPathKind.Time) && a.AsTemporal.IsEquivalentTo(b.AsTemporal);
        }

        if (Quantities(a, b) is var (p, q)) return FhirPathQuantity.InCoarseUnit(p, q) is var (x, y) && EquivalentDecimals(x, y);
        if (a.Kind == FhirPathKind.String && b.Kind == FhirPathKind.String) return Normalize(a.AsString) == Normalize(b.AsString);
        return EqualSystem(a, b) is true;
    }

    /// <summary>Equal when rounded to the fewer decimals of the two, trailing zeros not counted.</summary>
    private static bool EquivalentDecimals(decimal a, decimal b)
    {
        var digits = Math.Min(Decimals(a), Decimals(b));
        return Math.Round(a, digits, MidpointRounding.AwayFromZero) == Math.Round(b, digits, MidpointRounding.AwayFromZero);
    }

    private static int Decimals(decimal value)
    {
        var text = value.ToString(CultureInfo.InvariantCulture);
        var point = text.IndexOf('.');
        return point < 0 ? 0 : text.AsSpan(point + 1).TrimEnd('0').Length;
    }

    /// <summary>Two quantities, or a quantity and a number that converts to one; null for another pair.</summary>
    internal static (FhirPathQuantity, FhirPathQuantity)? Quantities(in FhirPathValue a, in FhirPathValue b)
    {
        if (a.Kind != FhirPathKind.Quantity && b.Kind != FhirPathKind.Quantity) return null;
        return AsQuantity(a) is { } p && AsQuantity(b) is { } q ? (p, q) : null;
    }

    private static FhirPathQuantity? AsQuantity(in FhirPathValue value) =>
        value.Kind == FhirPathKind.Quantity ? value.AsQuantity : value.IsNumber ? new FhirPathQuantity(value.AsDecimal, "1") : null;

    private static bool? EqualChildren(Evaluation e, FhirElement a, FhirElement b)
    {
        if (a.IsResource != b.IsResource || (a.IsResource && a.Type != b.Type)) return false;
        var x = a.Children().ToArray();
        var y = b.Children().ToArray();
        if (x.Length != y.Length) return false;
        bool? result = true;
        for (var i = 0; i < x.Length; i++)
        {
            // Order counts among repetitions of one name only; readers keep properties in the order of the source.
            var child = x[i];
            var j = SamePlace(child, y[i]) ? i : Array.FindIndex(y, n => SamePlace(child, n));
            if (j < 0) return false;
            if (j != i) e.Spend(y.Length);
            var pair = Equal(e, FhirPathValue.Of(x[i]), FhirPathValue.Of(y[j]));
            if (pair is false) return false;
            result &= pair;
            y[j] = default;
        }

        return result;
    }

    private static bool SamePlace(FhirElement a, FhirElement b) => b.Exists && a.SourceName == b.SourceName && a.Index == b.Index;

    /// <summary>As R4 changes it: ids do not count, a Coding is its system and code, CodeableConcepts need one Coding in common.</summary>
    private static bool EquivalentChildren(Evaluation e, FhirElement a, FhirElement b)
    {
        if (a.IsResource != b.IsResource || (a.IsResource && a.Type != b.Type)) return false;
        if (a.Type == "Coding" && b.Type == "Coding") return a.Text("system") == b.Text("system") && a.Text("code") == b.Text("code");
        if (a.Type == "CodeableConcept" && b.Type == "CodeableConcept" && a["coding"].Exists && b["coding"].Exists)
        {
            return a.Children("coding").Any(x => b.Children("coding").Any(y => EquivalentChildren(e, x, y)));
        }

        var x = a.Children().Where(c => c.Name != "id").ToArray();
        var y = b.Children().Where(c => c.Name != "id").ToArray();
        if (x.Length != y.Length) return false;
        foreach (var child in x)
        {
            var j = Array.FindIndex(y, n => n.Exists && n.SourceName == child.SourceName && Equivalent(e, FhirPathValue.Of(child), FhirPathValue.Of(n)));
            if (j < 0) return false;
            y[j] = default;
        }

        return true;
    }
}
