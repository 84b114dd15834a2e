using System.Buffers;
using System.Text.Json;

namespace FhirBridge.Mapping;

/// <summary>
/// Tells where what a caller sees comes from: one Provenance for each resource and each contribution to it
/// (http://hl7.org/fhir/R4/provenance.html). Pure: ids and content follow from the arguments alone.
/// </summary>
public static class ProvenanceComposer
{
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
            json.WriteString("recorded"u8, UnifiedWriter.Instant(origin.Recorded));
            json.WritePropertyName("activity"u8);
            Concept(json, "http://terminology.hl7.org/CodeSystem/v3-DataOperation", origin.Activity);
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
            json.WriteStartObject();
            json.WriteString("url"u8, Extensions.TargetElement);
            json.WriteString("valueUri"u8, element);
            json.WriteEndObject();
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
        AgentType(json, "author");
        Reference(json, "who", origin.Person ?? origin.Contributor, origin.Person is null ? origin.ContributorName : origin.PersonName);
        if (origin.Person is not null) Reference(json, "onBehalfOf", origin.Contributor, origin.ContributorName);
        json.WriteEndObject();
        if (origin.Contributor.StartsWith("Organization/", StringComparison.Ordinal))
        {
            json.WriteStartObject();
            AgentType(json, "custodian");
            Reference(json, "who", origin.Contributor, origin.ContributorName);
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
            Reference(json, "what", source, null);
            json.WriteEndObject();
        }

        if (origin.Map is { } map)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, "source"u8);
            json.WriteStartObject("what"u8);
            json.WriteString("type"u8, "StructureMap"u8);
            json.WriteStartObject("identifier"u8);
            json.WriteString("system"u8, "urn:ietf:rfc:3986"u8);
            json.WriteString("value"u8, map);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void AgentType(Utf8JsonWriter json, string code)
    {
        json.WritePropertyName("type"u8);
        Concept(json, "http://terminology.hl7.org/CodeSystem/provenance-participant-type", code);
    }

    private static void Concept(Utf8JsonWriter json, string system, string code)
    {
        json.WriteStartObject();
        json.WriteStartArray("coding"u8);
        json.WriteStartObject();
        json.WriteString("system"u8, system);
        json.WriteString("code"u8, code);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Reference(Utf8JsonWriter json, string name, string reference, string? display)
    {
        json.WriteStartObject(name);
        json.WriteString("reference"u8, reference);
        if (display is not null) json.WriteString("display"u8, display);
        json.WriteEndObject();
    }
}
