using FhirBridge.Fhir;

namespace FhirBridge.Mapping;

/// <summary>Elements in words, without a language of its own: what the contributors wrote, numbers, units and signs.</summary>
internal static class ElementText
{
    /// <summary>A CodeableConcept: its text, a display, or a code.</summary>
    public static string Concept(FhirElement concept) =>
        concept.Text("text") ?? concept["coding"].Text("display") ?? concept["coding"].Text("code") ?? "?";

    /// <summary>A goal's target: <c>HbA1c: &lt; 53 mmol/mol (2026-12-31)</c>.</summary>
    public static string Target(FhirElement target)
    {
        var measure = target["measure"] is { Exists: true } m ? Concept(m) + ": " : "";
        var detail = target["detail"] is { Exists: true } d ? Value(d) : "?";
        return measure + detail + (target["due"] is { Exists: true } due ? $" ({Value(due)})" : "");
    }

    private static string Value(FhirElement value) => value.SourceName switch
    {
        "detailQuantity" or "dueDuration" => Quantity(value),
        "detailRange" => $"{Quantity(value["low"])} – {Quantity(value["high"])}",
        "detailRatio" => $"{Quantity(value["numerator"])} / {Quantity(value["denominator"])}",
        "detailCodeableConcept" => Concept(value),
        _ => value.Value ?? "?",
    };

    private static string Quantity(FhirElement quantity)
    {
        if (!quantity.Exists) return "?";
        var sign = quantity.Text("comparator") switch { "<=" => "≤ ", ">=" => "≥ ", { } other => other + " ", null => "" };
        var unit = quantity.Text("unit") ?? quantity.Text("code");
        return sign + (quantity.Text("value") ?? "?") + (unit is null ? "" : " " + unit);
    }
}
