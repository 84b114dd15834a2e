namespace FhirBridge.Fhir.Views;

/// <summary>How a resource came about. Spec: https://hl7.org/fhir/R4/provenance.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct ProvenanceView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Provenance";

    /// <summary>What came about.</summary>
    public ViewList<ReferenceView> Target => new(Element, "target");

    /// <summary><c>occurred[x]</c>: when it happened.</summary>
    public FhirElement Occurred => Element["occurred"];

    /// <summary>When it was recorded.</summary>
    public string? Recorded => Element.Text("recorded");

    /// <summary>What happened.</summary>
    public CodeableConceptView Activity => new(Element["activity"]);

    /// <summary>Who took part.</summary>
    public ViewList<ProvenanceAgentView> Agent => new(Element, "agent");

    /// <summary>What it was made from.</summary>
    public ViewList<ProvenanceEntityView> Entity => new(Element, "entity");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>Somebody who took part.</summary>
/// <param name="Element">The element.</param>
public readonly record struct ProvenanceAgentView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Provenance.agent";

    /// <summary>How.</summary>
    public CodeableConceptView Type => new(Element["type"]);

    /// <summary>In which role.</summary>
    public ViewList<CodeableConceptView> Role => new(Element, "role");

    /// <summary>Who.</summary>
    public ReferenceView Who => new(Element["who"]);

    /// <summary>For whom.</summary>
    public ReferenceView OnBehalfOf => new(Element["onBehalfOf"]);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>Something that was used.</summary>
/// <param name="Element">The element.</param>
public readonly record struct ProvenanceEntityView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Provenance.entity";

    /// <summary>derivation, revision, quotation, source, removal.</summary>
    public string? Role => Element.Text("role");

    /// <summary>What.</summary>
    public ReferenceView What => new(Element["what"]);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
