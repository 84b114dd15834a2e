using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Facade;
using FhirBridge.Api.Tests.Http;

namespace FhirBridge.Api.Tests.Operations;

/// <summary>$validate on both bases: <c>profiles/OperationDefinition-validate.json</c>; and what is written is validated.</summary>
public sealed class ValidateOperationTests(Network net) : IClassFixture<Network>
{
    private const string Plan = """{"resourceType":"CarePlan","status":"active","intent":"plan","subject":{"reference":"Patient/1"}}""";

    private const string BrokenPlan = """
        {"resourceType":"CarePlan","status":"aktive","subject":{"reference":"Organization/1"},"period":{"start":"2026-05-01","end":"2026-04-01"},
         "extension":[{"url":"http://ehr.example/unknown","valueString":"x"}],"activity":[{"reference":{"reference":"#none"},"detail":{"status":"scheduled"}}]}
        """;

    [Theory]
    [InlineData("fhir/CarePlan/$validate")]
    [InlineData("members/hospital/fhir/CarePlan/$validate")]
    public async Task BrokenPlan_IsAnsweredWithEveryIssueAtItsPlace(string url)
    {
        var issues = Issues(await net.Service.PostAsync(url, net.Hospital, JsonNode.Parse(BrokenPlan)!));

        Assert.Equal(
            [
                "error code-invalid CarePlan.status", "error extension-refused CarePlan.extension[0]", "error invariant CarePlan.activity[0]", "error invariant CarePlan.activity[0].reference",
                "error invariant CarePlan.period", "error reference-target CarePlan.subject", "error required CarePlan.intent", "warning invariant-advised CarePlan",
            ],
            issues.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task GoodPlan_HasNoError_AndParametersSayTheSameAsTheBody()
    {
        Assert.Equal(["warning invariant-advised CarePlan"], Issues(await net.Service.PostAsync("fhir/CarePlan/$validate", net.Gp, JsonNode.Parse(Plan)!)));
        var broken = Issues(await net.Service.PostAsync("fhir/CarePlan/$validate", net.Gp, JsonNode.Parse(BrokenPlan)!));
        Assert.Equal(broken, Issues(await net.Service.PostAsync("fhir/CarePlan/$validate", net.Gp, Parameters(BrokenPlan))));
    }

    /// <summary>R4 asks those who store data to bear with extensions that they do not know.</summary>
    [Fact]
    public async Task ModeCreate_JudgesAsTheWriteDoes()
    {
        const string extended = """{"resourceType":"CarePlan","status":"active","intent":"plan","subject":{"reference":"Patient/1"},"extension":[{"url":"http://ehr.example/unknown","valueString":"x"}]}""";
        Assert.Contains("error extension-refused CarePlan.extension[0]", Issues(await net.Service.PostAsync("fhir/CarePlan/$validate", net.Gp, JsonNode.Parse(extended)!)));
        Assert.Contains("warning unknown-extension CarePlan.extension[0]", Issues(await net.Service.PostAsync("fhir/CarePlan/$validate?mode=create", net.Gp, JsonNode.Parse(extended)!)));
    }

    [Theory]
    [InlineData("fhir/CarePlan/$validate?mode=creat", Plan, 400, "invalid-parameter")]
    [InlineData("fhir/CarePlan/$validate?mode=update", Plan, 400, "bad-request")]
    [InlineData("fhir/CarePlan/$validate?mode=profile", Plan, 400, "bad-request")]
    [InlineData("fhir/CarePlan/$validate?level=5", Plan, 400, "unknown-parameter")]
    [InlineData("fhir/CarePlan/$validate", """{"resourceType":"Parameters","parameter":[{"name":"mode","valueCode":"create"}]}""", 400, "bad-request")]
    [InlineData("fhir/CarePlan/$validate", """{"resourceType":"Parameters","parameter":[{"name":"wrong","valueCode":"create"}]}""", 400, "unknown-parameter")]
    [InlineData("fhir/CarePlan/not-there/$validate", """{"resourceType":"Parameters","parameter":[{"name":"mode","valueCode":"delete"}]}""", 404, "not-found")]
    public async Task Call_ThatIsNone_IsRefused(string url, string body, int status, string code)
    {
        var answer = (await net.Service.PostAsync(url, net.Gp, JsonNode.Parse(body)!)).Is(status);
        Assert.Equal(code, answer.Json["issue"]![0]!["details"]!["coding"]![0]!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Profile_ThatIsAskedFor_IsChecked_AndAnUnknownOneIsAnError()
    {
        var vital = JsonNode.Parse("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/1"},"effectiveDateTime":"2026-01-01","valueQuantity":{"value":1}}""")!;
        var issues = Issues(await net.Service.PostAsync("fhir/Observation/$validate?profile=http://hl7.org/fhir/StructureDefinition/vitalsigns", net.Gp, vital));
        Assert.Contains(issues, i => i.StartsWith("error cardinality Observation.category", StringComparison.Ordinal));
        Assert.Contains("error not-found Observation", Issues(await net.Service.PostAsync("fhir/Observation/$validate?profile=http://example.org/none", net.Gp, vital)));
    }

    [Fact]
    public async Task ManyContainedResources_TakeTheirLengthAndNoMore()
    {
        var patient = new JsonObject
        {
            ["resourceType"] = "Patient",
            ["contained"] = new JsonArray([.. Enumerable.Range(0, 20_000).Select(i => new JsonObject { ["resourceType"] = "Organization", ["id"] = $"o{i}", ["name"] = "x" })]),
            ["generalPractitioner"] = new JsonArray([.. Enumerable.Range(0, 20_000).Select(i => new JsonObject { ["reference"] = $"#o{i}" })]),
        };
        Assert.DoesNotContain(Issues(await net.Service.PostAsync("fhir/Patient/$validate", net.Gp, patient)), i => i.StartsWith("error", StringComparison.Ordinal) && !i.Contains("expression-budget", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Instance_IsJudgedAsItIsStored()
    {
        var patient = net.New("p");
        await net.Service.PatientAsync("hospital", patient);
        var id = net.New("cp");
        (await net.Service.PutAsync($"members/hospital/fhir/CarePlan/{id}", net.Hospital, JsonNode.Parse(Plan.Replace("Patient/1", "Patient/" + patient, StringComparison.Ordinal).Replace("{\"res", $"{{\"id\":\"{id}\",\"res", StringComparison.Ordinal))!)).Is(201);
        Assert.Equal(["warning invariant-advised CarePlan"], Issues(await net.Service.GetAsync($"members/hospital/fhir/CarePlan/{id}/$validate", net.Hospital)));
        Assert.Contains("error required CarePlan.intent", Issues(await net.Service.PostAsync($"members/hospital/fhir/CarePlan/{id}/$validate", net.Hospital, JsonNode.Parse(BrokenPlan)!)));
        (await net.Service.GetAsync($"members/hospital/fhir/CarePlan/{net.New("x")}/$validate", net.Hospital)).Is(404);
    }

    [Fact]
    public async Task Write_ThatBreaksARule_IsRefusedWithEveryIssue_AndNothingIsStored()
    {
        var patient = net.New("p");
        await net.Service.PatientAsync("hospital", patient);
        var id = net.New("cp");
        var plan = JsonNode.Parse(Plan.Replace("Patient/1", "Patient/" + patient, StringComparison.Ordinal))!.AsObject();
        plan["id"] = id;
        plan["period"] = JsonNode.Parse("""{"start":"2026-05-01","end":"2026-04-01"}""");
        plan["activity"] = JsonNode.Parse("""[{"reference":{"display":"x"},"detail":{"status":"scheduled"}}]""");
        var refused = (await net.Service.PutAsync($"members/hospital/fhir/CarePlan/{id}", net.Hospital, plan)).Is(422);
        Assert.Equal(["error invariant CarePlan.activity[0]", "error invariant CarePlan.period"], Of(refused).Where(i => i.StartsWith("error", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        (await net.Service.GetAsync($"members/hospital/fhir/CarePlan/{id}", net.Hospital)).Is(404);

        var bundle = JsonNode.Parse($$$"""{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{{{plan.ToJsonString()}}},"request":{"method":"PUT","url":"CarePlan/{{{id}}}"}}]}""")!;
        Assert.Contains("error invariant Bundle.entry[0].resource.period", Of((await net.Service.PostAsync("members/hospital/fhir", net.Hospital, bundle)).Is(422)));
    }

    /// <summary>What all must follow is the operator's to say (ImplementationGuide.global); a member's guide asks nothing of anybody.</summary>
    [Fact]
    public async Task Guide_OfTheOperator_AsksForItsProfileOfEveryWrite_AndAMembersDoesNot()
    {
        const string profile = """{"resourceType":"StructureDefinition","id":"named","url":"https://network.example/named","name":"Named","status":"active","kind":"resource","abstract":false,"type":"HealthcareService","baseDefinition":"http://hl7.org/fhir/StructureDefinition/HealthcareService","derivation":"constraint","differential":{"element":[{"id":"HealthcareService.name","path":"HealthcareService.name","min":1}]}}""";
        const string guide = """{"resourceType":"ImplementationGuide","id":"ours","url":"https://network.example/ours","name":"Ours","status":"active","packageId":"network.ours","fhirVersion":["4.0.1"],"global":[{"type":"HealthcareService","profile":"https://network.example/named"}]}""";
        (await net.Service.PutAsync("fhir/StructureDefinition/named", net.Service.Operator, JsonNode.Parse(profile)!)).Is(201);
        (await net.Service.PutAsync("members/hospital/fhir/ImplementationGuide/ours", net.Hospital, JsonNode.Parse(guide)!)).Is(201);
        (await WriteAsync("{}")).Is(201);

        (await net.Service.PutAsync("fhir/ImplementationGuide/ours", net.Service.Operator, JsonNode.Parse(guide)!)).Is(201);
        var refused = (await WriteAsync("{}")).Is(422);
        Assert.Contains("error cardinality HealthcareService.name", Of(refused));
        (await WriteAsync("""{"name":"Wound care"}""")).Is(201);

        async Task<Answer> WriteAsync(string body)
        {
            var service = JsonNode.Parse(body)!.AsObject();
            service["resourceType"] = "HealthcareService";
            service["id"] = net.New("hs");
            return await net.Service.PutAsync($"members/hospital/fhir/HealthcareService/{service["id"]}", net.Hospital, service);
        }
    }

    /// <summary>docs/configuration.md: what R4 only advises against is stored, unless the network refuses it.</summary>
    [Theory]
    [InlineData("Validation:RefuseMarkup", """{"name":"<b>Ward</b>"}""", "Location.name")]
    [InlineData("Validation:RefuseExamples", """{"identifier":[{"system":"http://example.org/ids","value":"1"}]}""", "Location.identifier[0].system")]
    public async Task MarkupAndExamples_AreRefused_WhereTheNetworkSaysSo(string setting, string body, string place)
    {
        await using var service = await TestService.StartAsync($"--{setting}=true");
        await service.WithMembersAsync("gp");
        var resource = JsonNode.Parse(body)!.AsObject();
        (resource["resourceType"], resource["id"]) = ("Location", "ward");
        var refused = (await service.PutAsync("members/gp/fhir/Location/ward", service.Member("gp"), resource)).Is(422);
        Assert.Contains(Of(refused), i => i.StartsWith("error ", StringComparison.Ordinal) && i.EndsWith(place, StringComparison.Ordinal));
        (await net.Service.PostAsync("members/hospital/fhir/Location", net.Hospital, resource)).Is(201);
    }

    private static JsonObject Parameters(string resource) => new()
    {
        ["resourceType"] = "Parameters",
        ["parameter"] = new JsonArray(new JsonObject { ["name"] = "resource", ["resource"] = JsonNode.Parse(resource) }),
    };

    private static List<string> Issues(Answer answer) => Of(answer.Is(200));

    private static List<string> Of(Answer answer) =>
        [.. answer.Json["issue"]!.AsArray().Select(i => $"{i!["severity"]} {i["details"]!["coding"]![0]!["code"]} {i["expression"]?[0]}".TrimEnd())];
}
