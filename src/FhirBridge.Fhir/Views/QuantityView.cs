namespace FhirBridge.Fhir.Views;

/// <summary>A measured amount; Age, Count, Distance and Duration are quantities too. Spec: https://hl7.org/fhir/R4/datatypes.html#Quantity.</summary>
/// <param name="Element">The element.</param>
public readonly record struct QuantityView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Quantity";

    /// <summary>The number with the digits that were written.</summary>
    public string? Value => Element.Text("value");

    /// <summary>&lt;, &lt;=, &gt;=, &gt;: how the number bounds the true value.</summary>
    public string? Comparator => Element.Text("comparator");

    /// <summary>Unit in words.</summary>
    public string? Unit => Element.Text("unit");

    /// <summary>System of the coded unit.</summary>
    public string? System => Element.Text("system");

    /// <summary>Coded unit.</summary>
    public string? Code => Element.Text("code");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>Two quantities, ends included. Spec: https://hl7.org/fhir/R4/datatypes.html#Range.</summary>
/// <param name="Element">The element.</param>
public readonly record struct RangeView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Range";

    /// <summary>Low end.</summary>
    public QuantityView Low => new(Element["low"]);

    /// <summary>High end.</summary>
    public QuantityView High => new(Element["high"]);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>One quantity over another. Spec: https://hl7.org/fhir/R4/datatypes.html#Ratio.</summary>
/// <param name="Element">The element.</param>
public readonly record struct RatioView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Ratio";

    /// <summary>Above the line.</summary>
    public QuantityView Numerator => new(Element["numerator"]);

    /// <summary>Below the line.</summary>
    public QuantityView Denominator => new(Element["denominator"]);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
