namespace FhirBridge.Fhir.Views;

/// <summary>An extension. Spec: https://hl7.org/fhir/R4/extensibility.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct ExtensionView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Extension";

    /// <summary>What it means.</summary>
    public string? Url => Element.Text("url");

    /// <summary><c>value[x]</c>; missing when it has extensions of its own.</summary>
    public FhirElement Value => Element["value"];

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
