using System.Text.Json.Nodes;
using FhirBridge.Consent.Tests.World;

namespace FhirBridge.Consent.Tests;

public sealed class ConsentGateTests
{
    [Fact]
    public void Consent_Complete_Passes() => Assert.Empty(Check(Provision("permit")));

    [Theory]
    [InlineData("status", "Consent.status")]
    [InlineData("scope", "Consent.scope")]
    [InlineData("category", "Consent.category")]
    [InlineData("patient", "Consent.patient")]
    [InlineData("dateTime", "Consent.dateTime")]
    [InlineData("performer", "Consent.performer")]
    [InlineData("organization", "Consent.organization")]
    [InlineData("sourceReference", "Consent.source")]
    [InlineData("policy", "Consent.policy.uri")]
    [InlineData("provision", "Consent.provision")]
    public void Consent_RequiredElementMissing_FailsThere(string element, string expression)
    {
        var consent = Written.Consent("c", "Patient/anna", Provision("permit"));
        consent.Remove(element);

        Assert.Contains(expression, Expressions(consent));
    }

    [Theory]
    [InlineData("""{"purpose":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}]}""", "Consent.provision.type")]
    [InlineData("""{"type":"permit","provision":[{"type":"deny"},{"provision":[{"type":"deny"}]}]}""", "Consent.provision.provision[1].type")]
    [InlineData("""{"type":"permit","actor":[{"role":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"FOO"}]},"reference":{"reference":"Organization/a"}}]}""", "Consent.provision.actor[0].role")]
    [InlineData("""{"type":"permit","actor":[{"role":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]},"reference":{"reference":"#a"}}]}""", "Consent.provision.actor[0].reference")]
    [InlineData("""{"type":"permit","actor":[{"role":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]},"reference":{"type":"Organization"}}]}""", "Consent.provision.actor[0].reference")]
    [InlineData("""{"type":"permit","action":[{"text":"look"}]}""", "Consent.provision.action[0]")]
    [InlineData("""{"type":"permit","purpose":[{"code":"TREAT"}]}""", "Consent.provision.purpose[0]")]
    [InlineData("""{"type":"permit","securityLabel":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"Q"}]}""", "Consent.provision.securityLabel[0]")]
    [InlineData("""{"type":"permit","class":[{"system":"http://hl7.org/fhir/consentcontentclass","code":"CarePlan"}]}""", "Consent.provision.class[0]")]
    [InlineData("""{"type":"permit","code":[{"text":"plan"}]}""", "Consent.provision.code[0]")]
    [InlineData("""{"type":"permit","period":{"start":"2026-02-01","end":"2026-01-31"}}""", "Consent.provision.period")]
    [InlineData("""{"type":"permit","dataPeriod":{"start":"2026-02-01","end":"2026-01-31"}}""", "Consent.provision.dataPeriod")]
    [InlineData("""{"type":"permit","data":[{"meaning":"instance","reference":{"reference":"#a"}}]}""", "Consent.provision.data[0].reference")]
    [InlineData("""{"type":"permit","modifierExtension":[{"url":"https://x.example/not","valueBoolean":true}]}""", "Consent.provision.modifierExtension[0]")]
    public void Provision_WithFault_FailsAtItsPath(string provision, string expression)
    {
        var faults = ConsentGate.Check(Written.Read(Written.Consent("c", "Patient/anna", JsonNode.Parse(provision)!.AsObject())));

        Assert.Equal([expression], faults.Select(f => f.Expression));
        Assert.All(faults, f => Assert.Equal("consent-gate", f.Kind.Code));
    }

    [Theory]
    [InlineData(8, 0)]
    [InlineData(9, 1)]
    [InlineData(30, 1)]
    public void Provisions_Nested_AreLimitedToEightLevels(int depth, int faults) => Assert.Equal(faults, Check(Nested(depth)).Count);

    [Theory]
    [InlineData(499, 0)]
    [InlineData(500, 1)]
    [InlineData(3000, 1)]
    public void Provisions_Many_AreLimitedToFiveHundred(int children, int faults)
    {
        var root = Provision("permit");
        root["provision"] = new JsonArray([.. Enumerable.Range(0, children).Select(_ => (JsonNode)Provision("deny"))]);

        Assert.Equal(faults, Check(root).Count);
    }

    [Theory]
    [InlineData("inactive")]
    [InlineData("entered-in-error")]
    [InlineData("draft")]
    public void Consent_NotActive_IsHeldToTheLimitsAlone(string status)
    {
        var consent = Written.Consent("c", "Patient/anna", new JsonObject { ["period"] = new JsonObject { ["start"] = "2020" } });
        consent["status"] = status;
        Assert.Empty(ConsentGate.Check(Written.Read(consent)));

        consent["provision"] = Nested(9);
        Assert.Single(ConsentGate.Check(Written.Read(consent)));
    }

    [Fact]
    public void Consent_NamedPolicyRuleInsteadOfPolicy_Passes()
    {
        var consent = Written.Consent("c", "Patient/anna", Provision("permit"));
        consent.Remove("policy");
        consent["policyRule"] = Written.Concept("http://terminology.hl7.org/CodeSystem/v3-ActCode", "OPTIN");

        Assert.Empty(ConsentGate.Check(Written.Read(consent)));
    }

    [Fact]
    public void Consent_OfAnotherScope_NeedsNoTypes()
    {
        var consent = Written.Consent("c", "Patient/anna", new JsonObject { ["period"] = new JsonObject { ["start"] = "2020" } });
        consent["scope"] = Written.Concept("http://terminology.hl7.org/CodeSystem/consentscope", "research");

        Assert.Empty(ConsentGate.Check(Written.Read(consent)));
    }

    private static JsonObject Provision(string type) => new() { ["type"] = type };

    private static JsonObject Nested(int depth)
    {
        var p = Provision("permit");
        if (depth > 1) p["provision"] = new JsonArray(Nested(depth - 1));
        return p;
    }

    private static IReadOnlyList<FhirBridge.Fhir.Problem> Check(JsonObject provision) => ConsentGate.Check(Written.Read(Written.Consent("c", "Patient/anna", provision)));

    private static IEnumerable<string?> Expressions(JsonObject consent)
    {
        // What R4 itself requires is refused by the reader before; the gate must hold for what was stored before it.
        var tree = FhirBridge.Fhir.FhirJson.ReadTrusted(System.Text.Encoding.UTF8.GetBytes(consent.ToJsonString()));
        return ConsentGate.Check(tree.Value!.Root).Select(f => f.Expression);
    }
}
