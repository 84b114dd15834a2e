using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Profiles;

/// <summary>Tells whether an occurrence belongs to a slice, by the discriminators. Spec: https://hl7.org/fhir/R4/profiling.html#discriminator.</summary>
internal sealed class SliceMatcher(ValidationRun check)
{
    private readonly ProfileChecker profiles = check.Definitions.Profiles;

    /// <summary>
    /// True when no discriminator says otherwise and at least one says so; null when none says anything, since the slice states nothing there that could
    /// be compared.
    /// </summary>
    internal bool? IsIn(FhirElement element, ProfileNode slice, Slicing slicing)
    {
        bool? answer = null;
        foreach (var discriminator in slicing.Discriminators)
        {
            if (discriminator.Path is not { } path || Matches(element, slice, discriminator.Kind, path, 0) is not { } one) continue;
            if (!one) return false;
            answer = true;
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
        var name = step.Name ?? "extension";
        var items = element.Children(name).Where(c => step.Function is null || c.Text("url") == step.Argument).ToList();
        var nodes = SliceNodes.Of(node, name, check.Definitions).Where(n => step.Function is null || n.SliceName is null || SliceNodes.IsExtension(n, step.Argument!)).ToList();
        if (kind == "exists" && at == path.Count - 1) return Exists(items.Count > 0, nodes);
        if (nodes.Count == 0) return step.Name == "url" && element.Type == "Extension" ? SliceNodes.IsExtension(node, element.Text("url") ?? "") : null;

        // What is not there cannot be what the slice states.
        if (items.Count == 0) return nodes.Any(n => Speaks(n, kind)) ? false : null;
        bool? answer = null;
        foreach (var item in items)
        {
            foreach (var below in nodes) answer = Or(answer, below.Name == name || below.Name == item.SourceName ? Matches(item, below, kind, path, at + 1) : false);
            if (answer == true) break;
        }

        return answer;
    }

    /// <summary>True when the node, or anything below it, states what an occurrence could be compared with.</summary>
    private static bool Speaks(ProfileNode node, string kind) =>
        node.Fixed.Exists || node.Pattern.Exists
        || kind == "type" || (kind == "profile" && node.Types.Any(t => t.Profiles.Count > 0)) || node.Children.Any(c => Speaks(c, kind) || c.Slices.Any(s => Speaks(s, kind)));

    /// <summary>Fixed and pattern decide where they stand, be it at the end of the path or on the way.</summary>
    private static bool? Stated(FhirElement element, ProfileNode node)
    {
        if (node.Fixed.Exists) return ElementComparison.IsSame(element, node.Fixed);
        if (node.Pattern.Exists) return ElementComparison.HasPattern(element, node.Pattern);
        return null;
    }

    private bool? AtEnd(FhirElement element, ProfileNode node, string kind) => kind switch
    {
        "value" or "pattern" => Bound(element, node) ?? Below(element, node),
        "type" when element.SourceName == node.Name && element.SourceName != element.Name => true,
        "type" => node.Types is { Count: > 0 } types ? types.Any(t => t.Code == element.Type || (t.Code is { } code && element.IsResource && check.Definitions.IsOrSpecialises(element.Type, code))) : null,
        "profile" => node.Types.SelectMany(t => t.Profiles).ToList() is { Count: > 0 } urls ? urls.Any(u => check.Conforms(element, u) == true) : null,
        _ => null,
    };

    private bool? Bound(FhirElement element, ProfileNode node)
    {
        if (node.Definition["binding"] is { Exists: true } binding && binding.Text("strength") == "required" && binding.Text("valueSet") is { } set) return check.IsIn(set, element);
        return null;
    }

    /// <summary>Values that the slice states further down count as well: a discriminator <c>code</c> with <c>code.coding.code</c> fixed.</summary>
    private static bool? Below(FhirElement element, ProfileNode node)
    {
        bool? answer = null;
        foreach (var child in node.Children)
        {
            foreach (var candidate in child.Slices.Where(s => s.Min > 0).Prepend(child))
            {
                bool? any = null;
                foreach (var item in element.Children(child.Name)) any = Or(any, Stated(item, candidate) ?? Below(item, candidate));
                if (any is null && candidate.Min > 0 && (candidate.Fixed.Exists || candidate.Pattern.Exists)) any = false;
                if (any == false) return false;
                answer ??= any;
            }
        }

        return answer;
    }

    private static bool? Exists(bool exists, List<ProfileNode> nodes)
    {
        if (nodes.Count == 0) return null;
        if (nodes.Any(n => n.Max == 0)) return !exists;
        return nodes.Any(n => n.Min > 0) ? exists : null;
    }

    private bool? Resolved(FhirElement reference, ProfileNode node, string kind, IReadOnlyList<DiscriminatorStep> path, int at)
    {
        var target = check.Resolve(reference);
        if (!target.Exists) return false;
        var urls = node.Types.SelectMany(t => t.TargetProfiles).ToList();
        if (at == path.Count && kind == "profile") return urls.Any(u => check.Conforms(target, u) == true);
        bool? answer = urls.Count == 0 ? null : false;
        foreach (var url in urls)
        {
            if (at == path.Count && kind == "type") answer = Or(answer, check.Definitions.FindEntry("StructureDefinition", url)?.Subject == target.Type);
            else if (profiles.Find(url) is { IsOk: true, Value: { } profile }) answer = Or(answer, Matches(target, profile.Root, kind, path, at));
        }

        return answer;
    }

    private static bool? Or(bool? a, bool? b) => a == true || b == true ? true : a ?? b;
}
