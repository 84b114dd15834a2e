using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Http;
using FhirBridge.Storage;
using static FhirBridge.Api.Tests.Http.TestService;

namespace FhirBridge.Api.Tests.NonInterference;

/// <summary>
/// The hospital has five of each about Anna; the practice may see those of normal confidentiality: one, three and five. The second service never held
/// two and four, nor Bob.
/// </summary>
public sealed class AnnasServices : IAsyncLifetime
{
    internal static readonly Visitor Gp = new("gp", null, ["TREAT"], [], "system/*.cruds", null);
    internal static readonly Visitor Homecare = new("homecare", null, ["TREAT"], [], "system/*.cruds", null);
    private TwinServices twins = null!;

    internal TwinServices Twins => twins;

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
            await PutAsync("hospital", "CareTeam", $"t{i}", Labelled(i, team), isHidden);
            await PutAsync("hospital", "CarePlan", $"p{i}", Plan("anna", i), isHidden);
            await PutAsync("hospital", "Condition", $"c{i}", Condition(i), isHidden);
        }

        foreach (var service in twins.Both) (await service.PostAsync("fhir/Consent", service.Patient("anna"), ConsentJson("anna", ForGp("N")))).Is(201);
    }

    public ValueTask DisposeAsync() => twins.DisposeAsync();

    public static string Id(string type, string local) => Names.Of("anna", new ContributionKey("hospital", type, local));

    public static JsonObject ForGp(string label)
    {
        var provision = Permit("Organization/gp");
        provision["securityLabel"] = new JsonArray(Label(label));
        return provision;
    }

    public static JsonObject Label(string code) => new() { ["system"] = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", ["code"] = code };

    public static JsonObject Person(string id) => new()
    {
        ["identifier"] = new JsonArray(new JsonObject { ["system"] = Names.Link, ["value"] = id }), ["name"] = new JsonArray(new JsonObject { ["family"] = id }),
    };

    public static JsonObject Plan(string patient, int number) => Labelled(number, new JsonObject
    {
        ["status"] = "active", ["intent"] = "plan", ["subject"] = Reference("Patient/" + patient), ["category"] = new JsonArray(Concept("urn:test:plan", $"k{number}")),
        ["goal"] = new JsonArray(Reference($"Goal/g{number}")), ["careTeam"] = new JsonArray(Reference($"CareTeam/t{number}")),
        ["activity"] = new JsonArray(new JsonObject { ["detail"] = new JsonObject { ["status"] = "in-progress", ["description"] = $"activity {number}" } }),
    });

    public static JsonObject Condition(int number, string? label = null)
    {
        var condition = Labelled(number, new JsonObject { ["resourceType"] = "Condition", ["subject"] = Reference("Patient/anna"), ["code"] = Concept("urn:test:code", $"k{number}") });
        if (label is not null) condition["meta"] = new JsonObject { ["security"] = new JsonArray(Label(label)) };
        return condition;
    }

    public static JsonObject Labelled(int number, JsonObject body)
    {
        if (number is 2 or 4) body["meta"] = new JsonObject { ["security"] = new JsonArray(Label("R")) };
        return body;
    }

    internal static IEnumerable<string> Locals(Answer answer) =>
        answer.Entries().Select(e => e["meta"]!["source"]!.GetValue<string>().Split('/')[^1]).Order(StringComparer.Ordinal);

    internal static void Same(Answer one, Answer other)
    {
        Assert.Equal(one.Text, other.Text);
        Assert.Equal(one.Status, other.Status);
        string[] Headers(Answer a) => [.. a.Headers.Where(h => h.Key is not ("Date" or "X-Request-Id" or "X-Request-ID")).Select(h => $"{h.Key}: {h.Value}").Order(StringComparer.Ordinal)];
        Assert.Equal(Headers(one), Headers(other));
    }

    public async Task PutAsync(string member, string type, string id, JsonObject body, bool isHidden = false, int status = 201)
    {
        twins.Tick();
        (body["resourceType"], body["id"]) = (type, id);
        foreach (var service in isHidden ? [twins.All] : twins.Both) (await service.PutAsync($"members/{member}/fhir/{type}/{id}", service.Member(member), body.DeepClone())).Is(status);
    }

    internal Task<Answer> AskAsync(string path) => AskAsync("GET", path, null);

    internal Task<Answer> AskAsync(string method, string path, JsonObject? body, params (string, string)[] headers) => twins.AskAsync(Gp, new Ask(method, path, body, headers));
}
