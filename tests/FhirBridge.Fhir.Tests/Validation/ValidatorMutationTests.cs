using System.Collections.Concurrent;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>Faults put into official examples, one each, are all found, at the place of the fault.</summary>
public sealed class ValidatorMutationTests(ITestOutputHelper output)
{
    private const int PerExample = 4;

    [Fact]
    public void Validate_OneFaultInAnExample_IsFoundAtItsPlace()
    {
        var counts = new ConcurrentDictionary<string, int>();
        OfficialExamples.AssertEach(example =>
        {
            // A large one has the same faults as a small one, and takes its time.
            if (example.Json.Length > 20_000 || Ledger(example)) return [];
            var random = new Random(example.Json.Length);
            var elements = example.Root.Descendants().ToList();
            var faults = new List<string>();
            foreach (var (kind, make) in ExampleMutations.All)
            {
                for (var tries = 0; tries < PerExample; tries++)
                {
                    if (make(random.Of(elements), random) is not { } mutant) continue;
                    counts.AddOrUpdate(kind, 1, (_, n) => n + 1);
                    if (!IsFound(mutant)) faults.Add($"{kind} at {mutant.Place}: found {string.Join("; ", Errors(mutant).Take(4))}");
                }
            }

            return faults;
        });

        foreach (var (kind, count) in counts.OrderBy(c => c.Key, StringComparer.Ordinal)) output.WriteLine($"{kind,-12} {count,6}");
        output.WriteLine($"{"all",-12} {counts.Values.Sum(),6}");
        Assert.True(counts.Values.Sum() >= 5_000, $"{counts.Values.Sum()} mutants");
        Assert.Equal(ExampleMutations.All.Length, counts.Count);
    }

    private static bool Ledger(OfficialExample example) => !example.Result.IsOk || example.Name.StartsWith("SearchParameter-", StringComparison.Ordinal) || example.Name.StartsWith("StructureDefinition-", StringComparison.Ordinal);

    private static bool IsFound(Mutant mutant) => Errors(mutant).Any(p => Same(p.Expression, mutant.Place));

    /// <summary>The index of the first repetition may be left out, and a missing choice is known by its name.</summary>
    private static bool Same(string? found, string place) => found is not null && (found == place || found.Replace("[x]", "", StringComparison.Ordinal) == place.Replace("[x]", "", StringComparison.Ordinal));

    private static List<Problem> Errors(Mutant mutant)
    {
        var read = FhirJson.ReadLenient(mutant.Json);
        var problems = read.Problems.ToList();
        if (read.Value is { } tree) problems.AddRange(Definitions.R4.Validator.Validate(tree.Root, new ValidationOptions { IsStrict = true }));
        return [.. problems.Where(p => p.Kind.Severity <= IssueSeverity.Error)];
    }
}
