using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using FhirBridge.Api.Tests.Facade;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Tests.Http;

/// <summary>JSON and XML on both bases, in and out, failures too. Specification: https://hl7.org/fhir/R4/http.html#mime-type.</summary>
public sealed class FormatTests(Network net) : IClassFixture<Network>
{
    private const string Json = "application/fhir+json";
    private const string Xml = "application/fhir+xml";

    [Theory]
    [InlineData(null, null, Json)]
    [InlineData("*/*", null, Json)]
    [InlineData("application/*", null, Json)]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", null, Json)]
    [InlineData("application/json", null, Json)]
    [InlineData("text/json", null, Json)]
    [InlineData("application/fhir+xml", null, Xml)]
    [InlineData("application/xml", null, Xml)]
    [InlineData("text/xml", null, Xml)]
    [InlineData("APPLICATION/FHIR+XML", null, Xml)]
    [InlineData("application/fhir+json;q=0.5, application/fhir+xml", null, Xml)]
    [InlineData("application/fhir+xml;q=0.5, application/fhir+json;q=0.7", null, Json)]
    [InlineData("application/fhir+json;q=0, */*", null, Xml)]
    [InlineData("text/turtle, application/fhir+xml;q=0.1", null, Xml)]
    [InlineData("application/fhir+xml; fhirVersion=4.0", null, Xml)]
    [InlineData("application/fhir+xml; fhirVersion=3.0, application/fhir+json; fhirVersion=4.0", null, Json)]
    [InlineData("not a type;;, application/fhir+xml", null, Xml)]
    [InlineData(",,", null, Json)]
    [InlineData("application/fhir+json", "xml", Xml)]
    [InlineData("application/fhir+json", "application/fhir+xml", Xml)]
    [InlineData("application/fhir+json", "application/fhir%2Bxml", Xml)]
    [InlineData("text/turtle", "json", Json)]
    [InlineData("application/fhir+xml", "text/json", Json)]
    [InlineData("application/fhir+json; fhirVersion=3.0", null, null)]
    [InlineData("application/fhir+json;q=0", null, null)]
    [InlineData("text/turtle", null, null)]
    [InlineData(null, "ttl", null)]
    [InlineData(null, "", null)]
    [InlineData(null, "application/fhir%2Bjson;fhirVersion=5.0", null)]
    public async Task Answer_IsInTheFormatAskedFor(string? accept, string? format, string? expected)
    {
        foreach (var face in new[] { "fhir", "members/hospital/fhir" })
        {
            (string, string)[] headers = accept is null ? [] : [("Accept", accept)];
            var query = format is null ? "" : "?_format=" + format;
            foreach (var (path, token, status) in new[] { ("metadata", null, 200), ("Observation/absent", net.Hospital, 404), ("Observation/absent", null, 401), ("nowhere/to/go/to", net.Hospital, 404) })
            {
                var answer = (await net.Service.GetAsync($"{face}/{path}{query}", token, headers)).Is(expected is null ? 406 : status);
                Assert.Equal((expected ?? Json) + "; charset=utf-8", answer.Headers["Content-Type"]);
                Assert.Contains("Accept", answer.Headers["Vary"]);
                AssertReads(answer);
            }
        }
    }

    [Fact]
    public async Task EveryInteraction_InXml_SaysTheSameAsInJson()
    {
        var (local, id) = (await net.PersonAsync(), net.New("o"));
        var json = FhirJson.Read(Encoding.UTF8.GetBytes(Network.Observation(id, local, "of XML").ToJsonString())).Value!;
        var written = await SendXmlAsync(HttpMethod.Put, "members/hospital/fhir/Observation/" + id, ToXml(json.Root));
        Assert.Equal("<Observation", written.Is(201).Text[..12]);
        var patient = (await net.ReadAsync("Patient/" + local)).Is(200);
        var network = TestService.NetworkId(patient.Json);
        string[] paths =
        [
            $"members/hospital/fhir/Observation/{id}", $"members/hospital/fhir/Observation/{id}/_history", $"members/hospital/fhir/Observation/{id}/_history/1",
            $"members/hospital/fhir/Observation?patient={local}", $"fhir/Patient/{network}", $"fhir/Observation?patient={network}", $"fhir/Patient/{network}/$everything",
            "fhir/Organization/hospital", "fhir/Organization?_id=hospital", "fhir/metadata", "members/hospital/fhir/metadata",
        ];
        foreach (var path in paths)
        {
            var other = path.Contains('?') ? "&" : "?";
            var first = (await net.Service.GetAsync(path, net.Hospital)).Is(200);
            var second = (await net.Service.GetAsync(path, net.Hospital, ("Accept", Xml))).Is(200);
            Assert.Equal(first.Headers.GetValueOrDefault("ETag"), second.Headers.GetValueOrDefault("ETag"));
            Assert.Equal(Canonical(first), Canonical(second));
            var pretty = (await net.Service.GetAsync(path + other + "_pretty=true", net.Hospital)).Is(200);
            Assert.Contains("\n  \"", pretty.Text);
            var prettyXml = (await net.Service.GetAsync(path + other + "_pretty=true&_format=xml", net.Hospital)).Is(200);
            Assert.Contains("\n  <", prettyXml.Text);

            // The request itself stands in the links of a Bundle.
            if (!path.Contains('?')) Assert.Equal((Canonical(first), Canonical(first)), (Canonical(pretty), Canonical(prettyXml)));
        }
    }

    [Fact]
    public async Task Transaction_InXml_IsDoneAndAnsweredInXml()
    {
        var (local, id) = (await net.PersonAsync(), net.New("t"));
        var bundle = new JsonObject
        {
            ["resourceType"] = "Bundle", ["type"] = "transaction",
            ["entry"] = new JsonArray(new JsonObject
            {
                ["resource"] = Network.Observation(id, local), ["request"] = new JsonObject { ["method"] = "PUT", ["url"] = "Observation/" + id },
            }),
        };
        var xml = ToXml(FhirJson.Read(Encoding.UTF8.GetBytes(bundle.ToJsonString())).Value!.Root);
        var answer = (await SendXmlAsync(HttpMethod.Post, "members/hospital/fhir", xml)).Is(200);
        var root = XDocument.Parse(answer.Text).Root!;
        Assert.Equal("Bundle", root.Name.LocalName);
        Assert.Contains(root.Descendants(), e => e.Name.LocalName == "status" && e.Attribute("value")!.Value.StartsWith("201", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Failure_InXml_HasTheSameIssues()
    {
        var bad = "<Observation xmlns=\"http://hl7.org/fhir\">\n <status value=\"strange\"/>\n <colour value=\"red\"/>\n</Observation>";
        var answer = await SendXmlAsync(HttpMethod.Post, "members/hospital/fhir/Observation", bad);
        var issues = XDocument.Parse(answer.Text).Root!.Elements().ToList();
        Assert.InRange(answer.Status, 400, 422);
        XNamespace fhir = "http://hl7.org/fhir";
        Assert.Equal(
            ["Observation.code", "Observation.status", "Observation.colour"],
            issues.Select(i => i.Element(fhir + "expression")!.Attribute("value")!.Value));
        Assert.All(issues, i => Assert.Matches(@"\(line \d+, column \d+\)", i.Element(fhir + "diagnostics")!.Attribute("value")!.Value));
    }

    [Theory]
    [InlineData("application/fhir+json", 201)]
    [InlineData("application/json", 201)]
    [InlineData("application/fhir+json; charset=UTF-8", 201)]
    [InlineData("application/fhir+json; charset=\"utf-8\"; fhirVersion=4.0", 201)]
    [InlineData("application/fhir+json; charset=iso-8859-1", 415)]
    [InlineData("application/fhir+json; fhirVersion=5.0", 415)]
    [InlineData("application/*", 415)]
    [InlineData("text/html", 415)]
    [InlineData("json", 415)]
    [InlineData(null, 415)]
    public async Task Body_IsReadByItsContentType(string? contentType, int status)
    {
        var (local, id) = (await net.PersonAsync(), net.New("c"));
        var body = Encoding.UTF8.GetBytes(Network.Observation(id, local).ToJsonString());
        (await net.Service.SendAsync(HttpMethod.Put, "members/hospital/fhir/Observation/" + id, net.Hospital, body, contentType)).Is(status);
    }

    private Task<Answer> SendXmlAsync(HttpMethod method, string path, string xml) =>
        net.Service.SendAsync(method, path, net.Hospital, Encoding.UTF8.GetBytes(xml), Xml, ("Accept", Xml));

    private static string ToXml(FhirElement resource)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        FhirXml.Write(resource, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string Canonical(Answer answer) => Encoding.UTF8.GetString(FhirJson.Canonical(AssertReads(answer)));

    private static FhirElement AssertReads(Answer answer)
    {
        var read = answer.Headers["Content-Type"].StartsWith(Xml, StringComparison.Ordinal) ? FhirXml.Read(answer.Body) : FhirJson.Read(answer.Body);
        Assert.True(read.IsOk, answer.Text + string.Join('\n', read.Problems));
        return read.Value.Root;
    }
}
