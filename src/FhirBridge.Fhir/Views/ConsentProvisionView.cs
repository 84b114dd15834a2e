namespace FhirBridge.Fhir.Views;

/// <summary>A rule of a consent, with exceptions below it.</summary>
/// <param name="Element">The element.</param>
public readonly record struct ConsentProvisionView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Consent.provision";

    /// <summary>deny, permit.</summary>
    public string? Type => Element.Text("type");

    /// <summary>When it holds.</summary>
    public PeriodView Period => new(Element["period"]);

    /// <summary>Whom it is about.</summary>
    public ViewList<ConsentProvisionActorView> Actor => new(Element, "actor");

    /// <summary>What may be done.</summary>
    public ViewList<CodeableConceptView> Action => new(Element, "action");

    /// <summary>Labels of the data.</summary>
    public ViewList<CodingView> SecurityLabel => new(Element, "securityLabel");

    /// <summary>What for.</summary>
    public ViewList<CodingView> Purpose => new(Element, "purpose");

    /// <summary>Types and profiles of the data.</summary>
    public ViewList<CodingView> Class => new(Element, "class");

    /// <summary>Codes of the data.</summary>
    public ViewList<CodeableConceptView> Code => new(Element, "code");

    /// <summary>When the data are of.</summary>
    public PeriodView DataPeriod => new(Element["dataPeriod"]);

    /// <summary>Single resources.</summary>
    public ViewList<ConsentProvisionDataView> Data => new(Element, "data");

    /// <summary>Exceptions.</summary>
    public ViewList<ConsentProvisionView> Provision => new(Element, "provision");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>Somebody whom a provision is about.</summary>
/// <param name="Element">The element.</param>
public readonly record struct ConsentProvisionActorView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Consent.provision.actor";

    /// <summary>How they are concerned.</summary>
    public CodeableConceptView Role => new(Element["role"]);

    /// <summary>Who they are.</summary>
    public ReferenceView Reference => new(Element["reference"]);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>A resource that a provision is about.</summary>
/// <param name="Element">The element.</param>
public readonly record struct ConsentProvisionDataView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Consent.provision.data";

    /// <summary>instance, related, dependents, authoredby.</summary>
    public string? Meaning => Element.Text("meaning");

    /// <summary>The resource.</summary>
    public ReferenceView Reference => new(Element["reference"]);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
