using System.Runtime.CompilerServices;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Profiles;

/// <summary>Walks an element and the rules of a profile side by side, and reports to its run. What it calls for the sake of slicing shares the run's run.Budget.</summary>
internal sealed class ProfileCheck(ValidationRun run)
{
    private readonly ProfileChecker profiles = run.Definitions.Profiles;

    internal ValidationRun Validation => run;

    /// <summary>Checks an element against a profile, and against the one that it builds on.</summary>
    internal void Check(FhirElement element, Profile profile)
    {
        if (element.Type is not { } type || !run.Definitions.IsOrSpecialises(type, profile.Type))
        {
            run.Report(Problems.WrongType.With($"the profile '{profile.Url}' is about {profile.Type}, found {element.Type ?? "no type"}", element.Path));
            return;
        }

        if (!run.Budget.Enter())
        {
            run.Report(Problems.ExpressionBudget.With("the check takes more steps than it may", element.Path));
            return;
        }

        Check(element, profile.Root, profile);
        run.Budget.Leave();
    }

    /// <summary>One occurrence: its own rules, its type, then what stands below.</summary>
    private void Check(FhirElement element, ProfileNode node, Profile profile)
    {
        if (!run.Budget.Spend() || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            run.Report(Problems.ExpressionBudget.With("the check takes more steps than it may", element.Path));
            return;
        }

        foreach (var rule in node.Rules) rule.Check(element, run);
        if (node != profile.Root) TypeCheck.Check(element, node, this);
        var content = Content(node, profile);
        if (content != node)
        {
            foreach (var rule in content.Rules) rule.Check(element, run);
        }

        foreach (var child in content.Children) CheckGroup(element, [.. element.Children(child.Name)], child, profile);
        if (node != profile.Root) CheckType(element, node, isOpen: content.Children.Count == 0);
    }

    /// <summary>
    /// The node itself, or the one whose content it repeats: as the type defines it, since what a profile asks of that element is not asked of its repetition further down.
    /// </summary>
    private ProfileNode Content(ProfileNode node, Profile profile)
    {
        if (node.Children.Count > 0 || node.ContentReference is not { } reference || !reference.StartsWith(profile.Type + ".", StringComparison.Ordinal)) return node;
        var type = run.Definitions.FindType(profile.Type) is { } definition && profiles.Find(definition.Url) is { IsOk: true, Value: { } own } ? own : profile;
        return type.Find(reference[(profile.Type.Length + 1)..]) ?? node;
    }

    /// <summary>Where the profile stops, the type's own definition goes on; where it does not, the invariants of the type hold as well.</summary>
    private void CheckType(FhirElement element, ProfileNode node, bool isOpen)
    {
        if (element.Type is not { } type || type is "BackboneElement" or "Element" || element.HasValue || run.Definitions.IsPrimitive(type)) return;
        if (node.Types.Any(t => t.Code == type && t.Profiles.Count > 0)) return;
        if (run.Definitions.FindType(type) is not { } definition || profiles.Find(definition.Url) is not { IsOk: true, Value: { } own }) return;
        if (isOpen)
        {
            Check(element, own);
            return;
        }

        foreach (var rule in own.Root.Rules) rule.Check(element, run);
    }

    /// <summary>All occurrences of an element, or of a slice of it.</summary>
    private void CheckGroup(FhirElement parent, List<FhirElement> items, ProfileNode node, Profile profile)
    {
        if (items.Count < node.Min) run.Report(Problems.Cardinality.With($"{Shown(node)} must be there at least {node.Min} times, found {items.Count}", $"{parent.Path}.{node.Name}"));
        if (node.Max is { } max && items.Count > max) run.Report(Problems.Cardinality.With($"{Shown(node)} may be there at most {max} times, found {items.Count}", $"{parent.Path}.{node.Name}"));
        foreach (var item in items) Check(item, node, profile);
        if (node.Slicing is { Discriminators.Count: > 0 } slicing && (node.Slices.Count > 0 || slicing.IsClosed)) CheckSlices(parent, items, node, slicing, profile);
    }

    private void CheckSlices(FhirElement parent, List<FhirElement> items, ProfileNode node, Slicing slicing, Profile profile)
    {
        var matcher = new SliceMatcher(run);
        var bySlice = node.Slices.Select(_ => new List<FhirElement>()).ToList();
        var open = new HashSet<ProfileNode>();
        var (last, unmatched) = (-1, false);
        foreach (var item in items)
        {
            var slice = SliceOf(item, node, slicing, matcher, open);
            if (slice < 0)
            {
                unmatched = true;
                if (slicing.IsClosed && open.Count == 0) run.Report(Problems.Cardinality.With($"{node.Name} is none of the slices {string.Join(", ", node.Slices.Select(s => s.SliceName))}, and others are not allowed", item.Path));
                continue;
            }

            if (unmatched && slicing.IsOpenAtEnd) run.Report(Problems.Cardinality.With($"slices of {node.Name} stand before others", item.Path));
            if (slicing.IsOrdered && slice < last) run.Report(Problems.Cardinality.With($"slice {node.Slices[slice].SliceName} stands before {node.Slices[last].SliceName}", item.Path));
            last = Math.Max(last, slice);
            bySlice[slice].Add(item);
        }

        for (var i = 0; i < node.Slices.Count; i++)
        {
            if (!open.Contains(node.Slices[i])) CheckGroup(parent, bySlice[i], node.Slices[i], profile);
            else run.Report(Problems.Informational.With($"which {node.Name} is in the slice {node.Slices[i].SliceName} cannot be told", $"{parent.Path}.{node.Name}"));
        }
    }

    /// <summary>Number of the first slice that the item belongs to; -1 when there is none. Slices of which it cannot be told are noted.</summary>
    private static int SliceOf(FhirElement item, ProfileNode node, Slicing slicing, SliceMatcher matcher, HashSet<ProfileNode> open)
    {
        for (var i = 0; i < node.Slices.Count; i++)
        {
            var isIn = matcher.IsIn(item, node.Slices[i], slicing);
            if (isIn == true) return i;
            if (isIn is null) open.Add(node.Slices[i]);
        }

        return -1;
    }

    private static string Shown(ProfileNode node) => node.SliceName is null ? node.Name : $"{node.Name}:{node.SliceName}";
}
