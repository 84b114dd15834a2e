using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using FhirBridge.Api.Tests.Facade;
using FhirBridge.Api.Tests.Http;

namespace FhirBridge.Api.Tests.Operations;

/// <summary>The official R4 cases of FHIR/fhir-test-cases through <c>$fhirpath</c>, each input in the format that it is given in.</summary>
public sealed class OfficialSuiteTests(Network net) : IClassFixture<Network>
{
    private static readonly XNamespace Fhir = "http://hl7.org/fhir";
    private static readonly string[] Ledger = [.. Read("ledger.json").EnumerateArray().SelectMany(e => e.GetProperty("cases").EnumerateArray()).Select(c => c.GetString()!)];

    [Fact]
    public async Task EveryCase_GivesItsOutputs()
    {
        var failures = new List<string>();
        var cases = Read("official-r4.json").EnumerateArray().ToList();
        foreach (var test in cases)
        {
            var name = $"official/{test.GetProperty("group").GetString()}/{test.GetProperty("name").GetString()}";
            var failure = Judge(test, await PostAsync(test.GetProperty("expression").GetString()!, test.GetProperty("inputfile").GetString()));
            if (failure is null == Ledger.Contains(name)) failures.Add($"{name}: {failure ?? "passes: take it out of the ledger"}");
        }

        Assert.Equal(462, cases.Count);
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private static string? Judge(JsonElement test, Answer answer)
    {
        if (test.GetProperty("invalid").GetString() is { } invalid) return answer.Status == 400 ? null : $"expected a refusal ({invalid}): {answer.Text}";
        if (answer.Status != 200) return $"{answer.Status}: {answer.Text}";
        var results = (answer.Json["parameter"]?.AsArray() ?? []).Where(p => p!["name"]!.GetValue<string>() == "result").Select(p => Item(p!.AsObject())).ToList();
        if (test.GetProperty("predicate").GetBoolean()) return results is [("Boolean", "false")] ? "the predicate does not hold" : null;
        var expected = test.GetProperty("outputs").EnumerateArray().Select(o => (Type: o.GetProperty("type").GetString(), Value: o.GetProperty("value").GetString()!)).ToList();
        if (!test.GetProperty("ordered").GetBoolean())
        {
            expected = [.. expected.OrderBy(e => e.Value, StringComparer.Ordinal)];
            results = [.. results.OrderBy(r => r.Value, StringComparer.Ordinal)];
        }

        return expected.Count == results.Count && expected.Zip(results).All(p => Matches(p.First, p.Second)) ? null : $"expected [{string.Join(", ", expected)}]: {answer.Text}";
    }

    private static bool Matches((string? Type, string Value) expected, (string? Type, string Value) got)
    {
        if (expected.Type is not null && got.Type is not null && !string.Equals(expected.Type, got.Type, StringComparison.OrdinalIgnoreCase)) return false;
        return (expected.Value == "-0.0" ? "0.0" : expected.Value).TrimStart('@').TrimStart('T') == got.Value;
    }

    /// <summary>Type and text of a result; the type is null for what only JSON text holds.</summary>
    private static (string? Type, string Value) Item(JsonObject result)
    {
        if (result.FirstOrDefault(p => p.Key.StartsWith("value", StringComparison.Ordinal)) is { Value: { } value } found)
        {
            return (found.Key["value".Length..], value is JsonObject quantity && found.Key == "valueQuantity" ? $"{quantity["value"]} '{quantity["code"]}'" : value.ToString());
        }

        if (result["resource"] is { } resource) return (resource["resourceType"]!.GetValue<string>(), "(complex)");
        var json = JsonNode.Parse(result["extension"]!.AsArray().Single(e => e!["url"]!.GetValue<string>().EndsWith("json-value", StringComparison.Ordinal))!["valueString"]!.GetValue<string>())!;
        return (null, json is JsonValue ? json.ToString() : "(complex)");
    }

    private Task<Answer> PostAsync(string expression, string? file)
    {
        if (file is null) return PostJsonAsync(expression, new JsonObject { ["resourceType"] = "Patient", ["id"] = "nobody" });
        var input = Encoding.UTF8.GetString(Bytes("inputs/" + file));
        if (!file.EndsWith(".xml", StringComparison.Ordinal)) return PostJsonAsync(expression, JsonNode.Parse(input)!);
        var parameters = new XElement(Fhir + "Parameters", Parameter("expression", new XElement(Fhir + "valueString", new XAttribute("value", expression))), Parameter("resource", new XElement(Fhir + "resource", XDocument.Parse(input, LoadOptions.PreserveWhitespace).Root)));
        return net.Service.SendAsync(HttpMethod.Post, "fhir/$fhirpath", net.Gp, Encoding.UTF8.GetBytes(parameters.ToString(SaveOptions.DisableFormatting)), "application/fhir+xml");
    }

    private Task<Answer> PostJsonAsync(string expression, JsonNode resource) => net.Service.PostAsync("fhir/$fhirpath", net.Gp, new JsonObject
    {
        ["resourceType"] = "Parameters",
        ["parameter"] = new JsonArray(new JsonObject { ["name"] = "expression", ["valueString"] = expression }, new JsonObject { ["name"] = "resource", ["resource"] = resource }),
    });

    private static XElement Parameter(string name, XElement content) => new(Fhir + "parameter", new XElement(Fhir + "name", new XAttribute("value", name)), content);

    private static JsonElement Read(string file)
    {
        using var document = JsonDocument.Parse(Bytes(file));
        return document.RootElement.Clone();
    }

    private static byte[] Bytes(string file) => File.ReadAllBytes(Path.Combine(Architecture.Sources.Root, "tests", "FhirBridge.Fhir.Tests", "FhirPath", "data", file));
}
