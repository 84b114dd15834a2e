using System.Collections.Immutable;
using FhirBridge.Fhir;

namespace FhirBridge.Mapping;

/// <summary>A contribution that the caller may see, as composition takes it.</summary>
/// <param name="Reference">Network reference of the contribution: <c>Goal/{record}-{suffix}</c>. Unique; never shown in a unified resource except where Provenance needs it.</param>
/// <param name="Unified">Reference of the unified resource that it is a part of: <c>Goal/{record}-{key}</c> (<see cref="UnifiedKeys"/>); empty when it is shown by itself.</param>
/// <param name="Contributor">Who contributed it: <c>Organization/{member}</c>, <c>Patient/…</c> or <c>RelatedPerson/…</c>.</param>
/// <param name="ContributorName">Name to show for the contributor; null when unknown.</param>
/// <param name="Source">Its <c>meta.source</c>: the address on the contributor's facade.</param>
/// <param name="LastUpdated">When its version was committed.</param>
/// <param name="Resource">
/// The resource in network form, read from JSON (its source bytes are spliced into what is composed): references are network references (<c>Practitioner/p1</c>, unified ids for unified types); references that the
/// caller may not follow are removed already.
/// </param>
public sealed record VisibleContribution(
    string Reference,
    string Unified,
    string Contributor,
    string? ContributorName,
    string Source,
    DateTimeOffset LastUpdated,
    FhirElement Resource);

/// <summary>A unified resource: composed of exactly the contributions that the caller may see.</summary>
/// <param name="Type">CarePlan, CareTeam, Goal, Patient or DetectedIssue (a conflict).</param>
/// <param name="Id">Logical id, from record and composition key alone.</param>
/// <param name="VersionId">Opaque hash of the content.</param>
/// <param name="LastUpdated">Latest of the contributions it is made of.</param>
/// <param name="Json">The complete resource in UTF-8, <c>meta.versionId</c> and <c>meta.lastUpdated</c> included.</param>
/// <param name="Origins">Which contribution which elements came from, for Provenance.</param>
public sealed record UnifiedResource(
    string Type,
    string Id,
    string VersionId,
    DateTimeOffset LastUpdated,
    ReadOnlyMemory<byte> Json,
    ImmutableArray<ElementOrigin> Origins)
{
    /// <summary><c>Type/id</c>.</summary>
    public string Reference => $"{Type}/{Id}";
}

/// <summary>A contribution to a unified resource, and the elements that came from it.</summary>
/// <param name="Contribution">Reference of the contribution.</param>
/// <param name="Elements">Ids (<c>Element.id</c>) of the elements in the unified resource that it contributed; empty when it contributed to the whole.</param>
public sealed record ElementOrigin(string Contribution, ImmutableArray<string> Elements);
