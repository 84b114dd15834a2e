using System.Text.RegularExpressions;

namespace FhirBridge.Fhir.Validation;

/// <summary>An ImplementationGuide: what it asks of all resources of a type can be asked of them. Spec: https://hl7.org/fhir/R4/implementationguide.html.</summary>
internal sealed partial class ImplementationGuideRules : IResourceRules
{
    /// <inheritdoc/>
    public string Type => "ImplementationGuide";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        var definitions = run.Proposed(resource);
        foreach (var global in resource.Children("global")) Global(global, definitions, run);
        if (resource["packageId"] is { HasValue: true } package && !PackageId().IsMatch(package.Value)) run.Report(Problems.Questionable.With($"'{package.Value}' is no id of a package: it is made of lower-case letters, digits, '-' and '.', 'org.example.guide', say", package.Path));
        if (resource["fhirVersion"].Exists && !resource.Children("fhirVersion").Any(v => v.Value?.StartsWith("4.0", StringComparison.Ordinal) == true)) run.Report(Problems.Questionable.With("the guide is not for R4 (4.0)", resource["fhirVersion"].Path));
        Definition(resource["definition"], run);
    }

    private static void Global(FhirElement global, Definitions definitions, ValidationRun run)
    {
        if (global.Text("type") is not { } type || global["profile"] is not { HasValue: true } profile) return;
        if (definitions.FindEntry("StructureDefinition", profile.Value) is not { } known)
        {
            run.Report(Problems.Unverified.With($"the profile '{profile.Value}' is not known here: nothing is asked for by it until it is", profile.Path));
        }
        else if (known.Subject is { } subject && !definitions.IsOrSpecialises(type, subject))
        {
            run.Report(Problems.InvalidDefinition.With($"the profile '{profile.Value}' is about {subject}: no {type} could follow it", profile.Path));
        }
        else if (definitions.Profiles.Find(profile.Value) is { IsOk: false, Problems: var why })
        {
            run.Report(Problems.InvalidDefinition.With($"all resources of type {type} would have to follow a profile that cannot be used: {why[0].Diagnostics}", profile.Path));
        }
    }

    private static void Definition(FhirElement definition, ValidationRun run)
    {
        var groupings = new HashSet<string>(StringComparer.Ordinal);
        foreach (var grouping in definition.Children("grouping"))
        {
            if (grouping.Text("id") is { } id && !groupings.Add(id)) run.Report(Problems.InvalidDefinition.With($"there is a grouping '{id}' already", grouping.Path));
        }

        var listed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var resource in definition.Children("resource"))
        {
            if (resource["reference"].Text("reference") is { } reference && !listed.Add(reference)) run.Report(Problems.Questionable.With($"the resource '{reference}' is listed already", resource.Path));
        }
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9\-]*(\.[a-z0-9\-]+)+$", RegexOptions.CultureInvariant)]
    private static partial Regex PackageId();
}
