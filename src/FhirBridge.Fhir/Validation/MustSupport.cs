using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// Tells which elements and slices that a profile marks mustSupport are not there, where what they stand in is there. What supporting means is for the profile's guide to say.
/// Spec: https://hl7.org/fhir/R4/conformance-rules.html#mustSupport.
/// </summary>
internal sealed class MustSupport
{
    private const int MaxNames = 30;

    private readonly List<string> missing = [];
    private readonly ValidationRun run;
    private readonly SliceMatcher matcher;

    private MustSupport(ValidationRun run) => (this.run, matcher) = (run, new SliceMatcher(run));

    internal static void Report(FhirElement resource, Profile profile, ValidationRun run)
    {
        var support = new MustSupport(run);
        support.Below([resource], profile.Root, "");
        if (support.missing.Count == 0) return;
        var shown = string.Join(", ", support.missing.Take(MaxNames)) + (support.missing.Count > MaxNames ? "…" : "");
        run.Report(Problems.MustSupport.With($"the profile '{profile.Url}' asks for support of elements that are not there: {shown}", resource.Path));
    }

    /// <param name="occurrences">All that there is of the node, at least one.</param>
    /// <param name="node">The element or slice.</param>
    /// <param name="path">Its name, with those of what it stands in: <c>component:systolic.value</c>; empty for the resource.</param>
    private void Below(IReadOnlyList<FhirElement> occurrences, ProfileNode node, string path)
    {
        foreach (var child in node.Children)
        {
            if (!run.Budget.Spend()) return;
            Look([.. occurrences.SelectMany(o => o.Children(child.Name))], child, path.Length == 0 ? child.Name : $"{path}.{child.Name}");
        }
    }

    private void Look(IReadOnlyList<FhirElement> occurrences, ProfileNode node, string path)
    {
        if (occurrences.Count == 0)
        {
            if (node.Max == 0) return;
            if (node.Definition.Text("mustSupport") == "true")
            {
                missing.Add(path);
                return;
            }
        }
        else
        {
            Below(occurrences, node, path);
        }

        if (node.Slicing is not { } slicing) return;

        // An occurrence of which it cannot be told may be one of the slice.
        foreach (var slice in node.Slices) Look([.. occurrences.Where(o => matcher.IsIn(o, slice, slicing) != false)], slice, $"{path}:{slice.SliceName}");
    }
}
