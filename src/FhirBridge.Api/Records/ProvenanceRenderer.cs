using FhirBridge.Api.Http;
using FhirBridge.Mapping;
using FhirBridge.Storage;

namespace FhirBridge.Api.Records;

/// <summary>The Provenance of a contribution as the caller sees it, made from the contribution's row (https://hl7.org/fhir/R4/provenance.html).</summary>
public static class ProvenanceRenderer
{
    /// <summary>Where a contribution comes from, in composition's words.</summary>
    public static ContributionOrigin Origin(Contribution contribution, FhirRequest request)
    {
        var provenance = contribution.Provenance;
        var person = provenance.Agent is { } agent && !agent.StartsWith("Device/", StringComparison.Ordinal) && agent != contribution.Facts.Custodian ? agent : null;
        var name = request.Network.Members.TryGetValue(contribution.Key.Contributor, out var member) ? member.Name : null;
        return new ContributionOrigin(
            contribution.Facts.Reference, contribution.Facts.Custodian, name, person, null, provenance.Recorded,
            NetworkForm.SourceUrl(request.PublicBase, contribution.Key), provenance.Activity, provenance.Map, provenance.SourceDocument);
    }

    /// <summary>One Provenance for each contribution of a unified resource.</summary>
    public static IEnumerable<(UnifiedResource Provenance, Contribution Of)> Of(UnifiedResource unified, IReadOnlyList<Contribution> sources, FhirRequest request)
    {
        foreach (var source in sources)
        {
            foreach (var p in ProvenanceComposer.Compose(unified, [Origin(source, request)])) yield return (p, source);
        }
    }

    /// <summary>The Provenance of a contribution that is shown by itself.</summary>
    public static UnifiedResource Of(Contribution contribution, FhirRequest request) =>
        ProvenanceComposer.Compose(contribution.Facts.Reference, Origin(contribution, request));
}
