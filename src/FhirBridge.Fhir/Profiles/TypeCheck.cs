namespace FhirBridge.Fhir.Profiles;

/// <summary>The type of an occurrence: one of those permitted, following one of the type's profiles, pointing at one of its targets.</summary>
internal static class TypeCheck
{
    internal static void Check(FhirElement element, ProfileNode node, ProfileCheck check)
    {
        if (element.Type is not { } type) return;
        if (type == "Extension" && !check.Validation.HasBase && element.Text("url") is { } url) CheckExtension(element, url, node, check);
        if (node.Types.Length == 0 || (node.Types is [{ IsPlain: true } only] && only.Code == type) || Array.Exists(node.Types, t => t.Code is null)) return;
        var permitted = node.Types.Where(t => Fits(type, element, t.Code!, check)).ToList();
        if (permitted.Count == 0)
        {
            check.Validation.Report(Problems.WrongType.With($"the type must be {string.Join(" or ", node.Types.Select(t => t.Code))}, found {type}", element.Path));
            return;
        }

        if (permitted.All(t => t.Profiles.Length > 0)) CheckProfiles(element, [.. permitted.SelectMany(t => t.Profiles)], check);
        if (type == "Reference" && permitted.All(t => t.TargetProfiles.Length > 0)) CheckTarget(element, [.. permitted.SelectMany(t => t.TargetProfiles)], check);
        if (type is "Reference" or "canonical") ReferenceCheck.Check(element, permitted, check.Validation);
    }

    private static bool Fits(string type, FhirElement element, string code, ProfileCheck check) =>
        type == code || (element.IsResource && check.Validation.Definitions.IsOrSpecialises(type, code));

    /// <summary>An extension follows the definition that its url names, where that is known.</summary>
    private static void CheckExtension(FhirElement element, string url, ProfileNode node, ProfileCheck check)
    {
        // A slice says by its profile which extension it is; that is checked with the types.
        if (Array.Exists(node.Types, t => t.Profiles.Length > 0) || check.Validation.Definitions.Profiles.Find(url) is not { IsOk: true, Value: { Type: "Extension" } extension }) return;
        check.Check(element, extension);
    }

    private static void CheckProfiles(FhirElement element, IReadOnlyList<string> urls, ProfileCheck check)
    {
        if (urls.Count == 1)
        {
            // By its url, each extension was checked before.
            if (check.Validation.HasBase && element.Type == "Extension" && urls[0] == element.Text("url")) return;
            var profile = check.Validation.Definitions.Profiles.Find(urls[0]);
            if (profile.IsOk) check.Check(element, profile.Value);
            else Unknown(element, $"{profile.Problems[0].Diagnostics}, and the profile asks the element to follow it; load its definition", check);
            return;
        }

        var (allUnknown, someUnknown) = (true, false);
        foreach (var url in urls)
        {
            var conforms = check.Validation.Conforms(element, url);
            if (conforms == true) return;
            someUnknown |= conforms is null;
            allUnknown &= conforms is null;
        }

        // An unknown one may be the one that it follows; at the end of the budget, that is what is told.
        if (check.Validation.Budget.IsExhausted) check.Validation.Spend(element);
        else if (allUnknown) Unknown(element, $"the profiles {string.Join(", ", urls)} are unknown, and the element has to follow one of them; load their definitions", check);
        else if (someUnknown) check.Validation.Report(Problems.NotChecked.With($"it follows none of the profiles that are known of {string.Join(", ", urls)}, and not all are known", element.Path));
        else check.Validation.Report(Problems.InvalidValue.With($"it follows none of the profiles {string.Join(", ", urls)}", element.Path));
    }

    private static void Unknown(FhirElement element, string why, ProfileCheck check) =>
        check.Validation.Report((check.Validation.IsStrict ? Problems.ProfileRefused : Problems.UnknownProfile).With(why, element.Path));

    /// <summary>
    /// The type that a literal reference states must be one of the targets' types, and the resource, where it is at hand, follow one of their profiles.
    /// What is not stated, or not at hand, is not wrong.
    /// </summary>
    private static void CheckTarget(FhirElement element, IReadOnlyList<string> targets, ProfileCheck check)
    {
        var definitions = check.Validation.Definitions;
        var types = targets.Select(t => definitions.FindEntry("StructureDefinition", t)?.Subject).ToList();
        if ((FhirReference.Parse(element.Text("reference"))?.Type ?? element.Text("type")) is { } stated && definitions.IsResource(stated) && !types.Any(t => t is null || definitions.IsOrSpecialises(stated, t)))
        {
            check.Validation.Report(Problems.InvalidValue.With($"the reference must point at {string.Join(" or ", types.Distinct())}, found {stated}", element.Path));
            return;
        }

        // R4's types themselves ask nothing of the target that is not asked where it stands.
        if (targets.Any(t => definitions.FindType(t[(t.LastIndexOf('/') + 1)..])?.Url == t) || check.Validation.Resolve(element) is not { Exists: true } target) return;
        if (targets.All(t => check.Validation.Conforms(target, t) == false)) check.Validation.Report(Problems.InvalidValue.With($"what the reference points at follows none of {string.Join(", ", targets)}", element.Path));
    }
}
