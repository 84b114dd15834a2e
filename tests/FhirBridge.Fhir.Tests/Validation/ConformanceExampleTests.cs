using System.Collections.Concurrent;
using System.Text.Json;
using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>All conformance resources of R4's package may be written, but for those that are wrong themselves (data/conformance-ledger.json).</summary>
public sealed class ConformanceExampleTests
{
    internal static readonly HashSet<string> Types = new(StringComparer.Ordinal)
    {
        "StructureDefinition", "SearchParameter", "ValueSet", "CodeSystem", "ConceptMap", "OperationDefinition", "CompartmentDefinition", "CapabilityStatement", "NamingSystem", "StructureMap",
        "GraphDefinition", "ImplementationGuide",
    };

    [Fact]
    public void Validate_EachConformanceResource_HasNoErrorButForTheLedger()
    {
        var (found, count) = (new ConcurrentBag<string>(), 0);
        Parallel.ForEach(OfficialExamples.All, example =>
        {
            var read = FhirJson.ReadLenient(example.Json);
            if (read.Value is not { Root: { Type: { } type } root } || !Types.Contains(type)) return;
            Interlocked.Increment(ref count);
            var errors = read.Problems.Concat(Definitions.R4.Validator.Validate(root, new ValidationOptions { WithStatedProfiles = false })).Where(p => p.Kind.Severity <= IssueSeverity.Error);
            foreach (var code in errors.Select(p => p.Kind.Code).Distinct()) found.Add($"{example.Name} {code}");
        });

        Assert.InRange(count, 4_500, 4_700);
        Assert.Equal(Known().Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    /// <summary>What a folder brings is judged as it is kept: trimmed. That makes no difference.</summary>
    [Fact]
    public void Rules_OnTheEmbeddedDefinitions_FindTheSame()
    {
        var broken = Known().Select(k => k.Split(' ')[0].Split('.')[0]).ToHashSet(StringComparer.Ordinal);
        var faults = new List<string>();
        foreach (var entry in Types.SelectMany(Definitions.R4.Resources).Where(e => ResourceRules.All.ContainsKey(e.Type) && !broken.Contains($"{e.Type}-{e.Id}")))
        {
            var run = new ValidationRun(new FhirPathContext { Definitions = Definitions.R4 });
            ResourceRules.All[entry.Type].Check(Definitions.R4.FindResource(entry.Type, entry.Canonical), run);
            faults.AddRange(run.Found.Where(p => p.Kind.Severity <= IssueSeverity.Error).Select(p => $"{entry.Canonical}: {p}"));
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults.Take(20)));
    }

    private static List<string> Known()
    {
        using var stream = typeof(ConformanceExampleTests).Assembly.GetManifestResourceStream("validation/conformance-ledger.json")!;
        var ledger = JsonSerializer.Deserialize<List<WrongResources>>(stream, JsonSerializerOptions.Web)!;
        Assert.All(ledger, e => Assert.True(e.Reason.Length > 20, e.Reason));
        return [.. ledger.SelectMany(e => e.Files.Select(f => $"{f}.json {e.Problem}"))];
    }

    /// <param name="Problem">Code of the problem.</param>
    /// <param name="Files">Official examples without <c>.json</c>.</param>
    /// <param name="Reason">What is wrong in them.</param>
    private sealed record WrongResources(string Problem, IReadOnlyList<string> Files, string Reason);
}
