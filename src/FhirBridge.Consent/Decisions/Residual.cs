using FhirBridge.Consent.Directives;

namespace FhirBridge.Consent.Decisions;

/// <summary>What a consent says about a contribution (consent.md §6.1).</summary>
internal enum Effect
{
    /// <summary>Nothing.</summary>
    NotApplicable,

    /// <summary>Permit.</summary>
    Permit,

    /// <summary>Deny.</summary>
    Deny,
}

/// <summary>An effect with the provision that decided; the default is "not applicable".</summary>
/// <param name="Effect">The effect.</param>
/// <param name="Specificity">Rank of the deciding provision (consent.md §7.2), higher is more specific.</param>
/// <param name="Listed">True when the deciding provision lists the action by name.</param>
/// <param name="Source">The deciding provision; null when none decided.</param>
internal readonly record struct Verdict(Effect Effect, int Specificity, bool Listed, Provision? Source);

/// <summary>
/// A provision after partial evaluation: caller, purpose, action and instant are decided; the criteria that remain look at the
/// contribution alone.
/// </summary>
internal sealed class Residual
{
    private readonly Verdict own;
    private readonly FactCriterion[] criteria;
    private readonly Residual[] children;
    private readonly bool canMatch;

    public Residual(Verdict own, bool canMatch, FactCriterion[] criteria, Residual[] children)
    {
        this.own = own;
        this.canMatch = canMatch;
        this.criteria = criteria;
        this.children = children;
    }

    /// <summary>The algorithm of consent.md §6.3: among siblings deny wins, an exception beats its parent.</summary>
    public Verdict Evaluate(in FactsView view)
    {
        Verdict permit = default, deny = default;
        foreach (var child in children)
        {
            var verdict = child.Evaluate(view);
            if (verdict.Effect == Effect.Deny) deny = MoreSpecific(deny, verdict);
            else if (verdict.Effect == Effect.Permit) permit = MoreSpecific(permit, verdict);
        }

        if (deny.Effect != Effect.NotApplicable) return deny;
        if (permit.Effect != Effect.NotApplicable) return permit;
        return canMatch && Matches(view) ? own : default;
    }

    private bool Matches(in FactsView view)
    {
        foreach (var criterion in criteria)
        {
            if (!criterion.Matches(view, own.Effect == Effect.Permit)) return false;
        }

        return true;
    }

    // Of equally specific ones, one that lists the action counts, so that the order of siblings never matters.
    private static Verdict MoreSpecific(Verdict a, Verdict b)
    {
        if (a.Effect == Effect.NotApplicable) return b;
        var winner = b.Specificity > a.Specificity ? b : a;
        return a.Listed || b.Listed ? winner with { Listed = true } : winner;
    }
}

/// <summary>A consent after partial evaluation.</summary>
internal sealed class ResidualDirective
{
    private readonly Residual? root;

    public ResidualDirective(ConsentDirective directive, Residual? root)
    {
        Directive = directive;
        this.root = root;
    }

    public ConsentDirective Directive { get; }

    /// <summary>
    /// What the consent says. A consent that cannot be evaluated loses its permits, and its denies are treated as matching
    /// (consent.md §12): a fault must never widen, nor take the other consents with it.
    /// </summary>
    public Verdict Evaluate(in FactsView view)
    {
        if (Directive.Broken) return Failed;
        try
        {
            return root is null ? default : root.Evaluate(view);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Failed;
        }
    }

    private Verdict Failed => Directive.HasDeny ? new Verdict(Effect.Deny, int.MaxValue, false, Directive.Root) : default;
}
