using FhirBridge.Api.Tests.Facade;
using static FhirBridge.Api.Tests.Facade.Network;
using static FhirBridge.Api.Tests.Http.TestService;

namespace FhirBridge.Api.Tests.BadInput;

/// <summary>Many writers at once: each accepted write is one version, and one person is one record.</summary>
public sealed class ConcurrencyTests(Network net) : IClassFixture<Network>
{
    private const int Writers = 12;

    [Fact]
    public async Task SameResource_WrittenByMany_KeepsEachVersion()
    {
        var (patient, id) = (await net.PersonAsync(), net.New("o"));
        var answers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => net.WriteAsync(Observation(id, patient, "writer " + i))));
        Assert.Single(answers, a => a.Status == 201);
        Assert.Equal(Writers - 1, answers.Count(a => a.Status == 200));
        Assert.Equal(Enumerable.Range(1, Writers).Select(v => v.ToString()).Order(StringComparer.Ordinal), answers.Select(Version).Order(StringComparer.Ordinal));
        var history = (await net.ReadAsync($"Observation/{id}/_history")).Is(200).Json["entry"]!.AsArray();
        Assert.Equal(
            answers.OrderByDescending(a => int.Parse(Version(a))).Select(a => a.Json["code"]!["text"]!.GetValue<string>()),
            history.Select(e => e!["resource"]!["code"]!["text"]!.GetValue<string>()));
    }

    [Fact]
    public async Task SameVersion_ChangedByMany_IsChangedByOne()
    {
        var (patient, id) = (await net.PersonAsync(), net.New("o"));
        (await net.WriteAsync(Observation(id, patient))).Is(201);
        var answers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => net.WriteAsync(Observation(id, patient, "writer " + i), ("If-Match", "W/\"1\""))));
        Assert.Single(answers, a => a.Status == 200);
        Assert.All(answers.Where(a => a.Status != 200), a => a.Is(412, "version-conflict"));
        Assert.Equal("W/\"2\"", (await net.ReadAsync("Observation/" + id)).ETag);
    }

    [Fact]
    public async Task SamePerson_SentFirstByManyAtOnce_IsOneRecord()
    {
        for (var round = 0; round < 25; round++)
        {
            var (ssn, id) = (net.Service.NewSsn(), net.New("p"));
            string[] members = ["hospital", "gp", "homecare", "hospital", "gp", "homecare"];
            var answers = await Task.WhenAll(members.Select((m, i) =>
                net.Service.PutAsync($"members/{m}/fhir/Patient/{id}-{i}", net.Service.Member(m), PatientJson($"{id}-{i}", ssn))));
            Assert.All(answers, a => a.Is(201));
            Assert.Single(answers.Select(a => NetworkId(a.Json)).Distinct());
        }
    }

    [Fact]
    public async Task SamePractitioner_SentFirstByManyAtOnce_IsOneEntry()
    {
        for (var round = 0; round < 25; round++)
        {
            var id = net.New("dr");
            var answers = await Task.WhenAll(new[] { "hospital", "gp", "homecare" }.Select(m => net.Service.PutAsync($"members/{m}/fhir/Practitioner/{id}", net.Service.Member(m), new System.Text.Json.Nodes.JsonObject
            {
                ["resourceType"] = "Practitioner", ["id"] = id, ["identifier"] = new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject { ["system"] = "urn:test:agb", ["value"] = id }),
            })));
            Assert.All(answers, a => a.Is(201));
            Assert.Single((await net.Service.GetAsync("fhir/Practitioner?identifier=urn:test:agb|" + id, net.Gp)).Is(200).Entries());
        }
    }

    [Fact]
    public async Task DeleteAndWrite_AtOnce_EndInOneOrderOfVersions()
    {
        var (patient, id) = (await net.PersonAsync(), net.New("o"));
        (await net.WriteAsync(Observation(id, patient))).Is(201);
        var work = Enumerable.Range(0, Writers).Select(i => i % 2 == 0
            ? net.WriteAsync(Observation(id, patient, "writer " + i))
            : net.Service.DeleteAsync("members/hospital/fhir/Observation/" + id, net.Hospital));
        Assert.All(await Task.WhenAll(work), a => Assert.InRange(a.Status, 200, 204));
        var tags = (await net.ReadAsync($"Observation/{id}/_history")).Is(200).Json["entry"]!.AsArray().Select(e => e!["response"]!["etag"]!.GetValue<string>()).ToList();
        Assert.Equal(Enumerable.Range(1, tags.Count).Reverse().Select(v => $"W/\"{v}\""), tags);
    }

    [Fact]
    public async Task PatientDeleted_WhileOthersReferToIt_NeverLeavesADependantWithoutPatient()
    {
        for (var round = 0; round < 25; round++)
        {
            var (patient, id) = (await net.PersonAsync(), net.New("o"));
            var write = net.WriteAsync(Observation(id, patient));
            var delete = net.Service.DeleteAsync("members/hospital/fhir/Patient/" + patient, net.Hospital);
            await Task.WhenAll(write, delete);
            var (written, deleted) = ((await write).Status, (await delete).Status);
            Assert.True((written, deleted) is (201, 409) or (422, 204), $"write {written}, delete {deleted}");
        }
    }
}
