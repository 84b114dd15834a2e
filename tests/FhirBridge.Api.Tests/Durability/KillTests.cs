using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Facade;
using FhirBridge.Api.Tests.Tokens;
using Microsoft.Data.Sqlite;
using static FhirBridge.Api.Tests.Http.TestService;

namespace FhirBridge.Api.Tests.Durability;

/// <summary>Killed in the middle of writes, three times over: every acknowledged write is there after the restart, each version of it, and its audit row.</summary>
public sealed class KillTests
{
    private const int Clients = 6;

    [Fact]
    public async Task KilledWhileWriting_NothingAcknowledgedIsLost()
    {
        var folder = Directory.CreateTempSubdirectory("fhirbridge-kill-").FullName;
        await using var issuer = await LocalIssuer.StartAsync();
        var database = Path.Combine(folder, "kill.db");
        var acknowledged = new ConcurrentBag<Acknowledged>();
        string? patient = null;
        try
        {
            for (var round = 0; round < 3; round++)
            {
                await using var service = await ChildService.StartAsync(database, issuer);
                patient ??= await SeedAsync(service);
                await VerifyAsync(service, patient, acknowledged);
                var enough = (round + 1) * 60;
                var writers = Enumerable.Range(0, Clients).Select(c => WriteUntilDeadAsync(service, $"{round}-{c}", acknowledged)).ToList();
                while (acknowledged.Count < enough && !writers.TrueForAll(w => w.IsCompleted)) await Task.Delay(5, TestContext.Current.CancellationToken);
                await service.KillAsync();
                await Task.WhenAll(writers);
                Assert.True(acknowledged.Count >= enough, "the writers wrote until the service died");
            }

            await using var last = await ChildService.StartAsync(database, issuer);
            await VerifyAsync(last, patient!, acknowledged);
            await last.KillAsync();
            Assert.Equal("ok", Integrity(database));
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> SeedAsync(ChildService service)
    {
        var token = service.Token("network");
        Assert.Equal(201, (await service.SendAsync(HttpMethod.Put, "fhir/Organization/hospital", token, new JsonObject { ["resourceType"] = "Organization", ["id"] = "hospital", ["name"] = "Hospital" })).Status);
        Assert.Equal(201, (await service.SendAsync(HttpMethod.Put, "fhir/OrganizationAffiliation/a", token, new JsonObject
        {
            ["resourceType"] = "OrganizationAffiliation", ["id"] = "a", ["active"] = true, ["organization"] = Reference("Organization/network"),
            ["participatingOrganization"] = Reference("Organization/hospital"), ["period"] = new JsonObject { ["start"] = "2020-01-01" },
        })).Status);
        return NetworkId((await service.SendAsync(HttpMethod.Put, "members/hospital/fhir/Patient/p", service.Token("hospital"), PatientJson("p", "999-55-5555"))).Json!);
    }

    /// <summary>Updates one resource over and over, and creates another each time, until the connection breaks.</summary>
    private static async Task WriteUntilDeadAsync(ChildService service, string client, ConcurrentBag<Acknowledged> acknowledged)
    {
        var token = service.Token("hospital");
        try
        {
            for (var i = 0; ; i++)
            {
                foreach (var id in new[] { "same-" + client, $"new-{client}-{i}" })
                {
                    var (requestId, text) = ($"{id}.{i}", $"{client} wrote {i}");
                    var (status, version, _) = await service.SendAsync(HttpMethod.Put, "members/hospital/fhir/Observation/" + id, token, Network.Observation(id, "p", text), requestId);
                    Assert.True(status is 200 or 201, $"{requestId}: {status}");
                    acknowledged.Add(new Acknowledged(id, version!, text, requestId));
                }
            }
        }
        catch (HttpRequestException)
        {
            // The service died before it answered: this write may be there or not.
        }
    }

    private static async Task VerifyAsync(ChildService service, string patient, IReadOnlyCollection<Acknowledged> acknowledged)
    {
        var token = service.Token("hospital");
        foreach (var a in acknowledged)
        {
            var (status, version, json) = await service.SendAsync(HttpMethod.Get, $"members/hospital/fhir/Observation/{a.Id}/_history/{a.Version}", token);
            Assert.True(status == 200, $"{a.RequestId}: version {a.Version} is lost ({status})");
            Assert.Equal((a.Version, a.Text), (version, json!["code"]!["text"]!.GetValue<string>()));
        }

        var audited = new HashSet<string>();
        for (var next = acknowledged.Count == 0 ? null : $"fhir/AuditEvent?patient={patient}&_count=1000"; next is not null;)
        {
            var (status, _, page) = await service.SendAsync(HttpMethod.Get, next, service.PatientToken(patient));
            Assert.Equal(200, status);
            foreach (var entry in page!["entry"]?.AsArray() ?? [])
            {
                audited.UnionWith(entry!["resource"]!["entity"]!.AsArray().Select(e => e!["what"]?["identifier"]?["value"]?.GetValue<string>()).OfType<string>());
            }

            next = page["link"]!.AsArray().FirstOrDefault(l => l!["relation"]!.GetValue<string>() == "next")?["url"]!.GetValue<string>();
        }

        Assert.Equal([], acknowledged.Where(a => !audited.Contains(a.RequestId)).Select(a => a.RequestId));
    }

    private static string Integrity(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadWrite");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return (string)command.ExecuteScalar()!;
    }

    /// <summary>A write that was answered with success.</summary>
    private sealed record Acknowledged(string Id, string Version, string Text, string RequestId);
}
