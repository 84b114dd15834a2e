namespace FhirBridge.Fhir.Validation;

/// <summary>What it means that a complete code system does not have a code that a conformance resource names.</summary>
internal static class MissingCode
{
    /// <summary>
    /// A fault where the validation is strict: whoever stores the resource may know more of the system than what is here. R4 holds copies of systems that go on without it (DICOM's, HL7's terminology), and a
    /// code that such a copy lacks may be a new one: of HL7's terminology that is a fault as it is of codings, of others a warning.
    /// </summary>
    internal static ProblemKind In(CodeSystemContent system, ValidationRun run)
    {
        var isCopy = !system.IsByGrammar && !system.Url.StartsWith("http://hl7.org/fhir/", StringComparison.Ordinal) && Definitions.R4.Terminology.FindCodeSystem(system.Url) is { } own && own.Version == system.Version;
        return run.IsStrict && (!isCopy || CodingRule.IsMoving(system.Url)) ? Problems.CodeInvalid : Problems.CodeAdvised;
    }
}
