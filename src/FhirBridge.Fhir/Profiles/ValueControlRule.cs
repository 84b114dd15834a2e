using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Profiles;

/// <summary>
/// Whether extensions may stand in for the value of a primitive: R5's <c>mustHaveValue</c> (none may) and <c>valueAlternatives</c> (only those listed), as profiles of R4 write them.
/// Spec: https://hl7.org/fhir/R5/elementdefinition-definitions.html#ElementDefinition.mustHaveValue.
/// </summary>
internal sealed class ValueControlRule : IElementRule
{
    private const string Prefix = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.";

    private readonly bool mustHaveValue;
    private readonly string[] alternatives;

    private ValueControlRule(bool mustHaveValue, string[] alternatives)
    {
        this.mustHaveValue = mustHaveValue;
        this.alternatives = alternatives;
    }

    /// <summary>The rule of an ElementDefinition; null when it has none.</summary>
    internal static ValueControlRule? Of(FhirElement definition)
    {
        var mustHaveValue = false;
        List<string>? alternatives = null;
        foreach (var extension in definition.Children("extension"))
        {
            if (extension.Text("url") is not { } url || !url.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            if (url.EndsWith(".mustHaveValue", StringComparison.Ordinal)) mustHaveValue = extension["value"].Value == "true";
            else if (url.EndsWith(".valueAlternatives", StringComparison.Ordinal) && extension["value"].Value is { } alternative) (alternatives ??= []).Add(alternative.Split('|')[0]);
        }

        return mustHaveValue || alternatives is not null ? new ValueControlRule(mustHaveValue, alternatives?.ToArray() ?? []) : null;
    }

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element.HasValue || !run.Definitions.IsPrimitive(element.Type)) return;
        if (mustHaveValue) run.Report(Problems.Required.With("the profile asks for a value, and no extension may stand in for it", element.Path));
        else if (!HasAlternative(element)) run.Report(Problems.Required.With($"the profile asks for a value, or for one of the extensions {string.Join(", ", alternatives)} in its place", element.Path));
    }

    private bool HasAlternative(FhirElement element)
    {
        foreach (var extension in element.Children("extension"))
        {
            if (extension.Text("url") is { } url && alternatives.Contains(url, StringComparer.Ordinal)) return true;
        }

        return false;
    }
}
