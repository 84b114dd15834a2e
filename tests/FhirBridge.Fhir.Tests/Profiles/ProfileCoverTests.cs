using FhirBridge.Fhir.Tests.Validation;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Tests;

/// <summary>A profile that is asked for after R4's own rules looks only at what it asks beyond them: nothing gets lost by that.</summary>
public class ProfileCoverTests(ITestOutputHelper output)
{
    private static readonly (string Example, string Profile)[] Subjects =
    [
        ("blood-pressure", "bp"), ("bmi", "bmi"), ("satO2", "oxygensat"), ("vitals-panel", "vitalspanel"), ("example-genetics-1", "observation-genetics"), ("heart-rate", "vitalsigns"), ("satO2", "devicemetricobservation"),
        ("blood-pressure", "Observation"),
    ];

    [Fact]
    public void Check_AfterR4sOwnRules_FindsWhatTheWholeProfileFinds()
    {
        var (random, checkedMutants) = (new Random(7), 0);
        foreach (var (example, profile) in Subjects)
        {
            var url = ProfileSubjects.Base + profile;
            var elements = ProfileSubjects.Observation(example).Descendants().ToList();
            foreach (var (kind, make) in ExampleMutations.All)
            {
                for (var tries = 0; tries < 80; tries++)
                {
                    if (make(random.Of(elements), random) is not { } mutant || FhirJson.ReadLenient(mutant.Json) is not { Value: { } tree } read) continue;
                    checkedMutants++;
                    var whole = Errors(Definitions.R4.Profiles.Check(tree.Root, url).Value!);
                    var together = Errors([.. read.Problems, .. Definitions.R4.Validator.Validate(tree.Root, new ValidationOptions { Profiles = [url] })]);


                    // R4 tells at the quantity that it has a comparator, the profile SimpleQuantity at the comparator.
                    var lost = whole.Where(p => !together.Contains(p) && !together.Contains(p[..Math.Max(0, p.LastIndexOf('.'))])).ToList();
                    Assert.True(lost.Count == 0, $"{kind} of {mutant.Place} by {profile}: not found: {string.Join(", ", lost)}");
                }
            }
        }

        output.WriteLine($"{checkedMutants} mutants");
        Assert.True(checkedMutants > 300, $"{checkedMutants} mutants");
    }

    private static HashSet<string> Errors(IReadOnlyList<Problem> problems) =>
        [.. problems.Where(p => p.Kind.Severity <= IssueSeverity.Error).Select(p => (p.Expression ?? "").Replace("[x]", "", StringComparison.Ordinal))];
}
