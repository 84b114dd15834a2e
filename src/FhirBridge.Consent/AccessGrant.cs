namespace FhirBridge.Consent;

/// <summary>What a grant opens.</summary>
public enum GrantKind
{
    /// <summary>One care record, contribution by contribution, as counsel decides.</summary>
    Record,

    /// <summary>A member's own contributions (it is their custodian, consent.md L3).</summary>
    OwnFacade,

    /// <summary>The directory and other resources about no patient.</summary>
    Directory,

    /// <summary>A read that the system does for itself, for a named purpose; its result reaches no caller unfiltered.</summary>
    System,
}

/// <summary>Why the system itself reads. Every place that makes such a grant is listed in an architecture test.</summary>
public enum SystemPurpose
{
    /// <summary>Finding the record, pointers and versions that a write needs.</summary>
    Identity,

    /// <summary>Reading consents and memberships, so that a decision can be made.</summary>
    Counsel,

    /// <summary>Background work: outbox, indexes.</summary>
    Worker,
}

/// <summary>
/// Permission to read, made by counsel alone: the only way into the vault. What the caller's identity, purpose and the instant decide is decided
/// already; what depends on the single contribution is left as the residual and asked with <see cref="Permits"/>.
/// </summary>
public abstract class AccessGrant
{
    private protected AccessGrant(GrantKind kind, RecordId? record, MemberId? member)
    {
        Kind = kind;
        Record = record;
        Member = member;
    }

    /// <summary>What it opens.</summary>
    public GrantKind Kind { get; }

    /// <summary>The record that a <see cref="GrantKind.Record"/> grant is for; null for other kinds.</summary>
    public RecordId? Record { get; }

    /// <summary>The member whose contributions a <see cref="GrantKind.OwnFacade"/> grant is for; null for other kinds.</summary>
    public MemberId? Member { get; }

    /// <summary>
    /// Equal for grants that permit the same contributions until <see cref="ValidUntil"/>: caller, consent snapshot, action. For caches of visible sets.
    /// </summary>
    public abstract string CacheKey { get; }

    /// <summary>The next instant at which the passing of time alone may change a decision; <see cref="DateTimeOffset.MaxValue"/> when never.</summary>
    public abstract DateTimeOffset ValidUntil { get; }

    /// <summary>True when the caller may see the contribution. Undecidable is false. Pure; allocates nothing on the common path.</summary>
    public abstract bool Permits(RecordFacts facts, IRecordNeighbours neighbours);

    /// <summary>As <see cref="Permits"/>, with the reasons: for audit and <c>$explain</c>.</summary>
    public abstract Decision Decide(RecordFacts facts, IRecordNeighbours neighbours);

    /// <summary>
    /// SMART search constraints on a type (<c>patient/Observation.rs?category=…</c>): null when unconstrained, else the contribution
    /// must match at least one. An empty list permits nothing.
    /// </summary>
    public abstract IReadOnlyList<string>? ScopeConstraints(string type);
}

/// <summary>A decision and what led to it.</summary>
/// <param name="Permit">True for permit; deny and "does not exist" are the same to the outside.</param>
/// <param name="Reasons">Reasons, the deciding one first.</param>
public sealed record Decision(bool Permit, IReadOnlyList<Reason> Reasons);

/// <summary>One reason of a decision.</summary>
/// <param name="Rule">Stable rule code: <c>scope</c>, <c>membership</c>, <c>self</c>, <c>custodian</c>, <c>provision</c>, <c>policy</c>, <c>unsupported-criterion</c> …</param>
/// <param name="Consent">Reference of the consent; null when no consent decided.</param>
/// <param name="ProvisionPath">FHIRPath of the deciding provision: <c>Consent.provision.provision[1]</c>; null when none.</param>
/// <param name="Text">One sentence for a person.</param>
public sealed record Reason(string Rule, string? Consent, string? ProvisionPath, string Text);
