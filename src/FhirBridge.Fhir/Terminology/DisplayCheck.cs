using System.Text.RegularExpressions;

namespace FhirBridge.Fhir;

/// <summary>Whether a display is one of those that a code has, in the languages asked for.</summary>
internal static partial class DisplayCheck
{
    /// <summary>What is wrong with the display; null when nothing is.</summary>
    internal static TerminologyIssue? Check(TerminologyTerms terms, AskedCoding coding, ConceptTerms names, string display)
    {
        var code = $"{coding.System}#{coding.Code}";
        var at = coding.At("display");
        var valid = names.All.Where(t => t.Withdrawn is null && (t.IsDisplay || t.Language is not null || !t.Element["use"].Exists)).ToList();
        var standard = valid.Find(t => t.IsDisplay)?.Text ?? "";
        if (valid.Count == 0) return null;
        var severity = terms.Flag("lenient-display-validation") == true || terms.Flag("lenient") == true ? "warning" : "error";
        var languages = terms.Languages is { IsAny: true } ? null : terms.Languages;
        var tags = languages is null ? "--" : string.Join(", ", languages.Tags);
        var choices = languages is null ? valid : [.. valid.Where(t => t.Language is null || languages.Tags.Any(tag => LanguageRange.Fits(t.Language, tag) || LanguageRange.Fits(tag, t.Language)))];
        if (choices.Exists(c => Same(c.Text, display))) return null;
        if (names.All.FirstOrDefault(t => t.Withdrawn is not null && Same(t.Text, display)) is { } old)
        {
            return new("warning", "invalid", "display-comment", $"'{display}' is no longer considered a correct display for code '{coding.Code}' (status = {(old.Withdrawn == "withdrawn" ? "deprecated" : old.Withdrawn)}). The correct display is one of \"{standard}\".", at, "INACTIVE_DISPLAY_FOUND", false);
        }

        if (choices.Count == 0)
        {
            return valid.Exists(c => Same(c.Text, display))
                ? new("information", "invalid", "invalid-display", $"There are no valid display names found for the code {code} for language(s) '{tags}'. The display is '{display}' which is a valid display for the default language", at, "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK")
                : new(severity, "invalid", "invalid-display", $"Wrong Display Name '{display}' for {code}. There are no valid display names found for language(s) '{tags}'. Default display is '{standard}'", at, "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR");
        }

        var texts = string.Join(" or ", choices.Select(c => $"'{c.Text}'{(c.Language is null ? "" : $" ({c.Language})")}").Distinct());
        var count = choices.Count == 1 ? "Valid display is" : $"Valid display is one of {choices.Count} choices:";
        var spaces = choices.Exists(c => Same(Spaces().Replace(c.Text, " ").Trim(), Spaces().Replace(display, " ").Trim()));
        return new(severity, "invalid", "invalid-display", $"Wrong {(spaces ? "whitespace in Display Name" : "Display Name")} '{display}' for {code}. {count} {texts} (for the language(s) '{tags}')", at, spaces ? "Display_Name_WS_for__should_be_one_of__instead_of" : "Display_Name_for__should_be_one_of__instead_of");
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces();
}
