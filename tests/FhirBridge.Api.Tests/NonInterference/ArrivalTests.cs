using System.Text;
using FhirBridge.Api.Tests.Http;

namespace FhirBridge.Api.Tests.NonInterference;

/// <summary>Composition over HTTP: it does not matter in which order contributions come, nor whether one comes twice.</summary>
public sealed class ArrivalTests
{
    private static readonly string[] Unified = ["CarePlan", "CareTeam", "Goal", "DetectedIssue", "Patient"];

    [Fact]
    public async Task Unified_InAnyOrderOfArrival_IsTheSame_AndTwiceIsOnce()
    {
        await using var twins = await (await TwinServices.StartAsync()).WithMembersAsync(Maker.Members);
        foreach (var store in new[] { twins.AllStore, twins.PermittedStore }) await store.FurnishPractitionersAsync();
        var composed = 0;
        for (var seed = 40_001; seed < 40_031; seed++)
        {
            var world = Maker.Make(seed, "o");
            var items = world.Items.Where(i => i.IsByMember && i.Record == world.Record && i.Type != "Consent").ToList();
            foreach (var item in items.Where(i => i.Type == "Patient")) await PutAsync(twins.Both, item, 201);
            var rest = items.Where(i => i.Type != "Patient").ToList();
            await ShuffledAsync(twins.All, rest, new Random(seed));
            await ShuffledAsync(twins.Permitted, rest, new Random(-seed));
            var one = await ViewAsync(twins.All, world.Record);
            Assert.True(one == await ViewAsync(twins.Permitted, world.Record), $"seed {seed}: the order of arrival shows");
            foreach (var item in items) await PutAsync([twins.All], item, 200);
            Assert.True(one == await ViewAsync(twins.All, world.Record), $"seed {seed}: what comes twice shows");
            composed += one.Length;
        }

        Assert.True(composed > 100_000, "too little was composed");
    }

    // Both see one instant for everything: what is later is then no reason to differ.
    private static async Task ShuffledAsync(TestService service, IEnumerable<Item> items, Random random)
    {
        foreach (var item in items.OrderBy(_ => random.Next())) await PutAsync([service], item, 201);
    }

    private static async Task PutAsync(IEnumerable<TestService> services, Item item, int status)
    {
        foreach (var service in services) (await service.PutAsync($"members/{item.Owner}/fhir/{item.Type}/{item.LocalId}", service.Member(item.Owner), item.Body)).Is(status);
    }

    /// <summary>All unified resources as the patient sees them, without versions and times.</summary>
    private static async Task<string> ViewAsync(TestService service, string record)
    {
        var text = new StringBuilder();
        foreach (var type in Unified)
        {
            var found = await service.GetAsync($"fhir/{type}?{(type == "Patient" ? "_id" : "patient")}={record}&_count=1000&_sort=_id", service.Patient(record));
            foreach (var resource in found.Is(200).Entries())
            {
                var meta = resource["meta"]!.AsObject();
                meta.Remove("lastUpdated");
                meta.Remove("versionId");
                text.AppendLine(resource.ToJsonString());
            }
        }

        return text.ToString();
    }
}
