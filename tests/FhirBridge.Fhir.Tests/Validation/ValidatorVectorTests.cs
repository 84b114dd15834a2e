using System.Text;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>The vectors of FHIR/fhir-test-cases: what the official Java validator says of each resource, with the profiles that the case names.</summary>
public sealed class ValidatorVectorTests(ITestOutputHelper output)
{
    /// <summary>Percent of the faulty resources that are found at least, in all tiers together; those aside that are at fault for nothing but a display of SNOMED CT or LOINC.</summary>
    private const int LeastFound = 95;

    [Fact]
    public void Validate_EachCase_AgreesWithTheReferenceButForTheLedger()
    {
        var found = new List<string>();
        var scores = new SortedDictionary<string, Score>(StringComparer.Ordinal);
        foreach (var one in ValidationCases.All.Where(c => ValidationCases.Has(c.File)))
        {
            Judge(one, "", one.Java, one.Supporting, null);
            if (one.ProfileStep is { Java: { } java } step) Judge(one, "+profile", java, [.. one.Supporting, .. step.Supporting], step.Source);
        }

        foreach (var (tier, score) in scores) output.WriteLine($"{tier,-40} {score.All,4} cases, {score.Agree,4} agree, {score.Place,4} at the place");
        Assert.Equal(
            ValidationLedger.R4.Cases.Select(c => $"{c.Name}: {c.Difference}").Order(StringComparer.Ordinal),
            found.Order(StringComparer.Ordinal));
        AssertTargets(scores);

        void Judge(ValidationCase one, string step, ValidationVerdict expected, IReadOnlyList<string> supporting, string? profile)
        {
            var verdict = VectorVerdicts.Compare(expected, [.. Errors(one, supporting, profile).Select(e => e.Expression)]);
            var tier = $"{one.Tier} {(expected.Errors == 0 ? "valid" : IsOfDisplays(expected) ? "displays that are not here" : "invalid")}";
            scores[tier] = scores.GetValueOrDefault(tier).With(verdict);
            if (verdict != Verdict.Same) found.Add($"{one.Name}{step}: {verdict.ToString().ToLowerInvariant()}");
        }
    }

    /// <summary>What differs is told with its reason.</summary>
    [Fact]
    public void Ledger_EachDifference_HasAReason() => Assert.All(ValidationLedger.R4.Cases, c => Assert.True(c.Reason.Length > 20, c.Name));

    /// <summary>What is asked of the whole: no valid resource is refused but for a switch of the reference, and nearly all of the faulty ones are found.</summary>
    private void AssertTargets(SortedDictionary<string, Score> scores)
    {
        var (valid, faulty) = (Sum(" valid"), Sum(" invalid"));
        output.WriteLine($"{"all valid",-40} {valid.All,4} cases, {valid.Agree,4} agree");
        output.WriteLine($"{"all invalid",-40} {faulty.All,4} cases, {faulty.Agree,4} agree ({100.0 * faulty.Agree / faulty.All:F1} %), {faulty.Place,4} at the place");
        Assert.True(valid.All - valid.Agree <= 1, $"{valid.All - valid.Agree} valid resources are refused");
        Assert.True(faulty.Agree * 100 >= faulty.All * LeastFound, $"{faulty.Agree} of {faulty.All} faulty resources are found");

        Score Sum(string kind) => scores.Where(s => s.Key.EndsWith(kind, StringComparison.Ordinal)).Aggregate(default(Score), (a, s) => new Score(a.All + s.Value.All, a.Agree + s.Value.Agree, a.Place + s.Value.Place));
    }

    private static bool IsOfDisplays(ValidationVerdict expected) =>
        expected.ErrorTexts.All(t => t.Contains("Wrong Display Name", StringComparison.Ordinal) && (t.Contains("http://snomed.info/sct#", StringComparison.Ordinal) || t.Contains("http://loinc.org#", StringComparison.Ordinal)));

    private static List<Problem> Errors(ValidationCase one, IReadOnlyList<string> supporting, string? profile)
    {
        var builder = new DefinitionsBuilder(Definitions.R4);
        foreach (var file in supporting.Where(ValidationCases.Has)) builder.Add(ValidationCases.File(file), file);
        var url = profile;
        if (profile is not null && ValidationCases.Has(profile))
        {
            builder.Add(ValidationCases.File(profile), profile);
            url = (Read(ValidationCases.File(profile)).Value ?? ValidationCases.Read(profile).Value)?.Root.Text("url");
        }

        var (definitions, problems) = (builder.Build(), new List<Problem>());
        foreach (var resource in Resources(one.File))
        {
            var read = Read(resource);
            problems.AddRange(read.Problems);
            if (read.Value is { } tree) problems.AddRange(definitions.Validator.Validate(tree.Root, Options(one, url)));
        }

        return [.. problems.Where(p => p.Kind.Severity <= IssueSeverity.Error)];
    }

    /// <summary>The resource of a file; of a bulk file, one of each line.</summary>
    private static IEnumerable<byte[]> Resources(string file)
    {
        var bytes = ValidationCases.File(file);
        return file.EndsWith(".ndjson", StringComparison.Ordinal) ? Encoding.UTF8.GetString(bytes).Split('\n').Where(l => !string.IsNullOrWhiteSpace(l)).Select(Encoding.UTF8.GetBytes) : [bytes];
    }

    /// <summary>As strict as the reference, with the switches that the case has turned on.</summary>
    private static ValidationOptions Options(ValidationCase one, string? profile) => new()
    {
        IsStrict = true,
        WithGlobalProfiles = true,
        Profiles = profile is null ? [] : [profile],
        Refuse = (one.Flags.Contains("security-checks") ? Refusals.Markup : Refusals.None) | (one.Flags.Contains("examples") ? Refusals.Examples : Refusals.None),
    };

    private static Result<ElementTree> Read(byte[] bytes) =>
        Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF', ' ', '\r', '\n', '\t').StartsWith('<') ? FhirXml.ReadLenient(bytes) : FhirJson.ReadLenient(bytes);

    private readonly record struct Score(int All, int Agree, int Place)
    {
        internal Score With(Verdict verdict) => new(All + 1, Agree + (verdict is Verdict.Same or Verdict.Place ? 1 : 0), Place + (verdict == Verdict.Same ? 1 : 0));
    }
}
