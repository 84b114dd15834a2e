using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Http;
using Microsoft.AspNetCore.Http;

namespace FhirBridge.Api.Tests.ExternalTerminology;

/// <summary>Writes, $validate and the terminology operations of a service that has a terminology server behind it: docs/terminology.md.</summary>
public sealed class ForeignCodesTests : IAsyncLifetime
{
    // Codes of SNOMED CT by their form, which the server does not know.
    private const string Bad = "22298006";
    private const string Other = "38341003";

    private StubTerminologyServer stub = null!;
    private TestService service = null!;
    private string gp = null!;

    public async ValueTask InitializeAsync()
    {
        stub = await StubTerminologyServer.StartAsync();
        service = await TestService.StartAsync("--Terminology:Server=" + stub.Address);
        await service.WithMembersAsync("gp");
        gp = service.Member("gp");
        (await service.PutAsync("fhir/ValueSet/problems", service.Operator, JsonNode.Parse("""{"resourceType":"ValueSet","id":"problems","url":"urn:problems","status":"active","compose":{"include":[{"system":"http://snomed.info/sct","filter":[{"property":"concept","op":"is-a","value":"64572001"}]}]}}""")!)).Is(201);
        (await service.PutAsync("fhir/StructureDefinition/problem", service.Operator, JsonNode.Parse("""
            {"resourceType":"StructureDefinition","id":"problem","url":"urn:problem","name":"Problem","status":"active","fhirVersion":"4.0.1","kind":"resource","abstract":false,"type":"Goal",
             "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Goal","derivation":"constraint",
             "differential":{"element":[{"id":"Goal.description","path":"Goal.description","binding":{"strength":"required","valueSet":"urn:problems"}}]}}
            """)!)).Is(201);
        (await service.PutAsync("fhir/ImplementationGuide/ours", service.Operator, JsonNode.Parse("""{"resourceType":"ImplementationGuide","id":"ours","url":"urn:guide","name":"Ours","status":"active","packageId":"ours","fhirVersion":["4.0.1"],"global":[{"type":"Goal","profile":"urn:problem"}]}""")!)).Is(201);
        await service.PatientAsync("gp", "anna");
    }

    [Fact]
    public async Task Write_OfACodeThatTheServerRefuses_Is422_AndOfAGoodOneIsStored()
    {
        (await WriteAsync("g1", StubTerminologyServer.Good)).Is(201);
        var refused = (await WriteAsync("g2", Bad)).Is(422).Json["issue"]!.AsArray().Single(i => i!["severity"]!.GetValue<string>() == "error")!;
        Assert.Equal(("code-invalid", "Goal.description"), (refused["code"]!.GetValue<string>(), refused["expression"]![0]!.GetValue<string>()));
        (await service.GetAsync("members/gp/fhir/Goal/g2", gp)).Is(404);
        var asked = stub.Asked.Count;
        (await WriteAsync("g3", StubTerminologyServer.Good)).Is(201);
        Assert.Equal(asked, stub.Asked.Count);
        Assert.All(stub.Asked, a => Assert.DoesNotContain("anna", a.Body.ToJsonString(), StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Validate_TellsWrongCodesAndDisplays_AndWhatWasNotChecked()
    {
        Assert.Equal(["informational"], await CodesAsync(StubTerminologyServer.Good, StubTerminologyServer.Display));
        Assert.Contains("code-advised", await CodesAsync(StubTerminologyServer.Good, "Something else"));
        Assert.Equal(["code-invalid", "code-invalid"], await CodesAsync(Bad, null));
        stub.Instead = _ => Task.FromResult<IResult?>(Results.StatusCode(503));
        Assert.Equal(["not-checked"], await CodesAsync(Other, null));
    }

    [Fact]
    public async Task Write_WithTheServerAbsent_IsStored()
    {
        await stub.DisposeAsync();
        (await WriteAsync("g1", Bad)).Is(201);
        (await WriteAsync("g2", Other)).Is(201);
        Assert.Equal(["not-checked"], await CodesAsync(Bad, null));
    }

    [Fact]
    public async Task Operations_OnWhatIsNotHere_ArePassedOn()
    {
        var expansion = (await service.GetAsync("fhir/ValueSet/$expand?url=urn:problems&filter=dia&count=10", gp)).Is(200).Json;
        Assert.Equal(StubTerminologyServer.Good, expansion["expansion"]!["contains"]![0]!["code"]!.GetValue<string>());
        var (path, body) = stub.Asked.Last();
        Assert.Equal("ValueSet/$expand", path);
        Assert.Equal("""[{"name":"filter","valueString":"dia"},{"name":"count","valueInteger":10}]""", new JsonArray([.. body["parameter"]!.AsArray().Skip(1).Select(p => p!.DeepClone())]).ToJsonString());
        Assert.Equal("urn:problems", body["parameter"]![0]!["resource"]!["url"]!.GetValue<string>());
        Assert.Equal(200, (await service.GetAsync("fhir/ValueSet/problems/$expand", gp)).Status);
        Assert.Equal("subsumes", (await service.GetAsync("fhir/CodeSystem/$subsumes?system=http://snomed.info/sct&codeA=1&codeB=2", gp)).Is(200).Json["parameter"]![0]!["valueCode"]!.GetValue<string>());
        Assert.Equal("SNOMED CT", (await service.GetAsync($"fhir/CodeSystem/$lookup?system=http://snomed.info/sct&code={StubTerminologyServer.Good}", gp)).Is(200).Json["parameter"]![0]!["valueString"]!.GetValue<string>());
        Assert.Contains("no such code here", (await service.GetAsync("fhir/CodeSystem/$lookup?system=http://snomed.info/sct&code=1", gp)).Is(422).Text, StringComparison.Ordinal);
        var asked = stub.Asked.Count;
        (await service.GetAsync("fhir/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/administrative-gender", gp)).Is(200);
        Assert.Equal(asked, stub.Asked.Count);
    }

    [Fact]
    public async Task Concepts_ArePassedOnWithoutText_AndBatchesPartByPart()
    {
        var concept = JsonNode.Parse("""{"resourceType":"Parameters","parameter":[{"name":"url","valueUri":"urn:unknown"},{"name":"other","valueString":"Anna"},{"name":"codeableConcept","valueCodeableConcept":{"text":"Anna","coding":[{"id":"Anna","system":"http://snomed.info/sct","code":"1","userSelected":true}]}}]}""")!;
        await service.PostAsync("fhir/ValueSet/$validate-code", gp, concept);
        Assert.DoesNotContain("Anna", stub.Asked.Last().Body.ToJsonString(), StringComparison.Ordinal);
        var before = stub.Asked.Count;
        var batch = JsonNode.Parse("""
            {"resourceType":"Parameters","parameter":[
             {"name":"validation","resource":{"resourceType":"Parameters","parameter":[{"name":"coding","valueCoding":{"system":"http://hl7.org/fhir/administrative-gender","code":"male"}}]}},
             {"name":"validation","resource":{"resourceType":"Parameters","parameter":[{"name":"coding","valueCoding":{"system":"http://snomed.info/sct","code":"73211009"}}]}}]}
            """)!;
        var answer = (await service.PostAsync("fhir/ValueSet/$batch-validate-code", gp, batch)).Is(200).Json["parameter"]!.AsArray();
        Assert.All(answer, p => Assert.True(p!["resource"]!["parameter"]!.AsArray().Single(x => x!["name"]!.GetValue<string>() == "result")!["valueBoolean"]!.GetValue<bool>()));
        Assert.Equal(before + 1, stub.Asked.Count);
    }

    [Fact]
    public async Task Operations_WithTheServerAbsent_AnswerAsWithout()
    {
        stub.Instead = _ => Task.FromResult<IResult?>(StubTerminologyServer.Fhir(JsonNode.Parse("""{"resourceType":"Patient"}""")!));
        Assert.Equal(422, (await service.GetAsync("fhir/ValueSet/$expand?url=urn:problems", gp)).Status);
        stub.Instead = _ => Task.FromResult<IResult?>(Results.StatusCode(500));
        var answer = (await service.GetAsync("fhir/CodeSystem/$validate-code?url=http://snomed.info/sct&code=1", gp)).Is(200);
        Assert.Contains("x-caused-by-unknown-system", answer.Text, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync();
        await stub.DisposeAsync();
    }

    private Task<Answer> WriteAsync(string id, string code) => service.PutAsync($"members/gp/fhir/Goal/{id}", gp, Goal(id, code, null));

    /// <summary>Problem codes that $validate answers, the most severe first.</summary>
    private async Task<IEnumerable<string>> CodesAsync(string code, string? display)
    {
        var answer = (await service.PostAsync("fhir/Goal/$validate", gp, Goal("g", code, display))).Is(200);
        return answer.Json["issue"]!.AsArray().Select(i => i!["details"]!["coding"]![0]!["code"]!.GetValue<string>()).Where(c => c != "must-support");
    }

    private static JsonObject Goal(string id, string code, string? display)
    {
        var coding = new JsonObject { ["system"] = StubTerminologyServer.Snomed, ["code"] = code };
        if (display is not null) coding["display"] = display;
        return new JsonObject
        {
            ["resourceType"] = "Goal", ["id"] = id, ["text"] = JsonNode.Parse("""{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"}"""),
            ["lifecycleStatus"] = "active", ["subject"] = TestService.Reference("Patient/anna"), ["description"] = new JsonObject { ["text"] = "Anna's", ["coding"] = new JsonArray(coding) },
        };
    }
}
