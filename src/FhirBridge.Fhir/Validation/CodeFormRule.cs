using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// A code of a system that is not here has the form of that system's codes, be it in a Coding or as the unit of a Quantity; whether it is one of them is not checked, which is told once a system; or is asked of the terminology server, where there is one.
/// Spec: https://hl7.org/fhir/R4/datatypes.html#Coding, https://hl7.org/fhir/R4/datatypes.html#quantity.
/// </summary>
internal sealed class CodeFormRule : IElementRule
{
    internal static CodeFormRule Instance { get; } = new();

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element.Text("system") is not { } system || element["code"] is not { HasValue: true } code) return;
        if (CodeForms.Fault(system, code.Value) is { } fault)
        {
            // Where the system is here, CodingRule says it.
            if (element.Type == "Coding" && run.Definitions.Terminology.FindCodeSystem(system)?.Has(code.Value) is not null) return;
            run.Report((run.IsStrict ? Problems.CodeInvalid : Problems.CodeAdvised).With($"'{CodingRule.Shortened(code.Value)}' {fault}", code.Path));
        }
        else if (run.Inquiry is null && CodingRule.IsAbsolute(system))
        {
            run.NoteForeign(system, element);
        }
    }
}
