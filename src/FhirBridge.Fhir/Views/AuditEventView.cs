namespace FhirBridge.Fhir.Views;

/// <summary>A line of the audit log. Spec: https://hl7.org/fhir/R4/auditevent.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct AuditEventView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "AuditEvent";

    /// <summary>Kind of event.</summary>
    public CodingView Type => new(Element["type"]);

    /// <summary>Kinds within the kind.</summary>
    public ViewList<CodingView> Subtype => new(Element, "subtype");

    /// <summary>C, R, U, D, E.</summary>
    public string? Action => Element.Text("action");

    /// <summary>When it went on.</summary>
    public PeriodView Period => new(Element["period"]);

    /// <summary>When it was recorded.</summary>
    public string? Recorded => Element.Text("recorded");

    /// <summary>0 success, 4, 8, 12 failure.</summary>
    public string? Outcome => Element.Text("outcome");

    /// <summary>The outcome in words.</summary>
    public string? OutcomeDesc => Element.Text("outcomeDesc");

    /// <summary>What for.</summary>
    public ViewList<CodeableConceptView> PurposeOfEvent => new(Element, "purposeOfEvent");

    /// <summary>Who took part.</summary>
    public ViewList<AuditEventAgentView> Agent => new(Element, "agent");

    /// <summary>Who recorded it.</summary>
    public AuditEventSourceView Source => new(Element["source"]);

    /// <summary>What was used.</summary>
    public ViewList<AuditEventEntityView> Entity => new(Element, "entity");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>Somebody who took part.</summary>
/// <param name="Element">The element.</param>
public readonly record struct AuditEventAgentView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "AuditEvent.agent";

    /// <summary>How.</summary>
    public CodeableConceptView Type => new(Element["type"]);

    /// <summary>Who.</summary>
    public ReferenceView Who => new(Element["who"]);

    /// <summary>Another id of theirs.</summary>
    public string? AltId => Element.Text("altId");

    /// <summary>True for who began it.</summary>
    public bool? Requestor => Element.Boolean("requestor");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>The system that recorded an event.</summary>
/// <param name="Element">The element.</param>
public readonly record struct AuditEventSourceView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "AuditEvent.source";

    /// <summary>Where it stands.</summary>
    public string? Site => Element.Text("site");

    /// <summary>The system.</summary>
    public ReferenceView Observer => new(Element["observer"]);

    /// <summary>Kinds of system.</summary>
    public ViewList<CodingView> Type => new(Element, "type");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>Data that were used.</summary>
/// <param name="Element">The element.</param>
public readonly record struct AuditEventEntityView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "AuditEvent.entity";

    /// <summary>The resource.</summary>
    public ReferenceView What => new(Element["what"]);

    /// <summary>Kind of thing.</summary>
    public CodingView Type => new(Element["type"]);

    /// <summary>What it was in the event.</summary>
    public CodingView Role => new(Element["role"]);

    /// <summary>The search, in base64.</summary>
    public string? Query => Element.Text("query");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
