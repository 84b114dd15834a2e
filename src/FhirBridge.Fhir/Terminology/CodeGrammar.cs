using System.Text.RegularExpressions;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir;

/// <summary>Codes that follow rules, beside a list or instead of it: units, languages, media types. Immutable.</summary>
internal abstract class CodeGrammar
{
    /// <summary>True when the grammar and the list know each code; false when they only know what cannot be one.</summary>
    internal virtual bool IsCertain => true;

    /// <summary>True when the list holds all codes but those that everybody makes for himself.</summary>
    internal virtual bool IsListed => false;

    /// <summary>The concept of a code that is not listed; null when it is none, or not certainly one.</summary>
    internal virtual Concept? Find(string code) => null;

    /// <summary>True for a code of which only a list that is not here can say whether it exists.</summary>
    internal virtual bool IsPossible(string code) => false;

    /// <summary>A property that codes have by their form; null when there is none of that name.</summary>
    internal virtual string? Property(string code, string property) => null;
}

/// <summary>UCUM. Spec: https://hl7.org/fhir/R4/ucum.html.</summary>
internal sealed class UnitGrammar : CodeGrammar
{
    /// <inheritdoc/>
    internal override Concept? Find(string code) => UcumUnit.IsCode(code) ? new Concept(code, (string?)null) : null;

    /// <summary>The property <c>canonical</c>: what the unit measures, in base units. R4's value sets ask for all that are commensurable with one (<c>a</c>, <c>m</c>).</summary>
    internal override string? Property(string code, string property) => property == "canonical" && UcumUnit.Parse(code) is { } unit ? unit.Dimension : null;
}

/// <summary>Language tags. Spec: RFC 5646 §2.1, https://hl7.org/fhir/R4/valueset-all-languages.html. Which subtags are registered is not looked at.</summary>
internal sealed partial class LanguageGrammar : CodeGrammar
{
    /// <inheritdoc/>
    internal override Concept? Find(string code) => code.Length <= 100 && Tag().IsMatch(code) ? new Concept(code, (string?)null) : null;

    [GeneratedRegex(
        @"^(?:(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[0-9a-wyz](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
        + @"|x(?:-[a-z0-9]{1,8})+|en-gb-oed|i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)|sgn-(?:be-fr|be-nl|ch-de)|art-lojban|cel-gaulish|no-(?:bok|nyn)|zh-(?:guoyu|hakka|min|min-nan|xiang))\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Tag();
}

/// <summary>
/// Media types, with parameters or without. Spec: RFC 6838 §4.2, RFC 9110 §8.3.1. Which are registered is not looked at, and blanks in a value are borne with, as R4's own examples have them.
/// </summary>
internal sealed partial class MediaTypeGrammar : CodeGrammar
{
    /// <inheritdoc/>
    internal override Concept? Find(string code) => code.Length <= 500 && Type().IsMatch(code) ? new Concept(code, (string?)null) : null;

    /// <summary>FHIR's short names of its own formats (http.html#mime-type), which R4's test scripts use in the place of media types.</summary>
    internal override bool IsPossible(string code) => code is "xml" or "json" or "ttl";

    [GeneratedRegex(
        """^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}(?:[ \t]*;[ \t]*[a-z0-9!#$%&'*+.^_`|~-]+=(?:[a-z0-9!#$%&'*+.^_`|~:/ -]+|"[^"\\]*"))*\z""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Type();
}

/// <summary>Countries: those that everybody may make for himself stand in no list. Spec: ISO 3166-1 §8.1.3.</summary>
internal sealed partial class CountryGrammar : CodeGrammar
{
    /// <inheritdoc/>
    internal override bool IsListed => true;

    /// <inheritdoc/>
    internal override Concept? Find(string code) => OwnCode().IsMatch(code) ? new Concept(code, (string?)null) : null;

    [GeneratedRegex(@"^(?:AA|Q[M-Z]|X[A-Z]|ZZ|AA[A-Z]|Q[M-Z][A-Z]|X[A-Z]{2}|ZZ[A-Z]|9[0-9]{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex OwnCode();
}

/// <summary>Systems of which only the form of the codes is known: what has another form is none.</summary>
internal sealed class FormGrammar(Regex form, bool isListed = false) : CodeGrammar
{
    /// <inheritdoc/>
    internal override bool IsCertain => false;

    /// <inheritdoc/>
    internal override bool IsListed => isListed;

    /// <inheritdoc/>
    internal override bool IsPossible(string code) => form.IsMatch(code);
}
