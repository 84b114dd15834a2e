namespace FhirBridge.Fhir.Views;

/// <summary>A concept: codings that mean the same, and words. Spec: https://hl7.org/fhir/R4/datatypes.html#CodeableConcept.</summary>
/// <param name="Element">The element.</param>
public readonly record struct CodeableConceptView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "CodeableConcept";

    /// <summary>The concept in one code system or another.</summary>
    public ViewList<CodingView> Coding => new(Element, "coding");

    /// <summary>The concept in words.</summary>
    public string? Text => Element.Text("text");

    /// <summary>True when one of its codings has that system and code.</summary>
    public bool Has(string system, string code)
    {
        foreach (var coding in Coding)
        {
            if (coding.Code == code && coding.System == system) return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>A code in a system, with what belongs to it. Spec: https://hl7.org/fhir/R4/datatypes.html#Coding.</summary>
/// <param name="Element">The element.</param>
public readonly record struct CodingView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Coding";

    /// <summary>URI of the code system.</summary>
    public string? System => Element.Text("system");

    /// <summary>Version of the code system.</summary>
    public string? Version => Element.Text("version");

    /// <summary>The code.</summary>
    public string? Code => Element.Text("code");

    /// <summary>The meaning as the system words it.</summary>
    public string? Display => Element.Text("display");

    /// <summary>True when a person chose this very coding.</summary>
    public bool? UserSelected => Element.Boolean("userSelected");

    /// <summary>System and code as a value; null when there is no code.</summary>
    public Coding? ToCoding() => Code is { Length: > 0 } code ? new Coding(System, code) : null;

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
