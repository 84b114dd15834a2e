using System.Text;
using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Facade;
using FhirBridge.Api.Tests.Http;

namespace FhirBridge.Api.Tests.Operations;

/// <summary>Conformance resources that contradict themselves or what is known are refused however they are written; what is not known yet is judged when it is used.</summary>
public sealed class ConformanceWriteTests(Network net) : IClassFixture<Network>
{
    private const string Patient = "http://hl7.org/fhir/StructureDefinition/Patient";

    [Fact]
    public async Task Profile_AgainstItsBase_IsRefusedWithEveryFault_WhoeverWritesIt()
    {
        var broken = Profile("broken", Patient, """{"id":"Patient.gender","path":"Patient.gender","max":"3"},{"id":"Patient.contact","path":"Patient.contact","constraint":[{"key":"c-1","severity":"error","human":"x","expression":"nickname.exists()"}]}""");
        string[] expected = ["expression-refused StructureDefinition.differential.element[1].constraint[0].expression", "invalid-profile StructureDefinition.differential.element[0]"];
        Assert.Equal(expected, Errors((await net.Service.PutAsync("fhir/StructureDefinition/broken", net.Service.Operator, broken)).Is(422)));
        Assert.Equal(expected, Errors((await net.Service.PostAsync("fhir/StructureDefinition", net.Service.Operator, broken)).Is(422)));
        Assert.Equal(expected, Errors((await net.Service.PutAsync("members/hospital/fhir/StructureDefinition/broken", net.Hospital, broken)).Is(422)));
        Assert.Equal(expected, Errors((await net.Service.PostAsync("fhir/StructureDefinition/$validate", net.Gp, broken)).Is(200)));
        (await net.Service.GetAsync("fhir/StructureDefinition/broken", net.Service.Operator)).Is(404);
    }

    [Fact]
    public async Task Patch_ThatBreaksAProfile_IsRefused_AndChangesNothing()
    {
        var path = "members/hospital/fhir/StructureDefinition/patched";
        (await net.Service.PutAsync(path, net.Hospital, Profile("patched", Patient, """{"id":"Patient.name","path":"Patient.name","min":1}"""))).Is(201);
        var patch = Encoding.UTF8.GetBytes("""[{"op":"add","path":"/differential/element/0/max","value":"0"}]""");
        Assert.Equal(["invalid-profile StructureDefinition.differential.element[0]", "invariant StructureDefinition.differential.element[0]"], Errors((await net.Service.SendAsync(HttpMethod.Patch, path, net.Hospital, patch, "application/json-patch+json")).Is(422)));
        Assert.Equal("W/\"1\"", (await net.Service.GetAsync(path, net.Hospital)).Is(200).ETag);
    }

    [Fact]
    public async Task Circle_ThatASecondWriteWouldClose_IsRefused()
    {
        // The base comes later: the first is stored with a warning, the second would close the circle.
        (await PutAsync(Profile("circle-a", Canonical("circle-b"), """{"id":"Patient.name","path":"Patient.name","min":1}"""))).Is(201);
        Assert.Equal(["circular StructureDefinition.baseDefinition"], Errors((await PutAsync(Profile("circle-b", Canonical("circle-a"), """{"id":"Patient.name","path":"Patient.name","min":1}"""))).Is(422)));

        (await PutAsync(ValueSet("circle-a", "circle-b"))).Is(201);
        Assert.Equal(["circular ValueSet.compose.include[0].valueSet[0]"], Errors((await PutAsync(ValueSet("circle-b", "circle-a"))).Is(422)));
        Assert.Equal(["circular ValueSet.compose.include[0].valueSet[0]"], Errors((await PutAsync(ValueSet("circle-c", "circle-c"))).Is(422)));
    }

    [Fact]
    public async Task Transaction_IsJudgedAsAWhole()
    {
        var circle = await net.Service.PostAsync("members/hospital/fhir", net.Hospital, Transaction(ValueSet("tx-a", "tx-b"), ValueSet("tx-b", "tx-a")));
        Assert.Equal(["circular Bundle.entry[0].resource.compose.include[0].valueSet[0]", "circular Bundle.entry[1].resource.compose.include[0].valueSet[0]"], Errors(circle.Is(422)));
        (await net.Service.GetAsync("members/hospital/fhir/ValueSet/tx-a", net.Hospital)).Is(404);

        var basis = Profile("tx-base", Patient, """{"id":"Patient.name","path":"Patient.name","max":"1"}""");
        var wider = Profile("tx-wider", Canonical("tx-base"), """{"id":"Patient.name","path":"Patient.name","max":"2"}""");
        Assert.Equal(["invalid-profile Bundle.entry[0].resource.differential.element[0]"], Errors((await net.Service.PostAsync("members/hospital/fhir", net.Hospital, Transaction(wider, basis))).Is(422)));
        var narrower = Profile("tx-narrower", Canonical("tx-base"), """{"id":"Patient.name","path":"Patient.name","min":1}""");
        (await net.Service.PostAsync("members/hospital/fhir", net.Hospital, Transaction(narrower, basis))).Is(200);
    }

    /// <summary>The order of loading does not matter; what a later base makes contradictory is told when the profile is used, and does no harm.</summary>
    [Fact]
    public async Task Base_ThatComesLater_MakesAProfileContradictory_WhichIsToldWhenItIsUsed()
    {
        var later = Profile("derived", Canonical("later"), """{"id":"Patient.name","path":"Patient.name","max":"3"}""");
        Assert.Empty(Errors((await net.Service.PostAsync("fhir/StructureDefinition/$validate", net.Gp, later)).Is(200)));
        (await PutAsync(later)).Is(201);
        (await PutAsync(Profile("later", Patient, """{"id":"Patient.name","path":"Patient.name","min":1,"max":"2"}"""))).Is(201);

        var url = $"fhir/Patient/$validate?profile={Canonical("derived")}";
        var named = (await net.Service.PostAsync(url, net.Gp, JsonNode.Parse("""{"resourceType":"Patient","name":[{"family":"x"}]}""")!)).Is(200);
        Assert.Empty(Errors(named));
        Assert.Contains("contradicts its base", named.Text, StringComparison.Ordinal);
        Assert.Equal(["cardinality Patient.name"], Errors((await net.Service.PostAsync(url, net.Gp, JsonNode.Parse("""{"resourceType":"Patient"}""")!)).Is(200)));
    }

    [Theory]
    [InlineData("CodeSystem", """{"content":"complete","property":[{"code":"parent","type":"code"}],"concept":[{"code":"a","property":[{"code":"parent","valueCode":"b"}]},{"code":"b","property":[{"code":"parent","valueCode":"a"}]}]}""", "circular CodeSystem.concept[0].property[0]")]
    [InlineData("ValueSet", """{"compose":{"include":[{"system":"http://snomed.info/sct","filter":[{"property":"constraint","op":"=","value":"< ("}]}]}}""", "expression-refused ValueSet.compose.include[0].filter[0]")]
    [InlineData("SearchParameter", """{"name":"Nick","description":"x","code":"nick","base":["Patient"],"type":"string","expression":"Patient.nickname"}""", "expression-refused SearchParameter.expression")]
    [InlineData("ImplementationGuide", """{"name":"Ours","packageId":"ours.guide","fhirVersion":["4.0.1"],"global":[{"type":"Observation","profile":"http://hl7.org/fhir/StructureDefinition/Patient"}]}""", "invalid-definition ImplementationGuide.global[0].profile")]
    public async Task OtherTypes_ThatContradictThemselves_AreRefused(string type, string content, string expected)
    {
        Assert.Equal([expected], Errors((await PutAsync(Made(type, content))).Is(422)));
    }

    /// <summary>Codes that a system does not have choose nothing and harm nobody: they are stored, and told.</summary>
    [Theory]
    [InlineData("CodeSystem", """{"content":"supplement","supplements":"http://hl7.org/fhir/administrative-gender","concept":[{"code":"none"}]}""", "code-invalid CodeSystem.concept[0].code")]
    [InlineData("ConceptMap", """{"group":[{"source":"http://hl7.org/fhir/administrative-gender","target":"urn:x","element":[{"code":"man"}]}]}""", "code-invalid ConceptMap.group[0].element[0].code")]
    public async Task CodesThatAreNotThere_AreTold_AndStored(string type, string content, string expected)
    {
        var resource = Made(type, content);
        Assert.Equal([expected], Errors((await net.Service.PostAsync($"fhir/{type}/$validate", net.Service.Operator, resource)).Is(200)));
        (await PutAsync(resource)).Is(201);
    }

    private JsonObject Made(string type, string content)
    {
        var resource = JsonNode.Parse(content)!.AsObject();
        var id = net.New("made");
        resource["resourceType"] = type;
        (resource["id"], resource["url"], resource["status"]) = (id, $"https://network.example/{type}/{id}", "active");
        return resource;
    }

    private Task<Answer> PutAsync(JsonObject resource) => net.Service.PutAsync($"fhir/{resource["resourceType"]}/{resource["id"]}", net.Service.Operator, resource);

    private static string Canonical(string id) => "https://network.example/" + id;

    private static JsonObject Profile(string id, string basis, string elements) => JsonNode.Parse($$"""
        {"resourceType":"StructureDefinition","id":"{{id}}","url":"{{Canonical(id)}}","name":"Test","status":"active","kind":"resource","abstract":false,"type":"Patient","baseDefinition":"{{basis}}","derivation":"constraint","differential":{"element":[{{elements}}] } }
        """)!.AsObject();

    private static JsonObject ValueSet(string id, string import) => JsonNode.Parse($$"""
        {"resourceType":"ValueSet","id":"{{id}}","url":"{{Canonical("vs-" + id)}}","status":"active","compose":{"include":[{"valueSet":["{{Canonical("vs-" + import)}}"] }] } }
        """)!.AsObject();

    private static JsonObject Transaction(params JsonObject[] resources) => new()
    {
        ["resourceType"] = "Bundle", ["type"] = "transaction",
        ["entry"] = new JsonArray([.. resources.Select(r => (JsonNode)new JsonObject { ["resource"] = r.DeepClone(), ["request"] = new JsonObject { ["method"] = "PUT", ["url"] = $"{r["resourceType"]}/{r["id"]}" } })]),
    };

    private static List<string> Errors(Answer answer) =>
        [.. answer.Json["issue"]!.AsArray().Where(i => i!["severity"]!.GetValue<string>() == "error").Select(i => $"{i!["details"]!["coding"]![0]!["code"]} {i["expression"]?[0]}").Order(StringComparer.Ordinal)];
}
