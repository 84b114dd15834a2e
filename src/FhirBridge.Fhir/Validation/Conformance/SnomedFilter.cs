namespace FhirBridge.Fhir.Validation;

/// <summary>What filters on SNOMED CT may ask for, which is known without its concepts. Spec: https://hl7.org/fhir/R4/snomedct.html#filters.</summary>
internal static class SnomedFilter
{
    internal const string System = "http://snomed.info/sct";

    // Verhoeff's dihedral group: https://confluence.ihtsdotools.org, Check-digit.
    private const string Product = "0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210";

    private const string Permutation = "01234567891576283094580379614289160435279453126870428657390127938064157046913258";

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
        if (!IsIdentifier(code)) run.Report(Problems.CodeInvalid.With($"'{Shown(code)}' cannot be a code of SNOMED CT: those are numbers of 6 to 18 digits", filter.Path));
        else if (!HasCheckDigit(code)) run.Report(Problems.Questionable.With($"the last digit of '{code}' is not the check digit of a SNOMED CT identifier", filter.Path));
    }

    internal static bool IsIdentifier(string text) => text.Length is >= 6 and <= 18 && text[0] != '0' && text.All(char.IsAsciiDigit);

    internal static bool HasCheckDigit(string identifier)
    {
        var check = 0;
        for (var i = 0; i < identifier.Length; i++)
        {
            var digit = identifier[^(i + 1)] - '0';
            check = Product[(check * 10) + (Permutation[((i % 8) * 10) + digit] - '0')] - '0';
        }

        return check == 0;
    }

    private static string Shown(string text) => text.Length <= 200 ? text : text[..200] + "…";
}
