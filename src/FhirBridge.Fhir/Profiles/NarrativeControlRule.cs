using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Profiles;

/// <summary>
/// What a profile asks of a narrative: in which languages it has sections (<c>narrative-language-control</c>), and that its text says where it comes from (<c>narrative-source-control</c>,
/// with the severity that the profile gives). Spec: https://hl7.org/fhir/extensions/StructureDefinition-narrative-language-control.html.
/// </summary>
internal sealed class NarrativeControlRule : IElementRule
{
    private const string Language = "http://hl7.org/fhir/StructureDefinition/narrative-language-control";

    private const string Source = "http://hl7.org/fhir/StructureDefinition/narrative-source-control";

    private readonly List<string> languages = [];
    private readonly string? severity;

    private NarrativeControlRule(FhirElement definition)
    {
        foreach (var extension in definition.Children("extension"))
        {
            if (extension["value"].Value is not { } value) continue;
            if (extension.Text("url") == Language) languages.Add(value);
            else if (extension.Text("url") == Source) severity = value;
        }
    }

    /// <summary>The rule of an ElementDefinition; null when it has none.</summary>
    internal static NarrativeControlRule? Of(FhirElement definition)
    {
        foreach (var extension in definition.Children("extension"))
        {
            if (extension.Text("url") is Language or Source) return new NarrativeControlRule(definition);
        }

        return null;
    }

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element["div"].Value is not { } xhtml || NarrativeSections.Read(xhtml) is not { } sections) return;
        foreach (var language in languages)
        {
            if (Fault(language, sections.Languages, element.Resource.Text("language")) is { } fault) run.Report(Problems.BusinessRule.With(fault, element.Path));
        }

        if (severity is not null && sections.HasUnattributed)
        {
            run.Report(OfSeverity().With("the profile asks that all text of the narrative stands in elements of class boilerplate, generated, extension or additional", element.Path));
        }
    }

    private static string? Fault(string asked, IReadOnlyList<string> found, string? ofResource)
    {
        var shown = found.Count == 0 ? "none" : string.Join(", ", found);
        return asked switch
        {
            "_no" or "#no" => found.Count > 0 ? $"the profile allows no sections by language in the narrative, found {shown}" : null,
            "_yes" or "#yes" => found.Count == 0 ? "the profile asks for sections by language in the narrative, found none" : null,
            "_resource" or "#resource" => ofResource is not null && !found.Contains(ofResource) ? $"the profile asks for a section in the language of the resource, {ofResource}, in the narrative; found {shown}" : null,
            _ => found.Contains(asked) ? null : $"the profile asks for a section in the language {asked} in the narrative, found {shown}",
        };
    }

    private ProblemKind OfSeverity() => severity switch
    {
        "information" => Problems.Informational,
        "warning" => Problems.Questionable,
        _ => Problems.BusinessRule,
    };
}
