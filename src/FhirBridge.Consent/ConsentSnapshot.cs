using System.Collections.Immutable;
using FhirBridge.Fhir;

namespace FhirBridge.Consent;

/// <summary>
/// Consents and memberships of one record, compiled once per version: all that a decision needs besides the caller and the facts.
/// </summary>
/// <param name="Record">The record.</param>
/// <param name="Version">Changes whenever a consent or a membership that bears on this record changes.</param>
/// <param name="Directives">Candidate consents, compiled (consent.md §3, §6), quarantined ones included.</param>
/// <param name="Relations">Care teams, related persons, groups and roles.</param>
public sealed record ConsentSnapshot(RecordId Record, string Version, ImmutableArray<ConsentDirective> Directives, CareRelations Relations);

/// <summary>One resource that counsel reads: a Consent, CareTeam, RelatedPerson, Group or PractitionerRole.</summary>
/// <param name="Resource">The resource as contributed.</param>
/// <param name="Facts">Its facts, references already resolved.</param>
/// <param name="Imported">True when it came through a facade or <c>$ingest</c>, false when it was written on <c>/fhir</c> (contract.md, "Whose Consent counts").</param>
/// <param name="Resolve">
/// Resolves a reference as written inside <paramref name="Resource"/>, without its version, to a network reference; null when it leads
/// nowhere. A reference by business identifier alone is asked for as <c>{type}?identifier={system}|{value}</c> (type empty when not stated).
/// </param>
public sealed record CounselSource(FhirElement Resource, RecordFacts Facts, bool Imported, Func<string, string?> Resolve);

/// <summary>Who belongs to whom, as values; periods are checked at the instant of the decision.</summary>
public sealed record CareRelations
{
    /// <summary>Nothing is known.</summary>
    public static CareRelations None { get; } = new();

    /// <summary>Care teams of the record's patient.</summary>
    public ImmutableArray<CareTeamFacts> CareTeams { get; init; } = [];

    /// <summary>Related persons of the record's patient.</summary>
    public ImmutableArray<RelatedPersonFacts> RelatedPersons { get; init; } = [];

    /// <summary>Groups that a consent may name.</summary>
    public ImmutableArray<GroupFacts> Groups { get; init; } = [];

    /// <summary>Practitioner roles that a consent may name.</summary>
    public ImmutableArray<PractitionerRoleFacts> Roles { get; init; } = [];

    /// <summary>Organisations with what they are part of; read only when <see cref="ConsentOptions.OrganizationHierarchy"/> is <c>down</c>.</summary>
    public ImmutableArray<OrganizationPart> Organizations { get; init; } = [];

    /// <summary>These and those together.</summary>
    public CareRelations With(CareRelations other) => new()
    {
        CareTeams = CareTeams.AddRange(other.CareTeams),
        RelatedPersons = RelatedPersons.AddRange(other.RelatedPersons),
        Groups = Groups.AddRange(other.Groups),
        Roles = Roles.AddRange(other.Roles),
        Organizations = Organizations.AddRange(other.Organizations),
    };
}

/// <summary>An organisation that is part of another (<c>Organization.partOf</c>).</summary>
/// <param name="Reference">The part.</param>
/// <param name="PartOf">The whole.</param>
public sealed record OrganizationPart(string Reference, string PartOf);

/// <summary>A care team.</summary>
/// <param name="References">Every reference that names it: of the contribution and of the unified CareTeam.</param>
/// <param name="Active">True when <c>status</c> is <c>active</c>.</param>
/// <param name="Subject">Its patient.</param>
/// <param name="Participants">Its participants.</param>
public sealed record CareTeamFacts(ImmutableArray<string> References, bool Active, string? Subject, ImmutableArray<ParticipantFacts> Participants);

/// <summary>A participant of a care team.</summary>
/// <param name="Member">Network reference of the member (a person, an organisation, a nested team); null when it leads nowhere.</param>
/// <param name="OnBehalfOf">Organisation acted for; null when not stated.</param>
/// <param name="Period">When.</param>
public sealed record ParticipantFacts(string? Member, string? OnBehalfOf, Interval Period);

/// <summary>A related person.</summary>
/// <param name="Reference">Its reference.</param>
/// <param name="Patient">The patient it relates to.</param>
/// <param name="Active">False when <c>active</c> is false.</param>
/// <param name="Period">When the relation holds.</param>
/// <param name="Relationships">Codes of the relationship.</param>
public sealed record RelatedPersonFacts(string Reference, string? Patient, bool Active, Interval Period, ImmutableArray<Coding> Relationships)
{
    /// <summary>
    /// True when somebody other than the person vouches for the relation: it was contributed by a member organisation. Only then can
    /// a relationship code give legal authority (consent.md §3.5).
    /// </summary>
    public bool Verified { get; init; }
}

/// <summary>A group.</summary>
/// <param name="Reference">Its reference.</param>
/// <param name="Enumerated">True when <c>actual</c> is true and <c>type</c> is person or practitioner.</param>
/// <param name="Members">Its members.</param>
public sealed record GroupFacts(string Reference, bool Enumerated, ImmutableArray<GroupMemberFacts> Members);

/// <summary>A member of a group.</summary>
/// <param name="Entity">Reference of the member.</param>
/// <param name="Inactive">True when it no longer counts.</param>
/// <param name="Period">When it counts.</param>
public sealed record GroupMemberFacts(string Entity, bool Inactive, Interval Period);

/// <summary>A practitioner's role.</summary>
/// <param name="Reference">Its reference.</param>
/// <param name="Practitioner">Who.</param>
/// <param name="Organization">For whom.</param>
/// <param name="Active">False when <c>active</c> is false.</param>
/// <param name="Period">When.</param>
public sealed record PractitionerRoleFacts(string Reference, string? Practitioner, string? Organization, bool Active, Interval Period);
