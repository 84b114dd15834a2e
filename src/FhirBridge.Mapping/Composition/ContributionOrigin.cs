namespace FhirBridge.Mapping;

/// <summary>Where a contribution comes from, as Provenance tells it.</summary>
/// <param name="Contribution">Reference of the contribution, as in <see cref="ElementOrigin.Contribution"/>.</param>
/// <param name="Contributor">Who holds it: <c>Organization/{member}</c>, <c>Patient/…</c> or <c>RelatedPerson/…</c>.</param>
/// <param name="ContributorName">Name to show for the contributor; null when unknown.</param>
/// <param name="Person">The person who wrote it on the contributor's behalf (<c>Practitioner/…</c>, <c>PractitionerRole/…</c>); null when unknown.</param>
/// <param name="PersonName">Name to show for the person; null when unknown.</param>
/// <param name="Recorded">When this version was committed.</param>
/// <param name="Source">Its <c>meta.source</c>: the address on the contributor's facade.</param>
/// <param name="Activity">What was done, as a code of http://terminology.hl7.org/CodeSystem/v3-DataOperation: <c>CREATE</c> or <c>UPDATE</c>.</param>
/// <param name="Map">Canonical of the StructureMap that translated it, <c>url|version</c>; null when it came as FHIR R4.</param>
/// <param name="Document">Absolute URL of the source document as received; null when there is none beside <paramref name="Source"/>.</param>
public sealed record ContributionOrigin(
    string Contribution,
    string Contributor,
    string? ContributorName,
    string? Person,
    string? PersonName,
    DateTimeOffset Recorded,
    string Source,
    string Activity,
    string? Map = null,
    string? Document = null);
