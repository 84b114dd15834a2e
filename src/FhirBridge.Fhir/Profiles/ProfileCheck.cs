using System.Runtime.CompilerServices;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Profiles;

/// <summary>
/// One check of an element against profiles: walks element and rules side by side and collects problems. Not thread-safe, one per call; what it calls
/// for the sake of slicing or of <c>conformsTo()</c> shares its budget.
/// </summary>
internal sealed class ProfileCheck
{
    private const int MaxProblems = 100;

    private static readonly FhirPathExpression Resolution = FhirPathExpression.Compile("resolve()").Value!;

    private readonly ProfileChecker profiles;
    private readonly ProfileBudget budget;
    private readonly List<Problem> problems = [];

    internal ProfileCheck(ProfileChecker profiles, FhirPathContext context)
        : this(profiles, context, new ProfileBudget())
    {
    }

    private ProfileCheck(ProfileChecker profiles, FhirPathContext context, ProfileBudget budget)
    {
        this.profiles = profiles;
        this.budget = budget;

        // An invariant that asks for conformance again must not start a budget of its own.
        Context = context.ConformsTo is null ? context with { ConformsTo = (e, url) => Conforms(e, url) } : context;
    }

    /// <summary>For the invariants.</summary>
    internal FhirPathContext Context { get; }

    internal IReadOnlyList<Problem> Found => problems;

    internal bool HasErrors { get; private set; }

    internal void Report(Problem problem)
    {
        HasErrors |= problem.Kind.Severity <= IssueSeverity.Error;
        if (problems.Count < MaxProblems && !problems.Contains(problem)) problems.Add(problem);
    }

    internal bool? IsIn(string valueSet, FhirElement element) =>
        Context.MemberOf is { } ask ? ask(FhirPathValue.Of(element), valueSet) : Context.Definitions.Terminology.Contains(valueSet, element);

    /// <summary>The resource that a reference points at, where it can be found; else an element that does not exist.</summary>
    internal FhirElement Resolve(FhirElement reference)
    {
        var targets = Resolution.Select(reference, Context);
        return targets is { IsOk: true, Value: [var target] } ? target : default;
    }

    /// <summary>
    /// Does the element conform? Null when the profile is unknown or cannot be used, or when the budget is at its end. Resources that point at each
    /// other lead back to a question that is open already: it is then taken for answered with yes, since the other parts decide.
    /// </summary>
    internal bool? Conforms(FhirElement element, string url)
    {
        var profile = profiles.Find(url);
        if (!profile.IsOk) return null;
        if (!budget.Open.Add((element, profile.Value))) return true;
        if (!budget.Enter()) return null;
        var probe = new ProfileCheck(profiles, Context, budget);
        probe.Run(element, profile.Value);
        budget.Leave();
        budget.Open.Remove((element, profile.Value));
        return budget.IsExhausted ? null : !probe.HasErrors;
    }

    /// <summary>Checks an element against a profile, and against the one that it builds on.</summary>
    internal void Run(FhirElement element, Profile profile)
    {
        if (element.Type is not { } type || !Context.Definitions.IsOrSpecialises(type, profile.Type))
        {
            Report(Problems.WrongType.With($"the profile '{profile.Url}' is about {profile.Type}, found {element.Type ?? "no type"}", element.Path));
            return;
        }

        if (!budget.Enter())
        {
            Report(Problems.ExpressionBudget.With("the check takes more steps than it may", element.Path));
            return;
        }

        if (profile.Basis is { } basis) Run(element, basis);
        Check(element, profile.Root, profile);
        budget.Leave();
    }

    /// <summary>One occurrence: its own rules, its type, then what stands below.</summary>
    private void Check(FhirElement element, ProfileNode node, Profile profile)
    {
        if (!budget.Spend() || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            Report(Problems.ExpressionBudget.With("the check takes more steps than it may", element.Path));
            return;
        }

        foreach (var rule in node.Rules) rule.Check(element, this);
        if (node != profile.Root) TypeCheck.Check(element, node, profiles, this);
        var content = Content(node, profile);
        if (content != node)
        {
            foreach (var rule in content.Rules) rule.Check(element, this);
        }

        foreach (var child in content.Children) CheckGroup(element, [.. element.Children(child.Name)], child, profile);
        if (profile.Basis is null && node != profile.Root) CheckType(element, node, isOpen: content.Children.Count == 0);
    }

    /// <summary>The node itself, or the one whose content it repeats.</summary>
    private static ProfileNode Content(ProfileNode node, Profile profile) =>
        node.ContentReference is { } reference && reference.StartsWith(profile.Type + ".", StringComparison.Ordinal) ? profile.Find(reference[(profile.Type.Length + 1)..]) ?? node : node;

    /// <summary>Where the profile stops, the type's own definition goes on; where it does not, the invariants of the type hold as well.</summary>
    private void CheckType(FhirElement element, ProfileNode node, bool isOpen)
    {
        if (element.Type is not { } type || type is "BackboneElement" or "Element" || element.HasValue || Context.Definitions.IsPrimitive(type)) return;
        if (node.Types.Any(t => t.Code == type && t.Profiles.Count > 0)) return;
        if (Context.Definitions.FindType(type) is not { } definition || profiles.Find(definition.Url) is not { IsOk: true, Value: { } own }) return;
        if (isOpen)
        {
            Run(element, own);
            return;
        }

        foreach (var rule in own.Root.Rules) rule.Check(element, this);
    }

    /// <summary>All occurrences of an element, or of a slice of it.</summary>
    private void CheckGroup(FhirElement parent, List<FhirElement> items, ProfileNode node, Profile profile)
    {
        if (items.Count < node.Min) Report(Problems.Cardinality.With($"{Shown(node)} must be there at least {node.Min} times, found {items.Count}", $"{parent.Path}.{node.Name}"));
        if (node.Max is { } max && items.Count > max) Report(Problems.Cardinality.With($"{Shown(node)} may be there at most {max} times, found {items.Count}", $"{parent.Path}.{node.Name}"));
        foreach (var item in items) Check(item, node, profile);
        if (node.Slicing is { Discriminators.Count: > 0 } slicing && (node.Slices.Count > 0 || slicing.IsClosed)) CheckSlices(parent, items, node, slicing, profile);
    }

    private void CheckSlices(FhirElement parent, List<FhirElement> items, ProfileNode node, Slicing slicing, Profile profile)
    {
        var matcher = new SliceMatcher(profiles, this);
        var bySlice = node.Slices.Select(_ => new List<FhirElement>()).ToList();
        var open = new HashSet<ProfileNode>();
        var (last, unmatched) = (-1, false);
        foreach (var item in items)
        {
            var slice = SliceOf(item, node, slicing, matcher, open);
            if (slice < 0)
            {
                unmatched = true;
                if (slicing.IsClosed && open.Count == 0) Report(Problems.Cardinality.With($"{node.Name} is none of the slices {string.Join(", ", node.Slices.Select(s => s.SliceName))}, and others are not allowed", item.Path));
                continue;
            }

            if (unmatched && slicing.IsOpenAtEnd) Report(Problems.Cardinality.With($"slices of {node.Name} stand before others", item.Path));
            if (slicing.IsOrdered && slice < last) Report(Problems.Cardinality.With($"slice {node.Slices[slice].SliceName} stands before {node.Slices[last].SliceName}", item.Path));
            last = Math.Max(last, slice);
            bySlice[slice].Add(item);
        }

        for (var i = 0; i < node.Slices.Count; i++)
        {
            if (!open.Contains(node.Slices[i])) CheckGroup(parent, bySlice[i], node.Slices[i], profile);
            else Report(Problems.Informational.With($"which {node.Name} is in the slice {node.Slices[i].SliceName} cannot be told", $"{parent.Path}.{node.Name}"));
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

/// <summary>What a check may cost altogether, whatever profiles say of each other.</summary>
internal sealed class ProfileBudget
{
    private const int MaxSteps = 500_000;

    private const int MaxDepth = 100;

    private int steps = MaxSteps;
    private int depth;

    internal bool IsExhausted { get; private set; }

    /// <summary>Which element is being checked against which profile.</summary>
    internal HashSet<(FhirElement Element, Profile Profile)> Open { get; } = [];

    /// <summary>Counts an element; false at the end of the budget.</summary>
    internal bool Spend()
    {
        if (--steps < 0) IsExhausted = true;
        return !IsExhausted;
    }

    /// <summary>Goes into another profile; false when that is too deep, or too much altogether.</summary>
    internal bool Enter()
    {
        if (depth >= MaxDepth) IsExhausted = true;
        if (IsExhausted || !Spend()) return false;
        depth++;
        return true;
    }

    internal void Leave() => depth--;
}
