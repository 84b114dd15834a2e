using System.Text;
using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Facade;
using FhirBridge.Api.Tests.Http;

namespace FhirBridge.Api.Tests.Operations;

/// <summary>POST /fhir/$fhirpath: <c>profiles/OperationDefinition-fhirpath.json</c>.</summary>
public sealed class FhirPathOperationTests(Network net) : IClassFixture<Network>
{
    private const string JsonValue = "http://fhir.forms-lab.com/StructureDefinition/json-value";
    private const string ResourcePath = "http://fhir.forms-lab.com/StructureDefinition/resource-path";

    private const string Patient = """
        {"resourceType":"Patient","id":"p","active":true,"_birthDate":{"extension":[{"url":"urn:x","valueString":"about"}]},"birthDate":"1974-12-25",
         "name":[{"use":"official","family":"Chalmers","given":["Peter","James"]},{"use":"usual","given":["Jim"]}],
         "contact":[{"name":{"family":"du Marché"}}],"generalPractitioner":[{"reference":"#gp"}],"contained":[{"resourceType":"Practitioner","id":"gp","active":false}],
         "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Peter</div>"}}
        """;

    [Theory]
    [InlineData("name.given", """[{"valueString":"Peter"},{"valueString":"James"},{"valueString":"Jim"}]""")]
    [InlineData("active", """[{"valueBoolean":true}]""")]
    [InlineData("active = true", """[{"valueBoolean":true}]""")]
    [InlineData("name.use", """[{"valueCode":"official"},{"valueCode":"usual"}]""")]
    [InlineData("id", """[{"valueId":"p"}]""")]
    [InlineData("birthDate", """[{"valueDate":"1974-12-25","_valueDate":{"extension":[{"url":"urn:x","valueString":"about"}]}}]""")]
    [InlineData("name.last()", """[{"valueHumanName":{"use":"usual","given":["Jim"]}}]""")]
    [InlineData("name.count()", """[{"valueInteger":2}]""")]
    [InlineData("1.50", """[{"valueDecimal":1.50}]""")]
    [InlineData("'it''s'.length()", null)]
    [InlineData("'a' & 'b'", """[{"valueString":"ab"}]""")]
    [InlineData("@2015-02", """[{"valueDate":"2015-02"}]""")]
    [InlineData("@2015-02-04T14:34:28Z", """[{"valueDateTime":"2015-02-04T14:34:28Z"}]""")]
    [InlineData("@T14:34:28", """[{"valueTime":"14:34:28"}]""")]
    [InlineData("4.5 'mg'", """[{"valueQuantity":{"value":4.5,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}}]""")]
    [InlineData("3 months", """[{"valueQuantity":{"value":3,"unit":"month"}}]""")]
    [InlineData("{}", "[]")]
    [InlineData("name.where(use = 'none')", "[]")]
    [InlineData("generalPractitioner.resolve()", """[{"resource":{"resourceType":"Practitioner","id":"gp","active":false}}]""")]
    [InlineData("%resource.id = %rootResource.id and %context.id = 'p'", """[{"valueBoolean":true}]""")]
    public async Task Evaluate_AnItem_IsOfItsType(string expression, string? expected)
    {
        var answer = await PostAsync(Body(expression, Patient));
        if (expected is null)
        {
            answer.Is(400, "invalid-expression");
            return;
        }

        var results = Results(answer.Is(200)).Select(r =>
        {
            var item = r.DeepClone().AsObject();
            item.Remove("name");
            item.Remove("extension");
            return item;
        });
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), new JsonArray([.. results]).ToJsonString());
    }

    [Theory]
    [InlineData("contact", "{\"name\":{\"family\":\"du March\\u00E9\"}}")]
    [InlineData("text.div", "\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">Peter</div>\"")]
    [InlineData("''", "\"\"")]
    [InlineData("@2015-02-04T14", "\"2015-02-04T14\"")]
    [InlineData("@T14", "\"14\"")]
    [InlineData("active.type()", "{\"namespace\":\"FHIR\",\"name\":\"boolean\"}")]
    [InlineData("'3000000000'.toLong()", "3000000000")]
    public async Task Evaluate_WhatNoValueHolds_IsJsonText(string expression, string json)
    {
        var result = Assert.Single(Results((await PostAsync(Body(expression, Patient))).Is(200)));
        Assert.Equal(JsonNode.Parse(json)!.ToJsonString(), JsonNode.Parse(Extension(result, JsonValue)!)!.ToJsonString());
        Assert.DoesNotContain(result.AsObject(), p => p.Key.StartsWith("value", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Evaluate_Elements_SayTheirPath()
    {
        var results = Results((await PostAsync(Body("name.given | contact.name", Patient))).Is(200));
        Assert.Equal(["Patient.name[0].given[0]", "Patient.name[0].given[1]", "Patient.name[1].given[0]", "Patient.contact[0].name"], results.Select(r => Extension(r, ResourcePath)));
    }

    [Fact]
    public async Task Evaluate_WithContext_IsEvaluatedOnEachItem()
    {
        var answer = (await PostAsync(Body("given.first() & '/' & use & '/' & %resource.id", Patient, ("context", "name")))).Is(200);
        Assert.Equal(["Peter/official/p", "Jim/usual/p"], Results(answer).Select(r => r["valueString"]!.GetValue<string>()));
        Assert.Equal("gp/p", Assert.Single(Results((await PostAsync(Body("%resource.id & '/' & %rootResource.id", Patient, ("context", "contained")))).Is(200)))["valueString"]!.GetValue<string>());
        Assert.Equal("3/p", Assert.Single(Results((await PostAsync(Body("($this + 1).toString() & '/' & %resource.id", Patient, ("context", "name.count()")))).Is(200)))["valueString"]!.GetValue<string>());
        Assert.Empty(Results((await PostAsync(Body("given", Patient, ("context", "name.where(use = 'old')")))).Is(200)));
        (await PostAsync(Body("given.firts()", Patient, ("context", "name.where(use = 'old')")))).Is(400, "invalid-expression");
        (await PostAsync(Body("family.colour", Patient, ("context", "name")))).Is(400, "invalid-expression");
        (await PostAsync(Body("given", Patient, ("context", "nome")))).Is(400, "invalid-expression");
    }

    [Fact]
    public async Task Evaluate_Variables_AreValuesResourcesAndCollections()
    {
        var body = Body("%given.count() & '-' & %given.first() & '-' & %other.id & '-' & %n + 1 & '-' & %none.exists() & '-' & %text & '-' & %lab.active", Patient);
        body["parameter"]!.AsArray().Add(JsonNode.Parse($$$"""
            {"name":"variables","part":[{"name":"given","valueString":"A"},{"name":"given","valueString":"B"},{"name":"other","resource":{"resourceType":"Basic","id":"b","code":{"text":"x"} } },
             {"name":"none"},{"name":"n","valueInteger":41},{"name":"text","extension":[{"url":"{{{JsonValue}}}","valueString":"\"t\""}]},
             {"name":"lab","extension":[{"url":"{{{JsonValue}}}","valueString":"{\"resourceType\":\"Patient\",\"active\":true}"}]}]}
            """));
        (await PostAsync(body)).Is(400, "invalid-expression");
        body["parameter"]![0]!["valueString"] = "%given.count().toString() & '-' & %given.first() & '-' & %other.id & '-' & (%n + 1).toString() & '-' & %none.exists().toString() & '-' & %text & '-' & %lab.active.toString()";
        Assert.Equal("2-A-b-42-false-t-true", Assert.Single(Results((await PostAsync(body)).Is(200)))["valueString"]!.GetValue<string>());
        (await PostAsync(Body("%absent", Patient))).Is(400, "invalid-expression");
    }

    [Fact]
    public async Task Evaluate_Trace_IsToldBesideTheResult()
    {
        var answer = (await PostAsync(Body("name.trace('names', use).given.first()", Patient))).Is(200);
        var trace = Assert.Single(answer.Json["parameter"]!.AsArray(), p => p!["name"]!.GetValue<string>() == "trace")!;
        Assert.Equal("""[{"name":"name","valueString":"names"},{"name":"value","valueCode":"official"},{"name":"value","valueCode":"usual"}]""", Bare(trace["part"]!.AsArray()).ToJsonString());
        Assert.Single(Results(answer));
    }

    [Fact]
    public async Task Evaluate_ResourceAsJsonText_IsTheSame()
    {
        var body = new JsonObject
        {
            ["resourceType"] = "Parameters",
            ["parameter"] = new JsonArray(
                new JsonObject { ["name"] = "expression", ["valueString"] = "name.family" }, new JsonObject { ["name"] = "validate", ["valueBoolean"] = true },
                new JsonObject { ["name"] = "resource", ["extension"] = new JsonArray(new JsonObject { ["url"] = JsonValue, ["valueString"] = Patient }) }),
        };
        Assert.Equal("Chalmers", Assert.Single(Results((await PostAsync(body)).Is(200)))["valueString"]!.GetValue<string>());
    }

    [Fact]
    public async Task Evaluate_InXml_AnswersInXml()
    {
        const string Xml = """
            <Parameters xmlns="http://hl7.org/fhir"><parameter><name value="expression"/><valueString value="name.given"/></parameter>
            <parameter><name value="resource"/><resource><Patient><name><given value="Ann"/></name></Patient></resource></parameter></Parameters>
            """;
        var answer = (await net.Service.SendAsync(HttpMethod.Post, "fhir/$fhirpath", net.Gp, Encoding.UTF8.GetBytes(Xml), "application/fhir+xml", ("Accept", "application/fhir+xml"))).Is(200);
        Assert.Contains("<valueString value=\"Ann\" />", answer.Text);
    }

    [Fact]
    public async Task Evaluate_ResourceThatLacksSomething_IsLookedAt()
    {
        var answer = (await PostAsync(Body("status | code.exists()", """{"resourceType":"Observation","status":"brand-new","effectiveDateTime":"lately"}"""))).Is(200);
        Assert.Equal(["brand-new", "false"], Results(answer).Select(r => (r["valueCode"] ?? r["valueBoolean"])!.ToString()));
    }

    [Fact]
    public async Task Evaluate_ResourceThatLacksSomething_IsLookedAtInXmlToo()
    {
        const string Xml = """
            <Parameters xmlns="http://hl7.org/fhir"><parameter><name value="expression"/><valueString value="status"/></parameter>
            <parameter><name value="resource"/><resource><Observation><status value="brand-new"/></Observation></resource></parameter></Parameters>
            """;
        var answer = (await net.Service.SendAsync(HttpMethod.Post, "fhir/$fhirpath", net.Gp, Encoding.UTF8.GetBytes(Xml), "application/fhir+xml")).Is(200);
        Assert.Equal("brand-new", Assert.Single(Results(answer))["valueCode"]!.GetValue<string>());
        (await net.Service.SendAsync(HttpMethod.Post, "fhir/$fhirpath", net.Gp, Encoding.UTF8.GetBytes(Xml.Replace("<name value=\"expression\"/>", "")), "application/fhir+xml")).Is(422, "required");
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient"}""", "bad-request")]
    [InlineData("""{"resourceType":"Parameters"}""", "bad-request")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"expression","valueString":"a"}]}""", "bad-request")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient","active":true}}]}""", "bad-request")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"expression","valueString":"a"},{"name":"expression","valueString":"b"}]}""", "bad-request")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"expression","valueHumanName":{"text":"b"}}]}""", "bad-request")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"expresion","valueString":"b"}]}""", "unknown-parameter")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"expression","valueString":"active"},{"name":"resource","resource":{"resourceType":"Patiant","active":true}}]}""", "unknown-resource-type")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"expression","valueString":"active"},{"name":"resource","extension":[{"url":"http://fhir.forms-lab.com/StructureDefinition/json-value","valueString":"{"}]}]}""", "malformed-json")]
    [InlineData("{", "malformed-json")]
    [InlineData("", "malformed-json")]
    public async Task Evaluate_BadParameters_AreRefused(string body, string problem) =>
        (await net.Service.SendAsync(HttpMethod.Post, "fhir/$fhirpath", net.Gp, Encoding.UTF8.GetBytes(body), "application/fhir+json")).Is(400, problem);

    [Fact]
    public async Task Evaluate_UnknownElementInTheResource_IsRefused() =>
        (await PostAsync(Body("active", """{"resourceType":"Patient","activ":true}"""))).Is(422, "unknown-element");

    [Theory]
    [InlineData("name.given.", "line 1, column 12")]
    [InlineData("name\n.nome", "line 2, column 2")]
    [InlineData("name.nope()", "'nope'")]
    [InlineData("name.nome", "HumanName")]
    [InlineData("name.family + name.given", null)]
    [InlineData("descendants().select(%resource.descendants()).select(%resource.descendants()).select(%resource.descendants())", null)]
    public async Task Evaluate_WrongExpression_SaysWhereItIsWrong(string expression, string? says)
    {
        var answer = await PostAsync(Body(expression, Patient));
        Assert.Equal(400, answer.Status);
        Assert.Contains(answer.Problem, new[] { "invalid-expression", "expression-budget" });
        var issue = answer.Json["issue"]![0]!;
        Assert.Equal("Parameters.parameter[0].value", issue["expression"]![0]!.GetValue<string>());
        if (says is not null) Assert.Contains(says, issue["diagnostics"]!.GetValue<string>());
    }

    [Fact]
    public async Task Evaluate_ResultWithoutEnd_IsRefusedWithinBounds()
    {
        var names = string.Join(',', Enumerable.Range(0, 400).Select(i => "{\"family\":\"" + new string('x', 500) + i + "\"}"));
        var big = "{\"resourceType\":\"Patient\",\"name\":[" + names + "]}";
        (await PostAsync(Body("name.select(%resource)", big))).Is(400, "expression-budget");
        (await PostAsync(Body("name.trace('all', %resource).count()", big))).Is(200);
    }

    [Fact]
    public async Task Evaluate_NeedsATokenAndNoScope()
    {
        var body = Body("active", Patient);
        (await net.Service.PostAsync("fhir/$fhirpath", null, body)).Is(401);
        (await net.Service.PostAsync("fhir/$fhirpath", net.Service.Member("gp", scope: "system/Basic.r"), body)).Is(200);
        (await net.Service.PostAsync("fhir/$fhirpath", net.Service.Member("stranger"), body)).Is(403, "forbidden");
        Assert.Equal("POST", (await net.Service.GetAsync("fhir/$fhirpath", net.Gp)).Is(405).Headers["Allow"]);
    }

    [Fact]
    public async Task Metadata_NamesTheOperation_AndItsDefinitionIsInProfiles()
    {
        var rest = (await net.Service.GetAsync("fhir/metadata", null)).Is(200).Json["rest"]![0]!;
        var patient = rest["resource"]!.AsArray().Single(r => r!["type"]!.GetValue<string>() == "Patient")!;
        var named = rest["operation"]!.AsArray().Concat(patient["operation"]!.AsArray()).ToList();
        Assert.Equal(["everything", "fhirpath", "validate"], named.Select(o => o!["name"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        foreach (var operation in named)
        {
            var read = FhirBridge.Fhir.FhirJson.Read(Encoding.UTF8.GetBytes(Architecture.Sources.File($"profiles/OperationDefinition-{operation!["name"]}.json")));
            Assert.True(read.IsOk, string.Join('\n', read.Problems));
            Assert.Equal(operation["definition"]!.GetValue<string>(), read.Value.Root.Text("url"));
        }
    }

    private Task<Answer> PostAsync(JsonNode body) => net.Service.PostAsync("fhir/$fhirpath", net.Gp, body);

    private static JsonObject Body(string expression, string resource, params (string Name, string Value)[] more)
    {
        var parameters = new JsonArray(new JsonObject { ["name"] = "expression", ["valueString"] = expression }, new JsonObject { ["name"] = "resource", ["resource"] = JsonNode.Parse(resource) });
        foreach (var (name, value) in more) parameters.Add(new JsonObject { ["name"] = name, ["valueString"] = value });
        return new JsonObject { ["resourceType"] = "Parameters", ["parameter"] = parameters };
    }

    private static List<JsonNode> Results(Answer answer)
    {
        Assert.Equal("Parameters", answer.Json["resourceType"]!.GetValue<string>());
        Assert.True(FhirBridge.Fhir.FhirJson.Read(answer.Body).IsOk, answer.Text);
        return [.. (answer.Json["parameter"]?.AsArray() ?? []).Where(p => p!["name"]!.GetValue<string>() == "result").Select(p => p!)];
    }

    private static string? Extension(JsonNode parameter, string url) =>
        parameter["extension"]?.AsArray().FirstOrDefault(e => e!["url"]!.GetValue<string>() == url)?["valueString"]!.GetValue<string>();

    private static JsonArray Bare(JsonArray parts) => new([.. parts.Select(p =>
    {
        var bare = p!.DeepClone().AsObject();
        bare.Remove("extension");
        return bare;
    })]);
}
