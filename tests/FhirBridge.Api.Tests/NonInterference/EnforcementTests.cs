using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Http;
using static FhirBridge.Api.Tests.NonInterference.AnnasServices;

namespace FhirBridge.Api.Tests.NonInterference;

/// <summary>The acceptance rows of consent.md §9 and §10 that change nothing, each by its number. What is not offered is refused alike.</summary>
public sealed class EnforcementTests(AnnasServices anna) : IClassFixture<AnnasServices>
{
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
        var pages = await anna.Twins.AskPagesAsync(Gp, new Ask("GET", "fhir/Condition?patient=anna&_count=2"));
        Assert.Equal([2, 1], pages.Select(p => p.Entries().Count));
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
                var body = method == "PATCH" ? new JsonObject { ["resourceType"] = "Parameters" } : null;
                Same(await AskAsync(method, hidden + rest, body, header), await AskAsync(method, absent + rest, body?.DeepClone().AsObject(), header));
            }
        }
    }

    [Fact]
    public async Task E13_ConditionalCreate_IsRefusedAlike()
    {
        foreach (var code in new[] { "k2", "k0" }) (await AskAsync("POST", "fhir/Condition", Condition(1), ("If-None-Exist", $"code=urn:test:code|{code}"))).Is(405, "not-supported");
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
    public async Task E22_ProvenanceAndAudit_OfTheHidden_AreNone()
    {
        Assert.Empty((await AskAsync($"fhir/Provenance?target=Condition/{Id("Condition", "c2")}")).Is(200).Entries());
        Assert.Single((await AskAsync($"fhir/Provenance?target=Condition/{Id("Condition", "c1")}")).Is(200).Entries());
        Assert.Equal(3, (await AskAsync("fhir/Condition?patient=anna&_revinclude=Provenance:target")).Entries("include").Count);
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

    private Task<Answer> AskAsync(string path) => anna.AskAsync(path);

    private Task<Answer> AskAsync(string method, string path, JsonObject? body, params (string, string)[] headers) => anna.AskAsync(method, path, body, headers);
}
