using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>The paths and ids of a StructureDefinition's elements. Spec: https://hl7.org/fhir/R4/elementdefinition.html#path, #id.</summary>
internal static class StructurePaths
{
    /// <summary>False, and reported, when a path leads nowhere in the type that is constrained.</summary>
    internal static bool Check(FhirElement resource, Definitions definitions, ValidationRun run)
    {
        var found = true;
        foreach (var view in new[] { resource["differential"], resource["snapshot"] })
        {
            foreach (var element in view.Children("element"))
            {
                Id(element, run);
                found &= Path(element, resource, definitions, run);
            }
        }

        return found;
    }

    /// <summary>The first part of a path that R4 does not define; null when all are known, or when the way leads into a type that is not fixed.</summary>
    internal static string? Unknown(string[] parts, Definitions definitions)
    {
        var at = parts[0];
        foreach (var part in parts.Skip(1))
        {
            var (stem, slice) = part.IndexOf(':') is >= 0 and var colon ? (part[..colon], part[(colon + 1)..]) : (part, null);
            var isOpen = stem.EndsWith("[x]", StringComparison.Ordinal);
            var name = isOpen ? stem[..^3] : stem;
            if (definitions.FindElement(at, name) is not { } element) return name == "value" && definitions.IsPrimitive(at) ? null : part;

            // Without [x] a choice is named with one of its types.
            if (element.IsChoice && name == element.Name && !isOpen) return part;
            if (element.ContentReference is { } other) at = other;
            else if (definitions.Elements(element.Path).Count > 0) at = element.Path;
            else if (element.IsChoice && name != element.Name) at = element.Types.First(t => element.PropertyName(t.Code) == name).Code;
            else if (element.IsChoice && element.Types.FirstOrDefault(t => element.PropertyName(t.Code) == slice) is { } type) at = type.Code;
            else if (element.Types is [var only] && only.Code is not ("Resource" or "Reference" or "canonical")) at = only.Code;
            else if (element.Types is [{ Code: "Reference" }, ..]) at = "Reference";
            else return null;
        }

        return null;
    }

    private static bool Path(FhirElement element, FhirElement resource, Definitions definitions, ValidationRun run)
    {
        // A specialisation makes its own paths; of other types than those of R4 nothing is known.
        if (resource.Text("derivation") != "constraint" || resource.Text("type") is not { } type || definitions.FindType(type) is null || element.Text("path") is not { } path) return true;
        var parts = path.Split('.');
        if (parts[0] != type) run.Report(Problems.InvalidValue.With($"a profile on {type} has no path '{path}'", element["path"].Path));
        else if (Unknown(parts, definitions) is { } name) run.Report(Problems.InvalidValue.With($"the path '{path}' does not exist: R4 has no '{name}' there", element["path"].Path));
        else return true;
        return false;
    }

    /// <summary>An id says the path, with the slices on the way.</summary>
    private static void Id(FhirElement element, ValidationRun run)
    {
        if (element.Text("id") is not { } id || element.Text("path") is not { } path) return;
        if (ElementAddress.ById(element, path) is null) run.Report(Problems.Questionable.With($"the id '{id}' says another path than '{path}', which counts", element.Path));
        else if (element.Text("sliceName") is { } slice && !id.EndsWith($":{slice}", StringComparison.Ordinal)) run.Report(Problems.Questionable.With($"the id '{id}' does not end with the name of the slice, '{slice}'", element.Path));
    }
}
