using System.Globalization;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Validation;

/// <summary>Equality and order of answers with what a questionnaire states, in three values: null when it cannot be decided.</summary>
internal static class ValueOrder
{
    /// <summary>Negative, zero or positive; null for values without an order, of different kinds, or of different precision.</summary>
    internal static int? Compare(FhirElement a, FhirElement b)
    {
        if (FhirTypes.IsQuantity(a.Type) && FhirTypes.IsQuantity(b.Type) && InSameUnit(a, b) is { } order) return order;
        if (FhirPathValue.Of(a).System is not { } x || FhirPathValue.Of(b).System is not { } y) return null;
        if (x.IsNumber && y.IsNumber) return x.AsDecimal.CompareTo(y.AsDecimal);
        if (x.Kind == FhirPathKind.String && y.Kind == FhirPathKind.String) return string.CompareOrdinal(x.AsString, y.AsString);
        if (x.IsTemporal && y.IsTemporal && x.Kind == FhirPathKind.Time == (y.Kind == FhirPathKind.Time)) return x.AsTemporal.CompareTo(y.AsTemporal);
        return x.Kind == FhirPathKind.Quantity && y.Kind == FhirPathKind.Quantity ? x.AsQuantity.CompareTo(y.AsQuantity) : null;
    }

    /// <summary>Is the answer the one that is stated? A coding without a system states the code alone, one without a code the display.</summary>
    internal static bool? AreEqual(FhirElement answer, FhirElement stated)
    {
        if (stated.Type == "Coding") return answer.Type == "Coding" && IsCoding(answer, stated);
        if (stated.Type == "Reference") return answer.Type == "Reference" && answer.Text("reference") == stated.Text("reference");
        if (FhirTypes.IsQuantity(stated.Type)) return FhirTypes.IsQuantity(answer.Type) ? Compare(answer, stated) is { } order ? order == 0 : null : false;
        if (!answer.HasValue || !stated.HasValue) return null;
        if (answer.Value == stated.Value) return true;
        return SystemValues.KindOf(stated) is FhirPathKind.Boolean or FhirPathKind.String ? false : Compare(answer, stated) is { } c ? c == 0 : null;
    }

    internal static bool IsCoding(FhirElement answer, FhirElement stated) =>
        stated.Text("code") is { } code
            ? answer.Text("code") == code && (stated.Text("system") is not { } system || answer.Text("system") == system)
            : stated.Text("display") is { } display && answer.Text("display") == display;

    // Units that are the same need no UCUM to be compared; their printed names are for people and say too little.
    private static int? InSameUnit(FhirElement a, FhirElement b) =>
        a.Text("code") is { } code && code == b.Text("code") && a.Text("system") == b.Text("system") && !a["comparator"].Exists && !b["comparator"].Exists
            && NumberText.TryDecimal(a.Text("value"), NumberStyles.Float, out var x) && NumberText.TryDecimal(b.Text("value"), NumberStyles.Float, out var y)
            ? x.CompareTo(y) : null;
}
