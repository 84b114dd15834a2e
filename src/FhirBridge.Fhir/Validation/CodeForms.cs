using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// The forms of the codes of systems that are too large to be here, or that follow a grammar: a code that cannot be one of them is told apart from one that is only not known.
/// Spec: https://hl7.org/fhir/R4/terminologies-systems.html.
/// </summary>
internal static partial class CodeForms
{
    private static readonly FrozenDictionary<string, Func<string, string?>> Faults = new Dictionary<string, Func<string, string?>>(StringComparer.Ordinal)
    {
        ["http://snomed.info/sct"] = SnomedForm.Fault,
        ["http://loinc.org"] = LoincFault,
        ["http://www.nlm.nih.gov/research/umls/rxnorm"] = code => Numbers().IsMatch(code) ? null : "is no code of RxNorm: these are numbers",
        [Ucum] = code => ByGrammar(Ucum, code, "unit of UCUM"),
        [Languages] = code => ByGrammar(Languages, code, "language tag"),
        [MediaTypes] = code => ByGrammar(MediaTypes, code, "media type"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    internal const string Ucum = "http://unitsofmeasure.org";

    internal const string Languages = "urn:ietf:bcp:47";

    internal const string MediaTypes = "urn:ietf:bcp:13";

    /// <summary>What is wrong with the form of the code, to be said after it; null when nothing is, or when nothing is known of the system's codes.</summary>
    internal static string? Fault(string system, string code) => Faults.TryGetValue(system, out var fault) ? fault(code) : null;

    private static string? ByGrammar(string system, string code, string what) => StandardSystems.Find(system)!.Has(code) == false ? $"is no {what}" : null;

    /// <summary>Codes, and parts (LP), answers (LA), answer lists (LL), groups (LG): digits with a check digit behind a hyphen.</summary>
    private static string? LoincFault(string code)
    {
        if (OldPart().IsMatch(code)) return null;
        if (Loinc().Match(code) is not { Success: true } match) return "is no code of LOINC: these are digits, a hyphen and a check digit";
        return CheckDigit(match.Groups[1].ValueSpan) == code[^1] - '0' ? null : "is no code of LOINC: its check digit is wrong";
    }

    /// <summary>Modulo 10, every second one doubled, from the right; a letter counts by its place in ASCII, from that of zero.</summary>
    private static int CheckDigit(ReadOnlySpan<char> text)
    {
        var sum = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var value = text[text.Length - 1 - i] - '0';
            sum += i % 2 == 0 ? (2 * value) - (value / 5 * 9) : value;
        }

        return (10 - (sum % 10)) % 10;
    }

    [GeneratedRegex(@"^((?:L[APLG])?[0-9]{1,8})-[0-9]$", RegexOptions.CultureInvariant)]
    private static partial Regex Loinc();

    [GeneratedRegex("^MTHU[0-9]{1,8}$", RegexOptions.CultureInvariant)]
    private static partial Regex OldPart();

    [GeneratedRegex("^[0-9]{1,8}$", RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();
}
