using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Http;
using static FhirBridge.Api.Tests.Http.TestService;

namespace FhirBridge.Api.Tests.Facade;

/// <summary>One service for the tests of a class: members hospital, gp and homecare, one whose affiliation has ended, and an organisation that never was a member.</summary>
public class Network : IAsyncLifetime
{
    private int names;

    internal TestService Service { get; private set; } = null!;

    internal string Hospital { get; private set; } = null!;

    internal string Gp { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Service = await (await TestService.StartAsync()).WithMembersAsync("hospital", "gp", "homecare");
        await Service.AddMemberAsync("former", periodEnd: "2021-01-01");
        (await Service.PutAsync("fhir/Organization/stranger", Service.Operator, new JsonObject { ["resourceType"] = "Organization", ["id"] = "stranger", ["name"] = "Stranger" })).Is(201);
        Hospital = Service.Member("hospital");
        Gp = Service.Member("gp");
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A local id that no other test uses.</summary>
    internal string New(string stem) => $"{stem}-{Interlocked.Increment(ref names)}";

    /// <summary>A new person at the hospital; returns its local id.</summary>
    internal async Task<string> PersonAsync()
    {
        var id = New("person");
        await Service.PatientAsync("hospital", id);
        return id;
    }

    internal Task<Answer> WriteAsync(JsonObject resource, params (string, string)[] headers) =>
        Service.PutAsync($"members/hospital/fhir/{resource["resourceType"]}/{resource["id"]}", Hospital, resource, headers);

    internal Task<Answer> ReadAsync(string path, params (string, string)[] headers) => Service.GetAsync("members/hospital/fhir/" + path, Hospital, headers);

    /// <summary>Everything that the hospital holds of a type, as bytes: what must not change when a request is refused.</summary>
    internal async Task<string> StateAsync(params string[] types)
    {
        var all = new List<string>();
        foreach (var type in types)
        {
            var found = (await ReadAsync($"{type}?_count=1000")).Is(200);
            all.AddRange(found.Entries().Select(e => e.ToJsonString()).Order(StringComparer.Ordinal));
        }

        return string.Join('\n', all);
    }

    internal static JsonObject Observation(string id, string patient, string text = "an observation") => new()
    {
        ["resourceType"] = "Observation", ["id"] = id, ["status"] = "final", ["code"] = new JsonObject { ["text"] = text }, ["subject"] = Reference("Patient/" + patient),
    };

    internal static JsonObject Bundle(string type, params JsonObject[] entries) => new() { ["resourceType"] = "Bundle", ["type"] = type, ["entry"] = new JsonArray([.. entries]) };

    internal static JsonObject Entry(string method, string url, JsonObject? resource = null, string? fullUrl = null)
    {
        var entry = new JsonObject { ["request"] = new JsonObject { ["method"] = method, ["url"] = url } };
        if (resource is not null) entry["resource"] = resource;
        if (fullUrl is not null) entry["fullUrl"] = fullUrl;
        return entry;
    }

    internal static string Version(Answer answer) => answer.ETag[3..^1];
}
