using System.Runtime.CompilerServices;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Profiles;

/// <summary>Tells whether an occurrence belongs to a slice, by the discriminators. Spec: https://hl7.org/fhir/R4/profiling.html#discriminator.</summary>
internal sealed class SliceMatcher(ValidationRun run)
{
    /// <summary>Profiles of types that lead to profiles of types: no further than that.</summary>
    private const int MaxProfiles = 8;

    private readonly ProfileChecker profiles = run.Definitions.Profiles;
    private Func<ProfileNode, DiscriminatorStep, IReadOnlyList<ProfileNode>>? find;

    private Func<ProfileNode, DiscriminatorStep, IReadOnlyList<ProfileNode>> Find => find ??= FindNodes;

    /// <summary>
    /// True when no discriminator says otherwise and at least one says so; null when none says anything, since the slice states nothing there that could
    /// be compared.
    /// </summary>
    internal bool? IsIn(FhirElement element, ProfileNode slice, Slicing slicing)
    {
        bool? answer = null;
        foreach (var discriminator in slicing.Discriminators)
        {
            if (discriminator.Path is not { } path) continue;
            var one = discriminator.Kind == "exists" ? Exists(element, slice, path) : Matches(element, slice, discriminator.Kind, path, 0);
            if (one == false) return false;
            answer = one ?? answer;
        }

        return answer;
    }

    /// <summary>Null when the slice says nothing along the path: it cannot be told apart by that, and nothing belongs to it.</summary>
    private bool? Matches(FhirElement element, ProfileNode node, string kind, IReadOnlyList<DiscriminatorStep> path, int at)
    {
        if (kind is "value" or "pattern" && Stated(element, node) is { } stated) return stated;
        if (at == path.Count) return AtEnd(element, node, kind);
        var step = path[at];
        if (step.Function == "ofType") return element.Type == step.Argument ? Matches(element, node, kind, path, at + 1) : false;
        if (step.Function == "resolve") return Resolved(element, node, kind, path, at + 1);
        var nodes = node.Below(step, Find);

        // An extension that its slice names by the profile is told by its url, be the profile known or not.
        if (nodes.Count == 0) return step.Name == "url" && element.Type == "Extension" ? SliceNodes.IsExtension(node, element.Text("url") ?? "") : null;
        var (answer, isThere) = ((bool?)null, false);
        foreach (var item in element.Children(step.Name ?? "extension"))
        {
            if (step.Function is not null && item.Text("url") != step.Argument) continue;
            isThere = true;
            answer = Or(answer, AnyOf(item, nodes, kind, path, at + 1));
            if (answer == true) return true;
        }

        // What is not there cannot be what the slice states.
        return isThere ? answer : nodes.Any(n => Speaks(n, kind)) ? false : null;
    }

    private bool? AnyOf(FhirElement item, IReadOnlyList<ProfileNode> nodes, string kind, IReadOnlyList<DiscriminatorStep> path, int at)
    {
        bool? answer = null;
        for (var i = 0; i < nodes.Count; i++)
        {
            // A choice is known by its name, and by the one that has the type in it.
            answer = Or(answer, nodes[i].Name == item.Name || nodes[i].Name == item.SourceName ? Matches(item, nodes[i], kind, path, at) : false);
            if (answer == true) break;
        }

        return answer;
    }

    private static IEnumerable<FhirElement> ItemsOf(FhirElement element, DiscriminatorStep step) =>
        step.Function is null ? element.Children(step.Name!) : element.Children("extension").Where(e => e.Text("url") == step.Argument);

    /// <summary>True when the node, or anything below it and in the profiles of its types, states what an occurrence could be compared with.</summary>
    private bool Speaks(ProfileNode node, string kind)
    {
        if (kind == "type") return true;
        var ofProfiles = kind == "profile";
        return node.Speaks(ofProfiles) ?? node.Spoken(ofProfiles, Speaks(node, ofProfiles, []));
    }

    private bool Speaks(ProfileNode node, bool ofProfiles, HashSet<ProfileNode> seen)
    {
        // Profiles may lead to each other, and to themselves.
        if (!seen.Add(node) || !RuntimeHelpers.TryEnsureSufficientExecutionStack()) return false;
        if (node.Fixed.Exists || node.Pattern.Exists || node.RequiredSet is not null) return true;
        if (ofProfiles && Array.Exists(node.Types, t => t.Profiles.Length > 0)) return true;
        foreach (var below in node.Children.Concat(node.Children.SelectMany(c => c.Slices)).Concat(SliceNodes.Roots(node, run.Definitions)))
        {
            if (Speaks(below, ofProfiles, seen)) return true;
        }

        return false;
    }

    /// <summary>Fixed and pattern decide where they stand, be it at the end of the path or on the way.</summary>
    private static bool? Stated(FhirElement element, ProfileNode node)
    {
        if (node.Fixed is { Exists: true } exact) return ElementComparison.IsSame(element, exact);
        return node.Pattern is { Exists: true } pattern ? ElementComparison.HasPattern(element, pattern) : null;
    }

    private bool? AtEnd(FhirElement element, ProfileNode node, string kind) => kind switch
    {
        "value" or "pattern" => Value(element, node, 0),
        "type" when element.SourceName == node.Name && element.SourceName != element.Name => true,
        "type" => node.Types.Length > 0 ? node.Types.Any(t => t.Code == element.Type || (t.Code is { } code && element.IsResource && run.Definitions.IsOrSpecialises(element.Type, code))) : null,
        "profile" => node.Types.Any(t => t.Profiles.Length > 0) ? node.Types.Any(t => t.Profiles.Any(u => run.Conforms(element, u) == true)) : null,
        _ => null,
    };

    /// <summary>By a required binding, by what stands further down, by the profile of the type.</summary>
    private bool? Value(FhirElement element, ProfileNode node, int depth)
    {
        if (node.RequiredSet is { } set && run.IsIn(set, element) is { } isIn) return isIn;
        if (Below(element, node) is { } below) return below;
        if (depth >= MaxProfiles) return null;
        bool? answer = null;
        foreach (var root in SliceNodes.Roots(node, run.Definitions)) answer = Or(answer, Stated(element, root) ?? Value(element, root, depth + 1));
        return answer;
    }

    /// <summary>Values that the slice states further down count as well: a discriminator <c>code</c> with <c>code.coding.code</c> fixed.</summary>
    private static bool? Below(FhirElement element, ProfileNode node)
    {
        bool? answer = null;
        foreach (var child in node.Children)
        {
            for (var i = -1; i < child.Slices.Count; i++)
            {
                var candidate = i < 0 ? child : child.Slices[i];
                if (i >= 0 && candidate.Min == 0) continue;
                var any = AnyOf(element, candidate);
                if (any == false) return false;
                answer ??= any;
            }
        }

        return answer;
    }

    private static bool? AnyOf(FhirElement element, ProfileNode candidate)
    {
        // Most say nothing at all.
        var isStated = candidate.Fixed.Exists || candidate.Pattern.Exists;
        if (!isStated && candidate.Children.Count == 0) return null;
        bool? any = null;
        foreach (var item in element.Children(candidate.Name)) any = Or(any, Stated(item, candidate) ?? Below(item, candidate));
        return any is null && candidate.Min > 0 && isStated ? false : any;
    }

    /// <summary>The slice says that what the path leads to must be there, or that it must not; null when it says neither.</summary>
    private bool? Exists(FhirElement element, ProfileNode slice, IReadOnlyList<DiscriminatorStep> path)
    {
        List<ProfileNode> nodes = [slice];
        List<FhirElement> items = [element];
        var (isForbidden, isDemanded) = (false, false);
        foreach (var step in path)
        {
            if (step.Function == "ofType")
            {
                items.RemoveAll(i => i.Type != step.Argument);
                continue;
            }

            if (step.Function == "resolve")
            {
                items = [.. items.Select(run.Resolve).Where(t => t.Exists)];
                nodes = [.. nodes.SelectMany(n => n.Types).SelectMany(t => t.TargetProfiles).Select(u => profiles.Find(u)).Where(p => p.IsOk).Select(p => p.Value!.Root)];
                continue;
            }

            nodes = [.. nodes.SelectMany(n => n.Below(step, Find))];
            items = [.. items.SelectMany(i => ItemsOf(i, step))];

            // What stands in what is forbidden is forbidden, too.
            isForbidden |= nodes.Exists(n => n.Max == 0);
            isDemanded = nodes.Exists(n => n.Min > 0);
        }

        if (isForbidden) return items.Count == 0;
        return isDemanded ? items.Count > 0 : null;
    }

    private bool? Resolved(FhirElement reference, ProfileNode node, string kind, IReadOnlyList<DiscriminatorStep> path, int at)
    {
        var target = run.Resolve(reference);
        if (!target.Exists) return false;
        var urls = node.Types.SelectMany(t => t.TargetProfiles).ToList();
        if (at == path.Count && kind == "profile") return urls.Exists(u => run.Conforms(target, u) == true);
        bool? answer = urls.Count == 0 ? null : false;
        foreach (var url in urls)
        {
            if (at == path.Count && kind == "type") answer = Or(answer, run.Definitions.FindEntry("StructureDefinition", url)?.Subject == target.Type);
            else if (profiles.Find(url) is { IsOk: true, Value: { } profile }) answer = Or(answer, Matches(target, profile.Root, kind, path, at));
        }

        return answer;
    }

    private List<ProfileNode> FindNodes(ProfileNode node, DiscriminatorStep step) =>
        [.. SliceNodes.Of(node, step.Name ?? "extension", run.Definitions).Where(n => step.Function is null || n.SliceName is null || SliceNodes.IsExtension(n, step.Argument!))];

    private static bool? Or(bool? a, bool? b) => a == true || b == true ? true : a ?? b;
}
