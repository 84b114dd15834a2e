namespace FhirBridge.Fhir.Views;

/// <summary>A name of a person. Spec: https://hl7.org/fhir/R4/datatypes.html#HumanName.</summary>
/// <param name="Element">The element.</param>
public readonly record struct HumanNameView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "HumanName";

    /// <summary>usual, official, temp, nickname, anonymous, old, maiden.</summary>
    public string? Use => Element.Text("use");

    /// <summary>The whole name as it is shown.</summary>
    public string? Text => Element.Text("text");

    /// <summary>Family name.</summary>
    public string? Family => Element.Text("family");

    /// <summary>Given names, the first of them first.</summary>
    public ValueList Given => new(Element, "given");

    /// <summary>Parts that stand before the name.</summary>
    public ValueList Prefix => new(Element, "prefix");

    /// <summary>Parts that stand after the name.</summary>
    public ValueList Suffix => new(Element, "suffix");

    /// <summary>When it is or was in use.</summary>
    public PeriodView Period => new(Element["period"]);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
