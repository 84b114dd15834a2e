using System.Text.Json.Nodes;
using static FhirBridge.Api.Tests.Http.TestService;

namespace FhirBridge.Api.Tests.Http;

/// <summary>Contribute on facades, read the shared record as different callers.</summary>
public sealed class SharedRecordTests : IAsyncLifetime
{
    private TestService service = null!;
    private string anna = null!;

    public async ValueTask InitializeAsync()
    {
        service = await (await TestService.StartAsync()).WithMembersAsync("hospital", "gp", "homecare");
        anna = await service.PatientAsync("hospital", "h1", "999-11-1111");
        Assert.Equal(anna, await service.PatientAsync("gp", "g1", "999-11-1111"));
        Assert.Equal(anna, await service.PatientAsync("homecare", "c1", "999-11-1111"));
        await PutAsync("hospital", "Condition", "c9", Subject("h1", new() { ["code"] = new JsonObject { ["text"] = "diabetes" } }));
        await PutAsync("hospital", "CarePlan", "p1", Plan("h1", "Diet", "active", new JsonArray(Reference("Condition/c9"))));
        await PutAsync("gp", "CarePlan", "p2", Plan("g1", "Blood test", "active"));
        await PutAsync("gp", "Goal", "g9", Goal("g1", "Walk every day"));
        await PutAsync("homecare", "CarePlan", "p3", Plan("c1", "Foot check", "active"));
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task CarePlan_WithoutConsent_IsMadeOfOwnContributionsAlone()
    {
        var plan = await PlanOf(service.Member("homecare"));
        Assert.Equal(["Foot check"], Activities(plan));
    }

    [Fact]
    public async Task CarePlan_AsThePatient_IsMadeOfEverything()
    {
        var plan = await PlanOf(service.Patient(anna));
        Assert.Equal(["Blood test", "Diet", "Foot check"], Activities(plan));
        Assert.Equal("active", plan["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task CarePlan_AfterConsentForOneMember_ShowsItTheOthersAndNobodyElse()
    {
        (await service.ConsentAsync(anna, Permit("Organization/gp"))).Is(201);
        Assert.Equal(["Blood test", "Diet", "Foot check"], Activities(await PlanOf(service.Member("gp"))));
        Assert.Equal(["Foot check"], Activities(await PlanOf(service.Member("homecare"))));
    }

    [Fact]
    public async Task Revocation_IsSeenByTheNextRequest()
    {
        var consent = (await service.ConsentAsync(anna, Permit("Organization/gp"))).Is(201);
        Assert.Equal(3, Activities(await PlanOf(service.Member("gp"))).Length);
        var json = consent.Json;
        json["status"] = "inactive";
        (await service.PutAsync($"fhir/Consent/{json["id"]}", service.Patient(anna), json, ("If-Match", consent.ETag))).Is(200);
        Assert.Equal(["Blood test"], Activities(await PlanOf(service.Member("gp"))));
    }

    [Fact]
    public async Task Read_OfHidden_IsByteForByteThatOfAbsent()
    {
        var view = (await service.GetAsync($"fhir/Condition?patient={anna}", service.Patient(anna))).Is(200).Entries();
        var id = Assert.Single(view)["id"]!.GetValue<string>();
        (await service.GetAsync($"fhir/Condition/{id}", service.Member("hospital"))).Is(200);
        var hidden = await service.GetAsync($"fhir/Condition/{id}", service.Member("homecare"), ("X-Request-Id", "same"));
        var absent = await service.GetAsync($"fhir/Condition/{anna}-zzzzzzzzzzzzz", service.Member("homecare"), ("X-Request-Id", "same"));
        var nobody = await service.GetAsync("fhir/Condition/nobody", service.Member("homecare"), ("X-Request-Id", "same"));
        foreach (var other in new[] { absent, nobody })
        {
            Assert.Equal(hidden.Is(404).Text, other.Is(404).Text);
            Assert.Equal(hidden.Headers.Where(h => h.Key != "Date"), other.Headers.Where(h => h.Key != "Date"));
        }
    }

    [Fact]
    public async Task References_AreRewritten_AndOmittedWhenHidden()
    {
        var asPatient = await PlanOf(service.Patient(anna));
        var condition = asPatient["addresses"]![0]!["reference"]!.GetValue<string>();
        Assert.StartsWith($"Condition/{anna}-", condition);
        (await service.GetAsync("fhir/" + condition, service.Patient(anna))).Is(200);
        (await service.ConsentAsync(anna, Permit("Organization/gp", "CarePlan"))).Is(201);
        var asGp = await PlanOf(service.Member("gp"));
        Assert.Contains("Diet", Activities(asGp));
        Assert.Null(asGp["addresses"]);
        Assert.DoesNotContain("Condition/", asGp.ToJsonString());
    }

    [Fact]
    public async Task PassThrough_HasNetworkIdsAndItsSource_AndIsFoundBySource()
    {
        var condition = Assert.Single((await service.GetAsync($"fhir/Condition?patient={anna}", service.Patient(anna))).Is(200).Entries());
        Assert.Equal($"Patient/{anna}", condition["subject"]!["reference"]!.GetValue<string>());
        var source = condition["meta"]!["source"]!.GetValue<string>();
        Assert.Equal($"{service.Base}/members/hospital/fhir/Condition/c9", source);
        Assert.Single((await service.GetAsync($"fhir/Condition?_source={Uri.EscapeDataString(source)}", service.Patient(anna))).Is(200).Entries());
        Assert.Empty((await service.GetAsync($"fhir/Condition?_source={Uri.EscapeDataString(source)}", service.Member("gp"))).Is(200).Entries());
        var plan = Uri.EscapeDataString($"{service.Base}/members/gp/fhir/CarePlan/p2");
        Assert.Equal($"{anna}-current", Assert.Single((await service.GetAsync($"fhir/CarePlan?_source={plan}", service.Patient(anna))).Is(200).Entries())["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task Search_WithIncludes_BringsTeamGoalsAndProvenance()
    {
        await PutAsync("gp", "CareTeam", "t1", Subject("g1", new()
        {
            ["status"] = "active", ["participant"] = new JsonArray(new JsonObject { ["member"] = Reference("Patient/g1") }),
        }));
        var plan = Plan("g1", "Blood test", "active");
        plan["goal"] = new JsonArray(Reference("Goal/g9"));
        plan["careTeam"] = new JsonArray(Reference("CareTeam/t1"));
        await PutAsync("gp", "CarePlan", "p2", plan, 200);
        var found = (await service.GetAsync(
            $"fhir/CarePlan?patient={anna}&status=active&_include=CarePlan:goal&_include=CarePlan:care-team&_revinclude=Provenance:target", service.Patient(anna))).Is(200);
        Assert.Equal(1, found.Json["total"]!.GetValue<int>());
        Assert.Single(found.Entries());
        var included = found.Entries("include").Select(e => e["resourceType"]!.GetValue<string>()).ToLookup(t => t);
        Assert.Single(included["Goal"]);
        Assert.Single(included["CareTeam"]);
        Assert.Equal(3, included["Provenance"].Count());
        Assert.Equal(["gp", "homecare", "hospital"], found.Entries("include").Where(e => e["resourceType"]!.GetValue<string>() == "Provenance" && e.ToJsonString().Contains("CarePlan/"))
            .Select(p => p["agent"]![0]!["who"]!["reference"]!.GetValue<string>().Split('/')[1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Provenance_IsFoundByItsTarget_AndOnlyByThoseWhoSeeTheTarget()
    {
        var condition = Assert.Single((await service.GetAsync($"fhir/Condition?patient={anna}", service.Patient(anna))).Entries())["id"];
        var provenance = Assert.Single((await service.GetAsync($"fhir/Provenance?target=Condition/{condition}", service.Patient(anna))).Is(200).Entries());
        Assert.Contains("Organization/hospital", provenance.ToJsonString());
        (await service.GetAsync($"fhir/Provenance/{provenance["id"]}", service.Patient(anna))).Is(200);
        Assert.Empty((await service.GetAsync($"fhir/Provenance?target=Condition/{condition}", service.Member("homecare"))).Is(200).Entries());
        (await service.GetAsync($"fhir/Provenance/{provenance["id"]}", service.Member("homecare"))).Is(404);
    }

    [Fact]
    public async Task ETag_ChangesWithWhatTheCallerSees_AndGives304()
    {
        var before = (await service.GetAsync($"fhir/CarePlan/{anna}-current", service.Member("homecare"))).Is(200);
        (await service.GetAsync($"fhir/CarePlan/{anna}-current", service.Member("homecare"), ("If-None-Match", before.ETag))).Is(304);
        await PutAsync("hospital", "CarePlan", "p1", Plan("h1", "Diet and exercise", "active"), 200);
        Assert.Equal(before.ETag, (await service.GetAsync($"fhir/CarePlan/{anna}-current", service.Member("homecare"))).Is(200).ETag);
        await PutAsync("homecare", "CarePlan", "p3", Plan("c1", "Foot check daily", "active"), 200);
        Assert.NotEqual(before.ETag, (await service.GetAsync($"fhir/CarePlan/{anna}-current", service.Member("homecare"))).Is(200).ETag);
    }

    [Fact]
    public async Task Everything_IsWhatTheCallerMaySeeOneByOne()
    {
        var all = (await service.GetAsync($"fhir/Patient/{anna}/$everything", service.Patient(anna))).Is(200).Entries();
        Assert.Equal("Patient", all[0]["resourceType"]!.GetValue<string>());
        Assert.Contains(all, r => r["resourceType"]!.GetValue<string>() == "Condition");
        var own = (await service.GetAsync($"fhir/Patient/{anna}/$everything", service.Member("homecare"))).Is(200);
        Assert.DoesNotContain("Condition", own.Text);
        Assert.DoesNotContain("Diet", own.Text);
        foreach (var r in own.Entries()) (await service.GetAsync($"fhir/{r["resourceType"]}/{r["id"]}", service.Member("homecare"))).Is(200);
    }

    [Fact]
    public async Task Everything_InPages_HoldsEachResourceOnce()
    {
        var ids = new List<string>();
        var path = $"fhir/Patient/{anna}/$everything?_count=2";
        for (var pages = 0; path is not null; pages++)
        {
            Assert.True(pages < 20);
            var page = (await service.GetAsync(path, service.Patient(anna))).Is(200);
            Assert.InRange(page.Entries().Count, 1, 2);
            ids.AddRange(page.Entries().Select(e => $"{e["resourceType"]}/{e["id"]}"));
            path = page.Link("next");
        }

        Assert.Equal(ids.Distinct(), ids);
        Assert.Equal((await service.GetAsync($"fhir/Patient/{anna}/$everything?_count=1000", service.Patient(anna))).Entries().Count, ids.Count);
    }

    [Fact]
    public async Task Pages_AreFullAndBoundToTheCaller()
    {
        for (var i = 0; i < 5; i++) await PutAsync("gp", "Observation", "o" + i, Observation("g1", "o" + i));
        for (var i = 0; i < 5; i++) await PutAsync("hospital", "Observation", "x" + i, Observation("h1", "x" + i));
        var first = (await service.GetAsync($"fhir/Observation?patient={anna}&_count=2", service.Member("gp"))).Is(200);
        Assert.Equal(5, first.Json["total"]!.GetValue<int>());
        Assert.Equal(2, first.Entries().Count);
        var second = (await service.GetAsync(first.Link("next")!, service.Member("gp"))).Is(200);
        var third = (await service.GetAsync(second.Link("next")!, service.Member("gp"))).Is(200);
        Assert.Equal((2, 1), (second.Entries().Count, third.Entries().Count));
        Assert.Null(third.Link("next"));
        Assert.Equal(5, first.Entries().Concat(second.Entries()).Concat(third.Entries()).Select(e => e["id"]!.GetValue<string>()).Distinct().Count());
        (await service.GetAsync(first.Link("next")!, service.Member("hospital"))).Is(404);
        (await service.GetAsync(first.Link("next")!, null)).Is(401);
    }

    [Fact]
    public async Task AuditEvents_TellThePatientWhoLooked_RefusalsToo()
    {
        (await service.GetAsync($"fhir/Patient/{anna}", service.Member("gp"), ("X-Request-Id", "a-look"))).Is(200);
        var condition = (await service.GetAsync($"fhir/Condition?patient={anna}", service.Patient(anna))).Entries()[0]["id"];
        (await service.GetAsync($"fhir/Condition/{condition}", service.Member("homecare"), ("X-Request-Id", "refused-look"))).Is(404);
        var log = (await service.GetAsync($"fhir/AuditEvent?patient={anna}&_count=1000", service.Patient(anna))).Is(200).Entries();
        JsonNode Line(string requestId) => Assert.Single(log, e => e["entity"]!.AsArray().Any(x => x!["what"]?["identifier"]?["value"]?.GetValue<string>() == requestId));
        Assert.Equal("0", Line("a-look")["outcome"]!.GetValue<string>());
        Assert.Equal("8", Line("refused-look")["outcome"]!.GetValue<string>());
        Assert.Contains("Organization/homecare", Line("refused-look").ToJsonString());
        var own = (await service.GetAsync($"fhir/AuditEvent?patient={anna}&_count=1000", service.Member("gp"))).Is(200);
        Assert.Contains("a-look", own.Text);
        Assert.DoesNotContain("refused-look", own.Text);
        (await service.GetAsync($"fhir/AuditEvent/{Line("a-look")["id"]}", service.Patient(anna))).Is(200);
        (await service.GetAsync($"fhir/AuditEvent/{Line("refused-look")["id"]}", service.Member("gp"))).Is(404);
    }

    [Fact]
    public async Task Goal_WrittenByThePatient_IsSeenThroughTheUnifiedGoal()
    {
        var goal = Goal("x", "Walk to the market");
        goal["subject"] = Reference("Patient/" + anna);
        goal["expressedBy"] = Reference("Patient/" + anna);
        goal.Remove("id");
        var created = (await service.PostAsync("fhir/Goal", service.Patient(anna), goal)).Is(201);
        var location = created.Headers["Location"];
        Assert.StartsWith($"{service.Base}/fhir/Goal/{anna}-", location);
        Assert.Contains("Walk to the market", (await service.GetAsync(location, service.Patient(anna))).Is(200).Text);
        (await service.GetAsync(location, service.Member("homecare"))).Is(404);
        var source = Uri.EscapeDataString($"{service.Base}/fhir/Patient/{anna}");
        Assert.Equal(location, $"{service.Base}/fhir/Goal/{Assert.Single((await service.GetAsync($"fhir/Goal?_source={source}", service.Patient(anna))).Is(200).Entries())["id"]}");
        Assert.Empty((await service.GetAsync($"fhir/Goal?_source={source}", service.Member("homecare"))).Is(200).Entries());
    }

    [Fact]
    public async Task TwoServicesOnOneStore_BothSeeAConsentAtOnce()
    {
        await using var other = await service.StartAnotherAsync();
        Assert.Equal(["Blood test"], Activities(Single((await other.GetAsync($"fhir/CarePlan?patient={anna}", other.Member("gp"))).Is(200))));
        (await service.ConsentAsync(anna, Permit("Organization/gp"))).Is(201);
        Assert.Equal(3, Activities(Single((await other.GetAsync($"fhir/CarePlan?patient={anna}", other.Member("gp"))).Is(200))).Length);
    }

    private async Task<JsonNode> PlanOf(string token) => Single((await service.GetAsync($"fhir/CarePlan?patient={anna}&status=active", token)).Is(200));

    private static JsonNode Single(Answer answer) => Assert.Single(answer.Entries());

    private async Task PutAsync(string member, string type, string id, JsonObject resource, int status = 201)
    {
        resource["resourceType"] = type;
        resource["id"] = id;
        (await service.PutAsync($"members/{member}/fhir/{type}/{id}", service.Member(member), resource)).Is(status);
    }

    private static JsonObject Subject(string patient, JsonObject resource)
    {
        resource["subject"] = Reference("Patient/" + patient);
        return resource;
    }

    private static JsonObject Plan(string patient, string activity, string status, JsonArray? addresses = null)
    {
        var plan = Subject(patient, new()
        {
            ["status"] = status, ["intent"] = "plan",
            ["activity"] = new JsonArray(new JsonObject { ["detail"] = new JsonObject { ["status"] = "in-progress", ["description"] = activity } }),
        });
        if (addresses is not null) plan["addresses"] = addresses;
        return plan;
    }

    private static JsonObject Goal(string patient, string text) => Subject(patient, new()
    {
        ["resourceType"] = "Goal", ["lifecycleStatus"] = "active", ["description"] = new JsonObject { ["text"] = text },
    });

    private static JsonObject Observation(string patient, string text) => Subject(patient, new() { ["status"] = "final", ["code"] = new JsonObject { ["text"] = text } });

    private static string[] Activities(JsonNode plan) =>
        [.. (plan["activity"]?.AsArray() ?? []).Select(a => a!["detail"]!["description"]!.GetValue<string>()).Order(StringComparer.Ordinal)];
}
