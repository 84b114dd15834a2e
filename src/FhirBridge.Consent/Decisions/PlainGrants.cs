using System.Collections.Immutable;

namespace FhirBridge.Consent.Decisions;

/// <summary>A member's own contributions: it is their custodian, so only the scopes decide (consent.md L3).</summary>
internal sealed class OwnFacadeGrant(Caller caller, MemberId member, string interactions) : AccessGrant(GrantKind.OwnFacade, null, member)
{
    private readonly string custodian = member.Reference;
    private readonly string? launch = caller.LaunchPatient?.Reference;

    public override string CacheKey => string.Join('\n', "facade", Member!.Value.Value, interactions, caller.DecisionKey);

    public override DateTimeOffset ValidUntil => DateTimeOffset.MaxValue;

    // patient/ scopes count for the launch patient's record alone, and a contribution tells whose record it is in.
    public override bool Permits(RecordFacts facts, IRecordNeighbours neighbours) =>
        facts.Custodian == custodian
        && caller.Scopes.Allows(facts.Type, interactions, launch is not null && facts.Patients is [var only] && only == launch);

    public override Decision Decide(RecordFacts facts, IRecordNeighbours neighbours) => facts.Custodian != custodian
        ? new Decision(false, [new Reason("custodian", null, null, "another member contributed it")])
        : Permits(facts, neighbours)
            ? new Decision(true, [new Reason("custodian", null, null, "the caller acts for the member that contributed it")])
            : new Decision(false, [new Reason("scope", null, null, $"no scope of the token covers {facts.Type} with {interactions}")]);

    // A patient/ scope without constraint must not lift the constraint of a user/ scope from the other patients' records.
    public override IReadOnlyList<string>? ScopeConstraints(string type) =>
        caller.Scopes.Constraints(type, interactions, patientLevel: caller.LaunchPatient is not null && !caller.Scopes.Allows(type, interactions, patientLevel: false));
}

/// <summary>Resources about no patient: scopes and membership decide, consent is not applied (consent.md §7.4).</summary>
internal sealed class DirectoryGrant(Caller caller, string interactions) : AccessGrant(GrantKind.Directory, null, null)
{
    // About persons even where they name none: never open by way of the directory.
    private static readonly ImmutableHashSet<string> NeverOpen =
        ["AuditEvent", "Provenance", "Consent", "Patient", "RelatedPerson", "Task", "Communication", "CommunicationRequest", "Binary", "List", "DetectedIssue"];

    private readonly bool admitted = caller.Member is not null
        || (caller.Person is { } p && (p.StartsWith("Patient/", StringComparison.Ordinal) || p.StartsWith("RelatedPerson/", StringComparison.Ordinal)));

    public override string CacheKey => string.Join('\n', "directory", interactions, caller.DecisionKey);

    public override DateTimeOffset ValidUntil => DateTimeOffset.MaxValue;

    public override bool Permits(RecordFacts facts, IRecordNeighbours neighbours) =>
        admitted && facts.Patients.IsEmpty && facts.DerivedFrom.IsEmpty && !NeverOpen.Contains(facts.Type)
        && caller.Scopes.Allows(facts.Type, interactions, patientLevel: caller.LaunchPatient is not null);

    public override Decision Decide(RecordFacts facts, IRecordNeighbours neighbours) => !admitted
        ? new Decision(false, [new Reason("membership", null, null, "the caller acts for no active member of the network")])
        : Permits(facts, neighbours)
            ? new Decision(true, [new Reason("directory", null, null, "it is about no patient")])
            : new Decision(false, [new Reason("scope", null, null, "it is about a patient, or no scope of the token covers it")]);

    public override IReadOnlyList<string>? ScopeConstraints(string type) => caller.Scopes.Constraints(type, interactions, caller.LaunchPatient is not null);
}

/// <summary>A read of the system for itself; what it reads reaches no caller unfiltered.</summary>
internal sealed class SystemGrant(SystemPurpose purpose) : AccessGrant(GrantKind.System, null, null)
{
    public override string CacheKey => "system\n" + purpose;

    public override DateTimeOffset ValidUntil => DateTimeOffset.MaxValue;

    public override bool Permits(RecordFacts facts, IRecordNeighbours neighbours) => true;

    public override Decision Decide(RecordFacts facts, IRecordNeighbours neighbours) => new(true, [new Reason("system", null, null, $"read by the system for {purpose}")]);

    public override IReadOnlyList<string>? ScopeConstraints(string type) => null;
}
