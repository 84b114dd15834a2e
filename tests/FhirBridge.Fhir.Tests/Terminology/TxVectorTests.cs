using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Tests;

/// <summary>
/// Request and response pairs of HL7's terminology ecosystem (HL7/fhir-tx-ecosystem-ig 888e84d, CC0): the whole suite is run, and what does not
/// answer as expected stands in the ledger with its reason.
/// </summary>
public class TxVectorTests
{
    private static readonly Lazy<JsonObject> Data = new(() =>
    {
        using var file = typeof(TxVectorTests).Assembly.GetManifestResourceStream("terminology/tx-vectors.br")!;
        using var json = new BrotliStream(file, CompressionMode.Decompress);
        return JsonNode.Parse(json)!.AsObject();
    });

    private static readonly Lazy<Dictionary<string, string>> Ledger = new(() =>
    {
        using var file = typeof(TxVectorTests).Assembly.GetManifestResourceStream("terminology/tx-ledger.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, string>>(file)!;
    });

    public static TheoryData<string> Suites => [.. Data.Value["setup"]!.AsObject().Select(s => s.Key).Union(Data.Value["tests"]!.AsArray().Select(t => (string)t!["suite"]!))];

    [Theory]
    [MemberData(nameof(Suites))]
    public void Suite_OfTheEcosystem_AnswersAsExpectedOrStandsInTheLedger(string suite)
    {
        var surprises = new List<string>();
        var names = new HashSet<string>();
        foreach (var test in Data.Value["tests"]!.AsArray().Where(t => (string)t!["suite"]! == suite))
        {
            var name = $"{suite}/{test!["name"]}";
            names.Add(name);
            var difference = Run(suite, test.AsObject());
            var isExpected = Ledger.Value.ContainsKey(name);
            if (difference is null && isExpected) surprises.Add($"{name} passes and stands in the ledger");
            if (difference is not null && !isExpected) surprises.Add($"{name}: {difference}");
        }

        Assert.All(Ledger.Value.Keys.Where(k => k.StartsWith(suite + "/", StringComparison.Ordinal)), k => Assert.Contains(k, names));
        Assert.True(surprises.Count == 0, $"{surprises.Count} of {names.Count}\n{string.Join('\n', surprises)}");
    }

    private static string? Run(string suite, JsonObject test)
    {
        var setup = (Data.Value["setup"]![suite] as JsonArray ?? []).Select(f => Resource((string)f!)).ToList();
        var request = Data.Value["files"]![(string)test["request"]!]!.DeepClone().AsObject();
        if ((string?)test["profile"] is { } profile)
        {
            foreach (var p in Data.Value["files"]![profile]!["parameter"]!.AsArray()) request["parameter"]!.AsArray().Add(p!.DeepClone());
        }

        var operations = new TerminologyOperations(Definitions.R4.With(setup), TimeProvider.System);
        var parameters = Tree(request);
        var language = (string?)test["Accept-Language"];
        var answer = (string)test["operation"]! switch
        {
            "expand" => operations.Expand(parameters, default, language),
            "validate-code" => operations.ValidateInValueSet(parameters, default, language),
            "cs-validate-code" => operations.ValidateInCodeSystem(parameters, default, language),
            "lookup" => operations.Lookup(parameters, default, language),
            "translate" => operations.Translate(parameters, default, language),
            "batch-validate" => TerminologyOperations.Joined([.. TerminologyOperations.Split(parameters)!.Select(p => operations.Validate(p, language))]),
            var other => throw new InvalidDataException(other),
        };
        var actual = JsonNode.Parse(answer.Json.Span)!;
        if (answer.IsOk == test.ContainsKey("http-code")) return $"ok={answer.IsOk}: {actual.ToJsonString()}";
        return TxComparison.Difference(Data.Value["files"]![(string)test["response"]!]!, TxComparison.AsR5(actual), "");
    }

    private static FhirElement Resource(string file) => Tree(Data.Value["files"]![file]!);

    private static FhirElement Tree(JsonNode json) => FhirJson.ReadTrusted(Encoding.UTF8.GetBytes(json.ToJsonString())).Value!.Root;
}
