using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Http;
using static FhirBridge.Api.Tests.Facade.Network;
using static FhirBridge.Api.Tests.Http.TestService;

namespace FhirBridge.Api.Tests.Facade;

/// <summary>create, update, delete, read, vread and history by the owner. https://hl7.org/fhir/R4/http.html.</summary>
public sealed class WriteTests(Network net) : IClassFixture<Network>
{
    [Fact]
    public async Task Create_GivesAnIdAVersionAndALocationThatIsRead()
    {
        var resource = Observation("ignored", await net.PersonAsync());
        resource.Remove("id");
        var created = (await net.Service.PostAsync("members/hospital/fhir/Observation", net.Hospital, resource)).Is(201);
        var id = created.Json["id"]!.GetValue<string>();
        Assert.Equal($"{net.Service.Base}/members/hospital/fhir/Observation/{id}/_history/1", created.Headers["Location"]);
        Assert.Equal("W/\"1\"", created.ETag);
        Assert.Equal("1", created.Json["meta"]!["versionId"]!.GetValue<string>());
        Assert.True(created.Headers.ContainsKey("Last-Modified"));
        var read = (await net.ReadAsync("Observation/" + id)).Is(200);
        Assert.Equal((created.Text, created.ETag, created.Headers["Last-Modified"]), (read.Text, read.ETag, read.Headers["Last-Modified"]));
        Assert.Equal(created.Text, (await net.Service.GetAsync(created.Headers["Location"], net.Hospital)).Is(200).Text);
    }

    [Fact]
    public async Task Create_IgnoresTheIdAndVersionInTheBody()
    {
        var resource = Observation("chosen-by-the-client", await net.PersonAsync());
        resource["meta"] = new JsonObject { ["versionId"] = "77", ["lastUpdated"] = "1999-01-01T00:00:00Z" };
        var created = (await net.Service.PostAsync("members/hospital/fhir/Observation", net.Hospital, resource)).Is(201);
        Assert.NotEqual("chosen-by-the-client", created.Json["id"]!.GetValue<string>());
        Assert.Equal("1", created.Json["meta"]!["versionId"]!.GetValue<string>());
        Assert.DoesNotContain("1999", created.Text);
    }

    [Fact]
    public async Task Update_CreatesThenReplaces_WithOneVersionEach()
    {
        var (id, patient) = (net.New("o"), await net.PersonAsync());
        var first = (await net.WriteAsync(Observation(id, patient, "first"))).Is(201);
        var second = (await net.WriteAsync(Observation(id, patient, "second"))).Is(200);
        Assert.Equal(("W/\"1\"", "W/\"2\""), (first.ETag, second.ETag));
        Assert.EndsWith($"/Observation/{id}/_history/2", second.Headers["Location"]);
        Assert.Contains("first", (await net.ReadAsync($"Observation/{id}/_history/1")).Is(200).Text);
        Assert.Contains("second", (await net.ReadAsync($"Observation/{id}/_history/2")).Is(200).Text);
        (await net.ReadAsync($"Observation/{id}/_history/3")).Is(404, "not-found");
        (await net.ReadAsync($"Observation/{id}/_history/0")).Is(404, "not-found");
        (await net.ReadAsync($"Observation/{id}/_history/one")).Is(404, "not-found");
    }

    [Fact]
    public async Task IfMatch_IsHonoured_AndAStaleOneChangesNothing()
    {
        var (id, patient) = (net.New("o"), await net.PersonAsync());
        (await net.WriteAsync(Observation(id, patient, "one"), ("If-Match", "W/\"1\""))).Is(412, "version-conflict");
        (await net.ReadAsync("Observation/" + id)).Is(404, "not-found");
        (await net.WriteAsync(Observation(id, patient, "one"))).Is(201);
        (await net.WriteAsync(Observation(id, patient, "two"), ("If-Match", "W/\"1\""))).Is(200);
        (await net.WriteAsync(Observation(id, patient, "three"), ("If-Match", "W/\"1\""))).Is(412, "version-conflict");
        (await net.Service.DeleteAsync($"members/hospital/fhir/Observation/{id}", net.Hospital, ("If-Match", "W/\"1\""))).Is(412, "version-conflict");
        Assert.Contains("two", (await net.ReadAsync("Observation/" + id)).Is(200).Text);
        (await net.Service.DeleteAsync($"members/hospital/fhir/Observation/{id}", net.Hospital, ("If-Match", "W/\"2\""))).Is(204);
    }

    [Fact]
    public async Task Prefer_ChoosesTheBody()
    {
        var (id, patient) = (net.New("o"), await net.PersonAsync());
        var minimal = (await net.WriteAsync(Observation(id, patient), ("Prefer", "return=minimal"))).Is(201);
        Assert.Empty(minimal.Body);
        Assert.Equal("W/\"1\"", minimal.ETag);
        Assert.EndsWith("/_history/1", minimal.Headers["Location"]);
        var outcome = (await net.WriteAsync(Observation(id, patient), ("Prefer", "return=OperationOutcome"))).Is(200);
        Assert.Equal("OperationOutcome", outcome.Json["resourceType"]!.GetValue<string>());
        Assert.Equal("Observation", (await net.WriteAsync(Observation(id, patient), ("Prefer", "return=representation"))).Is(200).Json["resourceType"]!.GetValue<string>());
        Assert.Equal("Observation", (await net.WriteAsync(Observation(id, patient))).Is(200).Json["resourceType"]!.GetValue<string>());
    }

    /// <summary>https://hl7.org/fhir/R4/http.html#ops: the OperationOutcome holds hints and warnings about the write.</summary>
    [Fact]
    public async Task Prefer_OfAnOutcome_TellsWhatTheValidationAdvises_AlsoInBundles()
    {
        var patient = await net.PersonAsync();
        JsonObject Doubtful(string id)
        {
            var resource = Observation(id, patient).AsObject();
            resource["extension"] = JsonNode.Parse("""[{"url":"http://ehr.example/unknown","valueString":"x"}]""");
            return resource;
        }

        static List<string> Places(JsonNode? outcome) => [.. outcome!["issue"]!.AsArray().Where(i => i!["details"]!["coding"]![0]!["code"]!.GetValue<string>() == "unknown-extension").Select(i => i!["expression"]![0]!.GetValue<string>())];

        Assert.Equal(["Observation.extension[0]"], Places((await net.WriteAsync(Doubtful(net.New("o")), ("Prefer", "return=OperationOutcome"))).Is(201).Json));
        foreach (var kind in new[] { "transaction", "batch" })
        {
            var id = net.New("o");
            var bundle = new JsonObject
            {
                ["resourceType"] = "Bundle", ["type"] = kind,
                ["entry"] = new JsonArray(new JsonObject { ["resource"] = Doubtful(id), ["request"] = new JsonObject { ["method"] = "PUT", ["url"] = "Observation/" + id } }),
            };
            var entry = (await net.Service.PostAsync("members/hospital/fhir", net.Hospital, bundle, ("Prefer", "return=OperationOutcome"))).Is(200).Json["entry"]![0]!;
            Assert.Null(entry["resource"]);
            Assert.Equal(["Observation.extension[0]"], Places(entry["response"]!["outcome"]));
        }
    }

    [Fact]
    public async Task Delete_IsGone_KeepsVersions_AndCanBeWrittenAgain()
    {
        var (id, patient) = (net.New("o"), await net.PersonAsync());
        (await net.WriteAsync(Observation(id, patient, "first life"))).Is(201);
        Assert.Equal("W/\"2\"", (await net.Service.DeleteAsync($"members/hospital/fhir/Observation/{id}", net.Hospital)).Is(204).ETag);
        (await net.ReadAsync("Observation/" + id)).Is(410, "deleted");
        (await net.ReadAsync($"Observation/{id}/_history/2")).Is(410, "deleted");
        Assert.Contains("first life", (await net.ReadAsync($"Observation/{id}/_history/1")).Is(200).Text);
        Assert.Empty((await net.ReadAsync($"Observation?_id={id}")).Is(200).Entries());
        (await net.Service.DeleteAsync($"members/hospital/fhir/Observation/{id}", net.Hospital)).Is(204);
        Assert.Equal("W/\"3\"", (await net.WriteAsync(Observation(id, patient, "second life"))).Is(201).ETag);
        var history = (await net.ReadAsync($"Observation/{id}/_history")).Is(200).Json;
        Assert.Equal("history", history["type"]!.GetValue<string>());
        Assert.Equal(3, history["total"]!.GetValue<int>());
        var entries = history["entry"]!.AsArray();
        Assert.Equal(["W/\"3\"", "W/\"2\"", "W/\"1\""], entries.Select(e => e!["response"]!["etag"]!.GetValue<string>()));
        Assert.Equal("DELETE", entries[1]!["request"]!["method"]!.GetValue<string>());
        Assert.Null(entries[1]!["resource"]);
        (await net.Service.DeleteAsync("members/hospital/fhir/Observation/never-was", net.Hospital)).Is(404, "not-found");
        (await net.ReadAsync("Observation/never-was/_history")).Is(404, "not-found");
    }

    [Fact]
    public async Task ConditionalRead_AndHead()
    {
        var (id, patient) = (net.New("o"), await net.PersonAsync());
        var written = (await net.WriteAsync(Observation(id, patient))).Is(201);
        var same = (await net.ReadAsync("Observation/" + id, ("If-None-Match", written.ETag))).Is(304);
        Assert.Empty(same.Body);
        (await net.ReadAsync("Observation/" + id, ("If-Modified-Since", written.Headers["Last-Modified"]))).Is(304);
        (await net.ReadAsync("Observation/" + id, ("If-None-Match", "W/\"9\""))).Is(200);
        var head = (await net.Service.SendAsync(HttpMethod.Head, "members/hospital/fhir/Observation/" + id, net.Hospital, null, null)).Is(200);
        Assert.Empty(head.Body);
        Assert.Equal((written.ETag, written.Body.Length.ToString()), (head.ETag, head.Headers["Content-Length"]));
        (await net.Service.SendAsync(HttpMethod.Head, "members/hospital/fhir/Observation/absent", net.Hospital, null, null)).Is(404);
        (await net.Service.SendAsync(HttpMethod.Head, "members/hospital/fhir/Observation?_id=" + id, net.Hospital, null, null)).Is(200);
    }

    [Fact]
    public async Task Search_ByPostEqualsByGet_AndPagesHoldEachOnce()
    {
        var patient = await net.PersonAsync();
        for (var i = 0; i < 7; i++) (await net.WriteAsync(Observation(net.New("s"), patient, "text " + i))).Is(201);
        var get = (await net.ReadAsync($"Observation?patient=Patient/{patient}&status=final&_count=3&_total=accurate")).Is(200);
        Assert.Equal(7, get.Json["total"]!.GetValue<int>());
        var form = System.Text.Encoding.UTF8.GetBytes($"patient=Patient%2F{patient}&status=final&_count=3&_total=accurate");
        var post = (await net.Service.SendAsync(HttpMethod.Post, "members/hospital/fhir/Observation/_search", net.Hospital, form, "application/x-www-form-urlencoded")).Is(200);
        Assert.Equal(get.Entries().Select(e => e.ToJsonString()), post.Entries().Select(e => e.ToJsonString()));
        var ids = new List<string>();
        for (Answer? page = get; page is not null; page = page.Link("next") is { } next ? (await net.Service.GetAsync(next, net.Hospital)).Is(200) : null)
        {
            ids.AddRange(page.Entries().Select(e => e["id"]!.GetValue<string>()));
        }

        Assert.Equal(7, ids.Count);
        Assert.Equal(7, ids.Distinct().Count());
        Assert.Equal(0, (await net.ReadAsync($"Observation?patient=Patient/{patient}&status=amended&_total=accurate")).Is(200).Json["total"]!.GetValue<int>());
        var counted = (await net.ReadAsync($"Observation?patient=Patient/{patient}&_summary=count")).Is(200);
        Assert.Equal((7, 0), (counted.Json["total"]!.GetValue<int>(), counted.Entries().Count));
    }

    [Fact]
    public async Task Xml_GoesInAndOut_AsTheSameResource()
    {
        var (id, patient) = (net.New("x"), await net.PersonAsync());
        var xml = $"""<Observation xmlns="http://hl7.org/fhir"><id value="{id}"/><status value="final"/><code><text value="a &lt;b&gt; é"/></code><subject><reference value="Patient/{patient}"/></subject></Observation>""";
        var written = (await net.Service.SendAsync(HttpMethod.Put, "members/hospital/fhir/Observation/" + id, net.Hospital, System.Text.Encoding.UTF8.GetBytes(xml), "application/fhir+xml", ("Accept", "application/fhir+xml"))).Is(201);
        Assert.StartsWith("application/fhir+xml", written.Headers["Content-Type"]);
        Assert.Contains("a &lt;b&gt; é", written.Text);
        Assert.Equal("a <b> é", (await net.ReadAsync("Observation/" + id)).Is(200).Json["code"]!["text"]!.GetValue<string>());
        Assert.Equal(written.Text, (await net.ReadAsync($"Observation/{id}?_format=xml")).Is(200).Text);
        Assert.StartsWith("<Bundle", (await net.ReadAsync($"Observation?_id={id}&_format=xml")).Is(200).Text.Replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "").TrimStart());
        Assert.Contains("<OperationOutcome", (await net.ReadAsync("Observation/absent?_format=xml")).Is(404).Text);
        Assert.Contains("<CapabilityStatement", (await net.ReadAsync("metadata?_format=xml")).Is(200).Text);
        Assert.Contains("versionId", (await net.ReadAsync($"Observation/{id}/_history?_format=xml")).Is(200).Text);
    }

    [Fact]
    public async Task WhatIsWritten_IsReadBack_ElementByElement()
    {
        var (id, patient) = (net.New("o"), await net.PersonAsync());
        var resource = Observation(id, patient);
        resource["valueQuantity"] = JsonNode.Parse("""{"value":1.2300,"unit":"mg"}""");
        resource["extension"] = JsonNode.Parse("""[{"url":"urn:x","valueString":"white  space \u00e9 \ud83d\ude00 \"quoted\" \\ back"}]""");
        resource["_status"] = JsonNode.Parse("""{"id":"s1"}""");
        resource["contained"] = JsonNode.Parse("""[{"resourceType":"Device","id":"d"}]""");
        resource["device"] = Reference("#d");
        (await net.WriteAsync(resource)).Is(201);
        var read = (await net.ReadAsync("Observation/" + id)).Is(200);
        Assert.Contains("1.2300", read.Text);
        var json = read.Json.AsObject();
        json.Remove("meta");
        Assert.True(JsonNode.DeepEquals(json, resource), json.ToJsonString());
    }

    [Fact]
    public async Task RequestId_ComesBack()
    {
        Assert.Equal("my-request.1", (await net.ReadAsync("Observation/absent", ("X-Request-Id", "my-request.1"))).Is(404).Headers["X-Request-Id"]);
        Assert.DoesNotContain("<", (await net.ReadAsync("Observation/absent", ("X-Request-Id", "<script>"))).Is(404).Headers["X-Request-Id"]);
    }
}
