using System.Runtime.CompilerServices;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Profiles;

/// <summary>
/// Walks an element and the rules of a profile side by side, and reports to its run. What it calls for the sake of slicing shares the run's budget. Where R4's own rules were checked before, only what the
/// profile asks beyond them is looked at.
/// </summary>
internal sealed class ProfileCheck(ValidationRun run)
{
    // Wide enough for every type of R4 but for two or three.
    private const int OnStack = 48;

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
            run.Exhausted(element);
            return;
        }

        var outer = run.By;
        if (run.HasBase) run.By = profile.Url;
        Check(element, profile.Root, profile);
        run.By = outer;
        run.Budget.Leave();
    }

    /// <summary>One occurrence: its own rules, its type, then what stands below.</summary>
    internal void Check(FhirElement element, ProfileNode node, Profile profile)
    {
        if (!run.Budget.Spend() || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            run.Exhausted(element);
            return;
        }

        Apply(element, node);
        if (node != profile.Root && !(run.HasBase && node.HasTypesOfBase)) TypeCheck.Check(element, node, this);
        var content = Content(node, profile);
        if (content != node) Apply(element, content);
        CheckChildren(element, content, profile);
        if (node != profile.Root && !run.HasBase) CheckType(element, node, isOpen: content.Children.Count == 0);
    }

    /// <summary>How often the occurrences of a node, or of a slice, may be there.</summary>
    internal void CheckCount(FhirElement parent, ProfileNode node, int count)
    {
        if (count < node.Min) run.Report(Problems.Cardinality.With($"{Shown(node)} must be there at least {node.Min} times, found {count}", $"{parent.Path}.{node.Name}"));
        if (node.Max is { } max && count > max) run.Report(Problems.Cardinality.With($"{Shown(node)} may be there at most {max} times, found {count}", $"{parent.Path}.{node.Name}"));
    }

    private void Apply(FhirElement element, ProfileNode node)
    {
        foreach (var rule in run.HasBase ? node.OwnRules : node.Rules) rule.Check(element, run);
    }

    /// <summary>
    /// The node itself, or the one whose content it repeats: as the type defines it, since what a profile asks of that element is not asked of its repetition further down.
    /// </summary>
    private ProfileNode Content(ProfileNode node, Profile profile)
    {
        if (node.ContentReference is not { } reference || node.Children.Count > 0) return node;
        if (node.Content is { } known) return known;
        if (!reference.StartsWith(profile.Structure + ".", StringComparison.Ordinal)) return node;
        var type = run.Definitions.FindType(profile.Structure) is { } definition && profiles.Find(definition.Url) is { IsOk: true, Value: { } own } ? own : profile;
        return node.Content = type.Find(reference[(profile.Structure.Length + 1)..]) ?? node;
    }

    /// <summary>Where the profile stops, the type's own definition goes on; where it does not, the invariants of the type hold as well.</summary>
    private void CheckType(FhirElement element, ProfileNode node, bool isOpen)
    {
        if (element.Type is not { } type || type is "BackboneElement" or "Element" || element.HasValue || HasProfile(node, type) || profiles.OfType(type) is not { } own) return;
        if (isOpen) Check(element, own);
        else Apply(element, own.Root);
    }

    private static bool HasProfile(ProfileNode node, string type)
    {
        foreach (var constraint in node.Types)
        {
            if (constraint.Profiles.Length > 0 && constraint.Code == type) return true;
        }

        return false;
    }

    private void CheckChildren(FhirElement element, ProfileNode content, Profile profile)
    {
        var nodes = content.ToCheck(run.HasBase);
        if (nodes.Length == 0) return;
        Span<Occurrences> found = nodes.Length <= OnStack ? stackalloc Occurrences[nodes.Length] : new Occurrences[nodes.Length];
        found.Clear();
        Group(element, nodes, found);
        for (var i = 0; i < nodes.Length; i++)
        {
            var (node, tree) = (nodes[i], element.Tree!);
            CheckCount(element, node, found[i].Count);
            for (int left = found[i].Count, at = found[i].First; left > 0; at = tree.Nodes[at].End)
            {
                if (!FhirElement.NameMatches(tree.Nodes[at], node.Name)) continue;
                left--;
                Check(new FhirElement(tree, at), node, profile);
            }

            if (node.Slices.Count > 0 || node.Slicing is { IsClosed: true, Discriminators.Length: > 0 }) new SliceCheck(this, node, node.Slicing, profile).Check(element, Items(tree, found[i], node.Name));
        }
    }

    /// <summary>Counts the children of each node, in one pass: they mostly stand in the order of the definition.</summary>
    private static void Group(FhirElement element, ProfileNode[] nodes, Span<Occurrences> found)
    {
        var next = 0;
        foreach (var child in element.Children())
        {
            for (var tried = 0; tried < nodes.Length; tried++)
            {
                var i = next + tried < nodes.Length ? next + tried : next + tried - nodes.Length;
                if (!IsOf(child, nodes[i].Name)) continue;
                if (found[i].Count++ == 0) found[i].First = child.NodeNumber;
                next = i;

                // A choice may be known by its name, and by the one that has the type in it.
                if (child.Name == child.SourceName) break;
            }
        }
    }

    private static bool IsOf(FhirElement child, string name) => string.Equals(child.Name, name, StringComparison.Ordinal) || string.Equals(child.SourceName, name, StringComparison.Ordinal);

    private static List<FhirElement> Items(ElementTree tree, Occurrences found, string name)
    {
        var items = new List<FhirElement>(found.Count);
        for (var at = found.First; items.Count < found.Count; at = tree.Nodes[at].End)
        {
            if (FhirElement.NameMatches(tree.Nodes[at], name)) items.Add(new FhirElement(tree, at));
        }

        return items;
    }

    internal static string Shown(ProfileNode node) => node.SliceName is null ? node.Name : $"{node.Name}:{node.SliceName}";

    /// <summary>The children of one name: the number of the first node, and how many there are.</summary>
    private struct Occurrences
    {
        public int First;
        public int Count;
    }
}
