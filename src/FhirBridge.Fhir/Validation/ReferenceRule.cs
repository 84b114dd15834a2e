using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// ref-1 and more: a reference has a form that R4 knows, leads to something where it points into the same document, and to a type that it may point at. Spec: https://hl7.org/fhir/R4/references.html,
/// https://hl7.org/fhir/R4/bundle.html#references.
/// </summary>
/// <param name="targets">Canonicals of the types that it may point at; none when any.</param>
internal sealed class ReferenceRule(IReadOnlyList<string> targets) : IElementRule
{
    private const string Structures = "http://hl7.org/fhir/StructureDefinition/";

    private readonly string[] types = targets.Any(t => t == Structures + "Resource") ? [] : [.. targets.Select(t => t[(t.LastIndexOf('/') + 1)..])];

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element.Text("reference") is not { Length: > 0 } reference)
        {
            CheckType(element, null, run);
            CheckTarget(element, element.Text("type"), run);
            return;
        }

        var parsed = FhirReference.Parse(reference);
        var isNear = reference[0] == '#' || reference.StartsWith("urn:", StringComparison.Ordinal);
        var target = isNear || types.Length > 0 ? run.Resolve(element, reference) : default;
        CheckType(element, target.Exists ? target.Type : parsed?.Type, run);
        CheckTarget(element, target.Exists ? target.Type : parsed?.Type ?? element.Text("type"), run);
        if (reference[0] == '#')
        {
            if (!target.Exists) run.Report(Problems.Invariant.With($"ref-1: there is no contained resource with the id '{reference[1..]}'", element.Path));
        }
        else
        {
            CheckForm(element, reference, parsed, target, run);
        }
    }

    private static void CheckForm(FhirElement element, string reference, FhirReference? parsed, FhirElement target, ValidationRun run)
    {
        if (UriForms.Fault(reference) is { } fault) run.Report(Problems.Questionable.With($"the reference '{CodingRule.Shortened(reference)}' is no good URI: {fault}", $"{element.Path}.reference"));
        else if (!target.Exists && IsLost(element, reference)) run.Report(Problems.ReferenceOpen.With($"'{CodingRule.Shortened(reference)}' is not in the Bundle, and leads nowhere outside of it", $"{element.Path}.reference"));
        if (parsed is null && !CodingRule.IsAbsolute(reference) && !reference.Contains('?')) run.Report((run.IsStrict ? Problems.InvalidValue : Problems.ReferenceOpen).With($"'{reference}' leads nowhere: a relative reference has the form Type/id", $"{element.Path}.reference"));
        else if (parsed is { Base: null } && !run.Definitions.IsResource(parsed.Type)) run.Report((run.IsStrict ? Problems.InvalidValue : Problems.ReferenceOpen).With($"the reference names '{parsed.Type}', which is no resource type", $"{element.Path}.reference"));
    }

    /// <summary>A urn names what is in the same Bundle, or nothing.</summary>
    private static bool IsLost(FhirElement element, string reference)
    {
        if (!reference.StartsWith("urn:", StringComparison.Ordinal)) return false;
        var resource = element.Resource;
        if (resource.Name == "contained") resource = resource.Parent.Resource;
        return resource.Parent.Parent.Type == "Bundle";
    }

    /// <summary>The type that is stated is one of R4 (others, of logical models, are absolute), and that of the target.</summary>
    private static void CheckType(FhirElement element, string? target, ValidationRun run)
    {
        if (element["type"] is not { HasValue: true } type) return;
        var name = type.Value.StartsWith(Structures, StringComparison.Ordinal) ? type.Value[Structures.Length..] : type.Value;
        if (!run.Definitions.IsResource(name))
        {
            if (!CodingRule.IsAbsolute(name)) run.Fault($"'{CodingRule.Shortened(name)}' is no resource type of R4; the types of other models are named by their absolute URL", type);
        }
        else if (target is not null && run.Definitions.IsResource(target) && !run.Definitions.IsOrSpecialises(target, name))
        {
            run.Report(Problems.ReferenceTarget.With($"the reference points at {target}, and says that it points at {type.Value}", type.Path));
        }
    }

    private void CheckTarget(FhirElement element, string? target, ValidationRun run)
    {
        if (types.Length == 0 || target is null || Array.IndexOf(types, target) >= 0 || !run.Definitions.IsResource(target) || Array.Exists(types, t => run.Definitions.IsOrSpecialises(target, t))) return;
        run.Report(Problems.ReferenceTarget.With($"the reference points at {target}, and may point at {Listed(types)} only", element.Path));
    }

    private static string Listed(string[] names) => names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}";
}
