namespace FhirBridge.Fhir.Views;

/// <summary>Somebody who provides care. Spec: https://hl7.org/fhir/R4/practitioner.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct PractitionerView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Practitioner";

    /// <summary>Business identifiers.</summary>
    public ViewList<IdentifierView> Identifier => new(Element, "identifier");

    /// <summary>False when the entry is not in use.</summary>
    public bool? Active => Element.Boolean("active");

    /// <summary>Names.</summary>
    public ViewList<HumanNameView> Name => new(Element, "name");

    /// <summary>Ways to reach them.</summary>
    public ViewList<ContactPointView> Telecom => new(Element, "telecom");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>What a practitioner does for an organisation. Spec: https://hl7.org/fhir/R4/practitionerrole.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct PractitionerRoleView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "PractitionerRole";

    /// <summary>Business identifiers.</summary>
    public ViewList<IdentifierView> Identifier => new(Element, "identifier");

    /// <summary>False when the role is not held.</summary>
    public bool? Active => Element.Boolean("active");

    /// <summary>When the role is held.</summary>
    public PeriodView Period => new(Element["period"]);

    /// <summary>Who holds it.</summary>
    public ReferenceView Practitioner => new(Element["practitioner"]);

    /// <summary>Where.</summary>
    public ReferenceView Organization => new(Element["organization"]);

    /// <summary>Roles.</summary>
    public ViewList<CodeableConceptView> Code => new(Element, "code");

    /// <summary>Specialties.</summary>
    public ViewList<CodeableConceptView> Specialty => new(Element, "specialty");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
