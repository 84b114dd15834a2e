using System.Text;
using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Http;
using static FhirBridge.Api.Tests.Facade.Network;
using static FhirBridge.Api.Tests.Http.TestService;

namespace FhirBridge.Api.Tests.Facade;

/// <summary>patch on both faces, alone and in Bundles. https://hl7.org/fhir/R4/http.html#patch.</summary>
public sealed class PatchTests(Network net) : IClassFixture<Network>
{
    private const string JsonPatch = "application/json-patch+json";
    private const string Amend = """[{"op":"replace","path":"/status","value":"amended"}]""";

    [Theory]
    [InlineData(JsonPatch, Amend)]
    [InlineData("application/xml-patch+xml", """<diff xmlns="http://hl7.org/fhir"><replace sel="Observation/status/@value">amended</replace></diff>""")]
    [InlineData("application/fhir+json", """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Observation.status"},{"name":"value","valueCode":"amended"}]}]}""")]
    [InlineData("application/fhir+xml; charset=utf-8", """<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/><part><name value="type"/><valueCode value="replace"/></part><part><name value="path"/><valueString value="Observation.status"/></part><part><name value="value"/><valueCode value="amended"/></part></parameter></Parameters>""")]
    public async Task EachKindOfPatch_IsAnUpdate(string contentType, string patch)
    {
        var id = await ObservationAsync();
        var before = (await net.ReadAsync("Observation/" + id)).Is(200);
        var answer = (await PatchAsync("members/hospital/fhir/Observation/" + id, net.Hospital, contentType, patch)).Is(200);
        Assert.Equal("W/\"2\"", answer.ETag);
        Assert.EndsWith($"/Observation/{id}/_history/2", answer.Headers["Location"]);
        var read = (await net.ReadAsync("Observation/" + id)).Is(200);
        Assert.Equal(answer.Text, read.Text);
        Assert.Equal("amended", read.Json["status"]!.GetValue<string>());

        // Nothing else has changed: numbers keep their digits.
        Assert.Contains("1.00", read.Text);
        var expected = before.Json.AsObject();
        expected["status"] = "amended";
        expected["meta"] = read.Json["meta"]!.DeepClone();
        Assert.True(JsonNode.DeepEquals(expected, read.Json), read.Text);
    }

    [Fact]
    public async Task Refused_ChangesNothing()
    {
        var id = await ObservationAsync();
        var path = "members/hospital/fhir/Observation/" + id;
        (await PatchAsync(path, net.Hospital, JsonPatch, """[{"op":"replace","path":"/status","value":"amended"},{"op":"remove","path":"/nothing"}]""")).Is(422, "patch-failed");
        (await PatchAsync(path, net.Hospital, JsonPatch, """[{"op":"test","path":"/status","value":"amended"}]""")).Is(422, "patch-test-failed");
        (await PatchAsync(path, net.Hospital, JsonPatch, """[{"op":"replace","path":"/id","value":"other"}]""")).Is(422, "patch-failed");
        (await PatchAsync(path, net.Hospital, JsonPatch, """[{"op":"remove","path":"/resourceType"}]""")).Is(422, "patch-failed");
        (await PatchAsync(path, net.Hospital, JsonPatch, """[{"op":"remove","path":"/status"}]""")).Is(422, "required");
        (await PatchAsync(path, net.Hospital, JsonPatch, """[{"op":"replace","path":"/subject/reference","value":"Patient/nobody"}]""")).Is(422);
        (await PatchAsync(path, net.Hospital, JsonPatch, """{"op":"remove"}""")).Is(400, "malformed-patch");
        (await PatchAsync(path, net.Hospital, JsonPatch, "[")).Is(400, "malformed-json");
        (await PatchAsync(path, net.Hospital, "application/fhir+json", Observation(id, "x").ToJsonString())).Is(400, "malformed-patch");
        var unknown = (await PatchAsync(path, net.Hospital, "application/merge-patch+json", "{}")).Is(415, "unsupported-media-type");
        Assert.Contains(JsonPatch, unknown.Headers["Accept-Patch"]);
        (await PatchAsync(path, net.Hospital, JsonPatch, Amend, ("If-Match", "W/\"7\""))).Is(412, "version-conflict");
        (await PatchAsync(path, net.Gp, JsonPatch, Amend)).Is(403, "forbidden");
        (await PatchAsync(path, net.Service.Member("hospital", scope: "system/*.crds"), JsonPatch, Amend)).Is(403, "forbidden");
        (await PatchAsync(path + "-absent", net.Hospital, JsonPatch, Amend)).Is(404, "not-found");
        Assert.Equal("W/\"1\"", (await net.ReadAsync("Observation/" + id)).Is(200).ETag);
        (await net.Service.DeleteAsync(path, net.Hospital)).Is(204);
        (await PatchAsync(path, net.Hospital, JsonPatch, Amend)).Is(410, "deleted");
    }

    [Fact]
    public async Task IfMatch_OfTheCurrentVersion_IsHonoured_AndPreferToo()
    {
        var id = await ObservationAsync();
        var answer = (await PatchAsync("members/hospital/fhir/Observation/" + id, net.Hospital, JsonPatch, "[]", ("If-Match", "W/\"1\""), ("Prefer", "return=minimal"))).Is(200);
        Assert.Empty(answer.Body);
        Assert.Equal("W/\"2\"", answer.ETag);
    }

    [Fact]
    public async Task ManyAtOnce_WithoutIfMatch_AreAllKept()
    {
        const int writers = 12;
        var id = await ObservationAsync();
        var path = "members/hospital/fhir/Observation/" + id;
        (await PatchAsync(path, net.Hospital, JsonPatch, """[{"op":"add","path":"/note","value":[{"text":"first"}]}]""")).Is(200);
        var answers = await Task.WhenAll(Enumerable.Range(0, writers).Select(i => PatchAsync(path, net.Hospital, JsonPatch, $$"""[{"op":"add","path":"/note/-","value":{"text":"note {{i}}" } }]""")));
        Assert.All(answers, a => a.Is(200));
        var notes = (await net.ReadAsync("Observation/" + id)).Is(200).Json["note"]!.AsArray().Select(n => n!["text"]!.GetValue<string>());
        Assert.Equal(Enumerable.Range(0, writers).Select(i => "note " + i).Append("first").Order(StringComparer.Ordinal), notes.Order(StringComparer.Ordinal));

        var guarded = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => PatchAsync(path, net.Hospital, JsonPatch, Amend, ("If-Match", $"W/\"{writers + 2}\""))));
        Assert.Single(guarded, a => a.Status == 200);
        Assert.All(guarded.Where(a => a.Status != 200), a => a.Is(412, "version-conflict"));
    }

    [Fact]
    public async Task Transaction_PatchesWithTheRest_OrNotAtAll()
    {
        var id = await ObservationAsync();
        var other = await ObservationAsync();
        var patient = (await net.ReadAsync("Observation/" + id)).Json["subject"]!["reference"]!.GetValue<string>();
        var created = Observation("x", "x");
        created.Remove("id");
        created["subject"] = Reference(patient);
        var link = Binary("""[{"op":"add","path":"/hasMember","value":[{"reference":"urn:uuid:0e4f8fd6-2a5e-4d5a-9d7a-000000000009"}]}]""");
        var bad = Bundle("transaction", Entry("PATCH", "Observation/" + id, Binary(Amend)), Entry("PATCH", "Observation/" + id + "-absent", Binary(Amend)));
        (await net.Service.PostAsync("members/hospital/fhir", net.Hospital, bad)).Is(404, "not-found");
        var wrong = (await net.Service.PostAsync("members/hospital/fhir", net.Hospital, Bundle("transaction", Entry("PATCH", "Observation/" + id, Binary("""[{"op":"remove","path":"/status"}]"""))))).Is(422, "required");
        Assert.StartsWith("Bundle.entry[0].resource", wrong.Json["issue"]![0]!["expression"]![0]!.GetValue<string>());
        Assert.Equal("W/\"1\"", (await net.ReadAsync("Observation/" + id)).Is(200).ETag);

        var done = (await net.Service.PostAsync("members/hospital/fhir", net.Hospital, Bundle(
            "transaction", Entry("PATCH", "Observation/" + id, link), Entry("POST", "Observation", created, "urn:uuid:0e4f8fd6-2a5e-4d5a-9d7a-000000000009")))).Is(200);
        Assert.Equal(["200", "201"], Statuses(done));
        var member = (await net.ReadAsync("Observation/" + id)).Is(200).Json["hasMember"]![0]!["reference"]!.GetValue<string>();
        (await net.ReadAsync(member)).Is(200);

        var parameters = JsonNode.Parse("""{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Observation.valueQuantity"}]}]}""")!.AsObject();
        var stale = Entry("PATCH", "Observation/" + other, Binary(Amend));
        stale["request"]!["ifMatch"] = "W/\"9\"";
        var batch = (await net.Service.PostAsync("members/hospital/fhir", net.Hospital, Bundle("batch", Entry("PATCH", "Observation/" + other, Binary(Amend)), stale, Entry("PATCH", "Observation/" + other, parameters)))).Is(200);
        Assert.Equal(["200", "412", "400"], Statuses(batch));
        Assert.Equal("W/\"2\"", (await net.ReadAsync("Observation/" + other)).Is(200).ETag);
    }

    [Fact]
    public async Task OnTheSharedRecord_TheCallersOwnIsPatched_AtTheVersionItNames()
    {
        var local = await net.PersonAsync();
        var patient = NetworkId((await net.ReadAsync("Patient/" + local)).Is(200).Json);
        var observation = Observation("x", patient);
        observation.Remove("id");
        var created = (await net.Service.PostAsync("fhir/Observation", net.Hospital, observation)).Is(201);
        var path = "fhir/Observation/" + created.Json["id"]!.GetValue<string>();
        (await PatchAsync(path, net.Hospital, JsonPatch, Amend)).Is(428, "precondition-required");
        (await PatchAsync(path, net.Hospital, JsonPatch, Amend, ("If-Match", "W/\"0\""))).Is(412, "version-conflict");
        (await PatchAsync(path, net.Hospital, JsonPatch, """[{"op":"add","path":"/id","value":"y"}]""", ("If-Match", created.ETag))).Is(422, "patch-failed");
        var patched = (await PatchAsync(path, net.Hospital, JsonPatch, Amend, ("If-Match", created.ETag))).Is(200);
        Assert.Equal("amended", patched.Json["status"]!.GetValue<string>());
        Assert.Equal(created.Json["subject"]!["reference"]!.GetValue<string>(), patched.Json["subject"]!["reference"]!.GetValue<string>());
        Assert.NotEqual(created.ETag, patched.ETag);

        // What came through a facade is patched there, what is composed nowhere, what is not seen is absent.
        var throughFacade = (await net.Service.GetAsync($"fhir/Observation?patient={patient}&_source={net.Service.Base}/members/hospital/fhir/Observation/none", net.Hospital)).Is(200);
        Assert.Empty(throughFacade.Entries());
        (await PatchAsync("fhir/Patient/" + patient, net.Hospital, JsonPatch, "[]", ("If-Match", "W/\"1\""))).Is(405, "not-supported");
        (await PatchAsync("fhir/Goal/" + patient + "-x", net.Hospital, JsonPatch, "[]", ("If-Match", "W/\"1\""))).Is(405, "not-supported");
        (await PatchAsync($"fhir/Observation/{patient}-none", net.Hospital, JsonPatch, Amend, ("If-Match", "W/\"1\""))).Is(404, "not-found");
    }

    /// <summary>consent.md §9: what is not shown of it neither shifts what is, nor is it lost.</summary>
    [Fact]
    public async Task OnTheSharedRecord_WhatIsSeenIsChanged_AndWhatIsHiddenStays()
    {
        var (patient, hidden, own) = await SharedAsync();
        var observation = Observation("x", patient);
        observation.Remove("id");
        observation["hasMember"] = new JsonArray(Reference(hidden), Reference(own));
        observation["meta"] = new JsonObject { ["security"] = new JsonArray(new JsonObject { ["system"] = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", ["code"] = "R" }) };
        var shown = (await net.Service.PostAsync("fhir/Observation", net.Hospital, observation)).Is(201);
        var path = "fhir/Observation/" + shown.Json["id"]!.GetValue<string>();
        Assert.Equal([own], Members(shown.Json));
        Assert.Null(shown.Json["meta"]!["security"]);

        var byPlace = $$"""[{"op":"test","path":"/hasMember/0/reference","value":"{{own}}"},{"op":"add","path":"/hasMember/0/display","value":"mine"},{"op":"replace","path":"/meta/versionId","value":"7"}]""";
        var patched = (await PatchAsync(path, net.Hospital, JsonPatch, byPlace, ("If-Match", shown.ETag))).Is(200);
        Assert.Equal([own], Members(patched.Json));
        Assert.Equal("mine", patched.Json["hasMember"]![0]!["display"]!.GetValue<string>());
        Assert.NotEqual("7", patched.Json["meta"]!["versionId"]!.GetValue<string>());
        await StandsAsync(hidden, own);

        var put = patched.Json;
        put["status"] = "amended";
        var replaced = (await net.Service.PutAsync(path, net.Hospital, put, ("If-Match", patched.ETag))).Is(200);
        Assert.Equal("amended", replaced.Json["status"]!.GetValue<string>());
        await StandsAsync(hidden, own);

        put.AsObject().Remove("hasMember");
        put.AsObject().Remove("meta");
        (await net.Service.PutAsync(path, net.Hospital, put, ("If-Match", replaced.ETag))).Is(200);
        await StandsAsync(hidden);

        async Task StandsAsync(params string[] members)
        {
            Assert.Equal(members, Members((await net.Service.GetAsync(path, net.Service.Patient(patient))).Is(200).Json));
            var labels = (await net.Service.GetAsync(path, net.Service.Member("hospital", roles: Roles.LabelReader))).Is(200).Json["meta"]!["security"]!.AsArray();
            Assert.Equal("R", Assert.Single(labels)!["code"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task OnTheSharedRecord_AnotherValueInAHiddenPlace_IsRefused()
    {
        var (patient, hidden, own) = await SharedAsync();
        var observation = Observation("x", patient);
        observation.Remove("id");
        observation["extension"] = new JsonArray(new JsonObject { ["url"] = "urn:of", ["valueReference"] = Reference(hidden) });
        observation["derivedFrom"] = new JsonArray(Reference(own));
        observation["specimen"] = Reference("Specimen/" + hidden.Split('/')[1]);
        var shown = (await net.Service.PostAsync("fhir/Observation", net.Hospital, observation)).Is(201);
        var path = "fhir/Observation/" + shown.Json["id"]!.GetValue<string>();
        Assert.Null(shown.Json["specimen"]);
        var refused = (await PatchAsync(path, net.Hospital, JsonPatch, """[{"op":"add","path":"/specimen","value":{"reference":"Specimen/other"}}]""", ("If-Match", shown.ETag))).Is(409, "conflict");
        Assert.Equal("Observation.specimen", refused.Json["issue"]![0]!["expression"]![0]!.GetValue<string>());
        (await PatchAsync(path, net.Hospital, JsonPatch, """[{"op":"remove","path":"/specimen"}]""", ("If-Match", shown.ETag))).Is(422, "patch-failed");
        (await PatchAsync(path, net.Hospital, JsonPatch, """[{"op":"remove","path":"/derivedFrom"}]""", ("If-Match", shown.ETag))).Is(200);
        var all = (await net.Service.GetAsync(path, net.Service.Patient(patient))).Is(200).Json;
        Assert.Equal(hidden, all["extension"]![0]!["valueReference"]!["reference"]!.GetValue<string>());
    }

    [Fact]
    public async Task ConditionalPatch_IsRefusedClearly()
    {
        foreach (var face in new[] { "fhir", "members/hospital/fhir" })
        {
            var refused = (await PatchAsync(face + "/Observation?identifier=urn:x|y", net.Hospital, JsonPatch, Amend)).Is(405);
            Assert.True(refused.Text.Contains("conditional", StringComparison.Ordinal), refused.Text);
        }

        var batch = (await net.Service.PostAsync("members/hospital/fhir", net.Hospital, Bundle("batch", Entry("PATCH", "Observation?identifier=urn:x|y", Binary(Amend))))).Is(200);
        Assert.StartsWith("4", Assert.Single(Statuses(batch)));
    }

    [Fact]
    public async Task OnTheDirectory_TheOperatorPatchesItsEntries()
    {
        var id = net.New("place");
        var created = (await net.Service.PutAsync("fhir/Organization/" + id, net.Service.Operator, new JsonObject { ["resourceType"] = "Organization", ["id"] = id, ["name"] = "Ward" })).Is(201);
        const string rename = """[{"op":"replace","path":"/name","value":"Wing"}]""";
        (await PatchAsync("fhir/Organization/" + id, net.Hospital, JsonPatch, rename, ("If-Match", created.ETag))).Is(403, "forbidden");
        (await PatchAsync("fhir/Organization/" + id, net.Service.Operator, JsonPatch, rename)).Is(428, "precondition-required");
        var patched = (await PatchAsync("fhir/Organization/" + id, net.Service.Operator, JsonPatch, rename, ("If-Match", created.ETag))).Is(200);
        Assert.Equal("Wing", patched.Json["name"]!.GetValue<string>());
        (await PatchAsync("fhir/Organization/absent", net.Service.Operator, JsonPatch, rename, ("If-Match", created.ETag))).Is(404, "not-found");

        // What is made of several contributions is not what the operator sent: it is not told by a place in it what to change.
        var organization = new JsonObject
        {
            ["resourceType"] = "Organization", ["id"] = net.New("org"), ["name"] = "Shared",
            ["identifier"] = new JsonArray(new JsonObject { ["system"] = "urn:shared", ["value"] = net.New("i") }),
        };
        (await net.Service.PutAsync($"fhir/Organization/{organization["id"]}", net.Service.Operator, organization)).Is(201);
        (await net.WriteAsync(organization)).Is(201);
        var composed = (await net.Service.GetAsync($"fhir/Organization/{organization["id"]}", net.Hospital)).Is(200);
        (await PatchAsync($"fhir/Organization/{organization["id"]}", net.Service.Operator, JsonPatch, rename, ("If-Match", composed.ETag))).Is(409, "conflict");
        organization["name"] = "Wing";
        (await net.Service.PutAsync($"fhir/Organization/{organization["id"]}", net.Service.Operator, organization, ("If-Match", composed.ETag))).Is(200);
    }

    [Fact]
    public async Task Metadata_SaysWhereAndHow()
    {
        foreach (var face in new[] { "fhir", "members/hospital/fhir" })
        {
            var statement = (await net.Service.GetAsync(face + "/metadata", null)).Is(200).Json;
            Assert.Equal([JsonPatch, "application/xml-patch+xml", "application/fhir+json", "application/fhir+xml"], statement["patchFormat"]!.AsArray().Select(f => f!.GetValue<string>()));
            foreach (var resource in statement["rest"]![0]!["resource"]!.AsArray())
            {
                var codes = resource!["interaction"]!.AsArray().Select(i => i!["code"]!.GetValue<string>()).ToList();
                Assert.Equal(codes.Contains("update"), codes.Contains("patch"));
            }
        }
    }

    /// <summary>A patient whom the GP knows too; an Observation of the GP's that the hospital does not see, and one of the hospital's own.</summary>
    private async Task<(string Patient, string Hidden, string Own)> SharedAsync()
    {
        var ssn = net.Service.NewSsn();
        var patient = await net.Service.PatientAsync("hospital", net.New("h"), ssn);
        await net.Service.PatientAsync("gp", net.New("g"), ssn);
        var ids = new List<string>();
        foreach (var token in new[] { net.Gp, net.Hospital })
        {
            var observation = Observation("x", patient);
            observation.Remove("id");
            ids.Add("Observation/" + (await net.Service.PostAsync("fhir/Observation", token, observation)).Is(201).Json["id"]!.GetValue<string>());
        }

        (await net.Service.GetAsync("fhir/" + ids[0], net.Hospital)).Is(404);
        return (patient, ids[0], ids[1]);
    }

    private static IEnumerable<string> Members(JsonNode observation) => observation["hasMember"]!.AsArray().Select(m => m!["reference"]!.GetValue<string>());

    private async Task<string> ObservationAsync()
    {
        var id = net.New("o");
        var observation = Observation(id, await net.PersonAsync());
        observation["valueQuantity"] = new JsonObject { ["value"] = JsonNode.Parse("1.00"), ["unit"] = "kg" };
        (await net.WriteAsync(observation)).Is(201);
        return id;
    }

    private static JsonObject Binary(string patch) => new() { ["resourceType"] = "Binary", ["contentType"] = JsonPatch, ["data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(patch)) };

    private static IEnumerable<string> Statuses(Answer bundle) => bundle.Json["entry"]!.AsArray().Select(e => e!["response"]!["status"]!.GetValue<string>());

    private Task<Answer> PatchAsync(string path, string token, string contentType, string patch, params (string, string)[] headers) =>
        net.Service.SendAsync(HttpMethod.Patch, path, token, Encoding.UTF8.GetBytes(patch), contentType, headers);
}
