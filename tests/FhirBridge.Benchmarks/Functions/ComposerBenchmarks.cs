using System.Text;
using BenchmarkDotNet.Attributes;
using FhirBridge.Benchmarks.Data;
using FhirBridge.Fhir;
using FhirBridge.Mapping;

namespace FhirBridge.Benchmarks.Functions;

/// <summary>Composition of the unified CarePlan of 15 contributions from four members.</summary>
public class ComposerBenchmarks
{
    private readonly List<VisibleContribution> contributions = [.. Enumerable.Range(0, SyntheticNetwork.PlansOfShared).Select(Contribution)];

    /// <summary>Everything unified of the record; here, its CarePlan.</summary>
    [Benchmark]
    public IReadOnlyList<UnifiedResource> Compose() => Composer.Compose("r1", contributions);

    private static VisibleContribution Contribution(int n)
    {
        var member = SyntheticNetwork.Contributors[n % SyntheticNetwork.Contributors.Length];
        var plan = FhirJson.Read(Encoding.UTF8.GetBytes(SyntheticNetwork.SmallPlan("r1", $"r1-p{n}", n))).Value!.Root;
        return new VisibleContribution(
            $"CarePlan/r1-p{n}", "CarePlan/r1-current", $"Organization/{member}", $"The {member}", $"https://bench.example/members/{member}/fhir/CarePlan/s-0-plan{n}",
            new DateTimeOffset(2026, 11, 1, 12, n, 0, TimeSpan.Zero), plan);
    }
}
