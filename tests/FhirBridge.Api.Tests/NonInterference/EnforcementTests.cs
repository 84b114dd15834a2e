using System.Text.Json.Nodes;
using FhirBridge.Api.Contributions;
using FhirBridge.Api.Tests.Http;
using FhirBridge.Storage;
using Microsoft.Extensions.DependencyInjection;
using static FhirBridge.Api.Tests.Http.TestService;

namespace FhirBridge.Api.Tests.NonInterference;

/// <summary>
/// The acceptance rows of consent.md §9 and §10, each by its number. The hospital has five of each about Anna; the practice may see those of normal
/// confidentiality: one, three and five. The second service never held two and four, nor Bob. Interactions that are not offered are refused alike.
/// </summary>
public sealed class EnforcementTests : IAsyncLifetime
{
    private static readonly Visitor Gp = new("gp", null, ["TREAT"], [], "system/*.cruds", null);
    private static readonly Visitor Homecare = new("homecare", null, ["TREAT"], [], "system/*.cruds", null);
    private TwinServices twins = null!;

    public async ValueTask InitializeAsync()
    {
        twins = await (await TwinServices.StartAsync()).WithMembersAsync("hospital", "gp", "homecare");
        await PutAsync("hospital", "Patient", "anna", Person("anna"));
        await PutAsync("homecare", "Patient", "bob", Person("bob"), isHidden: true);
        await PutAsync("homecare", "CarePlan", "b1", Plan("bob", 9), isHidden: true);
        for (var i = 1; i <= 5; i++)
        {
            var isHidden = i is 2 or 4;
            await PutAsync("hospital", "Goal", $"g{i}", new JsonObject { ["lifecycleStatus"] = "active", ["description"] = new JsonObject { ["text"] = $"goal {i}" }, ["subject"] = Reference("Patient/anna") });
            var team = new JsonObject { ["status"] = "active", ["subject"] = Reference("Patient/anna"), ["category"] = new JsonArray(Concept("urn:test:team", $"t{i}")), ["participant"] = new JsonArray(new JsonObject { ["member"] = Reference("Patient/anna") }) };
            await PutAsync("hospital", "CareTeam", $"t{i}", team, isHidden);
            await PutAsync("hospital", "CarePlan", $"p{i}", Plan("anna", i), isHidden);
            await PutAsync("hospital", "Condition", $"c{i}", Condition(i), isHidden);
        }

        foreach (var service in twins.Both) (await service.PostAsync("fhir/Consent", service.Patient("anna"), ConsentJson("anna", ForGp("N")))).Is(201);
    }

    public ValueTask DisposeAsync() => twins.DisposeAsync();

    [Fact]
    public async Task E01_Search_FindsThePermittedAndCountsThem()
    {
        var found = await AskAsync("fhir/Condition?patient=anna");
        Assert.Equal(["c1", "c3", "c5"], Locals(found));
        Assert.Equal(3, found.Json["total"]!.GetValue<int>());
        Assert.Equal(["activity 1", "activity 3", "activity 5"], Assert.Single((await AskAsync("fhir/CarePlan?patient=anna")).Entries())["activity"]!.AsArray()
            .Select(a => a!["detail"]!["description"]!.GetValue<string>()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("_summary=count")]
    [InlineData("_total=accurate")]
    public async Task E02_Totals_AreOfThePermitted(string how) => Assert.Equal(3, (await AskAsync($"fhir/Condition?patient=anna&{how}")).Json["total"]!.GetValue<int>());

    [Fact]
    public async Task E03_Pages_AreFullAndEnd()
    {
        var pages = await twins.AskPagesAsync(Gp, new Ask("GET", "fhir/Condition?patient=anna&_count=2"));
        Assert.Equal([2, 1], pages.Select(p => p.Entries().Count));
    }

    [Fact]
    public async Task E04_NextLink_IsNoPermission()
    {
        var next = TwinServices.Next(await AskAsync("fhir/Condition?patient=anna&_count=1"))!;
        (await twins.All.GetAsync(next, TwinServices.TokenOf(twins.All, Homecare))).Is(404, "not-found");
        (await twins.All.GetAsync(next, null)).Is(401);
        var pages = await twins.AskPagesAsync(Gp, new Ask("GET", "fhir/Condition?patient=anna&_count=1&_sort=-_lastUpdated"), "", () => PutAsync("hospital", "Condition", "c1", Condition(1, "R"), status: 200));
        Assert.Equal(["c5", "c3"], pages.SelectMany(Locals));
    }

    [Theory]
    [InlineData("fhir/Patient?_id=anna&_has:CarePlan:patient:category=urn:test:plan%7Ck2", "k2", "k0")]
    [InlineData("fhir/Goal?patient=anna&_has:CarePlan:goal:category=urn:test:plan%7Ck2", "k2", "k0")]
    [InlineData("fhir/CarePlan?patient=anna&category=urn:test:plan%7Ck2", "k2", "k0")]
    [InlineData("fhir/Condition?patient=anna&code=urn:test:code%7Ck4", "k4", "k0")]
    [InlineData("fhir/CarePlan?subject:Patient.identifier=urn:test:link%7Cbob", "bob", "nob")]
    [InlineData("fhir/Patient?identifier=urn:test:link%7Cbob", "bob", "nob")]
    [InlineData("fhir/AuditEvent?patient.identifier=urn:test:link%7Cbob", "bob", "nob")]
    public async Task E05_E06_E07_Predicates_AreBlindToTheHidden(string path, string hidden, string unknown)
    {
        var one = await AskAsync(path);
        var other = await AskAsync(path.Replace(hidden, unknown, StringComparison.Ordinal));
        Assert.Equal(other.Text, one.Text.Replace(hidden, unknown, StringComparison.Ordinal));
        if (one.Status == 200) Assert.Empty(one.Entries());
    }

    [Fact]
    public async Task E08_Revinclude_BringsThePermittedOnly()
    {
        var found = await AskAsync("fhir/Goal?patient=anna&_revinclude=CarePlan:goal");
        Assert.Equal(5, found.Entries().Count);
        Assert.Contains("activity 5", Assert.Single(found.Entries("include")).ToJsonString());
        Assert.DoesNotContain("activity 2", found.Text);
    }

    [Fact]
    public async Task E09_Include_DoesNotPassThroughTheHidden()
    {
        var found = await AskAsync("fhir/CarePlan?patient=anna&_include=CarePlan:care-team&_include:iterate=CareTeam:participant");
        Assert.Equal(3, found.Entries("include").Count(r => r["resourceType"]!.GetValue<string>() == "CareTeam"));
        Assert.DoesNotContain("\"t2\"", found.Text);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("HEAD", "")]
    [InlineData("GET", "/_history")]
    [InlineData("GET", "/_history/1")]
    [InlineData("DELETE", "")]
    [InlineData("PATCH", "")]
    public async Task E11_E12_E18_Hidden_AnswersAsAbsent(string method, string rest)
    {
        foreach (var (hidden, absent) in new[] { ($"fhir/Condition/{Id("Condition", "c2")}", $"fhir/Condition/anna-{new string('z', 13)}"), ("members/hospital/fhir/Condition/c2", "members/hospital/fhir/Condition/zz") })
        {
            foreach (var header in new[] { ("Accept", "application/fhir+json"), ("If-None-Match", "*"), ("If-Match", "W/\"1\"") })
            {
                Same(await AskAsync(method, hidden + rest, null, header), await AskAsync(method, absent + rest, null, header));
            }
        }
    }

    [Fact]
    public async Task E13_ConditionalCreate_IsRefusedAlike()
    {
        foreach (var code in new[] { "k2", "k0" }) (await AskAsync("POST", "fhir/Condition", Condition(1), ("If-None-Exist", $"code=urn:test:code|{code}"))).Is(400, "not-supported");
    }

    [Theory]
    [InlineData("fhir/Patient/anna/$export")]
    [InlineData("fhir/Patient/bob/$export")]
    [InlineData("fhir/Condition/_history")]
    [InlineData("fhir/Patient/bob/$everything")]
    public async Task E16_E21_NotOfferedOrNotPermitted_TellsNothing(string path) => Assert.InRange((await AskAsync(path)).Status, 400, 405);

    [Fact]
    public async Task E17_Batch_AnswersEntryByEntry_AsAbsent()
    {
        JsonObject Bundle(string type, string method, string id) => new()
        {
            ["resourceType"] = "Bundle", ["type"] = type,
            ["entry"] = new JsonArray(Entry("GET", Id("Condition", "c1")), Entry(method, id)),
        };
        JsonObject Entry(string method, string id) => new() { ["request"] = new JsonObject { ["method"] = method, ["url"] = "Condition/" + id, ["ifMatch"] = "W/\"1\"" } };
        var hidden = await AskAsync("POST", "fhir", Bundle("batch", "GET", Id("Condition", "c2")));
        Same(hidden, await AskAsync("POST", "fhir", Bundle("batch", "GET", "anna-nothing")));
        Assert.Equal(["200", "404"], hidden.Json["entry"]!.AsArray().Select(e => e!["response"]!["status"]!.GetValue<string>()));
        Same(await AskAsync("POST", "fhir", Bundle("batch", "DELETE", Id("Condition", "c2"))), await AskAsync("POST", "fhir", Bundle("batch", "DELETE", "anna-nothing")));
        Same(await AskAsync("POST", "fhir", Bundle("transaction", "DELETE", Id("Condition", "c2"))), await AskAsync("POST", "fhir", Bundle("transaction", "DELETE", "anna-nothing")));
    }

    [Fact]
    public async Task E18_Put_OnHidden_IsThatOnAbsent()
    {
        async Task<Answer> PutToAsync(string id)
        {
            var body = Condition(2);
            (body["resourceType"], body["id"]) = ("Condition", id);
            return await AskAsync("PUT", "fhir/Condition/" + id, body, ("If-Match", "W/\"1\""));
        }

        Same((await PutToAsync(Id("Condition", "c2"))).Is(404), await PutToAsync("anna-nothing"));
    }

    [Theory]
    [InlineData("_sort=code")]
    [InlineData("_sort=-_lastUpdated")]
    [InlineData("_sort=_id")]
    [InlineData("_lastUpdated=gt2020-01-01")]
    [InlineData("_security=R")]
    [InlineData("_security:missing=true")]
    [InlineData("clinical-status:not=active")]
    [InlineData("code:not=urn:test:code|k1")]
    [InlineData("evidence-detail:missing=true")]
    [InlineData("_elements=code")]
    [InlineData("_filter=code eq k2")]
    public async Task E19_SortAndFilters_AreBlindToTheHidden(string filter)
    {
        var found = await AskAsync($"fhir/Condition?patient=anna&{filter.Replace(" ", "%20", StringComparison.Ordinal)}");
        if (found.Status == 200) Assert.DoesNotContain("c2", Locals(found));
    }

    [Fact]
    public async Task E20_Create_ReferringToTheHidden_IsThatReferringToNothing()
    {
        async Task<JsonNode> CreateAsync(string target, string local)
        {
            foreach (var service in twins.Both) ((TwinIds)service.Services.GetRequiredService<IdSource>()).NextLocal = local;
            var body = new JsonObject { ["resourceType"] = "Condition", ["subject"] = Reference("Patient/anna"), ["evidence"] = new JsonArray(new JsonObject { ["detail"] = new JsonArray(Reference(target)) }) };
            var created = (await AskAsync("POST", "fhir/Condition", body)).Is(201).Json;
            created.AsObject().Remove("id");
            created.AsObject().Remove("meta");
            return created;
        }

        Assert.Equal((await CreateAsync("Condition/anna-nothing", "n1")).ToJsonString(), (await CreateAsync("Condition/" + Id("Condition", "c2"), "n2")).ToJsonString());
    }

    [Fact]
    public async Task E22_ProvenanceAndAudit_OfTheHidden_AreNone()
    {
        Assert.Empty((await AskAsync($"fhir/Provenance?patient=anna&target=Condition/{Id("Condition", "c2")}")).Is(200).Entries());
        Assert.Single((await AskAsync($"fhir/Provenance?patient=anna&target=Condition/{Id("Condition", "c1")}")).Is(200).Entries());
        await AskAsync($"fhir/Condition/{Id("Condition", "c1")}");
        Assert.Empty((await AskAsync($"fhir/AuditEvent?patient=anna&entity=Condition/{Id("Condition", "c4")}")).Is(200).Entries());
        await AskAsync("fhir/AuditEvent?patient=anna");
    }

    [Fact]
    public async Task E24_Headers_SetNoPurposeAndNoConsent()
    {
        foreach (var header in new[] { ("X-Consent-Scope", "Consent/any"), ("X-Purpose", "BTG"), ("X-Organization", "hospital"), ("X-Forwarded-User", "anna") })
        {
            Assert.Equal(3, (await AskAsync("GET", "fhir/Condition?patient=anna", null, header)).Entries().Count);
        }
    }

    [Fact]
    public async Task E27_RaisedLabel_HidesAtOnce_OldVersionsToo()
    {
        await AskAsync("members/hospital/fhir/Condition/c1/_history/1");
        await PutAsync("hospital", "Condition", "c1", Condition(1, "R"), status: 200);
        Assert.Equal(["c3", "c5"], Locals(await AskAsync("fhir/Condition?patient=anna")));
        foreach (var rest in new[] { "", "/_history", "/_history/1", "/_history/2" }) (await AskAsync("members/hospital/fhir/Condition/c1" + rest)).Is(404);
    }

    [Fact]
    public async Task E28_TeamMembership_GrantsWhileItsPeriodLasts()
    {
        Task SeatAsync(string end, int status) => PutAsync("hospital", "CareTeam", "seat", new JsonObject
        {
            ["status"] = "active", ["subject"] = Reference("Patient/anna"), ["category"] = new JsonArray(Concept("urn:test:team", "seat")),
            ["participant"] = new JsonArray(new JsonObject { ["member"] = Reference(Names.Base + "/fhir/Organization/homecare"), ["period"] = new JsonObject { ["start"] = "2020-01-01", ["end"] = end } }),
        }, status: status);
        var path = $"fhir/Condition/{Id("Condition", "c1")}";
        await SeatAsync("2030-01-01", 201);
        (await twins.AskAsync(Homecare, new Ask("GET", path))).Is(404);
        var consent = Permit($"CareTeam/{Id("CareTeam", "seat")}", "Condition");
        foreach (var service in twins.Both)
        {
            ((TwinIds)service.Services.GetRequiredService<IdSource>()).NextLocal = "second";
            (await service.PostAsync("fhir/Consent", service.Patient("anna"), ConsentJson("anna", consent))).Is(201);
        }

        (await twins.All.GetAsync(path, TwinServices.TokenOf(twins.All, Homecare))).Is(200);
        await SeatAsync("2026-11-21", 200);
        (await twins.AskAsync(Homecare, new Ask("GET", path))).Is(404);
        await SeatAsync("2030-01-01", 200);
        (await twins.AskAsync(Homecare, new Ask("GET", path))).Is(200);
    }

    [Fact]
    public async Task E29_Consents_AreNotShownToWhomTheyDeny()
    {
        Assert.Empty((await AskAsync("fhir/Consent?patient=anna")).Is(200).Entries());
        foreach (var service in twins.Both)
        {
            ((TwinIds)service.Services.GetRequiredService<IdSource>()).NextLocal = "denial";
            (await service.PostAsync("fhir/Consent", service.Patient("anna"), ConsentJson("anna", Deny("Organization/gp")))).Is(201);
        }

        Assert.Empty((await AskAsync("fhir/Consent?patient=anna")).Is(200).Entries());
        Same(await AskAsync("fhir/Patient/anna"), await AskAsync("fhir/Patient/nobody"));
    }

    [Fact]
    public async Task EndedAffiliation_EndsAtTheNextRequest()
    {
        (await AskAsync("fhir/Patient/anna")).Is(200);
        foreach (var service in twins.Both)
        {
            var current = await service.GetAsync("fhir/OrganizationAffiliation/aff-gp", service.Operator);
            var ended = current.Is(200).Json;
            ended["period"] = new JsonObject { ["start"] = "2020-01-01", ["end"] = "2026-11-21" };
            (await service.PutAsync("fhir/OrganizationAffiliation/aff-gp", service.Operator, ended, ("If-Match", current.ETag))).Is(200);
        }

        foreach (var path in new[] { "fhir/Patient/anna", "fhir/Patient/bob", "fhir/Patient/nobody", "fhir/Condition?patient=anna", "members/gp/fhir/Patient/x" }) (await AskAsync(path)).Is(403);
    }

    private static string Id(string type, string local) => Names.Of("anna", new ContributionKey("hospital", type, local));

    private static JsonObject ForGp(string label)
    {
        var provision = Permit("Organization/gp");
        provision["securityLabel"] = new JsonArray(Label(label));
        return provision;
    }

    private static JsonObject Label(string code) => new() { ["system"] = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", ["code"] = code };

    private static JsonObject Person(string id) => new()
    {
        ["identifier"] = new JsonArray(new JsonObject { ["system"] = Names.Link, ["value"] = id }), ["name"] = new JsonArray(new JsonObject { ["family"] = id }),
    };

    private static JsonObject Plan(string patient, int number) => Labelled(number, new JsonObject
    {
        ["status"] = "active", ["intent"] = "plan", ["subject"] = Reference("Patient/" + patient), ["category"] = new JsonArray(Concept("urn:test:plan", $"k{number}")),
        ["goal"] = new JsonArray(Reference($"Goal/g{number}")), ["careTeam"] = new JsonArray(Reference($"CareTeam/t{number}")),
        ["activity"] = new JsonArray(new JsonObject { ["detail"] = new JsonObject { ["status"] = "in-progress", ["description"] = $"activity {number}" } }),
    });

    private static JsonObject Condition(int number, string? label = null)
    {
        var condition = Labelled(number, new JsonObject { ["resourceType"] = "Condition", ["subject"] = Reference("Patient/anna"), ["code"] = Concept("urn:test:code", $"k{number}") });
        if (label is not null) condition["meta"] = new JsonObject { ["security"] = new JsonArray(Label(label)) };
        return condition;
    }

    private static JsonObject Labelled(int number, JsonObject body)
    {
        if (number is 2 or 4) body["meta"] = new JsonObject { ["security"] = new JsonArray(Label("R")) };
        return body;
    }

    private static IEnumerable<string> Locals(Answer answer) =>
        answer.Entries().Select(e => e["meta"]!["source"]!.GetValue<string>().Split('/')[^1]).Order(StringComparer.Ordinal);

    private static void Same(Answer one, Answer other)
    {
        Assert.Equal(one.Text, other.Text);
        Assert.Equal(one.Status, other.Status);
        string[] Headers(Answer a) => [.. a.Headers.Where(h => h.Key is not ("Date" or "X-Request-Id" or "X-Request-ID")).Select(h => $"{h.Key}: {h.Value}").Order(StringComparer.Ordinal)];
        Assert.Equal(Headers(one), Headers(other));
    }

    private Task<Answer> AskAsync(string path) => AskAsync("GET", path, null);

    private Task<Answer> AskAsync(string method, string path, JsonObject? body, params (string, string)[] headers) => twins.AskAsync(Gp, new Ask(method, path, body, headers));

    private async Task PutAsync(string member, string type, string id, JsonObject body, bool isHidden = false, int status = 201)
    {
        twins.Tick();
        (body["resourceType"], body["id"]) = (type, id);
        foreach (var service in isHidden ? [twins.All] : twins.Both) (await service.PutAsync($"members/{member}/fhir/{type}/{id}", service.Member(member), body.DeepClone())).Is(status);
    }
}
