using System.Collections.Frozen;
using System.Text.RegularExpressions;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// The forms of the codes of systems that are too large to be here: a code that cannot be one of them is told apart from one that is only not known.
/// Spec: https://hl7.org/fhir/R4/terminologies-systems.html.
/// </summary>
internal static partial class CodeForms
{
    private static readonly FrozenDictionary<string, Func<string, string?>> Faults = new Dictionary<string, Func<string, string?>>(StringComparer.Ordinal)
    {
        ["http://snomed.info/sct"] = SnomedForm.Fault,
        ["http://loinc.org"] = LoincFault,
        [Ucum] = code => UcumUnit.IsCode(code) ? null : "is no unit of UCUM",
        ["http://www.nlm.nih.gov/research/umls/rxnorm"] = code => Numbers().IsMatch(code) ? null : "is no code of RxNorm: these are numbers",
        ["urn:ietf:bcp:47"] = code => LanguageTag().IsMatch(code) ? null : "is no language tag",
        ["urn:ietf:bcp:13"] = code => code is "xml" or "json" or "ttl" || MediaType().IsMatch(code) ? null : "is no media type",
        ["urn:iso:std:iso:3166"] = code => Country().IsMatch(code) ? null : "is no code of a country: these are two or three capital letters, or three digits",
        ["urn:iso:std:iso:4217"] = code => Currency().IsMatch(code) ? null : "is no code of a currency: these are three capital letters",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    internal const string Ucum = "http://unitsofmeasure.org";

    /// <summary>What is wrong with the form of the code, to be said after it; null when nothing is, or when nothing is known of the system's codes.</summary>
    internal static string? Fault(string system, string code) => Faults.TryGetValue(system, out var fault) ? fault(code) : null;

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

    [GeneratedRegex("^(?:[A-Za-z]{2,8}|[xi])(?:-[A-Za-z0-9]{1,8})*$", RegexOptions.CultureInvariant)]
    private static partial Regex LanguageTag();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9*][A-Za-z0-9!#$&^_.+*-]*(?:\\s*;.*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex MediaType();

    [GeneratedRegex("^(?:[A-Z]{2,3}|[0-9]{3})$", RegexOptions.CultureInvariant)]
    private static partial Regex Country();

    [GeneratedRegex("^[A-Z]{3}$", RegexOptions.CultureInvariant)]
    private static partial Regex Currency();
}
