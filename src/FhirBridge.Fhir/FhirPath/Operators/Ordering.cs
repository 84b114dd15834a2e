using System.Globalization;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>Order of strings, numbers, quantities, dates and times (N1 §6.2).</summary>
internal static class Ordering
{
    /// <summary>Negative, zero, positive; null when a side is empty or the order cannot be decided. Different types are a fault.</summary>
    public static int? Compare(Evaluation e, Values left, Values right)
    {
        var a = default(FhirPathValue);
        var some = Evaluation.SingleSystem(left, out a) & Evaluation.SingleSystem(right, out var b);
        if (!some) return null;
        var order = Compare(e, a, b);
        e.HasUndecided |= order is null;
        return order;
    }

    public static int? Compare(Evaluation e, in FhirPathValue a, in FhirPathValue b)
    {
        if (a.IsNumber && b.IsNumber) return a.AsDecimal.CompareTo(b.AsDecimal);
        if (a.Kind == FhirPathKind.String && b.Kind == FhirPathKind.String)
        {
            e.SpendLength(Math.Min(a.AsString.Length, b.AsString.Length));
            return string.CompareOrdinal(a.AsString, b.AsString);
        }

        if (a.IsTemporal && b.IsTemporal && a.Kind == FhirPathKind.Time == (b.Kind == FhirPathKind.Time)) return a.AsTemporal.CompareTo(b.AsTemporal);
        if (Equality.Quantities(a, b) is var (p, q)) return p.CompareTo(q);
        if (a.IsElement || b.IsElement) return CompareQuantities(a, b);
        throw Evaluation.Fault($"{a.Type} and {b.Type} have no order");
    }

    /// <summary>
    /// FHIR quantities without a UCUM code are no System.Quantity. Two of them in the same unit still have an order (R4's rng-2 asks for it of any
    /// Range); otherwise it cannot be decided.
    /// </summary>
    private static int? CompareQuantities(in FhirPathValue a, in FhirPathValue b)
    {
        if (!IsQuantity(a) || !IsQuantity(b)) throw Evaluation.Fault($"{a.Type} and {b.Type} have no order");
        if (!a.IsElement || !b.IsElement) return null;
        var (x, y) = (a.Element, b.Element);
        if (x["comparator"].HasValue || y["comparator"].HasValue) return null;
        if (x.Text("system") != y.Text("system") || x.Text("code") != y.Text("code") || x.Text("unit") != y.Text("unit")) return null;
        return Value(x) is { } left && Value(y) is { } right ? left.CompareTo(right) : null;
    }

    private static bool IsQuantity(in FhirPathValue value) => value.Kind == FhirPathKind.Quantity || (value.IsElement && FhirTypes.IsQuantity(value.Element.Type));

    private static decimal? Value(FhirElement quantity) =>
        NumberText.TryDecimal(quantity.Text("value"), NumberStyles.Float, out var value) ? value : null;
}
