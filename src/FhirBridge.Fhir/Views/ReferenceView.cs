namespace FhirBridge.Fhir.Views;

/// <summary>A reference to a resource. Spec: https://hl7.org/fhir/R4/references.html#Reference.</summary>
/// <param name="Element">The element.</param>
public readonly record struct ReferenceView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Reference";

    /// <summary>The literal: relative, absolute, or <c>#</c> and the id of a contained resource.</summary>
    public string? Reference => Element.Text("reference");

    /// <summary>Type of the target.</summary>
    public string? Type => Element.Text("type");

    /// <summary>Business identifier of the target.</summary>
    public IdentifierView Identifier => new(Element["identifier"]);

    /// <summary>The target in words.</summary>
    public string? Display => Element.Text("display");

    /// <summary>The literal taken apart; null when there is none of the form <c>[base/]Type/id</c>.</summary>
    public FhirReference? ToFhirReference() => FhirReference.Parse(Reference);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
