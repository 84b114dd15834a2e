using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>What a validation refuses that R4 only advises against.</summary>
[Flags]
public enum Refusals
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Texts that look as if they held HTML, which a careless viewer would run.</summary>
    Markup = 1,

    /// <summary>Names that are for examples (example.org) as URIs and extensions: such data are no real ones.</summary>
    Examples = 2,
}

/// <summary>What a validation is asked beside R4's own rules.</summary>
public sealed record ValidationOptions
{
    /// <summary>R4 and the profiles that the resource names itself.</summary>
    public static ValidationOptions Default { get; } = new();

    /// <summary>Canonicals of profiles that the resource must conform to; unknown ones are an error.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>True to check each resource by the profiles that it says it follows (<c>meta.profile</c>), which is the default.</summary>
    public bool WithStatedProfiles { get; init; } = true;

    /// <summary>True to ask for the profiles of the network as well (<see cref="Definitions.GlobalProfiles"/>).</summary>
    public bool WithGlobalProfiles { get; init; }

    /// <summary>Conformance resources that are to be written together with the one that is judged: it may build on them.</summary>
    public IReadOnlyList<FhirElement> Beside { get; init; } = [];

    /// <summary>Finds what a reference names outside of the resource; nothing by default, and what is not found is not judged.</summary>
    public Func<string, FhirElement>? Resolve { get; init; }

    /// <summary>
    /// True to be as strict as the official validator: extensions that are not known are errors, and so are links of a narrative that lead nowhere, required codes that are left out with a reason, and
    /// Observations with a code of the vital signs that do not follow their profile. R4 asks those who receive data to bear with that (robustness).
    /// </summary>
    public bool IsStrict { get; init; }

    /// <summary>What is an error, and a warning otherwise; nothing by default.</summary>
    public Refusals Refuse { get; init; }

    /// <summary>True to tell which must-support elements of the profiles are not there.</summary>
    public bool ReportMustSupport { get; init; }

    /// <summary>Answers of a terminology server to what the definitions leave open (<see cref="Validator.Examine"/>). Null: there is no such server, and codes that are not here are not spoken of.</summary>
    public ForeignAnswers? Foreign { get; init; }

    /// <summary>The clock of invariants that ask for it.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>What a validation found, and what it would ask a terminology server.</summary>
/// <param name="Problems">All that was found.</param>
/// <param name="Open">Questions without an answer in <see cref="ValidationOptions.Foreign"/>; empty when that is null.</param>
public sealed record Examination(IReadOnlyList<Problem> Problems, IReadOnlyList<TerminologyQuestion> Open);

/// <summary>
/// Validates resources: R4's rules, the profiles in <c>meta.profile</c>, and those asked for. Thread-safe. Bounded in steps and depth, whatever
/// resource and profiles are. Spec: https://hl7.org/fhir/R4/validation.html.
/// </summary>
/// <remarks>
/// What readers check (<see cref="FhirJson.ReadLenient"/>, <see cref="FhirXml.ReadLenient"/>: elements, their types and number, the grammar of primitives, enumerated required
/// codes) is theirs to report, and is not looked at again.
/// </remarks>
public sealed class Validator(Definitions definitions)
{
    /// <summary>
    /// All that is wrong (errors), unwise (warnings) or could not be checked (information), each with the FHIRPath of the place; in the order of the document as far as R4's own
    /// rules go, then profile by profile.
    /// </summary>
    public IReadOnlyList<Problem> Validate(FhirElement resource, ValidationOptions? options = null) => Examine(resource, options ?? ValidationOptions.Default).Problems;

    /// <summary>
    /// As <see cref="Validate"/>, with the questions for a terminology server that are left: with their answers in <see cref="ValidationOptions.Foreign"/> the same call gives the whole judgement.
    /// It asks nobody itself. Answers may lead to more questions (a slice that only now is known to be meant).
    /// </summary>
    public Examination Examine(FhirElement resource, ValidationOptions options)
    {
        var inquiry = options.Foreign is { } answers ? new TerminologyInquiry(definitions, answers) : null;
        var context = new FhirPathContext { Definitions = definitions, Resolve = options.Resolve, TimeProvider = options.Time, MemberOf = inquiry is null ? null : inquiry.IsIn };
        var run = new ValidationRun(context, new ValidationBudget(resource.Tree!.Count), isStrict: options.IsStrict, inquiry: inquiry, hasBase: true) { Beside = options.Beside, Refuse = options.Refuse };
        CheckBase(resource, run);
        DuplicateIds.Check(resource, run);
        CheckProfiles(resource, options, run);
        run.Settle();
        inquiry?.Report(run);
        return new Examination(run.Found, inquiry?.Open ?? []);
    }

    /// <summary>R4's own rules, on each element.</summary>
    private void CheckBase(FhirElement resource, ValidationRun run)
    {
        var tree = resource.Tree!;
        for (var i = resource.NodeNumber; i < tree.Nodes[resource.NodeNumber].End; i++)
        {
            var element = new FhirElement(tree, i);
            var rules = BaseRules.Of(element, definitions);
            if (rules.Count == 0) continue;
            if (!run.Spend(element)) return;
            foreach (var rule in rules) rule.Check(element, run);
        }
    }

    private void CheckProfiles(FhirElement resource, ValidationOptions options, ValidationRun run)
    {
        foreach (var canonical in options.Profiles.Distinct(StringComparer.Ordinal))
        {
            var profile = definitions.Profiles.Find(canonical);
            if (profile.IsOk) Check(resource, profile.Value, options, run);
            else run.Report(Problems.NotFound.With(profile.Problems[0].Diagnostics, resource.Path));
        }

        foreach (var element in resource.Descendants().Prepend(resource).Where(e => e.IsResource))
        {
            if (options.WithGlobalProfiles) CheckGlobal(element, options, run);
            if (options.IsStrict && VitalSigns.ProfileOf(element) is { } vital && definitions.Profiles.Find(vital) is { IsOk: true, Value: { } sign }) Check(element, sign, options, run);
            if (!options.WithStatedProfiles) continue;
            foreach (var canonical in element["meta"].Children("profile"))
            {
                if (canonical.Value is not { } url || (element == resource && options.Profiles.Contains(url))) continue;
                var profile = definitions.Profiles.Find(url);
                if (profile.IsOk) Check(element, profile.Value, options, run);
                else run.Report(Problems.UnknownProfile.With($"{profile.Problems[0].Diagnostics}; the resource is not checked by it", canonical.Path));
            }
        }
    }

    private void CheckGlobal(FhirElement element, ValidationOptions options, ValidationRun run)
    {
        foreach (var canonical in definitions.GlobalProfiles(element.Type!))
        {
            var profile = definitions.Profiles.Find(canonical);
            if (profile.IsOk) Check(element, profile.Value, options, run);
            else run.Report(Problems.UnknownProfile.With($"{profile.Problems[0].Diagnostics}, and a guide of the network asks for it", element.Path));
        }
    }

    private static void Check(FhirElement resource, Profile profile, ValidationOptions options, ValidationRun run)
    {
        if (!run.Budget.Open.Add((resource, profile))) return;
        foreach (var fault in profile.Faults) run.Report(Problems.UnknownProfile.With($"{fault.Diagnostics}; that is not asked for", resource.Path));
        new ProfileCheck(run).Check(resource, profile);
        if (options.ReportMustSupport) MustSupport.Report(resource, profile, run);
    }
}
