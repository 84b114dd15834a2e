namespace FhirBridge.Fhir.Validation;

/// <summary>A StructureDefinition's differential against the type that it constrains. Spec: https://hl7.org/fhir/R4/structuredefinition.html.</summary>
internal sealed class StructureDefinitionRules : IResourceRules
{
    /// <inheritdoc/>
    public string Type => "StructureDefinition";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        // A specialisation makes its own paths; of other types than those of R4 nothing is known.
        if (resource.Text("derivation") != "constraint" || resource.Text("type") is not { } type || run.Definitions.FindType(type) is null) return;
        foreach (var element in resource["differential"].Children("element"))
        {
            if (element.Text("path") is not { } path) continue;
            var parts = path.Split('.');
            if (parts[0] != type) run.Report(Problems.InvalidValue.With($"a profile on {type} has no path '{path}'", element["path"].Path));
            else if (Unknown(parts, run.Definitions) is { } name) run.Report(Problems.InvalidValue.With($"the path '{path}' does not exist: R4 has no '{name}' there", element["path"].Path));
        }
    }

    /// <summary>The first part of a path that R4 does not define; null when all are known, or when the way leads into a type that is not fixed.</summary>
    private static string? Unknown(string[] parts, Definitions definitions)
    {
        var at = parts[0];
        foreach (var part in parts.Skip(1))
        {
            var name = part.EndsWith("[x]", StringComparison.Ordinal) ? part[..^3] : part.Split(':')[0];
            if (definitions.FindElement(at, name) is not { } element) return part;

            // Without [x] a choice is named with one of its types.
            if (element.IsChoice && name == element.Name && !part.EndsWith("[x]", StringComparison.Ordinal)) return part;
            if (element.ContentReference is { } other) at = other;
            else if (definitions.Elements(element.Path).Count > 0) at = element.Path;
            else if (element.IsChoice && name != element.Name) at = element.Types.First(t => element.PropertyName(t.Code) == name).Code;
            else if (element.Types is [var only] && only.Code is not ("Resource" or "Reference" or "canonical")) at = only.Code;
            else if (element.Types is [{ Code: "Reference" }, ..]) at = "Reference";
            else return null;
        }

        return null;
    }
}
