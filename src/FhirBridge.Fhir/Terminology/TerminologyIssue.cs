namespace FhirBridge.Fhir;

/// <summary>One thing that a terminology question came upon: a row of the OperationOutcome in its answer, or the reason why there is none.</summary>
/// <param name="Severity"><c>error</c>, <c>warning</c>, <c>information</c>.</param>
/// <param name="Type">Code of http://hl7.org/fhir/issue-type.</param>
/// <param name="Code">Code of <see cref="CodeSystem"/>; null when none fits.</param>
/// <param name="Text">For a person.</param>
/// <param name="Expression">FHIRPath of what it is about: <c>Coding.code</c>; null when it is about no element of the question.</param>
/// <param name="MessageId">Name of the message among those that HL7's terminology servers share.</param>
/// <param name="InMessage">True when the text belongs into the summary of the answer, too.</param>
public sealed record TerminologyIssue(string Severity, string Type, string? Code, string Text, string? Expression, string? MessageId, bool InMessage = true)
{
    /// <summary>The codes by which validators of HL7 tell such issues apart.</summary>
    public const string CodeSystem = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type";

    /// <summary>Extension with the name of the message.</summary>
    public const string MessageIdExtension = "http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id";

    internal bool IsError => Severity == "error";

    /// <summary>True when it says that a system, value set or map is not here.</summary>
    internal bool IsOfUnknown => IsError && Type == "not-found" && Code is not ("invalid-code" or "cannot-infer");

    /// <summary>True when it is about how the operation was called.</summary>
    internal bool IsOfCall => Type == "required" || (Type == "invalid" && IsError && Code is null);

    /// <summary>That a system is not here.</summary>
    internal static TerminologyIssue UnknownSystem(string uri, string? expression, string consequence = "so the code cannot be validated") =>
        new("error", "not-found", "not-found", $"A definition for CodeSystem '{uri}' could not be found, {consequence}", expression, "UNKNOWN_CODESYSTEM");

    /// <summary>That a version of a system is not here, and which are.</summary>
    internal static TerminologyIssue UnknownVersion(string uri, string? version, IReadOnlyList<string> versions, string? expression, string consequence = "so the code cannot be validated", string messageId = "UNKNOWN_CODESYSTEM_VERSION") =>
        new("error", "not-found", "not-found", $"A definition for CodeSystem '{uri}' version '{version}' could not be found, {consequence}. Valid versions: {string.Join(" or ", versions)}", expression, messageId);

    internal static TerminologyIssue UnknownValueSet(string canonical) =>
        new("error", "not-found", "not-found", $"A definition for the value Set '{canonical}' could not be found", null, "Unable_to_resolve_value_Set_");

    internal static TerminologyIssue Circular(string url) =>
        new("error", "processing", "vs-invalid", $"Cyclic reference detected when including {url}", null, "VALUESET_CIRCULAR_REFERENCE");

    internal static TerminologyIssue TooCostly(string what, int limit) =>
        new("error", "too-costly", null, $"The value set '{what}' expansion has too many codes to display (>{limit})", null, "VALUESET_TOO_COSTLY");

    internal static TerminologyIssue VersionNotAllowed(string system, string? version, string required, string? expression) =>
        new("error", "exception", "version-error", $"The version '{version}' is not allowed for system '{system}': required to be '{required}' by a version-check parameter", expression, "VALUESET_VERSION_CHECK");

    internal static TerminologyIssue NotWhole(string valueSet) =>
        new("error", "incomplete", null, $"The value set '{valueSet}' is known by a part of its expansion alone", null, null);

    internal static TerminologyIssue SupplementMissing(string canonical) =>
        new("error", "not-found", "not-found", $"Required supplement not found: {canonical}", null, "VALUESET_SUPPLEMENT_MISSING");

    internal static TerminologyIssue Bad(string text, string? messageId = null, string? expression = null, string type = "invalid", string? code = "vs-invalid") => new("error", type, code, text, expression, messageId);
}
