using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Tests;

/// <summary>
/// The vectors of HL7's terminology ecosystem that are kept here (HL7/fhir-tx-ecosystem-ig 888e84d, CC0): suites with their set-up resources, and tests with requests and templates of answers.
/// </summary>
internal static class TxVectors
{
    private static readonly Lazy<JsonObject> Data = new(() =>
    {
        using var file = typeof(TxVectors).Assembly.GetManifestResourceStream("terminology/tx-vectors.br")!;
        using var json = new BrotliStream(file, CompressionMode.Decompress);
        return JsonNode.Parse(json)!.AsObject();
    });

    private static readonly Lazy<Dictionary<string, string>> LazyLedger = new(() =>
    {
        using var file = typeof(TxVectors).Assembly.GetManifestResourceStream("terminology/tx-ledger.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, string>>(file)!;
    });

    /// <summary>Tests that do not answer as expected, and why.</summary>
    public static IReadOnlyDictionary<string, string> Ledger => LazyLedger.Value;

    public static IEnumerable<string> Suites => Data.Value["setup"]!.AsObject().Select(s => s.Key).Union(Data.Value["tests"]!.AsArray().Select(t => (string)t!["suite"]!));

    public static IEnumerable<JsonObject> Tests(string suite) => Data.Value["tests"]!.AsArray().Where(t => (string)t!["suite"]! == suite).Select(t => t!.AsObject());

    public static string Name(JsonObject test) => $"{test["suite"]}/{test["name"]}";

    /// <summary>The resources that a suite is about.</summary>
    public static IEnumerable<JsonObject> SetUp(string suite) => (Data.Value["setup"]![suite] as JsonArray ?? []).Select(f => File((string)f!));

    /// <summary>The Parameters of a test.</summary>
    public static JsonObject Request(JsonObject test)
    {
        var request = File((string)test["request"]!).DeepClone().AsObject();
        if ((string?)test["profile"] is { } profile)
        {
            foreach (var p in File(profile)["parameter"]!.AsArray()) request["parameter"]!.AsArray().Add(p!.DeepClone());
        }

        return request;
    }

    /// <summary>What is wrong with an answer; null when nothing is.</summary>
    public static string? Judge(JsonObject test, bool isOk, JsonNode answer) =>
        isOk == test.ContainsKey("http-code") ? $"ok={isOk}: {answer.ToJsonString()}" : TxComparison.Difference(File((string)test["response"]!), TxComparison.AsR5(answer), "");

    public static FhirElement Tree(JsonNode json) => FhirJson.ReadTrusted(Encoding.UTF8.GetBytes(json.ToJsonString())).Value!.Root;

    private static JsonObject File(string name) => Data.Value["files"]![name]!.AsObject();
}
