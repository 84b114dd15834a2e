namespace FhirBridge.Fhir.Views;

/// <summary>Something to be done. Spec: https://hl7.org/fhir/R4/task.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct TaskView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Task";

    /// <summary>Business identifiers.</summary>
    public ViewList<IdentifierView> Identifier => new(Element, "identifier");

    /// <summary>Requests that it carries out.</summary>
    public ViewList<ReferenceView> BasedOn => new(Element, "basedOn");

    /// <summary>What belongs together.</summary>
    public IdentifierView GroupIdentifier => new(Element["groupIdentifier"]);

    /// <summary>Tasks that it is a part of.</summary>
    public ViewList<ReferenceView> PartOf => new(Element, "partOf");

    /// <summary>draft, requested, received, accepted, rejected, ready, cancelled, in-progress, on-hold, failed, completed, entered-in-error.</summary>
    public string? Status => Element.Text("status");

    /// <summary>Why it has that status.</summary>
    public CodeableConceptView StatusReason => new(Element["statusReason"]);

    /// <summary>How far it is, in the words of the trade.</summary>
    public CodeableConceptView BusinessStatus => new(Element["businessStatus"]);

    /// <summary>unknown, proposal, plan, order, original-order, reflex-order, filler-order, instance-order, option.</summary>
    public string? Intent => Element.Text("intent");

    /// <summary>routine, urgent, asap, stat.</summary>
    public string? Priority => Element.Text("priority");

    /// <summary>What is to be done.</summary>
    public CodeableConceptView Code => new(Element["code"]);

    /// <summary>The task in words.</summary>
    public string? Description => Element.Text("description");

    /// <summary>What it acts on.</summary>
    public ReferenceView Focus => new(Element["focus"]);

    /// <summary>Whom it is for.</summary>
    public ReferenceView For => new(Element["for"]);

    /// <summary>The encounter that it was made in.</summary>
    public ReferenceView Encounter => new(Element["encounter"]);

    /// <summary>When it is or was worked on.</summary>
    public PeriodView ExecutionPeriod => new(Element["executionPeriod"]);

    /// <summary>When it was made.</summary>
    public string? AuthoredOn => Element.Text("authoredOn");

    /// <summary>When it last changed.</summary>
    public string? LastModified => Element.Text("lastModified");

    /// <summary>Who asks for it.</summary>
    public ReferenceView Requester => new(Element["requester"]);

    /// <summary>Who is to do it.</summary>
    public ReferenceView Owner => new(Element["owner"]);

    /// <summary>Why.</summary>
    public CodeableConceptView ReasonCode => new(Element["reasonCode"]);

    /// <summary>Why, as a resource.</summary>
    public ReferenceView ReasonReference => new(Element["reasonReference"]);

    /// <summary>Notes.</summary>
    public ViewList<AnnotationView> Note => new(Element, "note");

    /// <summary>Limits of what is asked for.</summary>
    public TaskRestrictionView Restriction => new(Element["restriction"]);

    /// <summary>What it needs.</summary>
    public ViewList<TaskInputView> Input => new(Element, "input");

    /// <summary>What it made.</summary>
    public ViewList<TaskOutputView> Output => new(Element, "output");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>Limits of what a task asks for.</summary>
/// <param name="Element">The element.</param>
public readonly record struct TaskRestrictionView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Task.restriction";

    /// <summary>How often.</summary>
    public int? Repetitions => Element.Integer("repetitions");

    /// <summary>When it is to be done.</summary>
    public PeriodView Period => new(Element["period"]);

    /// <summary>For whom.</summary>
    public ViewList<ReferenceView> Recipient => new(Element, "recipient");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>Something that a task needs.</summary>
/// <param name="Element">The element.</param>
public readonly record struct TaskInputView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Task.input";

    /// <summary>What it is.</summary>
    public CodeableConceptView Type => new(Element["type"]);

    /// <summary><c>value[x]</c>: any type.</summary>
    public FhirElement Value => Element["value"];

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>Something that a task made.</summary>
/// <param name="Element">The element.</param>
public readonly record struct TaskOutputView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Task.output";

    /// <summary>What it is.</summary>
    public CodeableConceptView Type => new(Element["type"]);

    /// <summary><c>value[x]</c>: any type.</summary>
    public FhirElement Value => Element["value"];

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
