using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// A coding of a system that is not here, or not whole, as a terminology server knows it; see <see cref="CodingRule"/> for those that are here. Without such a server it says nothing.
/// </summary>
internal sealed class ForeignCodingRule : IElementRule
{
    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (run.Inquiry is not { } inquiry || element["code"] is not { HasValue: true } code || element.Text("system") is not { } system || !CodingRule.IsAbsolute(system)) return;
        var version = element.Text("version");

        // What cannot be a code of the system is told without asking.
        if (CodeForms.Fault(system, code.Value) is not null) return;
        if (run.Definitions.Terminology.HasCode(new Coding(system, code.Value), version) is not null || run.Definitions.FindEntry("ValueSet", system) is not null) return;
        var question = new TerminologyQuestion(null, system, version, code.Value);
        var answer = inquiry.Ask(question, element);
        if (answer?.IsValid == false) run.Report((run.IsStrict ? Problems.CodeInvalid : Problems.CodeAdvised).With($"the code system '{system}' has no code '{CodingRule.Shortened(code.Value)}', says the terminology server", code.Path));

        // A server refuses a wrong display as it refuses a wrong code: with the code alone asked as well, the two can be told apart.
        if (answer?.IsValid == false || element["display"] is not { HasValue: true } display || IsDisplay(display.Value, answer)) return;
        if (inquiry.Ask(question with { Display = display.Value }, display)?.IsValid == false && answer?.IsValid == true)
        {
            run.Report(Problems.CodeAdvised.With($"'{CodingRule.Shortened(display.Value)}' is no display of {code.Value} in '{system}'{(answer.Display is { } stated ? $", which calls it '{CodingRule.Shortened(stated)}'" : "")}", display.Path));
        }
    }

    private static bool IsDisplay(string display, ForeignAnswer? answer) => string.Equals(display.Trim(), answer?.Display?.Trim(), StringComparison.OrdinalIgnoreCase);
}
