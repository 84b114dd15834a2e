namespace FhirBridge.Fhir.Views;

/// <summary>What the server knows of a resource. Spec: https://hl7.org/fhir/R4/resource.html#Meta.</summary>
/// <param name="Element">The element.</param>
public readonly record struct MetaView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Meta";

    /// <summary>Version.</summary>
    public string? VersionId => Element.Text("versionId");

    /// <summary>When this version was made.</summary>
    public string? LastUpdated => Element.Text("lastUpdated");

    /// <summary>Where it comes from.</summary>
    public string? Source => Element.Text("source");

    /// <summary>Profiles that it claims to follow.</summary>
    public ValueList Profile => new(Element, "profile");

    /// <summary>Security labels.</summary>
    public ViewList<CodingView> Security => new(Element, "security");

    /// <summary>Tags.</summary>
    public ViewList<CodingView> Tag => new(Element, "tag");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
