using System.Text;
using System.Text.Json.Nodes;
using FhirBridge.Fhir.Patch;

namespace FhirBridge.Fhir.Tests.Patch;

/// <summary>JSON Patch against the shared suites, on any JSON documents.</summary>
public sealed class JsonPatchSuiteTests
{
    [Theory]
    [InlineData("rfc6902-tests.json", 95)]
    [InlineData("rfc6902-spec-tests.json", 17)]
    [InlineData("json-patch-tests.json", 8)]
    public void Suite(string file, int count)
    {
        var cases = PatchVectors.Json(file);
        PatchVectors.Judge(file, [.. cases.Select((c, i) => ($"{i} {(string?)c!["comment"]}", Failure(c.AsObject())))], count);
    }

    private static string? Failure(JsonObject vector)
    {
        var patch = JsonPatch.Read(Encoding.UTF8.GetBytes(vector["patch"]?.ToJsonString() ?? "null"));
        var result = patch.IsOk ? patch.Value.ApplyTo(vector["doc"]?.DeepClone()) : Result<JsonNode?>.Fail(patch.Problems);
        if (vector.ContainsKey("error")) return result.IsOk ? $"expected the error '{vector["error"]}', got {result.Value?.ToJsonString()}" : null;
        if (!result.IsOk) return result.Problems[0].ToString();
        return !vector.TryGetPropertyValue("expected", out var expected) || JsonNode.DeepEquals(result.Value, expected) ? null : $"expected {expected?.ToJsonString()}, got {result.Value?.ToJsonString()}";
    }
}
