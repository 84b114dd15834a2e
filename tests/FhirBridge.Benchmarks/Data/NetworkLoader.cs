using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using FhirBridge.Benchmarks.Servers;
using static FhirBridge.Benchmarks.Data.SyntheticNetwork;

namespace FhirBridge.Benchmarks.Data;

/// <summary>What was loaded, and the network ids that it got.</summary>
/// <param name="Records">Network Patient id by person.</param>
/// <param name="Practitioners">Network Practitioner ids by number.</param>
/// <param name="Contributions">Every resource as it was sent, under its path on its member's facade.</param>
internal sealed record LoadedNetwork(
    IReadOnlyDictionary<string, string> Records, IReadOnlyList<string> Practitioners, IReadOnlyCollection<(string Path, byte[] Body)> Contributions);

/// <summary>Loads the synthetic network over the product's public API, as its operator, its members and its consent desk would.</summary>
internal sealed class NetworkLoader(ProductClient client, TestIssuer issuer, DataSize size)
{
    private const int AtOnce = 8;
    private readonly ConcurrentDictionary<string, string> records = new();
    private readonly ConcurrentBag<(string Path, byte[] Body)> contributions = [];
    private readonly Dictionary<string, string> tokens = Members.Append(Operator).ToDictionary(m => m, m => issuer.Token(m));

    public async Task<LoadedNetwork> LoadAsync()
    {
        foreach (var member in Members)
        {
            using var organization = await client.PutAsync($"/fhir/Organization/{member}", tokens[Operator], Organization(member));
            using var affiliation = await client.PutAsync($"/fhir/OrganizationAffiliation/network-{member}", tokens[Operator], Affiliation(member));
        }

        var practitioners = new List<string>();
        for (var n = 0; n < size.Practitioners; n++) practitioners.Add(await PractitionerAsync(n));
        await EachAsync(size.People, PersonAsync);
        await EachAsync(size.Shared, SharedPersonAsync);
        await EachAsync(size.Written, WrittenPersonAsync);
        return new LoadedNetwork(records, practitioners, contributions);
    }

    private static Task EachAsync(int count, Func<int, Task> load) =>
        Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) => await load(i));

    private async Task<string> PractitionerAsync(int n)
    {
        using var written = await client.PutAsync($"/members/{Owner}/fhir/Practitioner/pr-{n}", tokens[Owner], Practitioner(n));
        using var found = await client.GetAsync($"/fhir/Practitioner?identifier={Uri.EscapeDataString($"{StaffSystem}|{n}")}", tokens[Owner]);
        return found.RootElement.GetProperty("entry")[0].GetProperty("resource").GetProperty("id").GetString()!;
    }

    private async Task PersonAsync(int i)
    {
        var person = $"p-{i}";
        var entries = new List<(string, string?, string)>
        {
            ("Patient", person, Patient(person)),
            ("CarePlan", $"{person}-plan", CarePlan(person, $"{person}-plan", GoalReferences(person))),
            ("CareTeam", $"{person}-team", CareTeam(person, $"{person}-team", i % size.Practitioners)),
        };
        for (var g = 0; g < 3; g++) entries.Add(("Goal", $"{person}-g{g}", Goal(person, $"{person}-g{g}", g)));
        await ContributeAsync(Owner, person, entries);
        if (i < size.WithObservations)
        {
            await ContributeAsync(Owner, null, [.. Enumerable.Range(0, Observations).Select(n => ("Observation", (string?)$"{person}-o{n}", Observation(person, $"{person}-o{n}", n)))]);
        }

        await ConsentAsync(person);
    }

    private async Task SharedPersonAsync(int i)
    {
        var person = $"s-{i}";
        for (var m = 0; m < Contributors.Length; m++)
        {
            var entries = new List<(string, string?, string)> { ("Patient", person, Patient(person)) };
            for (var n = m; n < PlansOfShared; n += Contributors.Length) entries.Add(("CarePlan", $"{person}-plan{n}", SmallPlan(person, $"{person}-plan{n}", n)));
            await ContributeAsync(Contributors[m], person, entries);
        }

        await ConsentAsync(person);
    }

    private Task WrittenPersonAsync(int i)
    {
        var person = $"w-{i}";
        return ContributeAsync(Owner, person, [("Patient", person, Patient(person)), ("CarePlan", $"{person}-plan", CarePlan(person, $"{person}-plan"))]);
    }

    private async Task ContributeAsync(string member, string? person, List<(string Type, string? Id, string Json)> entries)
    {
        using var answer = await client.PostAsync($"/members/{member}/fhir", tokens[member], Transaction(entries));
        if (answer.RootElement.GetProperty("entry").GetArrayLength() != entries.Count) throw new InvalidOperationException($"a transaction of {entries.Count} was answered with other entries: {answer.RootElement}");
        if (person is not null) records.TryAdd(person, NetworkId(answer.RootElement.GetProperty("entry")[0].GetProperty("resource")));
        foreach (var (type, id, json) in entries) contributions.Add(($"/members/{member}/fhir/{type}/{id}", Encoding.UTF8.GetBytes(json)));
    }

    /// <summary>Patient.link of type <c>refer</c> leads a member from its own Patient to the network's.</summary>
    private static string NetworkId(JsonElement patient) =>
        patient.GetProperty("link").EnumerateArray().First(l => l.GetProperty("type").GetString() == "refer").GetProperty("other").GetProperty("reference").GetString()!.Split('/')[^1];

    private async Task ConsentAsync(string person)
    {
        using var written = await client.PostAsync("/fhir/Consent", issuer.ConsentDesk, Encoding.UTF8.GetBytes(PermitConsent(records[person])));
    }
}
