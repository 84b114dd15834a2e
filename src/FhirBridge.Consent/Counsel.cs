using System.Collections.Immutable;
using FhirBridge.Consent.Decisions;
using FhirBridge.Consent.Directives;

namespace FhirBridge.Consent;

/// <summary>What is asked for: the action (consent.md §5.3) and the instant.</summary>
/// <param name="Action">Code of http://terminology.hl7.org/CodeSystem/consentaction: <c>access</c>, <c>collect</c>, <c>correct</c>, <c>disclose</c>, <c>use</c>.</param>
/// <param name="Now">Server time.</param>
/// <param name="Options">The network's choices.</param>
public sealed record AccessRequest(string Action, DateTimeOffset Now, ConsentOptions Options)
{
    /// <summary>
    /// Letters of <c>cruds</c> of which the caller's scopes must hold one on the contribution's type. Default by action:
    /// <c>c</c> for collect, <c>ud</c> for correct, <c>rs</c> for the others. A search sets <c>s</c>, a read <c>r</c>.
    /// </summary>
    public string? Interactions { get; init; }

    /// <summary>
    /// Snapshots of the other records that a contribution on several patients needs (consent.md §7.4). A patient without a snapshot
    /// here cannot be evaluated, which denies to everybody but the custodian.
    /// </summary>
    public ImmutableArray<ConsentSnapshot> Others { get; init; } = [];

    internal string Letters => Interactions ?? Action switch { "collect" => "c", "correct" => "ud", _ => "rs" };
}

/// <summary>Makes every <see cref="AccessGrant"/>: nobody reads the vault without one (design.md, keystone).</summary>
public static class Counsel
{
    /// <summary>Compiles the consents and memberships of one record (consent.md §3, §6); done once per version, free of caller and instant.</summary>
    /// <param name="record">The record.</param>
    /// <param name="version">Version of what was read.</param>
    /// <param name="sources">Consent, CareTeam, RelatedPerson, Group and PractitionerRole contributions of the record; other types are ignored.</param>
    /// <param name="network">Relations known outside the record: groups, practitioner roles, organisations.</param>
    /// <param name="options">The network's choices: time zone, trusted sources, recognised policies.</param>
    public static ConsentSnapshot Compile(RecordId record, string version, IEnumerable<CounselSource> sources, CareRelations network, ConsentOptions options) =>
        ConsentCompiler.Compile(record, version, sources, network, options);

    /// <summary>The grant for one care record: layers L0 to L5 of consent.md §4, as far as they do not depend on the single contribution.</summary>
    public static AccessGrant ForRecord(Caller caller, ConsentSnapshot snapshot, AccessRequest request) => RecordGrant.Make(caller, snapshot, request);

    /// <summary>The grant for a member's own facade; null when the caller does not act for that member.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="member">Whose facade.</param>
    /// <param name="interactions">Letters of <c>cruds</c> of which the scopes must hold one on each type.</param>
    public static AccessGrant? ForOwnFacade(Caller caller, MemberId member, string interactions = "rs") =>
        caller.Member == member ? new OwnFacadeGrant(caller, member, interactions) : null;

    /// <summary>The grant for the directory and other resources about no patient; it permits nothing to a caller without membership.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="interactions">Letters of <c>cruds</c> of which the scopes must hold one on each type.</param>
    public static AccessGrant ForDirectory(Caller caller, string interactions = "rs") => new DirectoryGrant(caller, interactions);

    /// <summary>The grant for a read that the system does for itself; an architecture test lists every place that asks for one.</summary>
    public static AccessGrant ForSystem(SystemPurpose purpose) => new SystemGrant(purpose);
}
