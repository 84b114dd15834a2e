namespace FhirBridge.Fhir.Views;

/// <summary>A business identifier. Spec: https://hl7.org/fhir/R4/datatypes.html#Identifier.</summary>
/// <param name="Element">The element.</param>
public readonly record struct IdentifierView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Identifier";

    /// <summary>usual, official, temp, secondary, old.</summary>
    public string? Use => Element.Text("use");

    /// <summary>What kind of identifier it is.</summary>
    public CodeableConceptView Type => new(Element["type"]);

    /// <summary>URI of the namespace.</summary>
    public string? System => Element.Text("system");

    /// <summary>The value, unique in its namespace.</summary>
    public string? Value => Element.Text("value");

    /// <summary>When it is or was in use.</summary>
    public PeriodView Period => new(Element["period"]);

    /// <summary>The organisation that gave it.</summary>
    public ReferenceView Assigner => new(Element["assigner"]);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
