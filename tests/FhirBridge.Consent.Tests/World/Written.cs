using System.Text.Json.Nodes;
using FhirBridge.Fhir;

namespace FhirBridge.Consent.Tests.World;

/// <summary>Builds real FHIR JSON and reads it the way the product does.</summary>
internal static class Written
{
    public const string ActReason = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
    public const string Confidentiality = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
    public const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    public const string ParticipationType = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
    public const string ConsentAction = "http://terminology.hl7.org/CodeSystem/consentaction";
    public const string ResourceTypes = "http://hl7.org/fhir/resource-types";
    public const string Snomed = "http://snomed.info/sct";
    public const string Policy = "https://profiles.ihe.net/ITI/PCF/Policy-basic-normal";

    public static FhirElement Read(JsonNode resource) => Read(System.Text.Encoding.UTF8.GetBytes(resource.ToJsonString()));

    public static FhirElement Read(byte[] utf8)
    {
        var tree = FhirJson.Read(utf8);
        Assert.True(tree.IsOk, string.Join('\n', tree.Problems));
        return tree.Value.Root;
    }

    public static FhirElement ReadFile(string name) => Read(File.ReadAllBytes(System.IO.Path.Combine(AppContext.BaseDirectory, "data", name)));

    public static JsonObject Coding(string? system, string code) => system is null ? new() { ["code"] = code } : new() { ["system"] = system, ["code"] = code };

    public static JsonObject Concept(string? system, string code) => new() { ["coding"] = new JsonArray(Coding(system, code)) };

    public static JsonObject Reference(string reference) => new() { ["reference"] = reference };

    public static JsonObject LabelCoding(string code) => Coding(code is "U" or "L" or "M" or "N" or "R" or "V" ? Confidentiality : ActCode, code);

    public static JsonObject Actor(string role, string reference, string system = ParticipationType) => new() { ["role"] = Concept(system, role), ["reference"] = Reference(reference) };

    /// <summary>An active privacy consent of the patient, complete by consent.md §13.</summary>
    public static JsonObject Consent(string id, string patient, JsonObject? provision)
    {
        var consent = new JsonObject
        {
            ["resourceType"] = "Consent",
            ["id"] = id,
            ["status"] = "active",
            ["scope"] = Concept("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
            ["category"] = new JsonArray(Concept("http://loinc.org", "59284-0")),
            ["patient"] = Reference(patient),
            ["dateTime"] = "2020-01-01",
            ["performer"] = new JsonArray(Reference(patient)),
            ["organization"] = new JsonArray(Reference("Organization/hospital")),
            ["sourceReference"] = Reference("DocumentReference/form"),
            ["policy"] = new JsonArray(new JsonObject { ["uri"] = Policy }),
        };
        if (provision is not null) consent["provision"] = provision;
        return consent;
    }

    /// <summary>A source for the compiler, written on /fhir unless it is imported. References resolve to themselves.</summary>
    public static CounselSource Source(JsonObject resource, bool imported = false, string custodian = "Organization/hospital", Func<string, string?>? resolve = null) =>
        Source(Read(resource), imported, custodian, resolve);

    /// <inheritdoc cref="Source(JsonObject, bool, string, Func{string, string?})"/>
    public static CounselSource Source(FhirElement element, bool imported = false, string custodian = "Organization/hospital", Func<string, string?>? resolve = null)
    {
        var reference = $"{element.Type}/{element.Text("id")}";
        resolve ??= Itself;
        return new CounselSource(element, FactsExtractor.Extract(element, new FactsContext { Reference = reference, Custodian = custodian, Resolve = resolve }), imported, resolve);
    }

    /// <summary>A resolver for a world in which everything is a network reference, but what is named nowhere.</summary>
    public static string? Itself(string reference) =>
        FhirReference.Parse(reference) is { } r && !r.Id.StartsWith("nowhere", StringComparison.Ordinal) ? r.Local : null;
}
