using System.Diagnostics;
using System.Text.Json.Nodes;

namespace FhirBridge.Api.Demo;

/// <summary>
/// Loads the demo network through the public HTTP API alone, as its members, its operator and its persons would (docs/demo.md):
/// 1. the operator registers the members; 2. each member writes its directory; 3. each member contributes what it holds of 40 people,
/// and the consent desk writes their consents; 4. the same for Anna, who writes her own goal and consents herself; 5. one refused look.
/// </summary>
/// <remarks>
/// What the neighbourhood team holds of Anna is written last: that it is there means that all of it is there. Loading that was broken off is
/// simply done again; everything but Consents and the goal is a PUT, and those are looked for first.
/// </remarks>
/// <param name="http">A client whose <c>BaseAddress</c> is the service.</param>
/// <param name="tokens">Tokens of persons.</param>
/// <param name="output">Progress, a line a step.</param>
public sealed class DemoLoader(HttpClient http, IDemoTokens tokens, TextWriter output)
{
    // More does not help: one store commits them one after the other.
    private const int PeopleAtOnce = 4;

    private readonly DemoHttp service = new(http);
    private readonly Dictionary<DemoCredentials, string> clientTokens = [];

    /// <summary>Loads what is missing.</summary>
    /// <returns>What there is now: whether this call loaded it, and Anna's network id.</returns>
    /// <exception cref="DemoLoadException">An answer was not the expected one; the message names the request.</exception>
    public async Task<DemoLoaded> LoadAsync(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        foreach (var client in DemoNetwork.Members.Select(m => m.Client).Append(DemoNetwork.Operator).Append(DemoNetwork.ConsentDesk))
            clientTokens[client] = await service.ClientTokenAsync(client, cancellation);
        var begun = await MembersExistAsync(cancellation);
        if (begun && await FindAnnaAsync(cancellation) is { } known) return new(false, known);

        await RegisterMembersAsync(cancellation);
        await Task.WhenAll(DemoNetwork.Members.Select(m => SendAllAsync(m, DemoData.Directory(m.Id), cancellation)));
        await output.WriteLineAsync($"Demo network: {DemoNetwork.Members.Count} members and their directories written ({clock.Elapsed.TotalSeconds:0.0} s)");

        var people = await LoadPeopleAsync(cancellation);
        var recorded = await WriteAllAsync(DemoData.Consents.Select(c => ("Consent", c)), people, begun, clientTokens[DemoNetwork.ConsentDesk], cancellation);
        await output.WriteLineAsync($"Demo network: {people.Count} people, {recorded} consents written ({clock.Elapsed.TotalSeconds:0.0} s)");

        var anna = await LoadAnnaAsync(begun, cancellation);
        await RefusedLookAsync(cancellation);
        await output.WriteLineAsync($"Demo network: Anna de Vries written, {service.Sent} requests in all ({clock.Elapsed.TotalSeconds:0.0} s)");
        return new(true, anna);
    }

    private async Task<bool> MembersExistAsync(CancellationToken cancellation)
    {
        foreach (var member in DemoNetwork.Members)
        {
            if (await service.FindAsync($"fhir/Organization/{member.Id}", clientTokens[DemoNetwork.Operator], cancellation) is null) return false;
        }

        return true;
    }

    private async Task<string?> FindAnnaAsync(CancellationToken cancellation)
    {
        var last = DemoNetwork.Members[^1];
        var id = DemoData.PatientOf(DemoData.Anna(last.Id))["id"]!.GetValue<string>();
        var patient = await service.FindAsync($"members/{last.Id}/fhir/Patient/{id}", clientTokens[last.Client], cancellation);
        return patient is null ? null : NetworkIdIn(patient) ?? await SearchPatientAsync(last, DemoNetwork.Anna, cancellation);
    }

    private async Task RegisterMembersAsync(CancellationToken cancellation)
    {
        foreach (var entry in DemoData.Entries(DemoData.Network))
            await service.WriteAsync(HttpMethod.Put, $"fhir/{entry["request"]!["url"]!.GetValue<string>()}", clientTokens[DemoNetwork.Operator], entry["resource"]!.AsObject(), cancellation);
    }

    private async Task SendAllAsync(DemoMember member, IEnumerable<JsonObject> transactions, CancellationToken cancellation)
    {
        foreach (var transaction in transactions)
            await service.WriteAsync(HttpMethod.Post, $"members/{member.Id}/fhir", clientTokens[member.Client], transaction, cancellation);
    }

    /// <summary>People side by side, but one person's members in turn, as when a person first comes to one and then to another.</summary>
    private async Task<Dictionary<string, string>> LoadPeopleAsync(CancellationToken cancellation)
    {
        var ids = new Dictionary<string, string>();
        var people = DemoNetwork.Members
            .SelectMany(m => DemoData.People(m.Id).Select(b => (Member: m, Bundle: b, Identifier: DemoData.IdentifierOf(DemoData.PatientOf(b)))))
            .GroupBy(c => c.Identifier);
        var limit = new ParallelOptions { MaxDegreeOfParallelism = PeopleAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(people, limit, async (person, stop) =>
        {
            string? id = null;
            foreach (var (member, bundle, identifier) in person) id = await ContributeAsync(member, bundle, identifier, stop);
            lock (ids) ids[$"Patient?identifier={person.Key}"] = $"Patient/{id}";
        });
        return ids;
    }

    private async Task<string> LoadAnnaAsync(bool begun, CancellationToken cancellation)
    {
        var id = "";
        foreach (var member in DemoNetwork.Members.SkipLast(1)) id = await ContributeAsync(member, DemoData.Anna(member.Id), DemoNetwork.Anna, cancellation);
        var token = await tokens.TokenForAsync(DemoNetwork.Patient, cancellation);
        var ids = new Dictionary<string, string> { [$"Patient?identifier={DemoNetwork.Anna}"] = $"Patient/{id}" };
        await FindRelatedPeopleAsync(id, token, ids, cancellation);
        var written = DemoData.WrittenByAnna.SelectMany(DemoData.Entries).Select(e => (e["request"]!["url"]!.GetValue<string>(), e["resource"]!.AsObject()));
        await WriteAllAsync(written, ids, begun, token, cancellation);
        var last = DemoNetwork.Members[^1];
        return await ContributeAsync(last, DemoData.Anna(last.Id), DemoNetwork.Anna, cancellation);
    }

    /// <summary>Sends what a member holds of a person; gives the person's network id.</summary>
    private async Task<string> ContributeAsync(DemoMember member, JsonObject bundle, DemoIdentifier identifier, CancellationToken cancellation)
    {
        var answer = await service.WriteAsync(HttpMethod.Post, $"members/{member.Id}/fhir", clientTokens[member.Client], bundle, cancellation);
        var patient = answer?["entry"]?.AsArray().Select(e => e?["resource"] as JsonObject).FirstOrDefault(r => r?["resourceType"]?.GetValue<string>() == "Patient");
        return NetworkIdIn(patient) ?? await SearchPatientAsync(member, identifier, cancellation);
    }

    /// <summary>Patient.link of type <c>refer</c> leads a member from its own Patient to the network's.</summary>
    private static string? NetworkIdIn(JsonObject? patient) => patient?["link"]?.AsArray()
        .Where(l => l?["type"]?.GetValue<string>() == "refer").Select(l => l?["other"]?["reference"]?.GetValue<string>().Split('/')[^1]).FirstOrDefault();

    private async Task<string> SearchPatientAsync(DemoMember member, DemoIdentifier identifier, CancellationToken cancellation)
    {
        var found = await service.FindAsync($"fhir/Patient?identifier={Uri.EscapeDataString(identifier.ToString())}", clientTokens[member.Client], cancellation);
        return Matches(found).Select(r => r["id"]!.GetValue<string>()).FirstOrDefault()
            ?? throw new DemoLoadException($"demo network: GET /fhir/Patient?identifier={identifier} finds nobody for {member.Client.Id}, which just contributed that patient");
    }

    private async Task FindRelatedPeopleAsync(string patient, string token, Dictionary<string, string> ids, CancellationToken cancellation)
    {
        var found = await service.FindAsync($"fhir/RelatedPerson?patient={patient}", token, cancellation);
        foreach (var person in Matches(found))
            ids[$"RelatedPerson?identifier={DemoData.IdentifierOf(person)}"] = $"RelatedPerson/{person["id"]!.GetValue<string>()}";
    }

    /// <summary>Posts resources about patients, ids filled in; after a broken-off load, only those that are not there yet.</summary>
    private async Task<int> WriteAllAsync(IEnumerable<(string Type, JsonObject Resource)> resources, Dictionary<string, string> ids, bool begun, string token, CancellationToken cancellation)
    {
        var count = 0;
        var limit = new ParallelOptions { MaxDegreeOfParallelism = PeopleAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(resources, limit, async (item, stop) =>
        {
            DemoReferences.Resolve(item.Resource, ids);
            if (begun && await IsThereAsync(item.Type, item.Resource, token, stop)) return;
            await service.WriteAsync(HttpMethod.Post, $"fhir/{item.Type}", token, item.Resource, stop);
            Interlocked.Increment(ref count);
        });
        return count;
    }

    private async Task<bool> IsThereAsync(string type, JsonObject resource, string token, CancellationToken cancellation)
    {
        var patient = (resource["patient"] ?? resource["subject"])!["reference"]!.GetValue<string>().Split('/')[^1];
        var found = await service.FindAsync($"fhir/{type}?patient={patient}", token, cancellation);
        var mark = Mark(resource);
        return Matches(found).Any(r => Mark(r) == mark);

        static string? Mark(JsonObject r) => (r["identifier"]?[0]?["value"] ?? r["description"]?["text"])?.GetValue<string>();
    }

    /// <summary>The neighbourhood team looks at the GP's care plan of Anna, which her consent does not permit: absent to them, a line in her log.</summary>
    private Task RefusedLookAsync(CancellationToken cancellation)
    {
        var (asker, owner) = (DemoNetwork.Members[^1], DemoNetwork.Members[1]);
        var plan = DemoData.Entries(DemoData.Anna(owner.Id)).Select(e => e["request"]!["url"]!.GetValue<string>()).First(u => u.StartsWith("CarePlan/", StringComparison.Ordinal));
        return service.RefusedAsync($"members/{owner.Id}/fhir/{plan}", clientTokens[asker.Client], cancellation);
    }

    private static IEnumerable<JsonObject> Matches(JsonObject? bundle) =>
        (bundle?["entry"]?.AsArray() ?? []).Where(e => e?["search"]?["mode"]?.GetValue<string>() is null or "match").Select(e => e!["resource"]!.AsObject());
}

/// <summary>What the loader leaves behind.</summary>
/// <param name="LoadedNow">False when the demo network was there already.</param>
/// <param name="AnnaId">Network id of Anna de Vries.</param>
public sealed record DemoLoaded(bool LoadedNow, string AnnaId);
