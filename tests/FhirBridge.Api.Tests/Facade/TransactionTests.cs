using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Http;
using static FhirBridge.Api.Tests.Facade.Network;
using static FhirBridge.Api.Tests.Http.TestService;

namespace FhirBridge.Api.Tests.Facade;

/// <summary>transaction and batch on a facade. https://hl7.org/fhir/R4/http.html#transaction.</summary>
public sealed class TransactionTests(Network net) : IClassFixture<Network>
{
    private Task<Answer> PostAsync(JsonObject bundle, params (string, string)[] headers) => net.Service.PostAsync("members/hospital/fhir", net.Hospital, bundle, headers);

    [Fact]
    public async Task Transaction_WithUrns_LinksItsEntries()
    {
        var patient = PatientJson("x", net.Service.NewSsn());
        patient.Remove("id");
        var condition = new JsonObject { ["resourceType"] = "Condition", ["subject"] = Reference("urn:uuid:0e4f8fd6-2a5e-4d5a-9d7a-000000000001") };
        var observation = Observation("x", "x");
        observation.Remove("id");
        observation["subject"] = Reference("urn:uuid:0e4f8fd6-2a5e-4d5a-9d7a-000000000001");
        observation["focus"] = new JsonArray(Reference("urn:uuid:0e4f8fd6-2a5e-4d5a-9d7a-000000000002"));

        // The Observation comes first: the order of entries does not matter.
        var answer = (await PostAsync(Bundle(
            "transaction",
            Entry("POST", "Observation", observation, "urn:uuid:0e4f8fd6-2a5e-4d5a-9d7a-000000000003"),
            Entry("POST", "Patient", patient, "urn:uuid:0e4f8fd6-2a5e-4d5a-9d7a-000000000001"),
            Entry("POST", "Condition", condition, "urn:uuid:0e4f8fd6-2a5e-4d5a-9d7a-000000000002")))).Is(200);
        Assert.Equal("transaction-response", answer.Json["type"]!.GetValue<string>());
        var entries = answer.Json["entry"]!.AsArray();
        Assert.All(entries, e => Assert.StartsWith("201", e!["response"]!["status"]!.GetValue<string>()));
        var locations = entries.Select(e => e!["response"]!["location"]!.GetValue<string>()).ToList();
        Assert.Contains("/Observation/", locations[0]);
        Assert.Contains("/Patient/", locations[1]);
        var stored = (await net.Service.GetAsync(locations[0], net.Hospital)).Is(200);
        Assert.DoesNotContain("urn:uuid", stored.Text);
        Assert.Contains(stored.Json["subject"]!["reference"]!.GetValue<string>() + "/_history/1", locations[1]);
        Assert.Contains(stored.Json["focus"]![0]!["reference"]!.GetValue<string>() + "/_history/1", locations[2]);
    }

    [Fact]
    public async Task Transaction_OverTwoPatients_StoresNothing()
    {
        var (one, two) = (await net.PersonAsync(), await net.PersonAsync());
        var (a, b) = (net.New("o"), net.New("o"));
        (await PostAsync(Bundle("transaction", Entry("PUT", "Observation/" + a, Observation(a, one)), Entry("PUT", "Observation/" + b, Observation(b, two))))).Is(422, "business-rule");
        (await net.ReadAsync("Observation/" + a)).Is(404);
        (await net.ReadAsync("Observation/" + b)).Is(404);
    }

    [Fact]
    public async Task Transaction_WithOneBadEntry_StoresNothing_AndNamesTheEntry()
    {
        var patient = await net.PersonAsync();
        var (a, b) = (net.New("o"), net.New("o"));
        var refused = (await PostAsync(Bundle("transaction", Entry("PUT", "Observation/" + a, Observation(a, patient)), Entry("PUT", "Observation/" + b, Observation(b, "nobody"))))).Is(422, "unknown-reference");
        Assert.StartsWith("Bundle.entry[1].resource", refused.Json["issue"]![0]!["expression"]![0]!.GetValue<string>());
        var stale = Entry("PUT", "Observation/" + b, Observation(b, patient));
        stale["request"]!["ifMatch"] = "W/\"4\"";
        (await PostAsync(Bundle("transaction", Entry("PUT", "Observation/" + a, Observation(a, patient)), stale))).Is(412, "version-conflict");
        (await net.ReadAsync("Observation/" + a)).Is(404);
    }

    [Fact]
    public async Task Transaction_CreatesUpdatesDeletesAndReads_AsOne()
    {
        var patient = await net.PersonAsync();
        var (a, b, c) = (net.New("o"), net.New("o"), net.New("o"));
        (await net.WriteAsync(Observation(a, patient, "old"))).Is(201);
        (await net.WriteAsync(Observation(b, patient))).Is(201);
        var answer = (await PostAsync(Bundle(
            "transaction",
            Entry("GET", "Observation/" + a),
            Entry("DELETE", "Observation/" + b),
            Entry("PUT", "Observation/" + a, Observation(a, patient, "new")),
            Entry("PUT", "Observation/" + c, Observation(c, patient))))).Is(200).Json["entry"]!.AsArray();
        Assert.Equal(["200", "204", "200", "201"], answer.Select(e => e!["response"]!["status"]!.GetValue<string>()[..3]));

        // Reads come after the writes.
        Assert.Equal("new", answer[0]!["resource"]!["code"]!["text"]!.GetValue<string>());
        (await net.ReadAsync("Observation/" + b)).Is(410);
        Assert.Equal("W/\"2\"", (await net.ReadAsync("Observation/" + a)).Is(200).ETag);
    }

    [Fact]
    public async Task Transaction_ThatWritesOneResourceTwice_IsRefused()
    {
        var (patient, a) = (await net.PersonAsync(), net.New("o"));
        (await PostAsync(Bundle("transaction", Entry("PUT", "Observation/" + a, Observation(a, patient)), Entry("PUT", "Observation/" + a, Observation(a, patient))))).Is(400, "bad-request");
        (await PostAsync(Bundle("transaction", Entry("PUT", "Observation/" + a, Observation(a, patient)), Entry("DELETE", "Observation/" + a)))).Is(400, "bad-request");
        (await net.ReadAsync("Observation/" + a)).Is(404);
    }

    [Fact]
    public async Task Batch_DoesEachByItself()
    {
        var patient = await net.PersonAsync();
        var (a, b) = (net.New("o"), net.New("o"));
        var answer = (await PostAsync(Bundle(
            "batch",
            Entry("PUT", "Observation/" + a, Observation(a, patient)),
            Entry("PUT", "Observation/" + b, Observation(b, "nobody")),
            Entry("GET", "Observation/" + a),
            Entry("GET", "Observation/absent"),
            Entry("GET", $"Observation?_id={a}&_total=accurate")))).Is(200).Json["entry"]!.AsArray();
        Assert.Equal(["201", "422", "200", "404", "200"], answer.Select(e => e!["response"]!["status"]!.GetValue<string>()[..3]));
        Assert.Equal("unknown-reference", answer[1]!["response"]!["outcome"]!["issue"]![0]!["details"]!["coding"]![0]!["code"]!.GetValue<string>());
        Assert.Equal(1, answer[4]!["resource"]!["total"]!.GetValue<int>());
    }

    [Fact]
    public async Task EmptyBundles_AreAnsweredEmpty()
    {
        Assert.Equal("transaction-response", (await PostAsync(new JsonObject { ["resourceType"] = "Bundle", ["type"] = "transaction" })).Is(200).Json["type"]!.GetValue<string>());
        Assert.Equal("batch-response", (await PostAsync(new JsonObject { ["resourceType"] = "Bundle", ["type"] = "batch" })).Is(200).Json["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task Batch_OnTheSharedRecord_ReadsAndAnswersDeniedAsAbsent()
    {
        var network = await net.Service.PatientAsync("hospital", net.New("p"));
        var answer = (await net.Service.PostAsync("fhir", net.Gp, Bundle("batch", Entry("GET", "Patient/" + network), Entry("GET", "Patient/00000000000000000000"), Entry("GET", "Organization/gp")))).Is(200).Json["entry"]!.AsArray();
        Assert.Equal(["404", "404", "200"], answer.Select(e => e!["response"]!["status"]!.GetValue<string>()[..3]));
        Assert.Equal(answer[0]!.ToJsonString(), answer[1]!.ToJsonString());
        (await net.Service.PostAsync("fhir", net.Gp, Bundle("transaction", Entry("GET", "Organization/gp")))).Is(405, "not-supported");
    }
}
