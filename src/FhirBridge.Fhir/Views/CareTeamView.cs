namespace FhirBridge.Fhir.Views;

/// <summary>Those who care for somebody together. Spec: https://hl7.org/fhir/R4/careteam.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct CareTeamView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "CareTeam";

    /// <summary>Business identifiers.</summary>
    public ViewList<IdentifierView> Identifier => new(Element, "identifier");

    /// <summary>proposed, active, suspended, inactive, entered-in-error.</summary>
    public string? Status => Element.Text("status");

    /// <summary>Kinds of team.</summary>
    public ViewList<CodeableConceptView> Category => new(Element, "category");

    /// <summary>Name.</summary>
    public string? Name => Element.Text("name");

    /// <summary>Whom it cares for.</summary>
    public ReferenceView Subject => new(Element["subject"]);

    /// <summary>The encounter that it was made in.</summary>
    public ReferenceView Encounter => new(Element["encounter"]);

    /// <summary>The time that it covers.</summary>
    public PeriodView Period => new(Element["period"]);

    /// <summary>Members.</summary>
    public ViewList<CareTeamParticipantView> Participant => new(Element, "participant");

    /// <summary>Who answers for it.</summary>
    public ViewList<ReferenceView> ManagingOrganization => new(Element, "managingOrganization");

    /// <summary>Ways to reach it.</summary>
    public ViewList<ContactPointView> Telecom => new(Element, "telecom");

    /// <summary>Notes.</summary>
    public ViewList<AnnotationView> Note => new(Element, "note");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>A member of a care team.</summary>
/// <param name="Element">The element.</param>
public readonly record struct CareTeamParticipantView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "CareTeam.participant";

    /// <summary>What they do in the team.</summary>
    public ViewList<CodeableConceptView> Role => new(Element, "role");

    /// <summary>Who they are.</summary>
    public ReferenceView Member => new(Element["member"]);

    /// <summary>The organisation that a practitioner acts for.</summary>
    public ReferenceView OnBehalfOf => new(Element["onBehalfOf"]);

    /// <summary>When they belong to the team.</summary>
    public PeriodView Period => new(Element["period"]);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
