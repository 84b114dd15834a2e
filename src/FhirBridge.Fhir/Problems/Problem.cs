namespace FhirBridge.Fhir;

/// <summary>
/// An expected failure, as a value: what was wrong, where, and what to do. Mapped to HTTP and to an OperationOutcome in one place (Api).
/// </summary>
/// <param name="Kind">The row of the catalogue (<see cref="Problems"/>) that this failure belongs to.</param>
/// <param name="Diagnostics">One sentence or two for a person: what was wrong and what to do. Never stored data of others, never a stack trace.</param>
/// <param name="Expression">FHIRPath of the element at fault, for example <c>CarePlan.activity[1].detail.status</c>; null when no element is at fault.</param>
/// <param name="Line">1-based line in the source, when the source is text; null when unknown.</param>
/// <param name="Column">1-based column in the source line; null when unknown.</param>
public sealed record Problem(ProblemKind Kind, string Diagnostics, string? Expression = null, int? Line = null, int? Column = null)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Kind.Code}{(Expression is null ? "" : " at " + Expression)}{(Line is null ? "" : $" (line {Line})")}: {Diagnostics}";
}

/// <summary>One row of the catalogue: a stable code with what it means for FHIR and for HTTP.</summary>
/// <param name="Code">Stable, lower case with hyphens; becomes <c>OperationOutcome.issue.details.coding.code</c>.</param>
/// <param name="IssueType">Code of http://hl7.org/fhir/issue-type.</param>
/// <param name="Severity">Severity of the issue.</param>
/// <param name="Status">HTTP status when this problem decides the response.</param>
public sealed record ProblemKind(string Code, string IssueType, IssueSeverity Severity, int Status)
{
    /// <summary>A problem of this kind.</summary>
    public Problem With(string diagnostics, string? expression = null, int? line = null, int? column = null) =>
        new(this, diagnostics, expression, line, column);
}

/// <summary>http://hl7.org/fhir/issue-severity, most severe first.</summary>
public enum IssueSeverity
{
    /// <summary>The action could not be performed at all.</summary>
    Fatal,

    /// <summary>The content is wrong; the action was not performed.</summary>
    Error,

    /// <summary>The action was performed; something deserves attention.</summary>
    Warning,

    /// <summary>For information only.</summary>
    Information,
}
