using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Facade;
using FhirBridge.Api.Tests.Http;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Tests.Validation;

namespace FhirBridge.Api.Tests.Operations;

/// <summary>
/// The validation vectors of FHIR/fhir-test-cases over HTTP: what a case needs is written by the operator, the resource goes to <c>$validate</c> as it is, and the verdict is that of the validator
/// itself, but for data/validation-http-ledger.json.
/// </summary>
public sealed class ValidationVectorTests(Network net) : IClassFixture<Network>
{
    private static readonly HashSet<string> Written = ["StructureDefinition", "ValueSet", "CodeSystem", "ConceptMap", "Questionnaire", "Measure", "Library", "ImplementationGuide"];

    private int writes;

    [Fact]
    public async Task EachCase_IsJudgedAsByTheValidatorItself()
    {
        var (found, refused) = (new List<string>(), new SortedSet<string>(StringComparer.Ordinal));
        foreach (var one in ValidationCases.All.Where(c => ValidationCases.Has(c.File)))
        {
            await JudgeAsync(one, "", one.Java, one.Supporting, null);
            if (one.ProfileStep is { Java: { } java } step) await JudgeAsync(one, "+profile", java, [.. one.Supporting, .. step.Supporting], step.Source);
        }

        var ledger = JsonSerializer.Deserialize<HttpLedger>(Resource("validation/http-ledger.json"), JsonSerializerOptions.Web)!;
        Assert.All(ledger.Refused.Select(r => r.Reason).Concat(ledger.Cases.Select(c => c.Reason)), r => Assert.True(r.Length > 20, r));
        Assert.Equal(ledger.Refused.Select(r => r.File).Order(StringComparer.Ordinal), refused);
        var other = ledger.Cases.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var expected = ValidationLedger.R4.Cases.Where(c => !other.Contains(c.Name)).Concat(ledger.Cases.Where(c => c.Difference != "same")).Select(c => $"{c.Name}: {c.Difference}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));

        async Task JudgeAsync(ValidationCase one, string step, ValidationVerdict expected, IReadOnlyList<string> supporting, string? profile)
        {
            var stored = new List<(string Path, string ETag)>();
            var url = profile;
            foreach (var file in supporting.Append(profile).OfType<string>().Where(ValidationCases.Has).Distinct())
            {
                if (Prepared(file) is not { } resource) continue;
                if (file == profile) url = resource["url"]?.GetValue<string>();
                var path = $"fhir/{resource["resourceType"]}/{resource["id"]}";
                var answer = await net.Service.PutAsync(path, net.Service.Operator, resource);
                if (answer.Status == 201) stored.Add((path, answer.ETag));
                else refused.Add($"{file} {string.Join(' ', Errors(answer).Select(i => i["details"]!["coding"]![0]!["code"]!.GetValue<string>()).Distinct())}");
            }

            var errors = await ErrorsAsync(one.File, url);
            if (VectorVerdicts.Compare(expected, errors) is var verdict && verdict != Verdict.Same) found.Add($"{one.Name}{step}: {verdict.ToString().ToLowerInvariant()}");
            foreach (var (path, tag) in stored) (await net.Service.DeleteAsync(path, net.Service.Operator, ("If-Match", tag))).Is(204);
        }
    }

    private async Task<List<string?>> ErrorsAsync(string file, string? profile)
    {
        var bytes = ValidationCases.File(file);
        var isXml = IsXml(bytes);
        var type = (isXml ? FhirXml.ReadLenient(bytes) : FhirJson.ReadLenient(bytes)).Value?.Root.Type ?? "Patient";
        var query = profile is null ? "" : $"?profile={Uri.EscapeDataString(profile)}";
        var answer = await net.Service.SendAsync(HttpMethod.Post, $"fhir/{type}/$validate{query}", net.Gp, bytes, isXml ? "application/fhir+xml" : "application/fhir+json", ("Accept", "application/fhir+json"));
        Assert.True(answer.Status is 200 or 400, $"{file}: {answer.Status} {answer.Text}");
        return [.. Errors(answer).Select(i => i["expression"]?[0]?.GetValue<string>())];
    }

    private static IEnumerable<JsonNode> Errors(Answer answer) => answer.Json["issue"]!.AsArray().OfType<JsonNode>().Where(i => i["severity"]!.GetValue<string>() is "error" or "fatal");

    /// <summary>The resource as JSON, with an id and what R4 asks of it that a validator can do without; null when it is nothing that is looked up by its canonical.</summary>
    private JsonObject? Prepared(string file)
    {
        var bytes = ValidationCases.File(file);
        var json = new ArrayBufferWriter<byte>();
        if (IsXml(bytes)) FhirJson.Write(FhirXml.ReadLenient(bytes).Value!.Root, json);
        else json.Write(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes);
        var resource = JsonNode.Parse(json.WrittenMemory.Span)!.AsObject();
        var type = resource["resourceType"]!.GetValue<string>();
        if (!Written.Contains(type)) return null;
        resource["id"] = $"vector-{writes++}";
        Supply(resource, "status", "active");
        if (type == "StructureDefinition") Complete(resource);
        else if (type == "Library" && resource["type"] is null) resource["type"] = JsonNode.Parse("""{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/library-type","code":"logic-library"}]}""");
        return resource;
    }

    private static void Complete(JsonObject structure)
    {
        Supply(structure, "name", "Vector");
        Supply(structure, "abstract", false);
        Supply(structure, "kind", structure["type"]?.GetValue<string>() == "Extension" ? "complex-type" : "resource");
        foreach (var view in new[] { "snapshot", "differential" }) SupplyIds(structure[view]?["element"]?.AsArray() ?? []);
    }

    /// <summary>Ids as the order of the elements says them: a slice stands before what is in it.</summary>
    private static void SupplyIds(JsonArray elements)
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var element in elements.Select(e => e!.AsObject()))
        {
            var path = element["path"]!.GetValue<string>();
            var id = element["id"]?.GetValue<string>() ?? IdOf(path) + (element["sliceName"]?.GetValue<string>() is { } slice ? ":" + slice : "");
            foreach (var below in ids.Keys.Where(k => k.StartsWith(path + ".", StringComparison.Ordinal)).ToList()) ids.Remove(below);
            ids[path] = id;
            element["id"] = id;
        }

        string IdOf(string path) => path.LastIndexOf('.') is > 0 and var dot ? $"{ids.GetValueOrDefault(path[..dot]) ?? IdOf(path[..dot])}{path[dot..]}" : path;
    }

    private static void Supply(JsonObject resource, string name, JsonNode value)
    {
        if (resource[name] is null) resource[name] = value;
    }

    private static bool IsXml(byte[] bytes) => Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF', ' ', '\r', '\n', '\t').StartsWith('<');

    private static Stream Resource(string name) => typeof(ValidationVectorTests).Assembly.GetManifestResourceStream(name)!;

    /// <param name="Refused">Files that R4 does not allow to be written.</param>
    /// <param name="Cases">Cases whose verdict is another one than that of the validator itself.</param>
    private sealed record HttpLedger(IReadOnlyList<RefusedFile> Refused, IReadOnlyList<ValidationLedger.DifferentCase> Cases);

    /// <param name="File">The file, and the codes of its errors.</param>
    /// <param name="Reason">What is wrong with it.</param>
    private sealed record RefusedFile(string File, string Reason);
}
