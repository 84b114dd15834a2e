namespace FhirBridge.Fhir.Validation;

/// <summary>What filters on SNOMED CT may ask for, which is known without its concepts. Spec: https://hl7.org/fhir/R4/snomedct.html#filters.</summary>
internal static class SnomedFilter
{
    internal const string System = "http://snomed.info/sct";

    internal static void Check(FhirElement filter, string property, string op, string value, ValidationRun run)
    {
        switch (property)
        {
            case "constraint":
                if (op != "=") Refuse($"a constraint of SNOMED CT is asked for with '=', not '{op}'");
                if (EclRecogniser.Fault(value) is { } fault) run.Report(Problems.ExpressionRefused.With($"'{Shown(value)}' is no expression constraint (ECL) of SNOMED CT: {fault}", filter.Path));
                break;
            case "expressions":
                if (op != "=" || value is not ("true" or "false")) Refuse($"whether expressions are in the value set is said with '= true' or '= false', not '{op} {Shown(value)}'");
                break;
            case "concept":
                foreach (var code in op is "in" or "not-in" ? value.Split(',', StringSplitOptions.TrimEntries) : [value]) Concept(filter, code, run);
                break;
            default:
                // An attribute of the concept model.
                if (IsIdentifier(property) && op is not ("=" or "in")) Refuse($"the attribute {property} is asked for with '=' or 'in', not '{op}'");
                break;
        }

        void Refuse(string why) => run.Report(Problems.InvalidDefinition.With(why, filter.Path));
    }

    private static void Concept(FhirElement filter, string code, ValidationRun run)
    {
        if (SnomedForm.Fault(code) is { } fault) run.Report((run.IsStrict ? Problems.CodeInvalid : Problems.CodeAdvised).With($"'{Shown(code)}' {fault}", filter.Path));
    }

    internal static bool IsIdentifier(string text) => text.Length is >= 6 and <= 18 && text[0] != '0' && text.All(char.IsAsciiDigit);

    private static string Shown(string text) => text.Length <= 200 ? text : text[..200] + "…";
}
