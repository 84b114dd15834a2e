namespace FhirBridge.Fhir.Views;

/// <summary>A note with author and time. Spec: https://hl7.org/fhir/R4/datatypes.html#Annotation.</summary>
/// <param name="Element">The element.</param>
public readonly record struct AnnotationView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Annotation";

    /// <summary><c>author[x]</c>: a Reference or a name.</summary>
    public FhirElement Author => Element["author"];

    /// <summary>When it was written.</summary>
    public string? Time => Element.Text("time");

    /// <summary>The note in markdown.</summary>
    public string? Text => Element.Text("text");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
