using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Tests;

/// <summary>R4's example Observations, and checkers with profiles made for a test.</summary>
internal static class ProfileSubjects
{
    internal const string Base = "http://hl7.org/fhir/StructureDefinition/";

    private static readonly JsonSerializerOptions Lines = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static FhirElement Observation(string id) => OfficialExamples.OfType("Observation").Single(e => e.Root.Text("id") == id).Root;

    /// <summary>The example, written as <c>"name": "value","next": {…}</c>, with a text replaced.</summary>
    internal static FhirElement Mutated(string id, string old, string replacement)
    {
        var text = Regex.Replace(JsonNode.Parse(Observation(id).Raw)!.ToJsonString(Lines), "\\n *", "");
        Assert.Contains(old, text, StringComparison.Ordinal);
        return Read(text.Replace(old, replacement, StringComparison.Ordinal));
    }

    internal static FhirElement Read(string json)
    {
        var read = FhirJson.ReadTrusted(Encoding.UTF8.GetBytes(json));
        Assert.True(read.IsOk, string.Join('\n', read.Problems));
        return read.Value.Root;
    }

    internal static Definitions With(params string[] resources)
    {
        var builder = new DefinitionsBuilder(Definitions.R4);
        foreach (var json in resources) builder.Add(Encoding.UTF8.GetBytes(json));
        Assert.Empty(builder.Problems);
        return builder.Build();
    }

    /// <summary>A profile without snapshot.</summary>
    internal static string Differential(string url, string type, string elements, string? basis = null) =>
        $$"""{"resourceType":"StructureDefinition","url":"{{url}}","name":"N","status":"active","kind":"{{(char.IsUpper(type[0]) && type is "Patient" or "Observation" or "DiagnosticReport" ? "resource" : "complex-type")}}","abstract":false,"type":"{{type}}","baseDefinition":"{{basis ?? Base + type}}","derivation":"constraint","differential":{"element":[{{elements}}]} }""";

    internal static string Problems(ProfileChecker profiles, FhirElement element, string url)
    {
        var result = profiles.Check(element, url);
        Assert.True(result.IsOk, string.Join('\n', result.Problems));
        return string.Join("; ", result.Value.Where(p => p.Kind.Severity != IssueSeverity.Warning).Select(p => $"{p.Kind.Code} {p.Expression}"));
    }
}
