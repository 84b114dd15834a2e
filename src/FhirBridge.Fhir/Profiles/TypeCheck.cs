namespace FhirBridge.Fhir.Profiles;

/// <summary>The type of an occurrence: one of those permitted, following one of the type's profiles, pointing at one of its targets.</summary>
internal static class TypeCheck
{
    internal static void Check(FhirElement element, ProfileNode node, ProfileCheck check)
    {
        if (element.Type is not { } type) return;
        if (type == "Extension" && !check.Validation.HasBase && element.Text("url") is { } url) CheckExtension(element, url, node, check);
        if (node.Types.Length == 0 || (node.Types is [{ IsPlain: true } only] && only.Code == type) || Array.Exists(node.Types, t => t.Code is null)) return;
        var (first, several) = (default(TypeConstraint), false);
        foreach (var candidate in node.Types)
        {
            if (!Fits(type, element, candidate.Code!, check)) continue;
            several |= first is not null;
            first ??= candidate;
        }

        if (first is null) check.Validation.Report(Problems.WrongType.With($"the type must be {string.Join(" or ", node.Types.Select(t => t.Code))}, found {type}", element.Path));
        else CheckPermitted(element, type, several ? [.. node.Types.Where(t => Fits(type, element, t.Code!, check))] : [first], check);
    }

    private static void CheckPermitted(FhirElement element, string type, ReadOnlySpan<TypeConstraint> permitted, ProfileCheck check)
    {
        var (isProfiled, isTargeted) = (true, type == "Reference");
        foreach (var constraint in permitted)
        {
            isProfiled &= constraint.Profiles.Length > 0;
            isTargeted &= constraint.TargetProfiles.Length > 0;
        }

        if (isProfiled) CheckProfiles(element, permitted is [var one] ? one.Profiles : [.. permitted.ToArray().SelectMany(t => t.Profiles)], check);
        if (isTargeted) CheckTarget(element, permitted is [var only] ? only.Targets(check.Validation.Definitions) : new ReferenceTargets([.. permitted.ToArray().SelectMany(t => t.TargetProfiles)], check.Validation.Definitions), check);
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

    private static void CheckProfiles(FhirElement element, string[] urls, ProfileCheck check)
    {
        if (urls.Length == 1)
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
    private static void CheckTarget(FhirElement element, ReferenceTargets targets, ProfileCheck check)
    {
        var run = check.Validation;
        if ((FhirReference.Parse(element.Text("reference"))?.Type ?? element.Text("type")) is { } stated && run.Definitions.IsResource(stated) && !targets.Permit(stated))
        {
            run.Report(Problems.InvalidValue.With($"the reference must point at {string.Join(" or ", targets.Types.Distinct())}, found {stated}", element.Path));
            return;
        }

        if (targets.ArePlain || run.Resolve(element) is not { Exists: true } target || targets.PermitAny(target.Type)) return;
        foreach (var url in targets.Profiles)
        {
            if (run.Conforms(target, url) != false) return;
        }

        run.Report(Problems.InvalidValue.With($"what the reference points at follows none of {string.Join(", ", targets.Profiles)}", element.Path));
    }
}

/// <summary>What a reference may point at: the profiles, and the types that they are about.</summary>
internal sealed class ReferenceTargets
{
    private readonly Definitions definitions;
    private readonly string[] plain;

    internal ReferenceTargets(string[] profiles, Definitions definitions)
    {
        this.definitions = definitions;
        Profiles = profiles;
        Types = Array.ConvertAll(profiles, p => definitions.FindEntry("StructureDefinition", p)?.Subject);
        plain = [.. profiles.Select(p => p.Split('|')[0]).Select(p => definitions.FindType(p[(p.LastIndexOf('/') + 1)..]) is { } type && type.Url == p ? type.Name : null).OfType<string>()];
    }

    internal string[] Profiles { get; }

    /// <summary>The type of each profile; null for one that is not known.</summary>
    internal string?[] Types { get; }

    /// <summary>True when all of them are types of R4 itself, which ask nothing of the target that is not asked where it stands.</summary>
    internal bool ArePlain => plain.Length == Profiles.Length;

    /// <summary>True when one of them is a type of R4 itself, and the resource is of it.</summary>
    internal bool PermitAny(string? type) => type is not null && Array.Exists(plain, p => definitions.IsOrSpecialises(type, p));

    /// <summary>May a resource of that type be pointed at, as far as is known?</summary>
    internal bool Permit(string type)
    {
        foreach (var permitted in Types)
        {
            if (permitted is null || definitions.IsOrSpecialises(type, permitted)) return true;
        }

        return false;
    }
}
