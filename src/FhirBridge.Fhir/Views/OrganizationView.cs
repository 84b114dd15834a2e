namespace FhirBridge.Fhir.Views;

/// <summary>An organisation. Spec: https://hl7.org/fhir/R4/organization.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct OrganizationView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Organization";

    /// <summary>Business identifiers.</summary>
    public ViewList<IdentifierView> Identifier => new(Element, "identifier");

    /// <summary>False when the entry is not in use.</summary>
    public bool? Active => Element.Boolean("active");

    /// <summary>Kinds of organisation.</summary>
    public ViewList<CodeableConceptView> Type => new(Element, "type");

    /// <summary>Name.</summary>
    public string? Name => Element.Text("name");

    /// <summary>Ways to reach it.</summary>
    public ViewList<ContactPointView> Telecom => new(Element, "telecom");

    /// <summary>Addresses.</summary>
    public ViewList<AddressView> Address => new(Element, "address");

    /// <summary>The organisation that it is a part of.</summary>
    public ReferenceView PartOf => new(Element["partOf"]);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>What one organisation is to another. Spec: https://hl7.org/fhir/R4/organizationaffiliation.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct OrganizationAffiliationView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "OrganizationAffiliation";

    /// <summary>Business identifiers.</summary>
    public ViewList<IdentifierView> Identifier => new(Element, "identifier");

    /// <summary>False when it does not hold.</summary>
    public bool? Active => Element.Boolean("active");

    /// <summary>When it holds.</summary>
    public PeriodView Period => new(Element["period"]);

    /// <summary>The organisation where the role is available.</summary>
    public ReferenceView Organization => new(Element["organization"]);

    /// <summary>The organisation that has the role.</summary>
    public ReferenceView ParticipatingOrganization => new(Element["participatingOrganization"]);

    /// <summary>The role.</summary>
    public ViewList<CodeableConceptView> Code => new(Element, "code");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
