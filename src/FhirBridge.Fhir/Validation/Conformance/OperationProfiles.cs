using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// The parameters of an operation against the profiles on Parameters that it names for its input and its output: the same numbers, types and targets.
/// Spec: https://hl7.org/fhir/R4/operationdefinition-definitions.html#OperationDefinition.inputProfile.
/// </summary>
internal static class OperationProfiles
{
    private const string Types = "http://hl7.org/fhir/StructureDefinition/";

    internal static void Check(FhirElement resource, Definitions definitions, ValidationRun run)
    {
        Profile(resource, "inputProfile", "in", definitions, run);
        Profile(resource, "outputProfile", "out", definitions, run);
    }

    private static void Profile(FhirElement resource, string name, string use, Definitions definitions, ValidationRun run)
    {
        if (resource[name] is not { HasValue: true } canonical) return;
        if (definitions.FindEntry("StructureDefinition", canonical.Value) is not { } entry)
        {
            run.Report(Problems.Unverified.With($"the profile '{canonical.Value}' is not known here: the parameters are not compared with it", canonical.Path));
            return;
        }

        if (entry.Subject != "Parameters")
        {
            run.Report(Problems.InvalidDefinition.With($"what is sent and answered are Parameters, and '{canonical.Value}' is about {entry.Subject}", canonical.Path));
            return;
        }

        var profile = definitions.Profiles.Find(canonical.Value);
        if (!profile.IsOk) run.Report(Problems.Unverified.With($"the parameters are not compared with their profile: {profile.Problems[0].Diagnostics}", canonical.Path));
        else if (profile.Value.Root.Child("parameter") is { Slices.Count: > 0 } parameters) Compare(resource, parameters, (canonical, use), definitions, run);
    }

    private static void Compare(FhirElement resource, ProfileNode parameters, (FhirElement Canonical, string Use) at, Definitions definitions, ValidationRun run)
    {
        var slices = parameters.Slices.Select(s => (Slice: s, Name: NameOf(s))).Where(s => s.Name is not null).ToDictionary(s => s.Name!, s => s.Slice, StringComparer.Ordinal);
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var parameter in resource.Children("parameter"))
        {
            if (parameter.Text("use") != at.Use || parameter.Text("name") is not { } name || !known.Add(name) || !slices.TryGetValue(name, out var slice)) continue;
            void Report(string why) => run.Report(Problems.InvalidDefinition.With($"the parameter '{name}' (parameter[{parameter.Index}]): {why}", at.Canonical.Path));
            Numbers(parameter, slice, Report);
            Kinds(parameter, slice, definitions, Report);
        }

        foreach (var name in slices.Keys.Where(n => !known.Contains(n)))
        {
            run.Report(Problems.Questionable.With($"the profile has a parameter '{name}', which the operation does not define for '{at.Use}'", at.Canonical.Path));
        }
    }

    /// <summary>The name that a slice fixes, or that it is called by.</summary>
    private static string? NameOf(ProfileNode slice) =>
        slice.Child("name") is { } name && (name.Fixed.Value ?? name.Pattern.Value) is { } value ? value : slice.SliceName;

    private static void Numbers(FhirElement parameter, ProfileNode slice, Action<string> report)
    {
        if (parameter.Text("min") is { } min && min != $"{slice.Min}") report($"its profile says min {slice.Min}, the operation min {min}");
        var most = slice.Max is { } max ? $"{max}" : "*";
        if (parameter.Text("max") is { } stated && stated != most) report($"its profile says max {most}, the operation max {stated}");
    }

    private static void Kinds(FhirElement parameter, ProfileNode slice, Definitions definitions, Action<string> report)
    {
        if (parameter.Text("type") is not { } type) return;
        List<ProfileNode> content = [.. slice.Children.Where(c => c.Name is "value" or "resource" && c.Max != 0 && (c.Min > 0 || c.Definition["type"]["profile"].Exists || Narrows(c)))];
        if (content.Count == 0) return;
        var (types, targets) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var constraint in content.SelectMany(c => c.Types))
        {
            foreach (var profile in constraint.Profiles.DefaultIfEmpty(Types + constraint.Code))
            {
                types.Add(definitions.FindEntry("StructureDefinition", profile)?.Subject ?? constraint.Code ?? "");
                if (!profile.StartsWith(Types, StringComparison.Ordinal) || definitions.FindType(profile[Types.Length..]) is null) targets.Add(profile);
            }

            targets.UnionWith(constraint.TargetProfiles);
        }

        // An abstract type stands for each that specialises it.
        if (!types.Any(t => definitions.IsOrSpecialises(t, type) || definitions.IsOrSpecialises(type, t))) report($"its profile has it of type {string.Join(" or ", types)}, the operation of type {type}");
        var stated = parameter.Children("targetProfile").Select(t => t.Value).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var target in stated.Except(targets)) report($"the operation names the target '{target}', which its profile does not");
        if (type is "Reference" or "canonical")
        {
            foreach (var target in targets.Except(stated)) report($"its profile names the target '{target}', which the operation does not");
        }
    }

    /// <summary>True when fewer types are left than Parameters has.</summary>
    private static bool Narrows(ProfileNode node) => node.Name == "value" ? node.Types.Length is > 0 and < 10 : node.Types.Any(t => t.Code is not (null or "Resource"));
}
