using System.Text.Json;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Tests.FhirPath;

/// <summary>Edge cases of FHIRPath N1, section by section (<c>data/n1-cases.json</c>), on the example Patient.</summary>
public sealed class N1CaseTests
{
    private static readonly Dictionary<string, JsonElement> Cases = Load();

    private static readonly FhirElement Patient = Vectors.Tree("resources/r4/patient-example.json", typed: true);

    public static TheoryData<string> Ids => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public void N1_Case_GivesWhatItsSectionSays(string id)
    {
        var test = Cases[id];
        var compiled = FhirPathExpression.Compile(test.GetProperty("expression").GetString()!);
        var result = compiled.IsOk ? compiled.Value.Evaluate(Patient) : Result<IReadOnlyList<FhirPathValue>>.Fail(compiled.Problems);
        if (test.TryGetProperty("error", out _))
        {
            Assert.False(result.IsOk, result.IsOk ? string.Join(", ", result.Value) : "");
            Assert.Equal(Problems.InvalidExpression, result.Problems[0].Kind);
            return;
        }

        Assert.True(result.IsOk, result.IsOk ? "" : result.Problems[0].Diagnostics);
        Assert.Equal(test.GetProperty("result").EnumerateArray().Select(r => r.GetString()), result.Value.Select(v => v.System?.ToString() ?? v.Element.Path));
    }

    private static Dictionary<string, JsonElement> Load()
    {
        var cases = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var section in Vectors.Json("n1-cases.json").EnumerateArray())
        {
            foreach (var test in section.GetProperty("cases").EnumerateArray())
            {
                cases.Add($"{section.GetProperty("section").GetString()} {section.GetProperty("title").GetString()}: {test.GetProperty("expression").GetString()}", test);
            }
        }

        return cases;
    }
}
