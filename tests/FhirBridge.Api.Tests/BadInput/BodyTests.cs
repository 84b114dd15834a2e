using System.Text;
using FhirBridge.Api.Tests.Facade;
using FhirBridge.Api.Tests.Http;
using static FhirBridge.Api.Tests.Facade.Network;

namespace FhirBridge.Api.Tests.BadInput;

/// <summary>Bodies that cannot be accepted: the proper 4xx, an OperationOutcome that names the place, and a store that is as it was.</summary>
public sealed class BodyTests(Network net) : IClassFixture<Network>, IAsyncLifetime
{
    private const string Json = "application/fhir+json";
    private string patient = null!;
    private string before = null!;

    public async ValueTask InitializeAsync()
    {
        patient = await net.PersonAsync();
        (await net.WriteAsync(Observation("kept-" + patient, patient))).Is(201);
        before = await net.StateAsync("Observation", "Patient");
    }

    /// <summary>Whatever a test sent: nothing is stored by it.</summary>
    public async ValueTask DisposeAsync()
    {
        Assert.Equal(before, await net.StateAsync("Observation", "Patient"));
        GC.SuppressFinalize(this);
    }

    private string Valid => $$$"""{"resourceType":"Observation","id":"x","status":"final","code":{"text":"c"},"subject":{"reference":"Patient/{{{patient}}}"}}""";

    private Task<Answer> PutAsync(byte[] body, string? contentType = Json, string id = "x") =>
        net.Service.SendAsync(HttpMethod.Put, "members/hospital/fhir/Observation/" + id, net.Hospital, body, contentType);

    private Task<Answer> PutAsync(string body, string? contentType = Json) => PutAsync(Encoding.UTF8.GetBytes(body), contentType);

    [Theory]
    [InlineData("")]
    [InlineData("   \r\n ")]
    [InlineData("{")]
    [InlineData("{\"resourceType\":\"Observation\",}")]
    [InlineData("{\"resourceType\":\"Observation\" \"id\":\"x\"}")]
    [InlineData("{'resourceType':'Observation'}")]
    [InlineData("{\"resourceType\":\"Observation\",\"status\":\"final\u0001\"}")]
    [InlineData("{\"resourceType\":\"Observation\",\"status\":NaN}")]
    [InlineData("{\"resourceType\":\"Observation\",\"status\":\"\\uD800\"}")]
    [InlineData("/* a comment */ {\"resourceType\":\"Observation\"}")]
    [InlineData("<Observation xmlns=\"http://hl7.org/fhir\"/>")]
    public async Task MalformedJson_Is400_WithLineAndColumn(string body)
    {
        var answer = (await PutAsync(body)).Is(400, "malformed-json");
        Assert.Matches("line 1|line 2", answer.Text);
    }

    [Fact]
    public async Task Truncated_AtAnyByte_IsRefused()
    {
        var bytes = Encoding.UTF8.GetBytes(Valid);
        for (var n = 0; n < bytes.Length; n += 7) (await PutAsync(bytes[..n])).Is(400, "malformed-json");
    }

    [Theory]
    [InlineData("[]", 422, "wrong-type", null)]
    [InlineData("null", 422, "wrong-type", null)]
    [InlineData("\"Observation\"", 422, "wrong-type", null)]
    [InlineData("12", 422, "wrong-type", null)]
    [InlineData("{}}", 400, null, null)]
    [InlineData("{\"id\":\"x\"}", 400, "unknown-resource-type", null)]
    [InlineData("{\"resourceType\":\"Nonsense\",\"id\":\"x\"}", 400, "unknown-resource-type", null)]
    [InlineData("{\"resourceType\":12,\"id\":\"x\"}", 400, null, null)]
    [InlineData("{\"resourceType\":\"Patient\",\"id\":\"x\"}", 400, "bad-request", "Patient")]
    [InlineData("{\"resourceType\":\"Observation\",\"id\":\"x\",\"status\":\"final\",\"code\":{\"text\":\"c\"},\"mood\":\"good\"}", 422, "unknown-element", "Observation.mood")]
    [InlineData("{\"resourceType\":\"Observation\",\"id\":\"x\",\"status\":[\"final\"],\"code\":{\"text\":\"c\"}}", 422, null, "Observation.status")]
    [InlineData("{\"resourceType\":\"Observation\",\"id\":\"x\",\"status\":1,\"code\":{\"text\":\"c\"}}", 422, "wrong-type", "Observation.status")]
    [InlineData("{\"resourceType\":\"Observation\",\"id\":\"x\",\"status\":\"final\",\"code\":\"c\"}", 422, "wrong-type", "Observation.code")]
    [InlineData("{\"resourceType\":\"Observation\",\"id\":\"x\",\"status\":\"final\",\"code\":{\"text\":null}}", 422, null, "Observation.code.text")]
    [InlineData("{\"resourceType\":\"Observation\",\"id\":\"x\",\"status\":\"nearly\",\"code\":{\"text\":\"c\"}}", 422, "code-invalid", "Observation.status")]
    [InlineData("{\"resourceType\":\"Observation\",\"id\":\"x\",\"code\":{\"text\":\"c\"}}", 422, "required", "Observation.status")]
    [InlineData("{\"resourceType\":\"Observation\",\"id\":\"x\",\"status\":\"final\",\"code\":{\"text\":\"c\"},\"effectiveDateTime\":\"2020-13-01\"}", 422, "invalid-value", "Observation.effective")]
    [InlineData("{\"resourceType\":\"Observation\",\"id\":\"x\",\"status\":\"final\",\"code\":{\"text\":\"c\"},\"issued\":\"yesterday\"}", 422, "invalid-value", "Observation.issued")]
    [InlineData("{\"resourceType\":\"Observation\",\"id\":\"y\",\"status\":\"final\",\"code\":{\"text\":\"c\"}}", 400, "bad-request", "Observation.id")]
    [InlineData("{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"c\"}}", 400, "bad-request", "Observation.id")]
    [InlineData("{\"resourceType\":\"Observation\",\"id\":\"x\",\"id\":\"x\",\"status\":\"final\",\"code\":{\"text\":\"c\"}}", 400, "malformed-json", "Observation.id")]
    public async Task WrongContent_IsRefused_NamingTheElement(string body, int status, string? code, string? place)
    {
        var answer = (await PutAsync(body)).Is(status);
        if (code is not null) answer.Is(status, code);
        if (place is not null) Assert.StartsWith(place, answer.Json["issue"]![0]!["expression"]![0]!.GetValue<string>());
    }

    [Fact]
    public async Task SeveralFaults_AreAllTold()
    {
        var answer = (await PutAsync("{\"resourceType\":\"Observation\",\"id\":\"x\",\n\"status\":\"nearly\",\n\"mood\":1,\n\"issued\":\"now\"}")).Is(422);
        Assert.True(answer.Json["issue"]!.AsArray().Count >= 4, answer.Text);
        Assert.Contains("line 3", answer.Text);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("text/plain")]
    [InlineData("text/html")]
    [InlineData("*/*")]
    [InlineData("application/*")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json-patch+json")]
    [InlineData("nonsense")]
    public async Task ContentType_ThatIsNotFhir_Is415(string? contentType) => (await PutAsync(Valid, contentType)).Is(415, "unsupported-media-type");

    [Fact]
    public async Task Json_SentAsXml_AndXmlSentAsJson_AreMalformed()
    {
        (await PutAsync(Valid, "application/fhir+xml")).Is(400, "malformed-xml");
        (await PutAsync("<Observation xmlns=\"http://hl7.org/fhir\"><id value=\"x\"/></Observation>")).Is(400, "malformed-json");
    }

    [Fact]
    public async Task InvalidUtf8_IsRefused()
    {
        var bytes = Encoding.UTF8.GetBytes(Valid.Replace("\"c\"", "\"c?\"", StringComparison.Ordinal));
        foreach (var bad in new byte[] { 0xFF, 0xC0, 0x80, 0xED })
        {
            bytes[Array.IndexOf(bytes, (byte)'?')] = bad;
            (await PutAsync(bytes)).Is(400, "malformed-json");
            bytes = Encoding.UTF8.GetBytes(Valid.Replace("\"c\"", "\"c?\"", StringComparison.Ordinal));
        }

        (await PutAsync(Encoding.Unicode.GetBytes(Valid))).Is(400, "malformed-json");
    }

    [Fact]
    public async Task ByteOrderMark_IsReadOver()
    {
        var id = "kept-" + patient;
        var written = (await PutAsync([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Valid.Replace("\"x\"", $"\"{id}\"", StringComparison.Ordinal))], Json, id)).Is(200);
        Assert.Equal("c", (await net.ReadAsync("Observation/" + id)).Is(200).Json["code"]!["text"]!.GetValue<string>());
        Assert.Equal("W/\"2\"", written.ETag);
        before = await net.StateAsync("Observation", "Patient");
    }

    [Fact]
    public async Task TenMegabytes_Are413_DeclaredOrNot()
    {
        var body = Encoding.UTF8.GetBytes(Valid.Replace("\"c\"", $"\"{new string('c', 10_000_000)}\"", StringComparison.Ordinal));
        (await PutAsync(body)).Is(413, "too-large");
        using var request = new HttpRequestMessage(HttpMethod.Put, net.Service.Base + "/members/hospital/fhir/Observation/x") { Content = new StreamContent(new Unsized(body)) };
        request.Headers.TransferEncodingChunked = true;
        request.Headers.Authorization = new("Bearer", net.Hospital);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", Json);
        using var response = await net.Service.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(413, (int)response.StatusCode);
        Assert.Contains("too-large", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public async Task DeepNesting_IsRefused(int depth)
    {
        string Deep(string open, string close) => string.Concat(Enumerable.Repeat(open, depth)) + string.Concat(Enumerable.Repeat(close, depth));
        (await PutAsync(Valid.Replace("{\"text\":\"c\"}", Deep("{\"extension\":[", "]}"), StringComparison.Ordinal))).Is(400, "too-deep");
        (await PutAsync(Valid.Replace("\"c\"", Deep("[", "]"), StringComparison.Ordinal))).Is(400);
        (await PutAsync(Deep("[", "]"))).Is(400);
        (await PutAsync("<Observation xmlns=\"http://hl7.org/fhir\">" + Deep("<contained>", "</contained>") + "</Observation>", "application/fhir+xml")).Is(400);
    }

    /// <summary>Nesting just within the limit goes all the way through: stored, searched in both formats, composed, and beneath a Bundle.</summary>
    [Theory]
    [InlineData("meta")]
    [InlineData("code")]
    [InlineData("modifierless")]
    public async Task DeepestAllowedNesting_IsCarriedEverywhere(string place)
    {
        var person = net.New("deep");
        var network = await net.Service.PatientAsync("gp", person);
        var accepted = 0;
        for (var levels = 20; levels <= 52; levels += 2)
        {
            var nested = "{\"url\":\"urn:x\",\"valueString\":\"bottom\"}";
            for (var i = 0; i < levels; i++) nested = "{\"url\":\"urn:x\",\"extension\":[" + nested + "]}";
            var id = net.New("deep");
            var resource = Observation(id, person);
            var text = resource.ToJsonString();
            text = place switch
            {
                "meta" => text[..^1] + ",\"meta\":{\"extension\":[" + nested + "]}}",
                "code" => text.Replace("\"text\":", "\"extension\":[" + nested + "],\"text\":", StringComparison.Ordinal),
                _ => text[..^1] + ",\"extension\":[" + nested + "]}",
            };
            var written = await net.Service.SendAsync(HttpMethod.Put, "members/gp/fhir/Observation/" + id, net.Gp, Encoding.UTF8.GetBytes(text), Json);
            if (written.Status == 400)
            {
                Assert.Equal("too-deep", written.Problem);
                break;
            }

            written.Is(201);
            accepted++;
        }

        Assert.True(accepted > 10);
        foreach (var format in new[] { "json", "xml" })
        {
            (await net.Service.GetAsync($"members/gp/fhir/Observation?patient=Patient/{person}&_format={format}", net.Gp)).Is(200);
            (await net.Service.GetAsync($"fhir/Observation?patient={network}&_format={format}", net.Gp)).Is(200);
            (await net.Service.GetAsync($"fhir/Patient/{network}/$everything?_format={format}", net.Gp)).Is(200);
        }
    }

    [Theory]
    [InlineData("<!DOCTYPE Observation [<!ENTITY x \"y\">]><Observation xmlns=\"http://hl7.org/fhir\"><id value=\"x\"/><status value=\"&x;\"/></Observation>")]
    [InlineData("<!DOCTYPE Observation SYSTEM \"file:///etc/passwd\"><Observation xmlns=\"http://hl7.org/fhir\"/>")]
    [InlineData("<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Observation xmlns=\"http://hl7.org/fhir\"><id value=\"&x;\"/></Observation>")]
    [InlineData("<Observation xmlns=\"http://hl7.org/fhir\"><id value=\"&undefined;\"/></Observation>")]
    [InlineData("<Observation xmlns=\"http://hl7.org/fhir\"><id value=\"x\">")]
    [InlineData("<Observation xmlns=\"http://hl7.org/fhir\"/><Observation/>")]
    [InlineData("")]
    [InlineData("<")]
    public async Task HostileXml_IsMalformed(string body)
    {
        var answer = (await PutAsync(body, "application/fhir+xml")).Is(400);
        Assert.Contains("\"malformed-xml\"", answer.Text);
        Assert.DoesNotContain("root:", answer.Text);
    }

    [Fact]
    public async Task BillionLaughs_AreRefusedAtOnce()
    {
        var entities = string.Concat(Enumerable.Range(1, 9).Select(i => $"<!ENTITY l{i} \"{string.Concat(Enumerable.Repeat($"&l{i - 1};", 10))}\">"));
        (await PutAsync($"<!DOCTYPE o [<!ENTITY l0 \"ha\">{entities}]><Observation xmlns=\"http://hl7.org/fhir\"><id value=\"&l9;\"/></Observation>", "application/fhir+xml")).Is(400, "malformed-xml");
    }

    [Theory]
    [InlineData("{\"resourceType\":\"Patient\",\"id\":\"x\"}", 400, "bad-request", "Patient")]
    [InlineData("{\"resourceType\":\"Bundle\",\"type\":\"searchset\"}", 400, "bad-request", "Bundle.type")]
    [InlineData("{\"resourceType\":\"Bundle\",\"type\":\"nonsense\"}", 422, "code-invalid", "Bundle.type")]
    [InlineData("{\"resourceType\":\"Bundle\"}", 422, "required", "Bundle.type")]
    [InlineData("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":{}}", 422, null, "Bundle.entry")]
    [InlineData("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{}]}", 422, null, "Bundle.entry[0]")]
    [InlineData("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[null]}", 422, null, "Bundle.entry")]
    [InlineData("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[]}", 422, null, "Bundle.entry")]
    [InlineData("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"fullUrl\":\"urn:uuid:1\"}]}", 400, "bad-request", "Bundle.entry[0]")]
    [InlineData("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"request\":{\"method\":\"PUT\",\"url\":\"Observation/x\"}}]}", 422, "required", "Bundle.entry[0]")]
    [InlineData("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"request\":{\"method\":\"PATCH\",\"url\":\"Observation/x\"}}]}", 422, "required", "Bundle.entry[0]")]
    [InlineData("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"request\":{\"method\":\"GET\",\"url\":\"../../fhir/Patient/1\"}}]}", 400, "bad-request", "Bundle.entry[0]")]
    [InlineData("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"request\":{\"method\":\"DELETE\",\"url\":\"Observation?status=final\"}}]}", 400, "bad-request", "Bundle.entry[0]")]
    [InlineData("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"resource\":{\"resourceType\":\"Observation\",\"id\":\"x\"},\"request\":{\"method\":\"PUT\",\"url\":\"Observation/x\"}}]}", 422, "required", "Bundle.entry[0].resource")]
    [InlineData("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"resource\":{\"resourceType\":\"Basic\",\"id\":\"y\",\"code\":{\"text\":\"c\"}},\"request\":{\"method\":\"PUT\",\"url\":\"Basic/x\"}}]}", 400, "bad-request", "Bundle.entry[0].resource")]
    [InlineData("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"resource\":{\"resourceType\":\"Basic\",\"id\":\"x\",\"code\":{\"text\":\"c\"}},\"request\":{\"method\":\"PUT\",\"url\":\"Observation/x\"}}]}", 400, "bad-request", "Bundle.entry[0].resource")]
    public async Task Bundle_ThatIsWrong_IsRefused_NamingTheEntry(string bundle, int status, string? code, string place)
    {
        var answer = (await net.Service.SendAsync(HttpMethod.Post, "members/hospital/fhir", net.Hospital, Encoding.UTF8.GetBytes(bundle), Json)).Is(status);
        if (code is not null) answer.Is(status, code);
        Assert.StartsWith(place, answer.Json["issue"]![0]!["expression"]![0]!.GetValue<string>());
    }

    [Fact]
    public async Task Bundle_OfTenThousandEntries_IsTooLarge()
    {
        var entries = string.Join(',', Enumerable.Repeat("{\"request\":{\"method\":\"GET\",\"url\":\"Observation/absent\"}}", 10_000));
        foreach (var type in new[] { "transaction", "batch" })
        {
            var body = Encoding.UTF8.GetBytes($"{{\"resourceType\":\"Bundle\",\"type\":\"{type}\",\"entry\":[{entries}]}}");
            var answer = (await net.Service.SendAsync(HttpMethod.Post, "members/hospital/fhir", net.Hospital, body, Json)).Is(413, "too-large");
            Assert.Equal("Bundle.entry", answer.Json["issue"]![0]!["expression"]![0]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task OperationOutcome_IsMadeInXmlToo_WhateverItQuotes()
    {
        foreach (var body in new[] { "{\"resourceType\":\"\u0007\"}", "{\"resourceType\":\"Observation\",\"id\":\"x\",\"<a>\u0085&\":1}", "{\"resourceType\":\"Observation\",\"id\":\"\\u0000\"}", "{\"resourceType\":\"Observation\",\"\\uFFFE\":1}" })
        {
            var answer = await net.Service.SendAsync(HttpMethod.Put, "members/hospital/fhir/Observation/x", net.Hospital, Encoding.UTF8.GetBytes(body), Json, ("Accept", "application/fhir+xml"));
            Assert.InRange(answer.Status, 400, 422);
            var xml = System.Xml.Linq.XDocument.Parse(answer.Text);
            Assert.Equal("OperationOutcome", xml.Root!.Name.LocalName);
        }
    }

    private sealed class Unsized(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
