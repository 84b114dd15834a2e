using System.Collections.Immutable;
using FhirBridge.Consent;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage;

/// <summary>
/// All that one request changes, committed whole or not at all: contributions with facts, index and provenance, identity claims, audit rows, outbox.
/// All patient contributions of a commit belong to one record.
/// </summary>
public sealed record Commit
{
    /// <summary>The record that the patient contributions belong to; null when only directory resources are written.</summary>
    public RecordId? Record { get; init; }

    /// <summary>The writes, in order.</summary>
    public required ImmutableArray<ContributionWrite> Writes { get; init; }

    /// <summary>Identifiers that from now on lead to this record or directory entry. A claim that is held for another target makes the commit fail as a race.</summary>
    public ImmutableArray<IdentityClaim> Claims { get; init; } = [];

    /// <summary>Identifiers whose claim ends (a Patient's identifier was corrected), unless another contribution still makes it.</summary>
    public ImmutableArray<IdentityClaim> Releases { get; init; } = [];

    /// <summary>Audit rows that are durable exactly when the commit is.</summary>
    public ImmutableArray<AuditRow> Audit { get; init; } = [];

    /// <summary>Notifications to dispatch later.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Outbox { get; init; } = [];
}

/// <summary>One contribution version to write.</summary>
public sealed record ContributionWrite
{
    /// <summary>Address in the contributor's words.</summary>
    public required ContributionKey Key { get; init; }

    /// <summary>Logical id in the network; the same for all versions.</summary>
    public required string NetworkId { get; init; }

    /// <summary>The record; null for a directory resource.</summary>
    public required RecordId? Record { get; init; }

    /// <summary>The current version that this write was prepared against: 0 when there was none. Another one at commit makes the commit fail as a race.</summary>
    public required long ExpectedVersion { get; init; }

    /// <summary>True to write a tombstone; the body is then the last one.</summary>
    public bool Deleted { get; init; }

    /// <summary>True when it comes through a facade.</summary>
    public bool Imported { get; init; }

    /// <summary>Bytes.</summary>
    public required ContributionBody Body { get; init; }

    /// <summary>Facts, references in stored form.</summary>
    public required RecordFacts Facts { get; init; }

    /// <summary>Index values, references in stored form.</summary>
    public required SearchIndex Index { get; init; }

    /// <summary>Provenance.</summary>
    public required ContributionProvenance Provenance { get; init; }
}

/// <summary>A business identifier that leads to a record or a directory entry.</summary>
/// <param name="Scope"><c>Patient</c> for records; otherwise the directory type.</param>
/// <param name="System">Identifier system.</param>
/// <param name="Value">Identifier value.</param>
/// <param name="Target">Record id or directory id.</param>
/// <param name="By">The contribution that states it.</param>
public sealed record IdentityClaim(string Scope, string System, string Value, string Target, ContributionKey By);

/// <summary>One row of the audit journal; what the payload means is Api's business.</summary>
/// <param name="Record">The patient concerned; null when none is known.</param>
/// <param name="At">When.</param>
/// <param name="Payload">UTF-8, compact.</param>
/// <param name="Sequence">Place in the journal; set by the vault.</param>
public sealed record AuditRow(RecordId? Record, DateTimeOffset At, ReadOnlyMemory<byte> Payload, long Sequence = 0);

/// <summary>What a commit achieved.</summary>
public enum CommitOutcome
{
    /// <summary>Durable.</summary>
    Committed,

    /// <summary>Something changed between preparing and committing (version, claim): prepare again.</summary>
    Race,
}
