using System.Buffers;
using System.Text;
using System.Text.Json;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Audit;

/// <summary>A journal line as an AuditEvent after IHE BALP's RESTful patterns (https://profiles.ihe.net/ITI/BALP/).</summary>
public static class AuditEventRenderer
{
    private const string Dicom = "http://dicom.nema.org/resources/ontology/DCM";
    private const string ObjectRole = "http://terminology.hl7.org/CodeSystem/object-role";
    private const string EntityType = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
    private const string ParticipationType = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

    /// <summary>The AuditEvent of a line.</summary>
    public static RenderedResource Render(string id, AuditEntry entry, FhirRequest request)
    {
        var output = new ArrayBufferWriter<byte>(2048);
        using (var w = new Utf8JsonWriter(output, JsonOptions.Writer))
        {
            w.WriteStartObject();
            w.WriteString("resourceType", "AuditEvent");
            w.WriteString("id", id);
            w.WriteStartObject("meta");
            w.WriteString("versionId", "1");
            w.WriteString("lastUpdated", FhirDates.Instant(entry.At));
            w.WriteEndObject();
            w.WriteCoding("type"u8, "http://terminology.hl7.org/CodeSystem/audit-event-type", "rest", "RESTful Operation");
            w.WriteStartArray("subtype");
            w.WriteCodingValue("http://hl7.org/fhir/restful-interaction", entry.Interaction == "everything" ? "operation" : entry.Interaction == "history" ? "history-instance" : entry.Interaction);
            w.WriteEndArray();
            w.WriteString("action", entry.Interaction switch { "create" => "C", "update" or "patch" => "U", "delete" => "D", "search" or "everything" or "transaction" => "E", _ => "R" });
            w.WriteString("recorded", FhirDates.Instant(entry.At));
            w.WriteString("outcome", entry.Permitted ? "0" : "8");
            if (!entry.Permitted) w.WriteString("outcomeDesc", "refused: not permitted, or nothing there");
            WritePurposes(w, entry);
            WriteAgents(w, entry);
            w.WriteStartObject("source");
            w.WriteString("site", request.PublicBase);
            w.WriteReference("observer"u8, null, "FhirBridge");
            w.WriteStartArray("type");
            w.WriteCodingValue("http://terminology.hl7.org/CodeSystem/security-source-type", "4", "Application Server");
            w.WriteEndArray();
            w.WriteEndObject();
            WriteEntities(w, entry);
            w.WriteEndObject();
        }

        return new RenderedResource("AuditEvent/" + id, "1", entry.At, output.WrittenMemory);
    }

    private static void WritePurposes(Utf8JsonWriter w, AuditEntry entry)
    {
        if (entry.Purposes is not { Length: > 0 }) return;
        w.WriteStartArray("purposeOfEvent");
        foreach (var purpose in entry.Purposes)
        {
            var bar = purpose.IndexOf('|');
            w.WriteCodeableConceptValue(bar < 0 ? null : purpose[..bar], purpose[(bar + 1)..]);
        }

        w.WriteEndArray();
    }

    private static void WriteAgents(Utf8JsonWriter w, AuditEntry entry)
    {
        w.WriteStartArray("agent");
        Agent(w, Dicom, "110150", "Application", null, entry.Client, requestor: entry.Person is null && entry.Member is null);
        if (entry.Person is not null) Agent(w, ParticipationType, "IRCP", "information recipient", entry.Person, entry.Subject, requestor: true);
        if (entry.Member is not null) Agent(w, "http://terminology.hl7.org/CodeSystem/v3-RoleClass", "PROV", "healthcare provider", "Organization/" + entry.Member, null, requestor: entry.Person is null);
        w.WriteEndArray();
    }

    private static void Agent(Utf8JsonWriter w, string system, string code, string display, string? reference, string? altId, bool requestor)
    {
        w.WriteStartObject();
        w.WriteCodeableConcept("type"u8, system, code, display);
        if (reference is not null) w.WriteReference("who"u8, reference);
        if (altId is not null) w.WriteString("altId", altId);
        w.WriteBoolean("requestor", requestor);
        w.WriteEndObject();
    }

    private static void WriteEntities(Utf8JsonWriter w, AuditEntry entry)
    {
        w.WriteStartArray("entity");
        if (entry.Record is not null) Entity(w, "Patient/" + entry.Record, "1", "Person", "1", "Patient");
        foreach (var e in entry.Entities ?? []) Entity(w, e.Count(c => c == '/') == 1 ? e : null, "2", "System Object", "4", "Domain Resource");
        foreach (var basis in entry.Basis ?? [])
        {
            var consent = Array.Find(basis.Split(' '), p => p.StartsWith("Consent/", StringComparison.Ordinal));
            if (consent is not null) Entity(w, consent, "2", "System Object", "4", "Domain Resource");
        }

        if (entry.Query is not null)
        {
            w.WriteStartObject();
            w.WriteCoding("type"u8, EntityType, "2", "System Object");
            w.WriteCoding("role"u8, ObjectRole, "24", "Query");
            w.WriteString("query", Convert.ToBase64String(Encoding.UTF8.GetBytes(entry.Query)));
            w.WriteEndObject();
        }

        Text(w, "X-Request-Id", entry.RequestId);
        if (entry.TokenId is not null) Text(w, "jti", entry.TokenId);
        w.WriteEndArray();
    }

    private static void Entity(Utf8JsonWriter w, string? reference, string type, string typeDisplay, string role, string roleDisplay)
    {
        if (reference is null) return;
        w.WriteStartObject();
        w.WriteReference("what"u8, reference);
        w.WriteCoding("type"u8, EntityType, type, typeDisplay);
        w.WriteCoding("role"u8, ObjectRole, role, roleDisplay);
        w.WriteEndObject();
    }

    /// <summary>A trace value, as BALP's entity for the transaction: the identifier is the value.</summary>
    private static void Text(Utf8JsonWriter w, string name, string value)
    {
        w.WriteStartObject();
        w.WriteStartObject("what");
        w.WriteIdentifier("identifier"u8, null, value);
        w.WriteEndObject();
        w.WriteCoding("type"u8, "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType", name == "jti" ? "token" : "XrequestId", name);
        w.WriteEndObject();
    }
}
