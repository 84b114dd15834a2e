namespace FhirBridge.Fhir.FhirPath;

/// <summary>Order of strings, numbers, quantities, dates and times (N1 §6.2).</summary>
internal static class Ordering
{
    /// <summary>Negative, zero, positive; null when a side is empty or the order cannot be decided. Different types are a fault.</summary>
    public static int? Compare(Values left, Values right)
    {
        var a = default(FhirPathValue);
        var some = Evaluation.SingleSystem(left, out a) & Evaluation.SingleSystem(right, out var b);
        return some ? Compare(a, b) : null;
    }

    public static int? Compare(in FhirPathValue a, in FhirPathValue b)
    {
        if (a.IsNumber && b.IsNumber) return a.AsDecimal.CompareTo(b.AsDecimal);
        if (a.Kind == FhirPathKind.String && b.Kind == FhirPathKind.String) return string.CompareOrdinal(a.AsString, b.AsString);
        if (a.IsTemporal && b.IsTemporal && a.Kind == FhirPathKind.Time == (b.Kind == FhirPathKind.Time)) return a.AsTemporal.CompareTo(b.AsTemporal);
        if (Equality.Quantities(a, b) is var (p, q)) return p.CompareTo(q);
        throw Evaluation.Fault($"{a.Type} and {b.Type} have no order");
    }
}
