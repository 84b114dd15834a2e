using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Mapping;

/// <summary>Elements in words, without a language of its own: what the contributors wrote, numbers, units and signs.</summary>
internal static class ElementText
{
    /// <summary>A CodeableConcept: its text, a display, or a code.</summary>
    public static string Concept(CodeableConceptView concept) =>
        concept.Text ?? concept.Coding.First.Display ?? concept.Coding.First.Code ?? "?";

    /// <summary>A goal's target: <c>HbA1c: &lt; 53 mmol/mol (2026-12-31)</c>.</summary>
    public static string Target(GoalTargetView target)
    {
        var measure = target.Measure is { Exists: true } m ? Concept(m) + ": " : "";
        var detail = target.Detail is { Exists: true } d ? Value(d) : "?";
        return measure + detail + (target.Due is { Exists: true } due ? $" ({Value(due)})" : "");
    }

    private static string Value(FhirElement value) => value.SourceName switch
    {
        "detailQuantity" or "dueDuration" => Quantity(new(value)),
        "detailRange" => Range(new(value)),
        "detailRatio" => Ratio(new(value)),
        "detailCodeableConcept" => Concept(new(value)),
        _ => value.Value ?? "?",
    };

    private static string Range(RangeView range) => $"{Quantity(range.Low)} – {Quantity(range.High)}";

    private static string Ratio(RatioView ratio) => $"{Quantity(ratio.Numerator)} / {Quantity(ratio.Denominator)}";

    private static string Quantity(QuantityView quantity)
    {
        if (!quantity.Exists) return "?";
        var sign = quantity.Comparator switch { "<=" => "≤ ", ">=" => "≥ ", { } other => other + " ", null => "" };
        var unit = quantity.Unit ?? quantity.Code;
        return sign + (quantity.Value ?? "?") + (unit is null ? "" : " " + unit);
    }
}
