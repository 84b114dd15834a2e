using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>The official examples of R4, which are to be valid, and so must not be refused by a rule.</summary>
public sealed class ResourceRulesCorpusTests
{
    /// <summary>Examples that break a rule, with the reason.</summary>
    private static readonly Dictionary<string, string> Broken = new(StringComparer.Ordinal)
    {
        ["MeasureReport-hiv-indicators.json"] = "three groups have the code of one group of the measure, without its system, and the other groups of the measure are left out",
    };

    [Fact]
    public void Examples_OfR4_HaveNoErrors()
    {
        var forms = OfficialExamples.OfType("Questionnaire").Concat(OfficialExamples.OfType("Measure")).Select(e => e.Root).ToList();
        var context = new FhirPathContext { Definitions = Definitions.R4.With(forms) };
        OfficialExamples.AssertEach(example =>
        {
            // What is wrong in Bundles and in conformance resources is in ledgers of their own.
            if (example.Root.Type == "Bundle" || ConformanceExampleTests.Types.Contains(example.Root.Type!) || !ResourceRules.All.TryGetValue(example.Root.Type!, out var rules)) return [];
            var run = new ValidationRun(context);
            rules.Check(example.Root, run);
            var errors = run.Found.Where(p => p.Kind.Severity == IssueSeverity.Error).Select(p => p.ToString()).ToList();
            return !Broken.ContainsKey(example.Name) ? errors : errors.Count > 0 ? [] : ["is not refused, but is known to be broken"];
        });
    }
}
