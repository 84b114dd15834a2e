using System.Text.Json;
using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Http;
using static FhirBridge.Api.Tests.Facade.Network;
using static FhirBridge.Api.Tests.Http.TestService;

namespace FhirBridge.Api.Tests.Facade;

/// <summary>search-type on a member facade, and chains on the shared record. https://hl7.org/fhir/R4/search.html.</summary>
public sealed class SearchTests(Network net) : IClassFixture<Network>
{
    [Fact]
    public async Task Vectors_are_answered_over_HTTP_as_by_the_matcher()
    {
        using var stream = typeof(SearchTests).Assembly.GetManifestResourceStream("search/ms-search.json")!;
        var document = JsonDocument.Parse(stream).RootElement;
        foreach (var id in (string[])["123", "example", "f201", "xcda"]) await net.Service.PatientAsync("hospital", id);
        foreach (var fixture in document.GetProperty("fixtures").EnumerateObject())
        {
            foreach (var (resource, i) in fixture.Value.EnumerateArray().Select((r, i) => (r, i)))
            {
                var body = JsonNode.Parse(resource.GetRawText().Replace("{tag}", "tag-" + fixture.Name, StringComparison.Ordinal))!.AsObject();
                body["id"] = $"{fixture.Name}-{i}";

                // A contribution is about a person of the network, not about one that is contained in it; no vector asks for the subject.
                if (body["subject"]?["reference"]?.GetValue<string>()[0] == '#')
                {
                    body["subject"] = Reference("Patient/123");
                    body.Remove("contained");
                }

                (await net.WriteAsync(body)).Is(201);
            }
        }

        var faults = new List<string>();
        var asked = 0;
        foreach (var vector in document.GetProperty("cases").EnumerateArray())
        {
            var (id, fixture) = (vector.GetProperty("id").GetString()!, vector.GetProperty("fixture").GetString()!);
            var request = vector.GetProperty("request").GetString()!.Replace("{tag}", "tag-" + fixture, StringComparison.Ordinal);

            // A facade is searched type by type.
            if (request[0] == '?') request = "Observation" + request.Replace("_type=Observation&", "", StringComparison.Ordinal);
            var answer = await net.ReadAsync(request + (request.Contains("_count", StringComparison.Ordinal) ? "" : "&_count=100"));
            asked++;
            if (vector.GetProperty("expectStatus").GetInt32() == 400)
            {
                if (answer.Status != 400) faults.Add($"{id}: status {answer.Status}");
                continue;
            }

            int[] expected = [.. vector.GetProperty("expected").EnumerateArray().Select(e => e.GetInt32())];
            var found = answer.Status != 200 ? [] : Entries(answer).Where(e => e!["search"]!["mode"]!.GetValue<string>() == "match")
                .Select(e => e!["resource"]!["id"]!.GetValue<string>()).Where(r => r.StartsWith(fixture + "-", StringComparison.Ordinal)).Select(r => int.Parse(r[(fixture.Length + 1)..])).Order().ToArray();
            if (answer.Status != 200 || !expected.SequenceEqual(found)) faults.Add($"{id}: {request}: status {answer.Status}, expected [{string.Join(',', expected)}], found [{string.Join(',', found)}]");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.Equal(193, asked);
    }

    [Fact]
    public async Task Chains_reverse_chains_filters_and_includes_stay_among_the_members_own()
    {
        var (anna, bert) = (await net.PersonAsync(), await net.PersonAsync());
        var (a, b, gpOwn) = (net.New("chain"), net.New("chain"), net.New("chain"));
        (await net.WriteAsync(Observation(a, anna, "first"))).Is(201);
        (await net.WriteAsync(Observation(b, bert, "second"))).Is(201);
        await net.Service.PatientAsync("gp", anna);
        (await net.Service.PutAsync($"members/gp/fhir/Observation/{gpOwn}", net.Gp, Observation(gpOwn, anna, "of another member"))).Is(201);

        Assert.Equal([a], await Ids($"Observation?subject:Patient._id={anna}"));
        Assert.Equal([anna], await Ids($"Patient?_has:Observation:patient:_id={a}"));
        Assert.Empty(await Ids($"Patient?_has:Observation:patient:_id={gpOwn}"));
        Assert.Equal([a], await Ids("Observation?_filter=" + Uri.EscapeDataString($"patient.id eq {anna} and not (code eq nothing)")));
        Assert.Equal([b], await Ids("Observation?_filter=" + Uri.EscapeDataString($"patient re Patient/{bert}")));
        Assert.Equal([a, anna], await Ids($"Observation?_id={a}&_include=Observation:subject"));
        Assert.Equal([anna, a], await Ids($"Patient?_id={anna}&_revinclude=Observation:subject"));
        Assert.Equal([anna, a], await Ids($"Patient?_id={anna}&_revinclude=Observation:*"));
        Assert.Equal([anna, a], await Ids($"Patient?_id={anna}&_revinclude=*"));
        Assert.Equal([a, anna], await Ids($"Observation?_id={a}&_include=*"));
        Assert.Equal([a], await Ids($"Observation?_id={a}&_include=Observation:subject:Group"));
        (await net.ReadAsync($"Observation?_id={a}&_include=Observation:nothing")).Is(400, "unknown-parameter");
    }

    [Fact]
    public async Task A_list_names_what_it_holds()
    {
        var (patient, id, list) = (await net.PersonAsync(), net.New("listed"), net.New("list"));
        (await net.WriteAsync(Observation(id, patient))).Is(201);
        var entry = new JsonObject { ["item"] = Reference("Observation/" + id) };
        (await net.WriteAsync(new JsonObject { ["resourceType"] = "List", ["id"] = list, ["status"] = "current", ["mode"] = "working", ["subject"] = Reference("Patient/" + patient), ["entry"] = new JsonArray(entry) })).Is(201);

        Assert.Equal([id], await Ids("Observation?_list=" + list));
        Assert.Empty(await Ids("Observation?_list=none"));
    }

    [Theory]
    [InlineData("fhir/Patient?_id={id}")]
    [InlineData("members/hospital/fhir/Patient?_id={local}")]
    public async Task Lenient_handling_reports_what_it_ignored(string path)
    {
        var local = net.New("lenient");
        var id = (await net.Service.PatientAsync("hospital", local)).Split('/')[^1];
        path = path.Replace("{id}", id, StringComparison.Ordinal).Replace("{local}", local, StringComparison.Ordinal);

        var strict = (await net.Service.GetAsync(path + "&favourite-colour=red", net.Hospital)).Is(400, "unknown-parameter");
        Assert.Contains("favourite-colour", strict.Text, StringComparison.Ordinal);
        (await net.Service.GetAsync(path + "&favourite-colour=red", net.Hospital, ("Prefer", "handling=strict"))).Is(400, "unknown-parameter");
        var lenient = (await net.Service.GetAsync(path + "&favourite-colour=red", net.Hospital, ("Prefer", "handling=lenient"))).Is(200);

        Assert.Equal(["match", "outcome"], Entries(lenient).Select(e => e!["search"]!["mode"]!.GetValue<string>()));
        var issue = Entries(lenient)[1]!["resource"]!["issue"]![0]!;
        Assert.Equal(("warning", true), (issue["severity"]!.GetValue<string>(), issue["diagnostics"]!.GetValue<string>().Contains("favourite-colour", StringComparison.Ordinal)));
        Assert.DoesNotContain("favourite-colour", lenient.Json["link"]![0]!["url"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_the_shared_record_chains_lead_through_what_is_visible()
    {
        var local = net.New("shared");
        var id = (await net.Service.PatientAsync("hospital", local)).Split('/')[^1];
        (await net.WriteAsync(Observation(net.New("o"), local, "seen"))).Is(201);
        async Task<int> Found(string query) => (await net.Service.GetAsync($"fhir/{query}", net.Hospital)).Is(200).Entries().Count;

        Assert.Equal(1, await Found($"Observation?patient={id}&subject:Patient._id={id}"));
        Assert.Equal(0, await Found($"Observation?patient={id}&subject:Patient._id=nobody"));
        Assert.Equal(1, await Found($"Patient?_id={id}&_has:Observation:patient:status=final"));
        Assert.Equal(0, await Found($"Patient?_id={id}&_has:Observation:patient:status=amended"));
        Assert.Equal(1, await Found($"Observation?_filter=" + Uri.EscapeDataString($"patient eq {id} and status in http://hl7.org/fhir/ValueSet/observation-status")));
        Assert.Equal(0, await Found($"Observation?_filter=" + Uri.EscapeDataString($"patient eq {id} and not (patient.id eq {id})")));
        (await net.Service.GetAsync("fhir/Observation?_filter=" + Uri.EscapeDataString($"patient eq {id} or status eq final"), net.Hospital)).Is(400, "too-costly");
        (await net.Service.GetAsync($"fhir/Observation?patient={id}&_has:AuditEvent:entity:action=R", net.Hospital)).Is(400, "unknown-parameter");
        (await net.Service.GetAsync("fhir/Practitioner?_has:Observation:performer:status=final", net.Hospital)).Is(400, "unknown-parameter");
        (await net.Service.GetAsync($"fhir/AuditEvent?patient={id}&agent:Practitioner.name=x", net.Hospital)).Is(400, "unknown-parameter");
        (await net.Service.GetAsync($"fhir/Observation?patient={id}&code:in=http://example.org/nowhere", net.Hospital)).Is(400, "invalid-parameter");
    }

    private async Task<string[]> Ids(string query) => [.. Entries((await net.ReadAsync(query)).Is(200)).Select(e => e!["resource"]!["id"]!.GetValue<string>())];

    private static JsonArray Entries(Answer answer) => answer.Json["entry"]?.AsArray() ?? [];
}
