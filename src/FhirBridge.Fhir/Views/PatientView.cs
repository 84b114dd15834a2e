namespace FhirBridge.Fhir.Views;

/// <summary>A person in care. Spec: https://hl7.org/fhir/R4/patient.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct PatientView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Patient";

    /// <summary>Business identifiers.</summary>
    public ViewList<IdentifierView> Identifier => new(Element, "identifier");

    /// <summary>False when the entry is not in use.</summary>
    public bool? Active => Element.Boolean("active");

    /// <summary>Names.</summary>
    public ViewList<HumanNameView> Name => new(Element, "name");

    /// <summary>Ways to reach the person.</summary>
    public ViewList<ContactPointView> Telecom => new(Element, "telecom");

    /// <summary>male, female, other, unknown.</summary>
    public string? Gender => Element.Text("gender");

    /// <summary>Date of birth.</summary>
    public string? BirthDate => Element.Text("birthDate");

    /// <summary><c>deceased[x]</c>: a boolean or a dateTime.</summary>
    public FhirElement Deceased => Element["deceased"];

    /// <summary>Addresses.</summary>
    public ViewList<AddressView> Address => new(Element, "address");

    /// <summary>Marital status.</summary>
    public CodeableConceptView MaritalStatus => new(Element["maritalStatus"]);

    /// <summary><c>multipleBirth[x]</c>: a boolean or the place in the order of birth.</summary>
    public FhirElement MultipleBirth => Element["multipleBirth"];

    /// <summary>Languages.</summary>
    public ViewList<PatientCommunicationView> Communication => new(Element, "communication");

    /// <summary>The practitioners or organisations of first resort.</summary>
    public ViewList<ReferenceView> GeneralPractitioner => new(Element, "generalPractitioner");

    /// <summary>The organisation that keeps the entry.</summary>
    public ReferenceView ManagingOrganization => new(Element["managingOrganization"]);

    /// <summary>Other entries of the same person.</summary>
    public ViewList<PatientLinkView> Link => new(Element, "link");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>A language that a patient understands.</summary>
/// <param name="Element">The element.</param>
public readonly record struct PatientCommunicationView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Patient.communication";

    /// <summary>The language.</summary>
    public CodeableConceptView Language => new(Element["language"]);

    /// <summary>True when it is the preferred one.</summary>
    public bool? Preferred => Element.Boolean("preferred");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>Another entry of the same person.</summary>
/// <param name="Element">The element.</param>
public readonly record struct PatientLinkView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Patient.link";

    /// <summary>The other Patient or RelatedPerson.</summary>
    public ReferenceView Other => new(Element["other"]);

    /// <summary>replaced-by, replaces, refer, seealso.</summary>
    public string? Type => Element.Text("type");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
