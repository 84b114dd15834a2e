using System.Text;
using System.Text.Json.Nodes;
using static FhirBridge.Api.Tests.Facade.Network;
using static FhirBridge.Api.Tests.Http.TestService;

namespace FhirBridge.Api.Tests.Facade;

/// <summary>What a search answers with, on a facade: parts of resources, totals, pages, words. https://hl7.org/fhir/R4/search.html#return.</summary>
public sealed class SearchResultTests(Network net) : IClassFixture<Network>
{
    private async Task<(string Patient, string Id)> ObservedAsync(string text = "an observation", string? narrative = null)
    {
        var (patient, id) = (await net.PersonAsync(), net.New("result"));
        var observation = Observation(id, patient, text);
        observation["note"] = new JsonArray(new JsonObject { ["text"] = "seen at home" });
        if (narrative is not null) observation["text"] = new JsonObject { ["status"] = "additional", ["div"] = $"<div xmlns=\"http://www.w3.org/1999/xhtml\">{narrative}</div>" };
        (await net.WriteAsync(observation)).Is(201);
        return (patient, id);
    }

    private static string Names(JsonNode resource) => string.Join(' ', resource.AsObject().Select(p => p.Key));

    private static bool IsSubsetted(JsonNode resource) => resource["meta"]!["tag"]?.AsArray().Any(t => t!["code"]!.GetValue<string>() == "SUBSETTED") == true;

    [Theory]
    [InlineData("_summary=true", "resourceType id meta status code subject", "resourceType id meta identifier name birthDate link")]
    [InlineData("_summary=data", "resourceType id meta status code subject note", "resourceType id meta link identifier name birthDate")]
    [InlineData("_elements=note", "resourceType id meta status code note", "")]
    [InlineData("_elements=Observation.note,subject", "resourceType id meta status code subject note", "")]
    public async Task Parts_are_marked_and_are_of_the_same_version(string part, string names, string namesOfIncluded)
    {
        var (_, id) = await ObservedAsync();
        var whole = await net.ReadAsync("Observation/" + id);
        var read = (await net.ReadAsync($"Observation/{id}?{part}")).Is(200);
        var version = (await net.ReadAsync($"Observation/{id}/_history/1?{part}")).Is(200);
        var found = (await net.ReadAsync($"Observation?_id={id}&_include=Observation:subject&{part}")).Is(200);

        foreach (var resource in (JsonNode[])[read.Json, version.Json, found.Entries()[0]])
        {
            Assert.Equal(names, Names(resource));
            Assert.True(IsSubsetted(resource));
            Assert.Equal(whole.Json["meta"]!["versionId"]!.GetValue<string>(), resource["meta"]!["versionId"]!.GetValue<string>());
        }

        // A summary is of everything in the answer; elements are of the matches alone.
        var included = found.Entries("include")[0];
        Assert.Equal(namesOfIncluded.Length > 0, IsSubsetted(included));
        if (namesOfIncluded.Length > 0) Assert.Equal(namesOfIncluded.Split(' ').Order(), Names(included).Split(' ').Order());
        Assert.Equal(whole.ETag, read.ETag);
        (await net.ReadAsync($"Observation/{id}?{part}", ("If-None-Match", whole.ETag))).Is(304);
        Assert.Contains(part.Split('=')[0], found.Link("self"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Observation/{id}?_summary=count", "invalid-parameter")]
    [InlineData("Observation/{id}?_summary=x", "invalid-parameter")]
    [InlineData("Observation/{id}?_elements=nothing", "invalid-parameter")]
    [InlineData("Observation?_summary=text&_include=Observation:subject", "invalid-parameter")]
    [InlineData("Observation?_summary=true&_elements=note", "invalid-parameter")]
    [InlineData("Observation?_contained=true", "invalid-parameter")]
    [InlineData("Observation?_contained=both", "invalid-parameter")]
    [InlineData("Observation?_query=anything", "invalid-parameter")]
    [InlineData("Observation?_sort=_score", "unknown-parameter")]
    [InlineData("Observation?_list=$current-anything", "invalid-parameter")]
    [InlineData("Observation?subject:text=x", "unknown-parameter")]
    [InlineData("Observation?code-value-quantity:missing=true", "unknown-parameter")]
    public async Task What_is_not_offered_is_refused(string path, string problem)
    {
        var (_, id) = await ObservedAsync();

        (await net.ReadAsync(path.Replace("{id}", id, StringComparison.Ordinal))).Is(400, problem);
        (await net.ReadAsync(path.Replace("{id}", id, StringComparison.Ordinal), ("Prefer", problem == "invalid-parameter" ? "handling=lenient" : "handling=strict"))).Is(400, problem);
    }

    [Theory]
    [InlineData("_count=0")]
    [InlineData("_summary=count")]
    public async Task Counting_gives_the_number_and_nothing_else(string how)
    {
        var (patient, _) = await ObservedAsync();
        (await net.WriteAsync(Observation(net.New("result"), patient))).Is(201);
        foreach (var path in (string[])[$"Observation?subject=Patient/{patient}&", $"?_type=Observation,Condition&subject=Patient/{patient}&"])
        {
            var counted = (await net.ReadAsync($"{path}{how}&_include=Observation:subject")).Is(200);
            Assert.Equal(2, counted.Json["total"]!.GetValue<int>());
            Assert.Null(counted.Json["entry"]);
            Assert.Null(counted.Link("next"));
        }

        var directory = (await net.Service.GetAsync("fhir/Organization?_id=hospital,gp,nobody&" + how, net.Hospital)).Is(200);
        Assert.Equal((2, null), (directory.Json["total"]!.GetValue<int>(), directory.Json["entry"]));
    }

    [Fact]
    public async Task Words_are_found_in_narratives_and_contents()
    {
        var (patient, id) = await ObservedAsync("Shortness of breath", "<p>Bone scan: metastases in the <b>liv</b>er</p>");
        async Task<int> Found(string query) => (await net.ReadAsync($"Observation?subject=Patient/{patient}&{query}")).Is(200).Entries().Count;

        Assert.Equal(1, await Found("_text=" + Uri.EscapeDataString("(bone OR lung) and liver")));
        Assert.Equal(0, await Found("_text=breath"));
        Assert.Equal(1, await Found("_content=" + Uri.EscapeDataString("\"shortness of breath\" liver")));
        Assert.Equal(0, await Found("_content=" + Uri.EscapeDataString("\"breath shortness\"")));
        Assert.Equal([patient], (await net.ReadAsync($"Patient?_id={patient}&_has:Observation:subject:_text=metastases")).Is(200).Entries().Select(e => e["id"]!.GetValue<string>()));
        Assert.Equal([id], (await net.ReadAsync($"Observation?_content=shortness")).Is(200).Entries().Select(e => e["id"]!.GetValue<string>()));
        (await net.ReadAsync("Observation?_text=(bone")).Is(400, "invalid-parameter");
    }

    [Fact]
    public async Task Searches_on_the_base_are_over_all_types_newest_first()
    {
        var (patient, id) = await ObservedAsync();
        var tag = net.New("tag");
        var condition = new JsonObject
        {
            ["resourceType"] = "Condition", ["id"] = id, ["meta"] = new JsonObject { ["tag"] = new JsonArray(new JsonObject { ["code"] = tag }) },
            ["subject"] = Reference("Patient/" + patient), ["code"] = new JsonObject { ["text"] = "x" },
        };
        (await net.WriteAsync(condition)).Is(201);
        var observation = Observation(id + "b", patient);
        observation["meta"] = condition["meta"]!.DeepClone();
        (await net.WriteAsync(observation)).Is(201);

        var first = (await net.ReadAsync($"?_tag={tag}&_count=1")).Is(200);
        var second = (await net.Service.GetAsync(first.Link("next")!, net.Hospital)).Is(200);
        Assert.Equal([$"Observation/{id}b", $"Condition/{id}"], first.Entries().Concat(second.Entries()).Select(e => $"{e["resourceType"]}/{e["id"]}"));
        Assert.Null(second.Link("next"));
        Assert.Single((await net.ReadAsync($"?_tag={tag}&_type=Condition")).Is(200).Entries());
        Assert.Equal(2, (await net.Service.SendAsync(HttpMethod.Post, "members/hospital/fhir/_search", net.Hospital, Encoding.UTF8.GetBytes($"_tag={tag}"), "application/x-www-form-urlencoded")).Is(200).Entries().Count);
        (await net.ReadAsync($"?_tag={tag}&code=x")).Is(400, "unknown-parameter");
        (await net.ReadAsync("?_type=Condition,Nothing")).Is(400, "invalid-parameter");

        // A token sees the types of its scopes.
        var narrow = net.Service.Member("hospital", "system/Condition.rs");
        Assert.Single((await net.Service.GetAsync($"members/hospital/fhir?_tag={tag}", narrow)).Is(200).Entries());
        (await net.Service.GetAsync($"members/hospital/fhir?_tag={tag}&_type=Observation", narrow)).Is(403, "forbidden");
    }

    [Fact]
    public async Task Chains_lead_into_what_is_contained()
    {
        var (patient, id) = (await net.PersonAsync(), net.New("contained"));
        var request = JsonNode.Parse($$$"""
            {"resourceType":"MedicationRequest","id":"{{{id}}}","status":"active","intent":"order","subject":{"reference":"Patient/{{{patient}}}"},"medicationReference":{"reference":"#m1"},
             "contained":[{"resourceType":"Medication","id":"m1","code":{"coding":[{"system":"urn:m","code":"{{{id}}}"}]},"manufacturer":{"reference":"Organization/maker"}}]}
            """)!.AsObject();
        (await net.WriteAsync(request)).Is(201);
        async Task<int> Found(string query) => (await net.ReadAsync("MedicationRequest?" + query)).Is(200).Entries().Count;

        Assert.Equal(1, await Found($"medication.code=urn:m%7C{id}"));
        Assert.Equal(0, await Found($"medication.code=urn:n%7C{id}"));
        Assert.Equal(1, await Found($"medication:Medication.manufacturer=Organization/maker&_id={id}"));
        Assert.Empty((await net.ReadAsync($"Medication?code={id}")).Is(200).Entries());
    }

    [Fact]
    public async Task Locations_are_found_near_a_place_and_current_lists_by_what_they_are_for()
    {
        var (patient, id) = (await net.PersonAsync(), net.New("near"));
        (await net.WriteAsync(new JsonObject { ["resourceType"] = "Location", ["id"] = id, ["position"] = new JsonObject { ["longitude"] = 5.1214, ["latitude"] = 52.0907 } })).Is(201);
        Assert.Single((await net.ReadAsync("Location?near=52.1%7C5.1%7C5%7Ckm")).Is(200).Entries());
        Assert.Empty((await net.ReadAsync("Location?near=52.4%7C4.9%7C5%7Ckm")).Is(200).Entries());
        Assert.Single((await net.Service.GetAsync("fhir/Location?near=52.1%7C5.1%7C5000%7Cm", net.Gp)).Is(200).Entries());

        var condition = new JsonObject { ["resourceType"] = "Condition", ["id"] = id, ["subject"] = Reference("Patient/" + patient), ["code"] = new JsonObject { ["text"] = "x" } };
        (await net.WriteAsync(condition)).Is(201);
        var list = new JsonObject
        {
            ["resourceType"] = "List", ["id"] = id, ["status"] = "current", ["mode"] = "working", ["code"] = Concept("http://loinc.org", "11450-4"), ["subject"] = Reference("Patient/" + patient),
            ["entry"] = new JsonArray(new JsonObject { ["item"] = Reference("Condition/" + id) }),
        };
        (await net.WriteAsync(list)).Is(201);
        Assert.Single((await net.ReadAsync($"Condition?subject=Patient/{patient}&_list=$current-problems")).Is(200).Entries());
        Assert.Empty((await net.ReadAsync($"Condition?subject=Patient/{patient}&_list=$current-allergies")).Is(200).Entries());
        list["status"] = "retired";
        (await net.WriteAsync(list)).Is(200);
        Assert.Empty((await net.ReadAsync($"Condition?subject=Patient/{patient}&_list=$current-problems")).Is(200).Entries());
    }

    [Fact]
    public async Task A_canonical_with_a_version_is_found_as_both()
    {
        var id = net.New("vs");
        (await net.WriteAsync(new JsonObject { ["resourceType"] = "ValueSet", ["id"] = id, ["status"] = "active", ["url"] = "http://a.example/" + id, ["version"] = "1.2" })).Is(201);

        Assert.Single((await net.ReadAsync($"ValueSet?url=http://a.example/{id}%7C1.2")).Is(200).Entries());
        Assert.Empty((await net.ReadAsync($"ValueSet?url=http://a.example/{id}%7C1.3")).Is(200).Entries());
        Assert.Single((await net.Service.GetAsync($"fhir/ValueSet?url=http://a.example/{id}%7C1.2", net.Gp)).Is(200).Entries());
    }
}
