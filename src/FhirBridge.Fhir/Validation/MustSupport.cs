using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>Tells which elements that a profile marks mustSupport are not there. What supporting means is for the profile's guide to say. Spec: https://hl7.org/fhir/R4/conformance-rules.html#mustSupport.</summary>
internal static class MustSupport
{
    private const int MaxNames = 30;

    internal static void Report(FhirElement resource, Profile profile, ValidationRun run)
    {
        var missing = new List<string>();
        Collect(resource, profile.Root, "", missing, 0);
        if (missing.Count == 0) return;
        var shown = string.Join(", ", missing.Take(MaxNames)) + (missing.Count > MaxNames ? "…" : "");
        run.Report(Problems.MustSupport.With($"the profile '{profile.Url}' asks for support of elements that are not there: {shown}", resource.Path));
    }

    private static void Collect(FhirElement element, ProfileNode node, string path, List<string> missing, int depth)
    {
        if (depth > 20) return;
        foreach (var child in node.Children)
        {
            var name = path.Length == 0 ? child.Name : $"{path}.{child.Name}";
            var first = element[child.Name];
            if (!first.Exists && child.Definition.Text("mustSupport") == "true" && child.Max != 0) missing.Add(name);
            if (first.Exists) Collect(first, child, name, missing, depth + 1);
        }
    }
}
