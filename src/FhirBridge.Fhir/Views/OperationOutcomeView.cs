namespace FhirBridge.Fhir.Views;

/// <summary>What became of a request. Spec: https://hl7.org/fhir/R4/operationoutcome.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct OperationOutcomeView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "OperationOutcome";

    /// <summary>One for each thing to say.</summary>
    public ViewList<OperationOutcomeIssueView> Issue => new(Element, "issue");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>One thing to say about a request.</summary>
/// <param name="Element">The element.</param>
public readonly record struct OperationOutcomeIssueView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "OperationOutcome.issue";

    /// <summary>fatal, error, warning, information.</summary>
    public string? Severity => Element.Text("severity");

    /// <summary>issue-type.</summary>
    public string? Code => Element.Text("code");

    /// <summary>What it is about in more detail.</summary>
    public CodeableConceptView Details => new(Element["details"]);

    /// <summary>In words, for who looks for the cause.</summary>
    public string? Diagnostics => Element.Text("diagnostics");

    /// <summary>XPath of the element; deprecated by R4.</summary>
    public ValueList Location => new(Element, "location");

    /// <summary>FHIRPath of the element.</summary>
    public ValueList Expression => new(Element, "expression");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
