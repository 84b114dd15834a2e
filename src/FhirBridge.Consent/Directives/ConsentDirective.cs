using System.Collections.Immutable;
using FhirBridge.Consent.Decisions;
using FhirBridge.Consent.Directives;

namespace FhirBridge.Consent;

/// <summary>What becomes of a consent (<c>$enforcement-status</c>).</summary>
public enum EnforcementState
{
    /// <summary>Permits and denies both count.</summary>
    Enforced,

    /// <summary>Enforced, but an actor or a resource that it names leads nowhere and matches nothing.</summary>
    Degraded,

    /// <summary>Its permits grant nothing; its denies stay in force.</summary>
    Quarantined,
}

/// <summary>A consent's state with the reasons for it.</summary>
/// <param name="State">The state.</param>
/// <param name="Holds">True when an untyped provision puts access across organisations on hold (consent.md §3.3).</param>
/// <param name="Reasons">One sentence each, for a person; empty when enforced without remark.</param>
public sealed record EnforcementStatus(EnforcementState State, bool Holds, IReadOnlyList<string> Reasons);

/// <summary>A Consent in its compiled form (consent.md §3–§6): made once per consent version, for every caller and instant.</summary>
public sealed class ConsentDirective
{
    internal ConsentDirective()
    {
    }

    /// <summary>Reference of the consent.</summary>
    public required string Reference { get; init; }

    /// <summary>The root provision; null when there is none.</summary>
    internal Provision? Root { get; init; }

    /// <summary>Why its permits grant nothing, whatever the instant; empty when nothing stands in the way.</summary>
    internal ImmutableArray<string> Impediments { get; init; } = [];

    /// <summary>What it names and cannot be found.</summary>
    internal ImmutableArray<string> Unresolved { get; init; } = [];

    /// <summary>True when a node has no type.</summary>
    internal bool Untyped { get; init; }

    /// <summary>True when any node is a deny.</summary>
    internal bool HasDeny { get; init; }

    /// <summary>True when it could not be compiled at all: its denies are treated as matching (consent.md §12).</summary>
    internal bool Broken { get; init; }

    /// <summary>Performers, resolved.</summary>
    internal ImmutableArray<string> Performers { get; init; } = [];

    /// <summary>When it was signed; null when not known.</summary>
    internal DateTimeOffset? Signed { get; init; }

    /// <summary>Instants at which one of its periods starts or ends.</summary>
    internal ImmutableArray<DateTimeOffset> Boundaries { get; init; } = [];

    /// <summary>The state of the consent at an instant, with reasons.</summary>
    public EnforcementStatus StatusAt(DateTimeOffset now, ConsentSnapshot snapshot)
    {
        var reasons = new List<string>(Impediments);
        if (Broken) reasons.Add("the consent could not be compiled; its denies apply to everybody");
        if (!HasAuthority(now, snapshot)) reasons.Add("no performer is the patient or a representative with verified legal authority");
        var state = reasons.Count > 0 ? EnforcementState.Quarantined : Unresolved.IsEmpty ? EnforcementState.Enforced : EnforcementState.Degraded;
        reasons.AddRange(Unresolved.Select(u => $"{u} leads nowhere and matches nobody"));
        return new EnforcementStatus(state, Untyped, reasons);
    }

    /// <summary>True when a performer may decide for the patient (consent.md §3.5): the patient, or a representative then and now.</summary>
    internal bool HasAuthority(DateTimeOffset now, ConsentSnapshot snapshot)
    {
        foreach (var performer in Performers)
        {
            if (performer == snapshot.Record.Reference) return true;
            if (Signed is { } signed && Membership.IsRepresentative(performer, snapshot, now, signed)) return true;
        }

        return false;
    }
}
