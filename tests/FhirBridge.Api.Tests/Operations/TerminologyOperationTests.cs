using System.Text;
using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Facade;
using FhirBridge.Api.Tests.Http;

namespace FhirBridge.Api.Tests.Operations;

/// <summary>Terminology over HTTP: docs/terminology.md.</summary>
public sealed class TerminologyOperationTests(Network net) : IClassFixture<Network>
{
    private const string Gender = "http://hl7.org/fhir/administrative-gender";

    [Fact]
    public async Task Expand_OfR4_ByGetAndPost_IsTheValueSet()
    {
        var get = (await net.Service.GetAsync("fhir/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/administrative-gender", net.Gp)).Is(200);
        Assert.Equal(["male", "female", "other", "unknown"], Codes(get));
        var post = (await net.Service.PostAsync("fhir/ValueSet/$expand", net.Gp, Parameters(("url", "http://hl7.org/fhir/ValueSet/administrative-gender"), ("filter", "fem")))).Is(200);
        Assert.Equal(["female"], Codes(post));
        var unknown = (await net.Service.GetAsync("fhir/ValueSet/$expand?url=urn:none", net.Gp)).Is(422);
        Assert.Equal("OperationOutcome", unknown.Json["resourceType"]!.GetValue<string>());
        (await net.Service.GetAsync("fhir/ValueSet/$expand?url=urn:none", null)).Is(401);
        (await net.Service.PostAsync("fhir/ValueSet/$expand", net.Gp, JsonNode.Parse("""{"resourceType":"Basic","code":{"text":"x"}}""")!)).Is(400, "bad-request");
    }

    [Fact]
    public async Task ValidateLookupSubsumes_OfR4_Answer()
    {
        Assert.True(Value<bool>(await net.Service.GetAsync($"fhir/CodeSystem/$validate-code?url={Gender}&code=female&display=Female", net.Gp), "result"));
        Assert.False(Value<bool>(await net.Service.GetAsync($"fhir/ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/administrative-gender&system={Gender}&code=none", net.Gp), "result"));
        Assert.Equal("Female", Value<string>(await net.Service.GetAsync($"fhir/CodeSystem/$lookup?system={Gender}&code=female", net.Gp), "display"));
        Assert.Equal("subsumes", Value<string>(await net.Service.GetAsync("fhir/CodeSystem/$subsumes?system=http://terminology.hl7.org/CodeSystem/v3-ActCode&codeA=_ActEncounterCode&codeB=AMB", net.Gp), "outcome"));
        var snomed = await net.Service.GetAsync("fhir/CodeSystem/$validate-code?url=http://snomed.info/sct&code=73211009", net.Gp);
        Assert.Equal("http://snomed.info/sct", Value<string>(snomed, "x-caused-by-unknown-system"));
    }

    [Fact]
    public async Task Write_ByOperatorAndMember_TakesEffectAtOnce()
    {
        Assert.Empty(await NetworkCodesAsync());
        (await net.Service.PutAsync("members/gp/fhir/CodeSystem/s", net.Gp, System("s", "member"))).Is(201);
        Assert.Equal(["member"], await NetworkCodesAsync());
        (await net.Service.PutAsync("fhir/CodeSystem/s", net.Service.Operator, System("s", "operator"))).Is(201);
        Assert.Equal(["operator"], await NetworkCodesAsync());
        var read = (await net.Service.GetAsync("fhir/CodeSystem/s", net.Gp)).Is(200);
        (await net.Service.DeleteAsync("fhir/CodeSystem/s", net.Service.Operator, ("If-Match", $"W/\"{read.Json["meta"]!["versionId"]}\""))).Is(204);
        Assert.Equal(["member"], await NetworkCodesAsync());
        (await net.Service.PutAsync("members/gp/fhir/CodeSystem/g", net.Gp, System("g", "alien", Gender))).Is(201);
        Assert.True(Value<bool>(await net.Service.GetAsync($"fhir/CodeSystem/$validate-code?url={Gender}&code=female", net.Gp), "result"));
    }

    [Fact]
    public async Task Instance_AndTranslate_UseWhatIsStored()
    {
        (await net.Service.PutAsync("fhir/ValueSet/mine", net.Service.Operator, JsonNode.Parse($$"""{"resourceType":"ValueSet","id":"mine","url":"urn:mine","status":"active","compose":{"include":[{"system":"{{Gender}}","concept":[{"code":"male"}]}]} }""")!)).Is(201);
        Assert.Equal(["male"], Codes((await net.Service.GetAsync("fhir/ValueSet/mine/$expand", net.Gp)).Is(200)));
        (await net.Service.PutAsync("fhir/ConceptMap/m", net.Service.Operator, JsonNode.Parse($$"""{"resourceType":"ConceptMap","id":"m","url":"urn:m","status":"active","group":[{"source":"{{Gender}}","target":"urn:t","element":[{"code":"male","target":[{"code":"M","equivalence":"equal"}]}]}]}""")!)).Is(201);
        Assert.True(Value<bool>(await net.Service.GetAsync($"fhir/ConceptMap/$translate?url=urn:m&system={Gender}&code=male", net.Gp), "result"));
        Assert.False(Value<bool>(await net.Service.GetAsync($"fhir/ConceptMap/$translate?url=urn:m&system={Gender}&code=female", net.Gp), "result"));
        (await net.Service.GetAsync("fhir/ValueSet/none/$expand", net.Gp)).Is(404, "not-found");
    }

    [Fact]
    public async Task Facade_AnswersAsTheSharedRecord_AndOnItsOwnByLocalId()
    {
        (await net.Service.PutAsync("members/gp/fhir/ValueSet/local", net.Gp, JsonNode.Parse($$"""{"resourceType":"ValueSet","id":"local","url":"urn:local","status":"active","compose":{"include":[{"system":"{{Gender}}","concept":[{"code":"other"}]}]} }""")!)).Is(201);
        Assert.Equal(["other"], Codes((await net.Service.GetAsync("members/gp/fhir/ValueSet/local/$expand", net.Gp)).Is(200)));
        Assert.Equal(["other"], Codes((await net.Service.GetAsync("members/gp/fhir/ValueSet/$expand?url=urn:local", net.Gp)).Is(200)));

        // The question is about the whole of it, whatever the client has of it.
        Assert.Equal(["other"], Codes((await net.Service.GetAsync("members/gp/fhir/ValueSet/local/$expand?_summary=true", net.Gp, ("If-None-Match", "W/\"1\""))).Is(200)));
        Assert.True(Value<bool>(await net.Service.GetAsync($"members/gp/fhir/ValueSet/local/$validate-code?system={Gender}&code=other", net.Gp), "result"));
        Assert.False(Value<bool>(await net.Service.PostAsync("members/gp/fhir/ValueSet/local/$validate-code", net.Gp, Parameters(("system", Gender), ("code", "male"))), "result"));
        (await net.Service.GetAsync("members/gp/fhir/ValueSet/none/$expand", net.Gp)).Is(404, "not-found");
        (await net.Service.GetAsync("members/gp/fhir/ValueSet/local/$expand", net.Hospital)).Is(404, "not-found");
        (await net.Service.GetAsync("members/gp/fhir/ValueSet/local/$expand", net.Service.Member("gp", scope: "system/Goal.rs"))).Is(403);
        foreach (var query in new[] { $"CodeSystem/$lookup?system={Gender}&code=male", $"CodeSystem/$validate-code?url={Gender}&code=none", $"CodeSystem/$subsumes?system={Gender}&codeA=male&codeB=female", $"ConceptMap/$translate?system={Gender}&code=male" })
        {
            var (shared, own) = (await net.Service.GetAsync("fhir/" + query, net.Gp), await net.Service.GetAsync("members/gp/fhir/" + query, net.Gp));
            Assert.Equal((shared.Status, shared.Text), (own.Status, own.Text));
        }

        var capabilities = (await net.Service.GetAsync("members/gp/fhir/metadata", null)).Is(200).Json["rest"]![0]!["resource"]!.AsArray().Single(r => r!["type"]!.GetValue<string>() == "CodeSystem")!["operation"]!.AsArray();
        Assert.Equal(["validate", "validate-code", "lookup", "subsumes"], capabilities.Select(o => o!["name"]!.GetValue<string>()));
        Assert.Equal("TerminologyCapabilities", (await net.Service.GetAsync("members/gp/fhir/metadata?mode=terminology", null)).Is(200).Json["resourceType"]!.GetValue<string>());
    }

    [Fact]
    public async Task WhatIsNoQuestion_Is400_AndWhatHasNoAnswer422()
    {
        (await net.Service.GetAsync("fhir/ValueSet/$expand", net.Gp)).Is(400);
        (await net.Service.GetAsync("fhir/ValueSet/$expand?context=Patient.gender", net.Gp)).Is(400);
        (await net.Service.GetAsync("fhir/ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/administrative-gender", net.Gp)).Is(400);
        (await net.Service.GetAsync("fhir/CodeSystem/$lookup?code=male", net.Gp)).Is(400);
        (await net.Service.GetAsync($"fhir/CodeSystem/$lookup?system={Gender}&code=none", net.Gp)).Is(422);
        (await net.Service.GetAsync("fhir/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/all-languages", net.Gp)).Is(422);
        (await net.Service.GetAsync("fhir/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/iso3166-1-3", net.Gp, ("X-Too-Costly-Threshold", "10"))).Is(422);
        (await net.Service.GetAsync("fhir/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/iso3166-1-3&count=5", net.Gp, ("X-Too-Costly-Threshold", "10"))).Is(200);
    }

    /// <summary>The contract: each operation has its definition, and ours say nothing less than R4's.</summary>
    [Theory]
    [InlineData("ValueSet-expand", "contextDirection", "context")]
    [InlineData("ValueSet-validate-code", "context")]
    [InlineData("CodeSystem-validate-code")]
    [InlineData("CodeSystem-lookup")]
    [InlineData("CodeSystem-subsumes")]
    [InlineData("ConceptMap-translate")]
    public void Definition_HasTheParametersOfR4(string operation, params string[] refused)
    {
        var own = Fhir.FhirJson.Read(Encoding.UTF8.GetBytes(Architecture.Sources.File($"profiles/OperationDefinition-{operation}.json")));
        Assert.Empty(own.Problems);
        Assert.DoesNotContain(Fhir.Definitions.R4.Validator.Validate(own.Value!.Root), p => p.Kind.Severity <= Fhir.IssueSeverity.Error);
        var ours = own.Value.Root.Children("parameter").Select(p => (p.Text("name"), p.Text("use"))).ToHashSet();
        var theirs = Fhir.Definitions.R4.FindResource("OperationDefinition", "http://hl7.org/fhir/OperationDefinition/" + operation).Children("parameter").Select(p => (p.Text("name"), p.Text("use")));
        Assert.Empty(theirs.Where(p => !refused.Contains(p.Item1)).Except(ours));
    }

    [Fact]
    public async Task Metadata_OfTerminology_NamesTheSystems()
    {
        var metadata = (await net.Service.GetAsync("fhir/metadata?mode=terminology", null)).Is(200).Json;
        Assert.Equal("TerminologyCapabilities", metadata["resourceType"]!.GetValue<string>());
        var systems = metadata["codeSystem"]!.AsArray().Select(s => s!["uri"]!.GetValue<string>()).ToHashSet();
        Assert.Superset(new HashSet<string> { Gender, "urn:ietf:bcp:47", "http://unitsofmeasure.org" }, systems);
        Assert.DoesNotContain("http://snomed.info/sct", systems);
        Assert.DoesNotContain(Fhir.Definitions.R4.Validator.Validate(Fhir.FhirJson.Read(Encoding.UTF8.GetBytes(metadata.ToJsonString())).Value!.Root), p => p.Kind.Severity <= Fhir.IssueSeverity.Error);
        var capabilities = (await net.Service.GetAsync("fhir/metadata", null)).Is(200).Json["rest"]![0]!["resource"]!.AsArray();
        var valueSet = capabilities.Single(r => r!["type"]!.GetValue<string>() == "ValueSet")!["operation"]!.AsArray();
        Assert.Equal(["validate", "expand", "validate-code", "batch-validate-code"], valueSet.Select(o => o!["name"]!.GetValue<string>()));
        Assert.Equal("http://hl7.org/fhir/OperationDefinition/ValueSet-expand", valueSet[1]!["definition"]!.GetValue<string>());
    }

    private static JsonNode System(string id, string code, string url = "urn:network") =>
        JsonNode.Parse($$"""{"resourceType":"CodeSystem","id":"{{id}}","url":"{{url}}","version":"9.0.0","status":"active","content":"complete","concept":[{"code":"{{code}}"}]}""")!;

    private async Task<IReadOnlyList<string>> NetworkCodesAsync()
    {
        var set = JsonNode.Parse("""{"resourceType":"Parameters","parameter":[{"name":"valueSet","resource":{"resourceType":"ValueSet","status":"active","compose":{"include":[{"system":"urn:network"}]}}}]}""")!;
        var answer = await net.Service.PostAsync("fhir/ValueSet/$expand", net.Gp, set);
        return answer.Json["resourceType"]!.GetValue<string>() == "ValueSet" ? Codes(answer) : [];
    }

    private static JsonObject Parameters(params (string Name, string Value)[] parameters) => new()
    {
        ["resourceType"] = "Parameters",
        ["parameter"] = new JsonArray([.. parameters.Select(p => new JsonObject { ["name"] = p.Name, ["valueString"] = p.Value })]),
    };

    private static string[] Codes(Answer answer) => [.. answer.Json["expansion"]!["contains"]!.AsArray().Select(c => c!["code"]!.GetValue<string>())];

    private static T Value<T>(Answer answer, string name)
    {
        var parameter = answer.Is(200).Json["parameter"]!.AsArray().Single(p => p!["name"]!.GetValue<string>() == name)!.AsObject();
        return parameter.Single(p => p.Key.StartsWith("value", StringComparison.Ordinal)).Value!.GetValue<T>();
    }
}
