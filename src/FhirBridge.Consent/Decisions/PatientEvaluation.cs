namespace FhirBridge.Consent.Decisions;

/// <summary>Where a decision about one patient fell, for the reasons.</summary>
internal enum DecidedBy
{
    /// <summary>L1.</summary>
    Membership,

    /// <summary>L3, patient.</summary>
    Self,

    /// <summary>L3, custodian.</summary>
    Custodian,

    /// <summary>§9 and contract.md: who may see or write a Consent or an AuditEvent.</summary>
    Participant,

    /// <summary>§3.3.</summary>
    Hold,

    /// <summary>L4.</summary>
    Provision,

    /// <summary>L5.</summary>
    Policy,
}

/// <summary>The outcome for one patient.</summary>
internal readonly record struct Outcome(bool Permit, DecidedBy By, ResidualDirective? Directive, Verdict Verdict);

/// <summary>
/// Layers L1 and L3 to L5 of consent.md §4 for one patient's record, one caller, one action and one instant. (L2, administrative denies, has
/// no source yet; its place is the first line of <see cref="Evaluate"/>.)
/// </summary>
internal sealed class PatientEvaluation
{
    private readonly Caller caller;
    private readonly string action;
    private readonly Membership membership;
    private readonly EvaluationScope scope;
    private readonly ResidualDirective[] directives;
    private readonly ImplicitPolicy policy;
    private readonly PatientEvaluation? access;
    private readonly bool member;
    private readonly bool person;
    private readonly bool isPatient;
    private readonly string? organization;
    private readonly string? ownReference;
    private readonly bool onHold;
    private readonly bool specific;

    public PatientEvaluation(Caller caller, ConsentSnapshot snapshot, AccessRequest request)
    {
        this.caller = caller;
        action = request.Action;
        membership = new Membership(caller, snapshot, request.Now, request.Options);
        scope = new EvaluationScope(request.Options.DataPeriod == "pcf-any", snapshot.Relations);
        member = caller.Member is not null;
        person = caller.Person is { } p && (p.StartsWith("Patient/", StringComparison.Ordinal) || p.StartsWith("RelatedPerson/", StringComparison.Ordinal));
        isPatient = membership.IsPatient;
        organization = caller.Member?.Reference;
        ownReference = person && membership.Identities.Contains(caller.Person!) ? caller.Person : null;
        specific = request.Options.Combining == "specific-then-deny";
        policy = ImplicitPolicy.For(caller, membership, request);

        var compiler = new ResidualCompiler(membership, caller.Purposes, request.Action, request.Now);
        var residuals = new List<ResidualDirective>();
        foreach (var directive in snapshot.Directives)
        {
            if (directive.Root?.Period is { Unsupported: false } root && !root.Period.Covers(request.Now)) continue;
            var permits = directive.Impediments.IsEmpty && directive.HasAuthority(request.Now, snapshot);
            onHold |= directive.Untyped && request.Options.Untyped != "ignore";
            var residual = compiler.Compile(directive, permits);
            if (residual is not null || directive.Broken) residuals.Add(new ResidualDirective(directive, residual));
        }

        directives = [.. residuals];

        // A disclosure is an access too, unless the deciding provision lists it by name (consent.md §5.3).
        if (action == "disclose") access = new PatientEvaluation(caller, snapshot, request with { Action = "access" });
    }

    /// <summary>The scope that views of contributions need.</summary>
    public EvaluationScope Scope => scope;

    /// <summary>Consents that can say something to this caller now, for the reasons.</summary>
    public ReadOnlySpan<ResidualDirective> Directives => directives;

    public Outcome Evaluate(in FactsView view)
    {
        if (!member && !person) return new Outcome(false, DecidedBy.Membership, null, default);
        if (view.Facts.Type is "Consent" or "AuditEvent") return EvaluateGoverned(view.Facts);
        if (HasInherentRight(view.Facts) is { } right) return new Outcome(true, right, null, default);
        if (onHold) return new Outcome(false, DecidedBy.Hold, null, default);

        var outcome = Combine(view);
        if (outcome.By == DecidedBy.Policy) outcome = new Outcome(policy.Permits(view), DecidedBy.Policy, null, default);
        if (outcome.Permit && access is not null && !outcome.Verdict.Listed)
        {
            var accessible = access.Evaluate(view);
            if (!accessible.Permit) return accessible;
        }

        return outcome;
    }

    /// <summary>Whether the caller may see or write a Provenance's or list's source is asked per source; this is its own layer L1.</summary>
    public bool IsAdmitted => member || person;

    /// <summary>True when the caller contributed it: a member under its organisation, a person under its own reference.</summary>
    public bool IsCustodian(RecordFacts facts) =>
        (organization is not null && facts.Custodian == organization) || (ownReference is not null && facts.Custodian == ownReference);

    // L3: reading is inherent for the patient and the custodian. A person has no facade: on its own statements it has there what a member
    // has on its facade, the patient to make, correct and withdraw them, a carer to correct and withdraw them.
    private DecidedBy? HasInherentRight(RecordFacts facts)
    {
        if (action == "access") return isPatient ? DecidedBy.Self : IsCustodian(facts) ? DecidedBy.Custodian : null;
        if (!person || !IsCustodian(facts)) return null;
        return action switch
        {
            "correct" => DecidedBy.Custodian,
            "collect" when isPatient => DecidedBy.Self,
            _ => null,
        };
    }

    // Consents and audit are not governed by consents: their readers and writers are named (consent.md §9, §13; contract.md).
    private Outcome EvaluateGoverned(RecordFacts facts)
    {
        var permit = action switch
        {
            // The operator keeps the audit of others and does not read it by that.
            "access" => isPatient || (IsCustodian(facts) && !(facts.Type == "AuditEvent" && caller.IsOperator)) || (member && caller.Roles.Contains("privacy-officer"))
                || IsController(facts) || (facts.Type == "AuditEvent" && membership.IsRepresentative()),
            "collect" or "correct" => facts.Type == "Consent"
                && (isPatient || (member && caller.Roles.Contains("consent-recorder")) || membership.IsRepresentative()),
            _ => false,
        };
        return new Outcome(permit, DecidedBy.Participant, null, default);
    }

    private bool IsController(RecordFacts facts)
    {
        foreach (var controller in facts.Controllers)
        {
            if (membership.Identities.Contains(controller)) return true;
        }

        return false;
    }

    // consent.md §7: never by recency. By "Policy" it says that no consent applied.
    private Outcome Combine(in FactsView view)
    {
        Verdict permit = default, deny = default;
        ResidualDirective? permitting = null, denying = null;
        foreach (var directive in directives)
        {
            var verdict = directive.Evaluate(view);
            if (verdict.Effect == Effect.Deny)
            {
                if (!specific) return new Outcome(false, DecidedBy.Provision, directive, verdict);
                if (denying is null || verdict.Specificity > deny.Specificity) (deny, denying) = (verdict, directive);
            }
            else if (verdict.Effect == Effect.Permit)
            {
                var listed = permit.Listed || verdict.Listed;
                if (permitting is null || verdict.Specificity > permit.Specificity) (permit, permitting) = (verdict, directive);
                if (listed) permit = permit with { Listed = true };
            }
        }

        if (permitting is not null && (denying is null || permit.Specificity > deny.Specificity)) return new Outcome(true, DecidedBy.Provision, permitting, permit);
        return denying is not null ? new Outcome(false, DecidedBy.Provision, denying, deny) : new Outcome(false, DecidedBy.Policy, null, default);
    }
}
