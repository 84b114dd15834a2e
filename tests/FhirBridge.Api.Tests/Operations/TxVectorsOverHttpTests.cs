using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Facade;
using FhirBridge.Api.Tests.Http;
using FhirBridge.Fhir.Tests;

namespace FhirBridge.Api.Tests.Operations;

/// <summary>
/// All vectors of the terminology ecosystem over HTTP: with the resources that they are about sent along, and with those resources written by the operator. What base R4 refuses to store stands in
/// the ledger of this test, and is sent along there, too.
/// </summary>
public sealed class TxVectorsOverHttpTests(Network net) : IClassFixture<Network>
{
    private static readonly JsonObject Stored = Read();

    public static TheoryData<string> Suites => [.. TxVectors.Suites];

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Suite_WithItsResourcesSentAlong_AnswersAsExpected(string suite)
    {
        var surprises = new List<string>();
        foreach (var test in TxVectors.Tests(suite))
        {
            var request = TxVectors.Request(test);
            foreach (var resource in TxVectors.SetUp(suite)) request["parameter"]!.AsArray().Add(new JsonObject { ["name"] = "tx-resource", ["resource"] = resource.DeepClone() });
            Note(surprises, TxVectors.Name(test), Judge(test, await PostAsync(test, request)), TxVectors.Ledger.ContainsKey(TxVectors.Name(test)));
        }

        Assert.True(surprises.Count == 0, string.Join('\n', surprises));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Suite_WithItsResourcesStored_AnswersAsExpected_ByPostAndByGet(string suite)
    {
        var surprises = new List<string>();
        var written = new List<(string Path, string ETag)>();
        var along = new List<JsonNode>();
        foreach (var (resource, i) in TxVectors.SetUp(suite).Select((r, i) => (r.DeepClone(), i)))
        {
            var type = (string)resource["resourceType"]!;
            var name = $"{type} {resource["url"]}|{resource["version"]}";
            resource["id"] = $"tx-{i}";
            var answer = await net.Service.PutAsync($"fhir/{type}/tx-{i}", net.Service.Operator, resource);
            if (answer.Status == 201) written.Add(($"fhir/{type}/tx-{i}", answer.ETag));
            else along.Add(resource);
            Note(surprises, name, answer.Status == 201 ? null : answer.Text, Stored["refused"]!.AsObject().ContainsKey(name));
        }

        foreach (var test in TxVectors.Tests(suite))
        {
            var name = TxVectors.Name(test);
            var isInLedger = TxVectors.Ledger.ContainsKey(name);
            var request = TxVectors.Request(test);
            var query = along.Count == 0 ? Query(request) : null;
            foreach (var resource in along) request["parameter"]!.AsArray().Add(new JsonObject { ["name"] = "tx-resource", ["resource"] = resource.DeepClone() });
            Note(surprises, name, Judge(test, await PostAsync(test, request)), isInLedger);
            if (query is not null) Note(surprises, $"GET of {name}", Judge(test, await net.Service.GetAsync(Path(test) + query, net.Gp, Headers(test))), isInLedger);
        }

        foreach (var (path, etag) in written) (await net.Service.DeleteAsync(path, net.Service.Operator, ("If-Match", etag))).Is(204);
        Assert.True(surprises.Count == 0, string.Join('\n', surprises));
    }

    [Fact]
    public async Task Answer_InXml_IsTheSame()
    {
        var test = TxVectors.Tests("simple-cases").First();
        var request = TxVectors.Request(test);
        foreach (var resource in TxVectors.SetUp("simple-cases")) request["parameter"]!.AsArray().Add(new JsonObject { ["name"] = "tx-resource", ["resource"] = resource.DeepClone() });
        var json = (await PostAsync(test, request)).Is(200);
        var xml = (await net.Service.PostAsync(Path(test), net.Gp, request, ("Accept", "application/fhir+xml"))).Is(200);
        Assert.StartsWith("application/fhir+xml", xml.Headers["Content-Type"], StringComparison.Ordinal);
        var read = Fhir.FhirXml.ReadLenient(xml.Body).Value!.Root;
        Assert.Equal(json.Json["expansion"]!["contains"]!.AsArray().Count, read["expansion"].Children("contains").Count());
    }

    private Task<Answer> PostAsync(JsonObject test, JsonObject request) => net.Service.PostAsync(Path(test), net.Gp, request, Headers(test));

    private static string Path(JsonObject test) => (string)test["operation"]! switch
    {
        "expand" => "fhir/ValueSet/$expand",
        "validate-code" => "fhir/ValueSet/$validate-code",
        "cs-validate-code" => "fhir/CodeSystem/$validate-code",
        "lookup" => "fhir/CodeSystem/$lookup",
        "translate" => "fhir/ConceptMap/$translate",
        "batch-validate" => "fhir/ValueSet/$batch-validate-code",
        var other => throw new InvalidDataException(other),
    };

    private static (string, string)[] Headers(JsonObject test)
    {
        var headers = new List<(string, string)>();
        if ((string?)test["Accept-Language"] is { } language) headers.Add(("Accept-Language", language));
        if (test["header"] is { } header) headers.Add(((string)header["name"]!, (string)header["value"]!));
        return [.. headers];
    }

    /// <summary>The request as a query; null when not all its parameters are primitive, which is what R4 asks of one.</summary>
    private static string? Query(JsonObject request)
    {
        var query = new List<string>();
        foreach (var p in request["parameter"]!.AsArray())
        {
            var value = p!.AsObject().FirstOrDefault(x => x.Key.StartsWith("value", StringComparison.Ordinal)).Value;
            if (value is not JsonValue) return null;
            query.Add($"{p["name"]}={Uri.EscapeDataString(value.ToString())}");
        }

        return "?" + string.Join('&', query);
    }

    private static string? Judge(JsonObject test, Answer answer) =>
        answer.Status is not (200 or 400 or 422) ? $"{answer.Status}: {answer.Text}"
        : TxVectors.Judge(test, answer.Status == 200, answer.Json);

    private static void Note(List<string> surprises, string name, string? difference, bool isInLedger)
    {
        if (difference is null && isInLedger) surprises.Add($"{name} passes and stands in the ledger");
        if (difference is not null && !isInLedger) surprises.Add($"{name}: {difference}");
    }

    private static JsonObject Read()
    {
        using var file = typeof(TxVectorsOverHttpTests).Assembly.GetManifestResourceStream("terminology/tx-stored-ledger.json")!;
        return JsonNode.Parse(file)!.AsObject();
    }
}
