using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Http;
using Microsoft.Extensions.DependencyInjection;
using static FhirBridge.Api.Tests.Http.TestService;

namespace FhirBridge.Api.Tests.Hosting;

/// <summary>Search parameters beside those of R4: from Definitions:Folder, and written by the operator while the service runs. docs/search.md.</summary>
public sealed class SearchParameterTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("fhirbridge-parameters-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static JsonObject Parameter(string id, string code, string type, string expression, string on = "Observation") => new()
    {
        ["resourceType"] = "SearchParameter", ["id"] = id, ["url"] = "https://care.example/SearchParameter/" + id, ["name"] = id, ["status"] = "active", ["description"] = "A parameter of this network.",
        ["code"] = code, ["base"] = new JsonArray(on), ["type"] = type, ["expression"] = expression,
    };

    private static JsonObject Observation(string id, string note, string? performer = null)
    {
        var observation = new JsonObject
        {
            ["resourceType"] = "Observation", ["id"] = id, ["status"] = "final", ["code"] = new JsonObject { ["text"] = "x" }, ["subject"] = Reference("Patient/a"),
            ["note"] = new JsonArray(new JsonObject { ["text"] = note }),
        };
        if (performer is not null) observation["performer"] = new JsonArray(Reference(performer));
        return observation;
    }

    private static async Task<int> Found(TestService service, string path, string? token = null) =>
        (await service.GetAsync(path, token ?? service.Member("hospital"))).Is(200).Entries().Count;

    private static async Task<string> FillAsync(TestService service)
    {
        await service.WithMembersAsync("hospital");
        var patient = await service.PatientAsync("hospital", "a");
        (await service.PutAsync("members/hospital/fhir/Observation/one", service.Member("hospital"), Observation("one", "Seen at home", "Practitioner/p"))).Is(201);
        return patient;
    }

    [Fact]
    public async Task A_parameter_of_the_folder_answers_for_what_was_stored_before_it_too()
    {
        string patient, before;
        await using (var service = await TestService.StartAsync("--Storage:Sqlite:Path=" + Path.Combine(folder, "data.db")))
        {
            patient = await FillAsync(service);
            before = (await service.GetAsync("members/hospital/fhir/Observation/one", service.Member("hospital"))).Is(200).Text;
            (await service.GetAsync("members/hospital/fhir/Observation?note-text=seen", service.Member("hospital"))).Is(400, "unknown-parameter");
        }

        var definitions = Directory.CreateDirectory(Path.Combine(folder, "definitions")).FullName;
        await File.WriteAllTextAsync(Path.Combine(definitions, "a.json"), Parameter("note", "note-text", "string", "Observation.note.text").ToJsonString(), TestContext.Current.CancellationToken);
        await using (var service = await TestService.StartAsync("--Storage:Sqlite:Path=" + Path.Combine(folder, "data.db"), "--Definitions:Folder=" + definitions))
        {
            (await service.PutAsync("members/hospital/fhir/Observation/two", service.Member("hospital"), Observation("two", "Seen in hospital"))).Is(201);
            Assert.Equal(2, await Found(service, "members/hospital/fhir/Observation?note-text=seen"));
            Assert.Equal(1, await Found(service, "members/hospital/fhir/Observation?note-text=seen%20at"));
            Assert.Equal(1, await Found(service, $"fhir/Observation?patient={patient}&note-text=seen%20at"));
            Assert.Equal(1, await Found(service, $"fhir/Patient?_id={patient}&_has:Observation:patient:note-text=seen"));
            Assert.Equal(2, await Found(service, "members/hospital/fhir/Observation?_sort=note-text"));
            Assert.Equal(1, await Found(service, "members/hospital/fhir/Observation?performer=Practitioner/p&subject=Patient/a"));
            Assert.Equal(before, (await service.GetAsync("members/hospital/fhir/Observation/one", service.Member("hospital"))).Is(200).Text);
            var claimed = (await service.GetAsync("fhir/metadata", null)).Is(200).Json["rest"]![0]!["resource"]!.AsArray().First(r => r!["type"]!.GetValue<string>() == "Observation")!["searchParam"]!.AsArray();
            Assert.Equal(["string https://care.example/SearchParameter/note"], claimed.Where(p => p!["name"]!.GetValue<string>() == "note-text").Select(p => $"{p!["type"]} {p["definition"]}"));
        }
    }

    [Fact]
    public async Task The_operators_parameter_answers_when_all_that_is_stored_was_indexed_by_it()
    {
        await using var service = await TestService.StartAsync();
        var patient = await FillAsync(service);
        var bridge = service.Services.GetRequiredService<Bridge>();
        Task<Answer> WriteAsync(JsonObject parameter, string token) => service.PutAsync($"fhir/SearchParameter/{parameter["id"]}", token, parameter);

        (await WriteAsync(Parameter("note", "note-text", "string", "Observation.note.text"), service.Operator)).Is(201);
        await bridge.Renewer.WhenIdle;
        Assert.Equal(1, await Found(service, "members/hospital/fhir/Observation?note-text=seen"));
        Assert.Equal(1, await Found(service, $"fhir/Observation?patient={patient}&note-text=seen"));

        // Changed, it answers by what it says now.
        (await service.PutAsync("fhir/SearchParameter/note", service.Operator, Parameter("note", "note-text", "token", "Observation.status"), ("If-Match", (await service.GetAsync("fhir/SearchParameter/note", service.Operator)).ETag))).Is(200);
        await bridge.Renewer.WhenIdle;
        Assert.Equal(1, await Found(service, "members/hospital/fhir/Observation?note-text=final"));
        Assert.Equal(0, await Found(service, "members/hospital/fhir/Observation?note-text=seen"));

        // Withdrawn, it is not known; one of a member never is.
        (await service.DeleteAsync("fhir/SearchParameter/note", service.Operator, ("If-Match", (await service.GetAsync("fhir/SearchParameter/note", service.Operator)).ETag))).Is(204);
        await bridge.Renewer.WhenIdle;
        (await service.GetAsync("members/hospital/fhir/Observation?note-text=final", service.Member("hospital"))).Is(400, "unknown-parameter");
        (await service.PutAsync("members/hospital/fhir/SearchParameter/own", service.Member("hospital"), Parameter("own", "own-note", "string", "Observation.note.text"))).Is(201);
        await bridge.Renewer.WhenIdle;
        (await service.GetAsync("members/hospital/fhir/Observation?own-note=seen", service.Member("hospital"))).Is(400, "unknown-parameter");
    }

    [Fact]
    public async Task Until_all_is_indexed_the_parameter_asks_to_wait()
    {
        await using var service = await TestService.StartAsync();
        await FillAsync(service);
        var bridge = service.Services.GetRequiredService<Bridge>();
        (await service.PutAsync("fhir/SearchParameter/note", service.Operator, Parameter("note", "note-text", "string", "Observation.note.text"))).Is(201);
        await bridge.Renewer.WhenIdle;

        // As it is when another process, of other parameters, goes over the store.
        await bridge.Vault.ReindexAsync(Consent.Counsel.ForSystem(Consent.SystemPurpose.Worker), 5, (c, _) => c.Index with { Stamp = 5 }, TestContext.Current.CancellationToken);
        (await service.GetAsync("members/hospital/fhir/Observation?note-text=seen", service.Member("hospital"))).Is(503, "transient");
        (await service.GetAsync("members/hospital/fhir/Observation?_sort=note-text", service.Member("hospital"))).Is(503, "transient");
        Assert.Equal(1, await Found(service, "members/hospital/fhir/Observation?status=final"));

        await bridge.Renewer.CatchUpAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await Found(service, "members/hospital/fhir/Observation?note-text=seen"));
    }
}
