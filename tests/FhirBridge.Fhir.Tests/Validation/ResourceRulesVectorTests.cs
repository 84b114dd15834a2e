using System.Text.Json;
using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>
/// The vectors about questionnaires, measures and conformance resources, judged by <see cref="ResourceRules"/> alone (with the reader's own
/// problems): what the invariants, profiles and extensions say is the validator's, and stands in the ledger.
/// </summary>
public sealed class ResourceRulesVectorTests
{
    private static readonly Dictionary<string, string> Ledger = ReadLedger();

    public static TheoryData<string> Names =>
        [.. ValidationCases.All.Where(c => c.Tier[..2] is "T3" || c.File.StartsWith("vs-", StringComparison.Ordinal) || c.File.StartsWith("cs-", StringComparison.Ordinal) || c.Module == "sd").Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Vector_ErrorsAndTheirPlaces_AreFound(string name)
    {
        var (missing, tooMuch) = Run(ValidationCases.Find(name));
        Assert.True(tooMuch is null, $"{name}: not expected: {tooMuch}");
        if (Ledger.TryGetValue(name, out var reason)) Assert.True(missing is not null, $"{name} passes: take it out of the ledger ({reason})");
        else Assert.True(missing is null, $"{name}: nothing at {missing}");
    }

    [Fact]
    public void Ledger_Entries_AreVectors() => Assert.Empty(Ledger.Keys.Except(ValidationCases.All.Select(c => c.Name)));

    /// <summary>The first place where no error is found, and the first error that is expected nowhere.</summary>
    private static (string? Missing, Problem? TooMuch) Run(ValidationCase test)
    {
        var found = Check(test).Where(p => p.Kind.Severity is IssueSeverity.Error or IssueSeverity.Fatal).ToList();
        var expected = test.Java.ErrorExpressions.OfType<string>().Select(ValidationCases.Place).ToList();
        return (expected.FirstOrDefault(e => !found.Any(f => Fits(f.Expression ?? "", e))), found.FirstOrDefault(f => !expected.Any(e => Fits(f.Expression ?? "", e))));
    }

    /// <summary>The vectors name the element at fault, or the one around it or directly in it, or only the resource.</summary>
    private static bool Fits(string found, string expected) =>
        found == expected
        || (!expected.Contains('.', StringComparison.Ordinal) && found.StartsWith(expected + ".", StringComparison.Ordinal))
        || IsIn(found, expected) || IsIn(expected, found) || expected == found + "[0]";

    private static bool IsIn(string inner, string outer) =>
        outer.Contains('.', StringComparison.Ordinal) && inner.StartsWith(outer + ".", StringComparison.Ordinal) && !inner[(outer.Length + 1)..].Contains('.', StringComparison.Ordinal);

    private static List<Problem> Check(ValidationCase test)
    {
        var definitions = Definitions.R4.With([.. test.Supporting.Where(ValidationCases.Has).Select(f => ValidationCases.Read(f)).Where(r => r.IsOk).Select(r => r.Value!.Root)]);
        var run = new ValidationRun(new FhirPathContext { Definitions = definitions }, isStrict: true);
        var strict = test.File.EndsWith(".json", StringComparison.Ordinal) ? FhirJson.Read(ValidationCases.File(test.File)) : ValidationCases.Read(test.File);
        foreach (var problem in strict.Problems) run.Report(problem);
        if (ValidationCases.Read(test.File) is { IsOk: true } read)
        {
            foreach (var resource in read.Value.Root.Descendants().Prepend(read.Value.Root).Where(e => e.IsResource && e.Type is not null))
            {
                if (ResourceRules.All.TryGetValue(resource.Type!, out var rules)) rules.Check(resource, run);
            }
        }

        return [.. run.Found];
    }

    private static Dictionary<string, string> ReadLedger()
    {
        using var stream = typeof(ValidationCases).Assembly.GetManifestResourceStream("validation/rules-ledger.json")!;
        var ledger = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in JsonDocument.Parse(stream).RootElement.EnumerateArray())
        {
            foreach (var name in entry.GetProperty("cases").EnumerateArray()) ledger.Add(name.GetString()!, entry.GetProperty("reason").GetString()!);
        }

        return ledger;
    }
}
