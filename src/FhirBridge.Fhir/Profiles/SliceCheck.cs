using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Profiles;

/// <summary>
/// Sorts the occurrences of an element, or of a slice, into its slices, and checks each by its own rules: number, order, content, and what may stand beside them. An occurrence of which it cannot be told is
/// in none, and is told. Spec: https://hl7.org/fhir/R4/profiling.html#slicing, #default-slice, #reslicing.
/// </summary>
internal sealed class SliceCheck
{
    /// <summary>What belongs to no other slice belongs to this one.</summary>
    private const string Default = "@default";

    private readonly ProfileCheck check;
    private readonly ProfileNode node;
    private readonly Slicing? slicing;
    private readonly Profile profile;
    private readonly ValidationRun run;
    private readonly SliceMatcher matcher;
    private readonly List<FhirElement>?[] members;
    private readonly int[] undecided;
    private int last = -1;
    private bool hasOthers;

    /// <param name="check">The walk.</param>
    /// <param name="node">What is sliced.</param>
    /// <param name="slicing">How: of a slice that is sliced again without saying how, as what it is a slice of.</param>
    /// <param name="profile">The profile.</param>
    internal SliceCheck(ProfileCheck check, ProfileNode node, Slicing? slicing, Profile profile)
    {
        (this.check, this.node, this.slicing, this.profile) = (check, node, slicing, profile);
        run = check.Validation;
        matcher = new SliceMatcher(run);
        members = new List<FhirElement>?[node.Slices.Count];
        undecided = new int[node.Slices.Count];
    }

    internal void Check(FhirElement parent, IReadOnlyList<FhirElement> items)
    {
        foreach (var item in items) Sort(item);
        for (var i = 0; i < members.Length; i++)
        {
            var (slice, found) = (node.Slices[i], members[i] ?? []);
            if (undecided[i] > 0) run.Report(Problems.Informational.With($"which {node.Name} is in the slice {slice.SliceName} cannot be told", $"{parent.Path}.{node.Name}"));

            // Those that cannot be told may be the ones that are missing.
            if (undecided[i] == 0 || found.Count > slice.Max) check.CheckCount(parent, slice, found.Count);
            foreach (var item in found) check.Check(item, slice, profile);
            if (slice.Slices.Count > 0 || (slice.Slicing is { IsClosed: true, Discriminators.Length: > 0 } && slice.Slicing != slicing)) new SliceCheck(check, slice, slice.Slicing ?? slicing, profile).Check(parent, found);
        }
    }

    /// <summary>Puts an occurrence into the first slice that it belongs to.</summary>
    private void Sort(FhirElement item)
    {
        var (isOpen, rest) = (false, -1);
        for (var i = 0; i < members.Length; i++)
        {
            if (node.Slices[i].SliceName == Default)
            {
                rest = i;
                continue;
            }

            if (!run.Spend(item)) return;
            var isIn = slicing is null ? null : matcher.IsIn(item, node.Slices[i], slicing);
            if (isIn == true)
            {
                Put(item, i);
                return;
            }

            if (isIn is not null) continue;
            undecided[i]++;
            isOpen = true;
        }

        if (isOpen) return;
        hasOthers = true;
        if (rest >= 0) (members[rest] ??= []).Add(item);
        else if (slicing is { IsClosed: true }) run.Report(Problems.Cardinality.With($"{node.Name} is none of the slices {string.Join(", ", node.Slices.Select(s => s.SliceName))}, and others are not allowed", item.Path));
    }

    private void Put(FhirElement item, int slice)
    {
        (members[slice] ??= []).Add(item);
        if (hasOthers && slicing!.IsOpenAtEnd) run.Report(Problems.Cardinality.With($"slices of {node.Name} stand before others", item.Path));
        if (slicing!.IsOrdered && slice < last) run.Report(Problems.Cardinality.With($"slice {node.Slices[slice].SliceName} stands before {node.Slices[last].SliceName}", item.Path));
        last = Math.Max(last, slice);
    }
}
