namespace FhirBridge.Fhir.Validation;

/// <summary>The ids of elements are unique within their resource. Spec: https://hl7.org/fhir/R4/element.html#id.</summary>
internal static class DuplicateIds
{
    internal static void Check(FhirElement root, ValidationRun run)
    {
        HashSet<(FhirElement, string)>? seen = null;
        foreach (var e in root.Descendants())
        {
            if (e.Name != "id" || e.Parent.IsResource || e.Type is not ("string" or "id") || !e.HasValue || e.Parent.Type == "ElementDefinition") continue;
            seen ??= [];
            if (!seen.Add((e.Resource, e.Value))) run.Report(Problems.InvalidValue.With($"the id '{e.Value}' stands at another element of the resource already", e.Parent.Path));
        }
    }
}
