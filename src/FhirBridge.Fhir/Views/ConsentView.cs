namespace FhirBridge.Fhir.Views;

/// <summary>What a person permits and denies. Spec: https://hl7.org/fhir/R4/consent.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct ConsentView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Consent";

    /// <summary>What the server knows of it.</summary>
    public MetaView Meta => new(Element["meta"]);

    /// <summary>Business identifiers.</summary>
    public ViewList<IdentifierView> Identifier => new(Element, "identifier");

    /// <summary>draft, proposed, active, rejected, inactive, entered-in-error.</summary>
    public string? Status => Element.Text("status");

    /// <summary>What it is about: privacy, research, treatment …</summary>
    public CodeableConceptView Scope => new(Element["scope"]);

    /// <summary>Kinds of consent.</summary>
    public ViewList<CodeableConceptView> Category => new(Element, "category");

    /// <summary>Whom it is about.</summary>
    public ReferenceView Patient => new(Element["patient"]);

    /// <summary>When it was given.</summary>
    public string? DateTime => Element.Text("dateTime");

    /// <summary>Who gave it.</summary>
    public ViewList<ReferenceView> Performer => new(Element, "performer");

    /// <summary>Who keeps it.</summary>
    public ViewList<ReferenceView> Organization => new(Element, "organization");

    /// <summary><c>source[x]</c>: what it was taken from.</summary>
    public FhirElement Source => Element["source"];

    /// <summary>Policies that it is made under.</summary>
    public ViewList<ConsentPolicyView> Policy => new(Element, "policy");

    /// <summary>The regulation that it rests on.</summary>
    public CodeableConceptView PolicyRule => new(Element["policyRule"]);

    /// <summary>Who made sure of it.</summary>
    public ViewList<ConsentVerificationView> Verification => new(Element, "verification");

    /// <summary>The root of its provisions.</summary>
    public ConsentProvisionView Provision => new(Element["provision"]);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>A policy that a consent is made under.</summary>
/// <param name="Element">The element.</param>
public readonly record struct ConsentPolicyView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Consent.policy";

    /// <summary>Who enforces it.</summary>
    public string? Authority => Element.Text("authority");

    /// <summary>The policy.</summary>
    public string? Uri => Element.Text("uri");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>Whether somebody made sure of a consent.</summary>
/// <param name="Element">The element.</param>
public readonly record struct ConsentVerificationView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Consent.verification";

    /// <summary>True when it was confirmed.</summary>
    public bool? Verified => Element.Boolean("verified");

    /// <summary>With whom.</summary>
    public ReferenceView VerifiedWith => new(Element["verifiedWith"]);

    /// <summary>When.</summary>
    public string? VerificationDate => Element.Text("verificationDate");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
