using System.Buffers;
using System.Text.Json;
using FhirBridge.Fhir;

namespace FhirBridge.Mapping;

/// <summary>
/// Tells where what a caller sees comes from: one Provenance for each resource and each contribution to it
/// (http://hl7.org/fhir/R4/provenance.html). Pure: ids and content follow from the arguments alone.
/// </summary>
public static class ProvenanceComposer
{
    private const string ParticipantType = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";

    /// <summary>
    /// Provenance of a unified resource: one for each contribution that it is made of, whose target names the contributed elements with the
    /// extension http://hl7.org/fhir/StructureDefinition/targetElement (none: the resource as a whole).
    /// </summary>
    /// <param name="resource">The unified resource.</param>
    /// <param name="origins">Origins of its contributions; others, and contributions without one, are passed over.</param>
    public static IReadOnlyList<UnifiedResource> Compose(UnifiedResource resource, IEnumerable<ContributionOrigin> origins)
    {
        var known = new Dictionary<string, ContributionOrigin>(StringComparer.Ordinal);
        foreach (var origin in origins) known[origin.Contribution] = origin;
        var composed = new List<UnifiedResource>(resource.Origins.Length);
        foreach (var part in resource.Origins)
        {
            if (known.TryGetValue(part.Contribution, out var origin)) composed.Add(Compose(resource.Reference, part.Elements, origin));
        }

        return composed;
    }

    /// <summary>Provenance of a contribution that is shown by itself (a pass-through resource).</summary>
    /// <param name="target">Reference under which the caller sees it.</param>
    /// <param name="origin">Where it comes from.</param>
    public static UnifiedResource Compose(string target, ContributionOrigin origin) => Compose(target, [], origin);

    /// <summary>Id of the Provenance of that contribution to that target.</summary>
    public static string IdOf(string target, string contribution)
    {
        var record = UnifiedKeys.RecordOf(target[(target.IndexOf('/') + 1)..]);
        if (record.Length > 40) record = ContentHash.Of(record);
        return $"{record}-{UnifiedKeys.Hash(record, "Provenance", $"{target}\n{contribution}")}";
    }

    private static UnifiedResource Compose(string target, IEnumerable<string> elements, ContributionOrigin origin)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(body, UnifiedWriter.JsonOptions))
        {
            json.WriteStartObject();
            Target(json, target, elements);
            json.WriteString("recorded"u8, FhirDates.Instant(origin.Recorded));
            json.WriteCodeableConcept("activity"u8, "http://terminology.hl7.org/CodeSystem/v3-DataOperation", origin.Activity);
            Agents(json, origin);
            Entities(json, origin);
            json.WriteEndObject();
        }

        return UnifiedWriter.Sealed("Provenance", IdOf(target, origin.Contribution), body.WrittenSpan, origin.Recorded, []);
    }

    private static void Target(Utf8JsonWriter json, string target, IEnumerable<string> elements)
    {
        json.WriteStartArray("target"u8);
        json.WriteStartObject();
        var any = false;
        foreach (var element in elements)
        {
            if (!any) json.WriteStartArray("extension"u8);
            any = true;
            json.WriteExtensionValue(Extensions.TargetElement, "valueUri"u8, element);
        }

        if (any) json.WriteEndArray();
        json.WriteString("reference"u8, target);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    /// <summary>The author (the person on behalf of the contributor, when known, else the contributor), and the organisation as custodian.</summary>
    private static void Agents(Utf8JsonWriter json, ContributionOrigin origin)
    {
        json.WriteStartArray("agent"u8);
        json.WriteStartObject();
        json.WriteCodeableConcept("type"u8, ParticipantType, "author");
        json.WriteReference("who"u8, origin.Person ?? origin.Contributor, origin.Person is null ? origin.ContributorName : origin.PersonName);
        if (origin.Person is not null) json.WriteReference("onBehalfOf"u8, origin.Contributor, origin.ContributorName);
        json.WriteEndObject();
        if (origin.Contributor.StartsWith("Organization/", StringComparison.Ordinal))
        {
            json.WriteStartObject();
            json.WriteCodeableConcept("type"u8, ParticipantType, "custodian");
            json.WriteReference("who"u8, origin.Contributor, origin.ContributorName);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>What it was made from: the resource on the facade, the document as received, and the map that translated it.</summary>
    private static void Entities(Utf8JsonWriter json, ContributionOrigin origin)
    {
        json.WriteStartArray("entity"u8);
        foreach (var source in (string?[])[origin.Source, origin.Document])
        {
            if (source is null) continue;
            json.WriteStartObject();
            json.WriteString("role"u8, "source"u8);
            json.WriteReference("what"u8, source);
            json.WriteEndObject();
        }

        if (origin.Map is { } map)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, "source"u8);
            json.WriteStartObject("what"u8);
            json.WriteString("type"u8, "StructureMap"u8);
            json.WriteIdentifier("identifier"u8, "urn:ietf:rfc:3986", map);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
