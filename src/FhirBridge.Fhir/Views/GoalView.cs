namespace FhirBridge.Fhir.Views;

/// <summary>What is aimed at. Spec: https://hl7.org/fhir/R4/goal.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct GoalView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Goal";

    /// <summary>Business identifiers.</summary>
    public ViewList<IdentifierView> Identifier => new(Element, "identifier");

    /// <summary>proposed, planned, accepted, active, on-hold, completed, cancelled, entered-in-error, rejected.</summary>
    public string? LifecycleStatus => Element.Text("lifecycleStatus");

    /// <summary>How near it is.</summary>
    public CodeableConceptView AchievementStatus => new(Element["achievementStatus"]);

    /// <summary>Kinds of goal.</summary>
    public ViewList<CodeableConceptView> Category => new(Element, "category");

    /// <summary>How much it matters.</summary>
    public CodeableConceptView Priority => new(Element["priority"]);

    /// <summary>The goal itself.</summary>
    public CodeableConceptView Description => new(Element["description"]);

    /// <summary>Whose goal it is.</summary>
    public ReferenceView Subject => new(Element["subject"]);

    /// <summary><c>start[x]</c>: a date or an event.</summary>
    public FhirElement Start => Element["start"];

    /// <summary>What shows that it is reached.</summary>
    public ViewList<GoalTargetView> Target => new(Element, "target");

    /// <summary>When the status came about.</summary>
    public string? StatusDate => Element.Text("statusDate");

    /// <summary>Why it has that status.</summary>
    public string? StatusReason => Element.Text("statusReason");

    /// <summary>Who wants it.</summary>
    public ReferenceView ExpressedBy => new(Element["expressedBy"]);

    /// <summary>What it deals with.</summary>
    public ViewList<ReferenceView> Addresses => new(Element, "addresses");

    /// <summary>Notes.</summary>
    public ViewList<AnnotationView> Note => new(Element, "note");

    /// <summary>What came of it.</summary>
    public ViewList<CodeableConceptView> OutcomeCode => new(Element, "outcomeCode");

    /// <summary>What shows what came of it.</summary>
    public ViewList<ReferenceView> OutcomeReference => new(Element, "outcomeReference");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>What is to be reached, and by when.</summary>
/// <param name="Element">The element.</param>
public readonly record struct GoalTargetView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Goal.target";

    /// <summary>What is measured.</summary>
    public CodeableConceptView Measure => new(Element["measure"]);

    /// <summary><c>detail[x]</c>: the value to be reached.</summary>
    public FhirElement Detail => Element["detail"];

    /// <summary><c>due[x]</c>: a date or a Duration from the start.</summary>
    public FhirElement Due => Element["due"];

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
