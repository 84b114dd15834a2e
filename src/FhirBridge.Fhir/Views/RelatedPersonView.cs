namespace FhirBridge.Fhir.Views;

/// <summary>Somebody close to a patient. Spec: https://hl7.org/fhir/R4/relatedperson.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct RelatedPersonView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "RelatedPerson";

    /// <summary>Business identifiers.</summary>
    public ViewList<IdentifierView> Identifier => new(Element, "identifier");

    /// <summary>False when the entry is not in use.</summary>
    public bool? Active => Element.Boolean("active");

    /// <summary>The patient.</summary>
    public ReferenceView Patient => new(Element["patient"]);

    /// <summary>What they are to the patient.</summary>
    public ViewList<CodeableConceptView> Relationship => new(Element, "relationship");

    /// <summary>Names.</summary>
    public ViewList<HumanNameView> Name => new(Element, "name");

    /// <summary>Ways to reach them.</summary>
    public ViewList<ContactPointView> Telecom => new(Element, "telecom");

    /// <summary>When the relationship holds.</summary>
    public PeriodView Period => new(Element["period"]);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
