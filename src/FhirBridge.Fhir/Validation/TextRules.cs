using System.Text.RegularExpressions;
using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// Texts hold no HTML, which a careless viewer would run, and no blanks around them. Spec: https://hl7.org/fhir/R4/security.html#narrative, https://hl7.org/fhir/R4/datatypes.html#string.
/// Warnings: the text may be about HTML.
/// </summary>
internal sealed partial class TextRule : IElementRule
{
    internal static TextRule Instance { get; } = new();

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element.Value is not { Length: > 0 } text) return;
        if (element.Type == "string" && (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))) run.Report(Problems.Questionable.With("the text starts or ends with a blank", element.Path));

        // Markdown may quote HTML; scripts have no place in it either.
        if (!text.Contains('<')) return;
        if ((element.Type == "markdown" ? Script() : Tag()).IsMatch(text)) run.Report((run.Refuse.HasFlag(Refusals.Markup) ? Problems.MarkupRefused : Problems.Markup).With("the text looks as if it held HTML tags, which a careless viewer would run", element.Path));
    }

    [GeneratedRegex("</?[a-zA-Z][a-zA-Z0-9]*(\\s[^<>]*)?/?>", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Tag();

    [GeneratedRegex("<script[\\s>/]", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Script();
}

/// <summary>
/// Links of a narrative lead to a place in it or in the resource, or elsewhere by a scheme that browsers follow. Spec: https://hl7.org/fhir/R4/narrative.html. Only where the
/// validation is strict.
/// </summary>
internal sealed partial class NarrativeLinkRule : IElementRule
{
    internal static NarrativeLinkRule Instance { get; } = new();

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (!run.IsStrict || element.Value is not { } xhtml || !xhtml.Contains("href", StringComparison.Ordinal)) return;
        foreach (Match link in Link().Matches(xhtml))
        {
            var target = link.Groups[1].Value;
            if (!run.Spend(element)) return;
            if (target.StartsWith('#'))
            {
                if (target.Length > 1 && !IsThere(element, xhtml, target[1..])) run.Report(Problems.ReferenceNotFound.With($"the link '{target}' of the narrative leads nowhere", element.Path));
            }
            else if (target.StartsWith("urn:", StringComparison.OrdinalIgnoreCase))
            {
                run.Report(Problems.InvalidValue.With($"nobody can follow the link '{target}' of the narrative", element.Path));
            }
        }
    }

    private static bool IsThere(FhirElement element, string xhtml, string id) =>
        xhtml.Contains($"id=\"{id}\"", StringComparison.Ordinal) || xhtml.Contains($"name=\"{id}\"", StringComparison.Ordinal)
        || xhtml.Contains($"id='{id}'", StringComparison.Ordinal) || xhtml.Contains($"name='{id}'", StringComparison.Ordinal)
        || element.Resource.Children("contained").Any(c => c.Text("id") == id);

    [GeneratedRegex("<a\\s[^<>]*?href\\s*=\\s*[\"']([^\"'<>]*)[\"']", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Link();
}

/// <summary>
/// A narrative that is divided by language has no text beside the sections, and one in the language of the resource; the language that it names is that of the resource. Advice: R4 does not forbid it.
/// Spec: https://hl7.org/fhir/R4/narrative.html, https://hl7.org/fhir/R4/languages.html.
/// </summary>
internal sealed class NarrativeLanguageRule : IElementRule
{
    internal static NarrativeLanguageRule Instance { get; } = new();

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element.Value is not { } xhtml || !xhtml.Contains("lang=", StringComparison.Ordinal) || NarrativeSections.Read(xhtml) is not { } sections) return;
        var language = element.Resource.Text("language");
        if (sections.Languages.Count > 0 && sections.HasTextOutside) run.Report(Problems.Questionable.With("the narrative is divided by language, but some of its text stands in no section", element.Path));
        if (language is null) return;
        if (sections.Languages.Count > 0 && !sections.Languages.Contains(language)) run.Report(Problems.Questionable.With($"the resource is in the language {language}, but the narrative has sections only in {string.Join(", ", sections.Languages)}", element.Path));
        else if (sections.Language is { } own && own != language && sections.Languages.Count == 0) run.Report(Problems.Questionable.With($"the resource is in the language {language}, but the narrative in {own}", element.Path));
    }
}

/// <summary>
/// A code that must be one of a set is there, and not only an extension in its place; a concept has one, and not only a text. Only where the validation is strict.
/// Spec: https://hl7.org/fhir/R4/terminologies.html#required.
/// </summary>
internal sealed class CodeValueRule : IElementRule
{
    internal static CodeValueRule Instance { get; } = new();

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (run.IsStrict && !HasCode(element)) run.Report(Problems.CodeInvalid.With("there is no code, and one of the required set must be given", element.Path));
    }

    private static bool HasCode(FhirElement element) => element.Type switch
    {
        "Coding" => element["code"].HasValue,
        "CodeableConcept" => IsReason(element) || HasCoding(element),
        _ => element.HasValue,
    };

    private static bool HasCoding(FhirElement concept)
    {
        foreach (var coding in concept.Children("coding"))
        {
            if (coding["code"].HasValue) return true;
        }

        return false;
    }

    /// <summary>Extensions alone may say why there is no concept.</summary>
    private static bool IsReason(FhirElement concept) => !concept["coding"].Exists && !concept["text"].Exists;
}
