using System.Text.Json.Nodes;
using FhirBridge.Consent.Tests.World;
using FhirBridge.Fhir;

namespace FhirBridge.Consent.Tests;

public sealed class FactsExtractorTests
{
    private static readonly TimeZoneInfo PlusOne = TimeZoneInfo.CreateCustomTimeZone("plus one", TimeSpan.FromHours(1), "plus one", "plus one");

    private const string Plan = """
        {"resourceType":"CarePlan","id":"p","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}],"profile":["https://p.example/plan"]},
         "contained":[{"resourceType":"Condition","id":"in","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"PSY"}]},"subject":{"reference":"Patient/1"},
            "code":{"coding":[{"system":"http://snomed.info/sct","code":"35489007"}]}}],
         "basedOn":[{"reference":"CarePlan/old"}],"status":"active","intent":"plan","category":[{"coding":[{"system":"http://snomed.info/sct","code":"735324008"}]}],
         "subject":{"reference":"Patient/1"},"encounter":{"reference":"Encounter/e"},"created":"2026-02","author":{"reference":"Practitioner/a"},"contributor":[{"reference":"#in"},{"reference":"Organization/o"}],
         "careTeam":[{"reference":"https://elsewhere.example/fhir/CareTeam/t"}],"addresses":[{"reference":"#in"}],"goal":[{"reference":"Goal/g/_history/2"}],
         "activity":[{"detail":{"status":"scheduled","code":{"coding":[{"system":"http://snomed.info/sct","code":"1"}]},"performer":[{"type":"Practitioner","identifier":{"system":"https://ids.example","value":"7"}}]}}]}
        """;

    [Fact]
    public void CarePlan_Extracted_HasAllFacts()
    {
        var facts = Extract(Plan, r => r.StartsWith("https://elsewhere", StringComparison.Ordinal) ? null : r.Contains('?') ? "Practitioner/known" : "hospital/" + r);

        Assert.Equal(("CarePlan", "CarePlan/r-1", "CarePlan/r", "Organization/hospital"), (facts.Type, facts.Reference, facts.Unified!, facts.Custodian));
        Assert.Equal(["hospital/Patient/1"], facts.Patients);
        Assert.Equal(["hospital/Practitioner/a", "unresolved:#in", "hospital/Organization/o", "Practitioner/prov"], facts.Authors);
        Assert.Equal(["R", "PSY"], facts.Labels.Select(l => l.Code));
        Assert.Equal(["https://p.example/plan"], facts.Profiles);
        Assert.Equal([new Coding(Written.Snomed, "735324008")], facts.Primary);
        Assert.Equal(["R", "PSY", "35489007", "735324008", "1"], facts.Codes.Select(c => c.Code));
        Assert.Equal(
            ["hospital/Patient/1", "hospital/CarePlan/old", "hospital/Encounter/e", "hospital/Practitioner/a", "hospital/Organization/o", "hospital/Goal/g", "Practitioner/known"],
            facts.References);
        Assert.Equal(["hospital/Encounter/e", "hospital/CarePlan/old"], facts.CreatedAsPartOf);
        Assert.Empty(facts.DerivedFrom);
        Assert.Equal([new Interval(Utc(2026, 1, 31, 23), Utc(2026, 2, 28, 23)), new Interval(Callers.Now, Callers.Now.AddTicks(1))], facts.Dates);
    }

    [Theory]
    [InlineData("""{"resourceType":"Goal","lifecycleStatus":"active","description":{"coding":[{"system":"s","code":"d"}]},"category":[{"coding":[{"system":"s","code":"c"}]}],"subject":{"reference":"Patient/1"},"expressedBy":{"reference":"Patient/1"},"statusDate":"2026-01-01"}""", "Patient/1", "Patient/1", "c d")]
    [InlineData("""{"resourceType":"Procedure","status":"completed","code":{"coding":[{"system":"s","code":"p"}]},"subject":{"reference":"Patient/1"},"performer":[{"actor":{"reference":"Practitioner/x"},"onBehalfOf":{"reference":"Organization/y"}}],"recorder":{"reference":"Practitioner/z"},"performedPeriod":{"start":"2026-01-01","end":"2026-01-01"}}""", "Patient/1", "Practitioner/z Practitioner/x", "p")]
    [InlineData("""{"resourceType":"MedicationRequest","status":"active","intent":"order","medicationCodeableConcept":{"text":"m"},"subject":{"reference":"Patient/1"},"requester":{"reference":"Practitioner/x"},"performer":{"reference":"Practitioner/y"},"authoredOn":"2026-01-01"}""", "Patient/1", "Practitioner/x", "")]
    [InlineData("""{"resourceType":"Task","status":"requested","intent":"order","for":{"reference":"Patient/1"},"owner":{"reference":"Organization/o"},"requester":{"reference":"Organization/r"},"focus":{"reference":"ServiceRequest/s"},"authoredOn":"2026-01-01"}""", "Patient/1", "Organization/r", "")]
    [InlineData("""{"resourceType":"Group","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/1"}},{"entity":{"reference":"Practitioner/x"}}]}""", "Patient/1", "", "")]
    [InlineData("""{"resourceType":"Coverage","status":"active","beneficiary":{"reference":"Patient/1"},"payor":[{"reference":"Organization/o"}],"period":{"start":"2026-01-01","end":"2026-01-01"}}""", "Patient/1", "", "")]
    public void Resource_OfItsType_HasPatientsAuthorsAndPrimaryCodes(string json, string patients, string authors, string primary)
    {
        var facts = Extract(json, Written.Itself, provenance: false);

        Assert.Equal(patients, string.Join(' ', facts.Patients));
        Assert.Equal(authors, string.Join(' ', facts.Authors));
        Assert.Equal(primary, string.Join(' ', facts.Primary.Select(p => p.Code)));
        if (facts.Type != "Group") Assert.Contains(new Interval(Utc(2025, 12, 31, 23), Utc(2026, 1, 1, 23)), facts.Dates);
    }

    [Fact]
    public void Patient_IsAboutItself() => Assert.Equal(["CarePlan/r"], Extract("""{"resourceType":"Patient","link":[{"other":{"reference":"Patient/2"},"type":"seealso"}]}""", Written.Itself).Patients);

    [Fact]
    public void Subject_ThatLeadsNowhere_StaysAPatientNobodyKnows() =>
        Assert.Equal(["unresolved:Patient/nowhere"], Extract("""{"resourceType":"Goal","lifecycleStatus":"active","description":{"text":"g"},"subject":{"reference":"Patient/nowhere"}}""", Written.Itself).Patients);

    [Fact]
    public void Provenance_DerivesFromItsTargets_DirectoryLeftOut()
    {
        var facts = Extract("""{"resourceType":"Provenance","target":[{"reference":"Goal/g"},{"reference":"Organization/o"},{"reference":"Goal/nowhere"}],"recorded":"2026-01-01T00:00:00Z","agent":[{"who":{"reference":"Practitioner/x"},"onBehalfOf":{"reference":"Organization/o"}}]}""", Written.Itself, provenance: false);

        Assert.Equal(["Goal/g", "unresolved:Goal/nowhere"], facts.DerivedFrom);
        Assert.Equal(["Practitioner/x", "Organization/o"], facts.Authors);
        Assert.Empty(facts.Patients);
    }

    [Fact]
    public void Consent_IsGovernedByPerformersAndOrganisations() =>
        Assert.Equal(["Patient/anna", "Organization/hospital"], Extract(Written.Consent("c", "Patient/anna", null).ToJsonString(), Written.Itself).Controllers);

    private static RecordFacts Extract(string json, Func<string, string?> resolve, bool provenance = true) => FactsExtractor.Extract(Written.Read(JsonNode.Parse(json)!), new FactsContext
    {
        Reference = "CarePlan/r-1", Unified = "CarePlan/r", Custodian = "Organization/hospital", Resolve = resolve, TimeZone = PlusOne,
        SourceUpdated = provenance ? Callers.Now : null, ProvenanceAuthors = provenance ? ["Practitioner/prov"] : [],
    });

    private static DateTimeOffset Utc(int y, int m, int d, int h) => new(y, m, d, h, 0, 0, TimeSpan.Zero);
}
