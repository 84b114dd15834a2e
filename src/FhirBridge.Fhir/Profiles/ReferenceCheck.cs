using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Profiles;

/// <summary>
/// What a profile asks of how a reference is made: where its target is (<c>aggregation</c>) and whether it names a version (<c>versioning</c>).
/// Spec: https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.type.aggregation.
/// </summary>
internal static class ReferenceCheck
{
    internal static void Check(FhirElement element, ReadOnlySpan<TypeConstraint> permitted, ValidationRun run)
    {
        if ((element.HasValue ? element.Value : element.Text("reference")) is not { Length: > 0 } text) return;
        var (isAggregated, isIndependent, isSpecific) = (element.Type == "Reference", true, true);
        foreach (var type in permitted)
        {
            isAggregated &= type.Aggregation.Length > 0;
            isIndependent &= type.Versioning == "independent";
            isSpecific &= type.Versioning == "specific";
        }

        if (isAggregated) CheckAggregation(element, text, permitted, run);
        if (isIndependent && IsVersioned(element, text)) run.Report(Problems.InvalidValue.With($"the profile asks for a reference without a version, found '{CodingRule.Shortened(text)}'", element.Path));
        else if (isSpecific && !IsVersioned(element, text)) run.Report(Problems.InvalidValue.With($"the profile asks for a reference to a version, found '{CodingRule.Shortened(text)}'", element.Path));
    }

    /// <summary>What is in the same Bundle may be called referenced, too.</summary>
    private static void CheckAggregation(FhirElement element, string text, ReadOnlySpan<TypeConstraint> permitted, ValidationRun run)
    {
        var isContained = text[0] == '#';
        var isBundled = !isContained && run.Resolve(element) is { Exists: true } target && target.Tree == element.Tree;
        foreach (var type in permitted)
        {
            foreach (var mode in type.Aggregation)
            {
                if (mode == "contained" ? isContained : mode == "bundled" ? isBundled : !isContained) return;
            }
        }

        var found = isContained ? "contained" : isBundled ? "in the Bundle" : "elsewhere";
        run.Report(Problems.InvalidValue.With($"the profile asks for a target that is {string.Join(" or ", permitted.ToArray().SelectMany(t => t.Aggregation).Distinct())}, and it is {found}", element.Path));
    }

    private static bool IsVersioned(FhirElement element, string text) =>
        element.Type == "canonical" ? text.Contains('|', StringComparison.Ordinal) : text.Contains("/_history/", StringComparison.Ordinal);
}
