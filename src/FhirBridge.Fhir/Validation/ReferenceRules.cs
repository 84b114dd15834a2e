using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// ref-1 and more: a reference has a form that R4 knows, and leads to something where it points into the same document. Spec: https://hl7.org/fhir/R4/references.html,
/// https://hl7.org/fhir/R4/bundle.html#references.
/// </summary>
internal sealed class ReferenceRule : IElementRule
{
    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element.Text("reference") is not { Length: > 0 } reference) return;
        if (reference[0] == '#')
        {
            if (!run.Resolve(element).Exists) run.Report(Problems.Invariant.With($"ref-1: there is no contained resource with the id '{reference[1..]}'", element.Path));
            return;
        }

        var parsed = FhirReference.Parse(reference);
        if (parsed is null && !CodingRule.IsAbsolute(reference) && !reference.Contains('?')) run.Report((run.IsStrict ? Problems.InvalidValue : Problems.ReferenceOpen).With($"'{reference}' leads nowhere: a relative reference has the form Type/id", $"{element.Path}.reference"));
        else if (parsed is { Base: null } && !run.Definitions.IsResource(parsed.Type)) run.Report((run.IsStrict ? Problems.InvalidValue : Problems.ReferenceOpen).With($"the reference names '{parsed.Type}', which is no resource type", $"{element.Path}.reference"));
        if (parsed is not null && element["type"] is { HasValue: true } type && type.Value != parsed.Type && run.Definitions.IsResource(parsed.Type) && type.Value[(type.Value.LastIndexOf('/') + 1)..] != parsed.Type)
        {
            run.Report(Problems.ReferenceTarget.With($"the reference points at {parsed.Type}, and says that it points at {type.Value}", $"{element.Path}.type"));
        }
    }
}

/// <summary>The types that a reference may point at. Spec: https://hl7.org/fhir/R4/references.html.</summary>
internal sealed class TargetRule(IReadOnlyList<string> targets) : IElementRule
{
    private readonly string[] types = [.. targets.Select(t => t[(t.LastIndexOf('/') + 1)..])];

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (types.Contains("Resource")) return;
        var target = run.Resolve(element);
        var stated = target.Exists ? target.Type : FhirReference.Parse(element.Text("reference"))?.Type ?? element.Text("type");
        if (stated is null || !run.Definitions.IsResource(stated) || types.Any(t => run.Definitions.IsOrSpecialises(stated, t))) return;
        run.Report(Problems.ReferenceTarget.With($"the reference may point at {string.Join(", ", types)}, found {stated}", element.Path));
    }
}
