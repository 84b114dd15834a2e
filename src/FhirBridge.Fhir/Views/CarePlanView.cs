namespace FhirBridge.Fhir.Views;

/// <summary>A plan of care. Spec: https://hl7.org/fhir/R4/careplan.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct CarePlanView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "CarePlan";

    /// <summary>Business identifiers.</summary>
    public ViewList<IdentifierView> Identifier => new(Element, "identifier");

    /// <summary>Plans that it carries out.</summary>
    public ViewList<ReferenceView> BasedOn => new(Element, "basedOn");

    /// <summary>Plans that it takes the place of.</summary>
    public ViewList<ReferenceView> Replaces => new(Element, "replaces");

    /// <summary>Plans that it is a part of.</summary>
    public ViewList<ReferenceView> PartOf => new(Element, "partOf");

    /// <summary>draft, active, on-hold, revoked, completed, entered-in-error, unknown.</summary>
    public string? Status => Element.Text("status");

    /// <summary>proposal, plan, order, option.</summary>
    public string? Intent => Element.Text("intent");

    /// <summary>Kinds of plan.</summary>
    public ViewList<CodeableConceptView> Category => new(Element, "category");

    /// <summary>Title.</summary>
    public string? Title => Element.Text("title");

    /// <summary>Summary.</summary>
    public string? Description => Element.Text("description");

    /// <summary>Whose plan it is.</summary>
    public ReferenceView Subject => new(Element["subject"]);

    /// <summary>The encounter that it was made in.</summary>
    public ReferenceView Encounter => new(Element["encounter"]);

    /// <summary>The time that it covers.</summary>
    public PeriodView Period => new(Element["period"]);

    /// <summary>When it was first recorded.</summary>
    public string? Created => Element.Text("created");

    /// <summary>Who answers for it.</summary>
    public ReferenceView Author => new(Element["author"]);

    /// <summary>Who gave content.</summary>
    public ViewList<ReferenceView> Contributor => new(Element, "contributor");

    /// <summary>Who carries it out.</summary>
    public ViewList<ReferenceView> CareTeam => new(Element, "careTeam");

    /// <summary>The conditions that it deals with.</summary>
    public ViewList<ReferenceView> Addresses => new(Element, "addresses");

    /// <summary>What it rests on.</summary>
    public ViewList<ReferenceView> SupportingInfo => new(Element, "supportingInfo");

    /// <summary>What it aims at.</summary>
    public ViewList<ReferenceView> Goal => new(Element, "goal");

    /// <summary>What is planned.</summary>
    public ViewList<CarePlanActivityView> Activity => new(Element, "activity");

    /// <summary>Notes.</summary>
    public ViewList<AnnotationView> Note => new(Element, "note");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>Something that is planned.</summary>
/// <param name="Element">The element.</param>
public readonly record struct CarePlanActivityView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "CarePlan.activity";

    /// <summary>What came of it.</summary>
    public ViewList<CodeableConceptView> OutcomeCodeableConcept => new(Element, "outcomeCodeableConcept");

    /// <summary>What was made or found by it.</summary>
    public ViewList<ReferenceView> OutcomeReference => new(Element, "outcomeReference");

    /// <summary>How it goes.</summary>
    public ViewList<AnnotationView> Progress => new(Element, "progress");

    /// <summary>The request that it is.</summary>
    public ReferenceView Reference => new(Element["reference"]);

    /// <summary>The activity itself, where no request is referred to.</summary>
    public CarePlanActivityDetailView Detail => new(Element["detail"]);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>A planned activity in line.</summary>
/// <param name="Element">The element.</param>
public readonly record struct CarePlanActivityDetailView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "CarePlan.activity.detail";

    /// <summary>Type of resource that would describe it in full.</summary>
    public string? Kind => Element.Text("kind");

    /// <summary>What is done.</summary>
    public CodeableConceptView Code => new(Element["code"]);

    /// <summary>Why.</summary>
    public ViewList<CodeableConceptView> ReasonCode => new(Element, "reasonCode");

    /// <summary>Why, as resources.</summary>
    public ViewList<ReferenceView> ReasonReference => new(Element, "reasonReference");

    /// <summary>Goals that it serves.</summary>
    public ViewList<ReferenceView> Goal => new(Element, "goal");

    /// <summary>not-started, scheduled, in-progress, on-hold, completed, cancelled, stopped, unknown, entered-in-error.</summary>
    public string? Status => Element.Text("status");

    /// <summary>Why it has that status.</summary>
    public CodeableConceptView StatusReason => new(Element["statusReason"]);

    /// <summary>True when it must not be done.</summary>
    public bool? DoNotPerform => Element.Boolean("doNotPerform");

    /// <summary><c>scheduled[x]</c>: Timing, Period or words.</summary>
    public FhirElement Scheduled => Element["scheduled"];

    /// <summary>Where.</summary>
    public ReferenceView Location => new(Element["location"]);

    /// <summary>Who does it.</summary>
    public ViewList<ReferenceView> Performer => new(Element, "performer");

    /// <summary><c>product[x]</c>: what is used.</summary>
    public FhirElement Product => Element["product"];

    /// <summary>How much a day.</summary>
    public QuantityView DailyAmount => new(Element["dailyAmount"]);

    /// <summary>How much in all.</summary>
    public QuantityView Quantity => new(Element["quantity"]);

    /// <summary>The activity in words.</summary>
    public string? Description => Element.Text("description");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
