using System.Text.Json.Nodes;
using static FhirBridge.Api.Tests.Http.TestService;

namespace FhirBridge.Api.Tests.Http;

/// <summary>Searches on the shared record: over what the caller sees, and nothing else. consent.md §9; https://hl7.org/fhir/R4/search.html.</summary>
public sealed class SharedSearchTests : IAsyncLifetime
{
    private TestService service = null!;
    private string hospital = "", gp = "", anna = "", bert = "";

    public async ValueTask InitializeAsync()
    {
        service = await (await TestService.StartAsync()).WithMembersAsync("hospital", "gp");
        (hospital, gp) = (service.Member("hospital"), service.Member("gp"));
        var ssn = service.NewSsn();
        anna = await service.PatientAsync("hospital", "a", ssn);
        await service.PatientAsync("gp", "a", ssn);
        bert = await service.PatientAsync("hospital", "b");
        (await service.ConsentAsync(anna, Permit("Organization/gp", "DocumentReference", "MedicationRequest", "Condition"))).Is(201);
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    private async Task WriteAsync(string json)
    {
        var resource = JsonNode.Parse(json)!;
        (await service.PutAsync($"members/hospital/fhir/{resource["resourceType"]}/{resource["id"]}", hospital, resource)).Is(201);
    }

    private async Task<IReadOnlyList<JsonNode>> Found(string query, string? token = null) => (await service.GetAsync("fhir/" + query, token ?? gp)).Is(200).Entries();

    [Fact]
    public async Task What_was_cut_out_with_a_hidden_reference_is_not_found_by_its_other_parts()
    {
        // The gp may see documents; of an Observation that one relates to nothing is left, and of the words about it neither.
        await WriteAsync("""{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/a"}}""");
        await WriteAsync("""
            {"resourceType":"DocumentReference","id":"d","status":"current","subject":{"reference":"Patient/a"},"content":[{"attachment":{"title":"letter"}}],
             "context":{"related":[{"reference":"Observation/o","display":"Secretword"}]},"relatesTo":[{"code":"appends","target":{"reference":"DocumentReference/gone"}}]}
            """);
        await WriteAsync("""
            {"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order","subject":{"reference":"Patient/a"},"medicationReference":{"reference":"#c"},
             "contained":[{"resourceType":"Medication","id":"c","code":{"text":"Openword","coding":[{"code":"c1"}]},"ingredient":[{"itemReference":{"reference":"Medication/gone"}}]}]}
            """);

        Assert.Single(await Found($"DocumentReference?patient={anna}&_content=letter"));
        Assert.Empty(await Found($"DocumentReference?patient={anna}&_content=secretword"));
        Assert.Single(await Found($"DocumentReference?patient={anna}&_content=secretword", hospital));
        Assert.Empty(await Found($"DocumentReference?patient={anna}&relation=appends"));
        Assert.Single(await Found($"DocumentReference?patient={anna}&relation:missing=true"));
        Assert.Single(await Found($"MedicationRequest?patient={anna}&medication.code=c1"));
        Assert.Single(await Found($"MedicationRequest?patient={anna}&_content=openword"));
    }

    [Fact]
    public async Task Words_of_composed_resources_and_of_the_directory_are_found_as_they_are_shown()
    {
        await WriteAsync("""{"resourceType":"Goal","id":"g","lifecycleStatus":"active","description":{"text":"Climb the stairs"},"subject":{"reference":"Patient/a"}}""");
        Assert.Single(await Found($"Goal?patient={anna}&_content=stairs", hospital));
        Assert.Empty(await Found($"Goal?patient={anna}&_content=stairs"));
        Assert.Single(await Found($"Patient?_id={anna}&_has:Goal:patient:_content=stairs", hospital));

        (await service.PutAsync("members/hospital/fhir/Practitioner/p", hospital, new JsonObject
        {
            ["resourceType"] = "Practitioner", ["id"] = "p", ["name"] = new JsonArray(new JsonObject { ["text"] = "Iris Zonneveld" }), ["qualification"] = new JsonArray(new JsonObject
            {
                ["code"] = new JsonObject { ["text"] = "nurse" }, ["issuer"] = new JsonObject { ["reference"] = "Organization/nowhere", ["display"] = "Hiddenword" },
            }),
        })).Is(201);
        Assert.Single(await Found("Practitioner?_content=zonneveld%20nurse"));
        Assert.Empty(await Found("Practitioner?_content=hiddenword"));
        Assert.Equal(1, (await service.GetAsync("fhir/Practitioner?_content=zonneveld&_summary=count", gp)).Is(200).Json["total"]!.GetValue<int>());
    }

    [Fact]
    public async Task Entries_of_the_directory_bring_those_that_they_refer_to_and_that_refer_to_them()
    {
        await WriteAsync("""{"resourceType":"Practitioner","id":"iris","name":[{"family":"Iris"}]}""");
        await WriteAsync("""{"resourceType":"Location","id":"house","name":"House"}""");
        await WriteAsync("""{"resourceType":"Location","id":"ward","name":"Ward","partOf":{"reference":"Location/house"}}""");
        await WriteAsync("""{"resourceType":"PractitionerRole","id":"role","practitioner":{"reference":"Practitioner/iris"},"location":[{"reference":"Location/ward"}],"code":[{"coding":[{"code":"nurse"}]}]}""");

        Assert.Equal(["PractitionerRole", "Practitioner"], await Types("PractitionerRole?role=nurse&_include=PractitionerRole:practitioner"));
        Assert.Equal(["PractitionerRole"], await Types("PractitionerRole?role=nurse&_include=PractitionerRole:practitioner:Location"));
        Assert.Equal(["PractitionerRole", "Location", "Location"], await Types("PractitionerRole?role=nurse&_include=PractitionerRole:location&_include:iterate=Location:partof"));
        Assert.Equal(["PractitionerRole", "Location", "Practitioner"], await Types("PractitionerRole?role=nurse&_include=*"));
        Assert.Equal(["Practitioner", "PractitionerRole"], await Types("Practitioner?family=iris&_revinclude=PractitionerRole:practitioner"));
        Assert.Equal(["Practitioner", "PractitionerRole"], await Types("Practitioner?family=iris&_revinclude=*"));
        Assert.Equal(["Practitioner", "PractitionerRole", "Location"], await Types("Practitioner?family=iris&_revinclude=PractitionerRole:*&_include:iterate=PractitionerRole:location"));
        Assert.Equal(["PractitionerRole"], await Types("PractitionerRole?role=nurse&_include=*", service.Member("gp", scope: "system/PractitionerRole.rs")));
        (await service.GetAsync($"fhir/AuditEvent?patient={anna}&_include=AuditEvent:patient", gp)).Is(400, "invalid-parameter");

        async Task<IEnumerable<string>> Types(string query, string? token = null)
        {
            var answer = (await service.GetAsync("fhir/" + query, token ?? gp)).Is(200);
            var found = answer.Entries().Concat(answer.Entries("include")).Select(e => e["resourceType"]!.GetValue<string>()).ToList();
            return found.Take(1).Concat(found.Skip(1).Order(StringComparer.Ordinal).OrderBy(t => query.Contains("iterate", StringComparison.Ordinal) && t == "Location"));
        }
    }

    [Fact]
    public async Task Value_sets_are_named_by_canonical_or_by_their_address_here()
    {
        static JsonObject ValueSet(string id, string code) => new()
        {
            ["resourceType"] = "ValueSet", ["id"] = id, ["url"] = "http://sets.example/" + id, ["status"] = "active",
            ["compose"] = JsonNode.Parse($$"""{"include":[{"system":"http://snomed.info/sct","concept":[{"code":"{{code}}"}]}]}"""),
        };
        (await service.PutAsync("fhir/ValueSet/shared", service.Operator, ValueSet("shared", "1"))).Is(201);
        await WriteAsync(ValueSet("own", "1").ToJsonString());
        await WriteAsync("""{"resourceType":"Condition","id":"c1","subject":{"reference":"Patient/a"},"code":{"coding":[{"system":"http://snomed.info/sct","code":"1"}]}}""");
        await WriteAsync("""{"resourceType":"Condition","id":"c2","subject":{"reference":"Patient/a"},"code":{"coding":[{"system":"http://snomed.info/sct","code":"2"}]}}""");

        foreach (var set in new[] { "http://sets.example/shared", "ValueSet/shared", service.Base + "/fhir/ValueSet/shared" }) Assert.Single(await Found($"Condition?patient={anna}&code:in={set}"));
        Assert.Single(await Found($"Condition?patient={anna}&code:not-in=ValueSet/shared"));
        (await service.GetAsync($"fhir/Condition?patient={anna}&code:in=ValueSet/none", gp)).Is(400);
        foreach (var set in new[] { "http://sets.example/own", "ValueSet/own", service.Base + "/members/hospital/fhir/ValueSet/own" })
        {
            Assert.Single((await service.GetAsync("members/hospital/fhir/Condition?code:in=" + set, hospital)).Is(200).Entries());
        }
    }

    [Fact]
    public async Task Labels_are_searched_by_those_who_may_read_them()
    {
        await WriteAsync("""{"resourceType":"Condition","id":"c","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"N"}]},"subject":{"reference":"Patient/a"},"code":{"text":"x"}}""");

        Assert.Empty(await Found($"Condition?patient={anna}&_security=N"));
        Assert.Single(await Found($"Condition?patient={anna}&_security=N", service.Member("gp", roles: "label-reader")));
        Assert.Single(await Found($"Condition?patient={anna}&_security:missing=true"));
    }

    [Theory]
    [InlineData("Condition", "_summary=true", "resourceType id meta code subject")]
    [InlineData("Condition", "_elements=note", "resourceType id meta subject note")]
    [InlineData("Patient", "_elements=birthDate", "resourceType id meta birthDate")]
    [InlineData("Patient", "_summary=text", "resourceType id meta")]
    public async Task Parts_are_marked_and_have_the_version_of_the_whole(string type, string part, string names)
    {
        await WriteAsync("""{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/a"},"code":{"text":"x"},"note":[{"text":"n"}]}""");
        var found = Assert.Single(await Found($"{type}?{(type == "Patient" ? "_id" : "patient")}={anna}&{part}"));
        var address = $"fhir/{type}/{found["id"]}";
        var whole = (await service.GetAsync(address, gp)).Is(200);
        var read = (await service.GetAsync($"{address}?{part}", gp)).Is(200);

        Assert.Equal(names.Split(' ').Order(), read.Json.AsObject().Select(p => p.Key).Where(k => k[0] != '_').Order());
        Assert.True(JsonNode.DeepEquals(found, read.Json));
        Assert.Equal(whole.ETag, read.ETag);
        Assert.Equal("SUBSETTED", read.Json["meta"]!["tag"]!.AsArray()[^1]!["code"]!.GetValue<string>());
        (await service.GetAsync($"{address}?{part}", gp, ("If-None-Match", whole.ETag))).Is(304);
        (await service.GetAsync($"{address}-none?{part}", gp)).Is(404, "not-found");
    }

    [Fact]
    public async Task A_search_on_the_base_is_of_the_records_that_it_names()
    {
        await WriteAsync("""{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/a"},"code":{"text":"x"}}""");
        await WriteAsync("""{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/a"}}""");

        Assert.Equal(["Condition"], (await Found($"?_type=Condition,Observation&patient={anna}")).Select(e => e["resourceType"]!.GetValue<string>()));
        Assert.Equal(["Condition", "Observation"], (await Found($"?_type=Condition,Observation&patient={anna}", hospital)).Select(e => e["resourceType"]!.GetValue<string>()).Order());
        var page = (await service.GetAsync($"fhir?_type=Condition,Observation&patient={anna}&_count=1", hospital)).Is(200);
        Assert.Single((await service.GetAsync(page.Link("next")!, hospital)).Is(200).Entries());
        Assert.Equal([anna], (await Found($"?_id={anna}")).Select(e => e["id"]!.GetValue<string>()));
        Assert.Empty(await Found($"?_id={bert}"));
        (await service.GetAsync("fhir?_type=Condition", gp)).Is(400, "too-costly");
        (await service.GetAsync($"fhir?_type=Condition,Organization&_id={anna}", gp)).Is(400, "invalid-parameter");
        (await service.GetAsync($"fhir?_type=AuditEvent&_id={anna}", gp)).Is(400, "invalid-parameter");
    }

    [Fact]
    public async Task Too_many_words_to_look_at_are_refused()
    {
        var entries = new JsonArray();
        for (var i = 0; i < 1_001; i++)
        {
            entries.Add(new JsonObject
            {
                ["request"] = new JsonObject { ["method"] = "PUT", ["url"] = $"Condition/c{i}" },
                ["resource"] = new JsonObject { ["resourceType"] = "Condition", ["id"] = $"c{i}", ["subject"] = Reference("Patient/a"), ["code"] = new JsonObject { ["text"] = i == 7 ? "seventh" : "other" } },
            });
        }

        (await service.PostAsync("members/hospital/fhir", hospital, new JsonObject { ["resourceType"] = "Bundle", ["type"] = "transaction", ["entry"] = entries })).Is(200);
        (await service.GetAsync($"fhir/Condition?patient={anna}&_content=seventh", hospital)).Is(400, "too-costly");

        // On a facade the next page goes on.
        var found = new List<string>();
        for (var next = "members/hospital/fhir/Condition?_content=seventh"; next is not null;)
        {
            var page = (await service.GetAsync(next, hospital)).Is(200);
            found.AddRange(page.Entries().Select(e => e["id"]!.GetValue<string>()));
            next = page.Link("next");
        }

        Assert.Equal(["c7"], found);
    }
}
