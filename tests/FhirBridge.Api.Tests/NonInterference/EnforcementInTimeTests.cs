using System.Text.Json.Nodes;
using FhirBridge.Api.Contributions;
using FhirBridge.Api.Tests.Http;
using Microsoft.Extensions.DependencyInjection;
using static FhirBridge.Api.Tests.Http.TestService;
using static FhirBridge.Api.Tests.NonInterference.AnnasServices;

namespace FhirBridge.Api.Tests.NonInterference;

/// <summary>The acceptance rows of consent.md §9 and §10 in which something changes between two requests, each by its number.</summary>
public sealed class EnforcementInTimeTests : IAsyncLifetime
{
    private readonly AnnasServices anna = new();

    public ValueTask InitializeAsync() => anna.InitializeAsync();

    public ValueTask DisposeAsync() => anna.DisposeAsync();

    [Fact]
    public async Task E04_NextLink_IsNoPermission()
    {
        var next = TwinServices.Next(await AskAsync("fhir/Condition?patient=anna&_count=1"))!;
        (await anna.Twins.All.GetAsync(next, TwinServices.TokenOf(anna.Twins.All, Homecare))).Is(404, "not-found");
        (await anna.Twins.All.GetAsync(next, null)).Is(401);
        var pages = await anna.Twins.AskPagesAsync(Gp, new Ask("GET", "fhir/Condition?patient=anna&_count=1&_sort=-_lastUpdated"), "", () => anna.PutAsync("hospital", "Condition", "c1", Condition(1, "R"), status: 200));
        Assert.Equal(["c5", "c3"], pages.SelectMany(Locals));
    }

    [Fact]
    public async Task E20_Create_ReferringToTheHidden_IsThatReferringToNothing()
    {
        async Task<JsonNode> CreateAsync(string target, string local)
        {
            foreach (var service in anna.Twins.Both) ((TwinIds)service.Services.GetRequiredService<IdSource>()).NextLocal = local;
            var body = new JsonObject { ["resourceType"] = "Condition", ["subject"] = Reference("Patient/anna"), ["evidence"] = new JsonArray(new JsonObject { ["detail"] = new JsonArray(Reference(target)) }) };
            var created = (await AskAsync("POST", "fhir/Condition", body)).Is(201).Json;
            created.AsObject().Remove("id");
            created.AsObject().Remove("meta");
            return created;
        }

        Assert.Equal((await CreateAsync("Condition/anna-nothing", "n1")).ToJsonString(), (await CreateAsync("Condition/" + Id("Condition", "c2"), "n2")).ToJsonString());
    }

    [Fact]
    public async Task E27_RaisedLabel_HidesAtOnce_OldVersionsToo()
    {
        await AskAsync("members/hospital/fhir/Condition/c1/_history/1");
        await anna.PutAsync("hospital", "Condition", "c1", Condition(1, "R"), status: 200);
        Assert.Equal(["c3", "c5"], Locals(await AskAsync("fhir/Condition?patient=anna")));
        foreach (var rest in new[] { "", "/_history", "/_history/1", "/_history/2" }) (await AskAsync("members/hospital/fhir/Condition/c1" + rest)).Is(404);
    }

    [Fact]
    public async Task E28_TeamMembership_GrantsWhileItsPeriodLasts()
    {
        Task SeatAsync(string end, int status) => anna.PutAsync("hospital", "CareTeam", "seat", new JsonObject
        {
            ["status"] = "active", ["subject"] = Reference("Patient/anna"), ["category"] = new JsonArray(Concept("urn:test:team", "seat")),
            ["participant"] = new JsonArray(new JsonObject { ["member"] = Reference(Names.Base + "/fhir/Organization/homecare"), ["period"] = new JsonObject { ["start"] = "2020-01-01", ["end"] = end } }),
        }, status: status);
        var path = $"fhir/Condition/{Id("Condition", "c1")}";
        await SeatAsync("2030-01-01", 201);
        (await anna.Twins.AskAsync(Homecare, new Ask("GET", path))).Is(404);
        var consent = Permit($"CareTeam/{Id("CareTeam", "seat")}", "Condition");
        foreach (var service in anna.Twins.Both)
        {
            ((TwinIds)service.Services.GetRequiredService<IdSource>()).NextLocal = "second";
            (await service.PostAsync("fhir/Consent", service.Patient("anna"), ConsentJson("anna", consent.DeepClone().AsObject()))).Is(201);
        }

        (await anna.Twins.All.GetAsync(path, TwinServices.TokenOf(anna.Twins.All, Homecare))).Is(200);
        await SeatAsync("2026-11-21", 200);
        (await anna.Twins.AskAsync(Homecare, new Ask("GET", path))).Is(404);
        await SeatAsync("2030-01-01", 200);
        (await anna.Twins.AskAsync(Homecare, new Ask("GET", path))).Is(200);
    }

    [Fact]
    public async Task E29_Consents_AreNotShownToWhomTheyDeny()
    {
        Assert.Empty((await AskAsync("fhir/Consent?patient=anna")).Is(200).Entries());
        foreach (var service in anna.Twins.Both)
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
        foreach (var service in anna.Twins.Both)
        {
            var current = await service.GetAsync("fhir/OrganizationAffiliation/aff-gp", service.Operator);
            var ended = current.Is(200).Json;
            ended["period"] = new JsonObject { ["start"] = "2020-01-01", ["end"] = "2026-11-21" };
            (await service.PutAsync("fhir/OrganizationAffiliation/aff-gp", service.Operator, ended, ("If-Match", current.ETag))).Is(200);
        }

        foreach (var path in new[] { "fhir/Patient/anna", "fhir/Patient/bob", "fhir/Patient/nobody", "fhir/Condition?patient=anna", "members/gp/fhir/Patient/x" }) (await AskAsync(path)).Is(403);
    }

    private Task<Answer> AskAsync(string path) => anna.AskAsync(path);

    private Task<Answer> AskAsync(string method, string path, JsonObject? body, params (string, string)[] headers) => anna.AskAsync(method, path, body, headers);
}
