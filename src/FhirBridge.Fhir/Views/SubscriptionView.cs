namespace FhirBridge.Fhir.Views;

/// <summary>Who is told of what, and how. Spec: https://hl7.org/fhir/R4/subscription.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct SubscriptionView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Subscription";

    /// <summary>requested, active, error, off.</summary>
    public string? Status => Element.Text("status");

    /// <summary>Whom to reach when it fails.</summary>
    public ViewList<ContactPointView> Contact => new(Element, "contact");

    /// <summary>When it ends.</summary>
    public string? End => Element.Text("end");

    /// <summary>Why it was made.</summary>
    public string? Reason => Element.Text("reason");

    /// <summary>The search that finds what is told of.</summary>
    public string? Criteria => Element.Text("criteria");

    /// <summary>What went wrong last.</summary>
    public string? Error => Element.Text("error");

    /// <summary>How it is told.</summary>
    public SubscriptionChannelView Channel => new(Element["channel"]);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>How notifications travel.</summary>
/// <param name="Element">The element.</param>
public readonly record struct SubscriptionChannelView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Subscription.channel";

    /// <summary>rest-hook, websocket, email, sms, message.</summary>
    public string? Type => Element.Text("type");

    /// <summary>Where to.</summary>
    public string? Endpoint => Element.Text("endpoint");

    /// <summary>Mime type of the content; none for an empty notification.</summary>
    public string? Payload => Element.Text("payload");

    /// <summary>Headers to send along.</summary>
    public ValueList Header => new(Element, "header");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
