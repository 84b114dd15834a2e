using System.Collections.Immutable;
using FhirBridge.Consent.Directives;
using FhirBridge.Fhir;

namespace FhirBridge.Consent.Decisions;

/// <summary>
/// Partial evaluation of consents for one caller, purpose, action and instant (consent.md §5.1–5.4, §6.2). Criteria of ancestors are
/// evaluated with the type of the node that asks: doubt is false for a permit and true for a deny, wherever it was written.
/// </summary>
internal sealed class ResidualCompiler(Membership membership, ImmutableArray<Coding> purposes, string action, DateTimeOffset now)
{
    /// <summary>The residual of a consent; null when it can say nothing to this caller now.</summary>
    /// <param name="directive">The consent.</param>
    /// <param name="permitsCount">False when its permits grant nothing.</param>
    public Residual? Compile(ConsentDirective directive, bool permitsCount) =>
        directive.Root is null ? null : Compile(directive.Root, default, permitsCount);

    // What a node inherits: the chain of nodes for the criteria that add up, and the two that replace.
    private readonly record struct Inherited(ImmutableArray<Provision> Chain, CodingsCriterion? Purpose, LabelCriterion? Label);

    private Residual? Compile(Provision node, Inherited above, bool permitsCount)
    {
        var inherited = new Inherited(
            above.Chain.IsDefault ? [node] : above.Chain.Add(node), node.Purpose ?? above.Purpose, node.SecurityLabel ?? above.Label);
        var children = node.Children.Select(c => Compile(c, inherited, permitsCount)).OfType<Residual>().ToArray();
        var permit = node.Type == ProvisionType.Permit;
        var counts = node.Type == ProvisionType.Deny || (permit && permitsCount);
        var named = Membership.None;
        var canMatch = counts && PurposeMatches(inherited.Purpose, permit) && inherited.Chain.All(n => StaticMatches(n, permit, ref named));
        if (!canMatch && children.Length == 0) return null;

        var own = new Verdict(permit ? Effect.Permit : Effect.Deny, Specificity(inherited, named), inherited.Chain.Any(n => n.Action?.Codes.Contains(action) == true), node);
        return new Residual(own, canMatch, canMatch ? Criteria(inherited) : [], children);
    }

    private bool StaticMatches(Provision n, bool permit, ref int named) =>
        n.Period?.Matches(now, permit) != false && n.Action?.Matches(action, permit) != false && ActorMatches(n.Actor, permit, ref named);

    private bool ActorMatches(ActorCriterion? actor, bool permit, ref int named)
    {
        if (actor is null) return true;
        if (actor.UnknownRole) return !permit;
        if (actor.Recipients.IsEmpty) return true;
        var matched = false;
        foreach (var entry in actor.Recipients)
        {
            int? names = entry.Unsupported ? null : entry.Reference is null ? Membership.None : membership.Names(entry.Reference);
            if (names is null ? permit : names == Membership.None) continue;
            matched = true;
            named = Math.Max(named, names ?? Membership.None);
        }

        return matched;
    }

    // A request for several purposes needs a permit that covers them all; one of them is enough for a deny (consent.md §5.4).
    private bool PurposeMatches(CodingsCriterion? purpose, bool permit)
    {
        if (purpose is null) return true;
        if (!permit) return purpose.Unsupported || purposes.IsEmpty || purposes.Any(p => purpose.Codings.Contains(p));
        if (purposes.IsEmpty || !purposes.All(p => purpose.Codings.Contains(p))) return false;

        // Breaking the glass opens for reading, never for export or writing (consent.md §11.2).
        return action == "access" || !purposes.Any(Vocabulary.IsBreakGlass);
    }

    private static int Specificity(Inherited inherited, int named)
    {
        var data = inherited.Chain.Any(n => n.Data is not null) ? 3 : inherited.Chain.Any(n => n.Code is not null) ? 2 : inherited.Chain.Any(n => n.Class is not null) ? 1 : 0;
        return (named * 100) + (data * 10) + (inherited.Purpose is null ? 0 : 1);
    }

    // Cheap ones first.
    private static FactCriterion[] Criteria(Inherited inherited)
    {
        var criteria = new List<FactCriterion>();
        foreach (var n in inherited.Chain) Add(n.Class);
        Add(inherited.Label);
        foreach (var n in inherited.Chain)
        {
            // A deny with an unknown role matches whatever its other actors say.
            if (n.Actor is { DataSide.IsEmpty: false, UnknownRole: false }) Add(new DataSideCriterion(n.Actor.DataSide));
            Add(n.Code);
            Add(n.DataPeriod);
        }

        foreach (var n in inherited.Chain) Add(n.Data);
        return [.. criteria];

        void Add(FactCriterion? c)
        {
            if (c is not null) criteria.Add(c);
        }
    }
}
