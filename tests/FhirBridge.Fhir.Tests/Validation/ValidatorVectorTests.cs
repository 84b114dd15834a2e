using System.Text;
using System.Text.RegularExpressions;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>The vectors of FHIR/fhir-test-cases: what the official Java validator says of each resource, with the profiles that the case names.</summary>
public sealed partial class ValidatorVectorTests(ITestOutputHelper output)
{
    private enum Verdict
    {
        Same,
        Missed,
        Refused,
        Place,
    }

    [Fact]
    public void Validate_EachCase_AgreesWithTheReferenceButForTheLedger()
    {
        var found = new List<string>();
        var scores = new SortedDictionary<string, (int All, int Agree, int Place)>(StringComparer.Ordinal);
        foreach (var one in ValidationCases.All.Where(c => ValidationCases.Has(c.File)))
        {
            Judge(one, "", one.Java, one.Supporting, null);
            if (one.ProfileStep is { Java: { } java } step) Judge(one, "+profile", java, [.. one.Supporting, .. step.Supporting], step.Source);
        }

        foreach (var (tier, score) in scores) output.WriteLine($"{tier,-40} {score.All,4} cases, {score.Agree,4} agree, {score.Place,4} at the place");
        Assert.Equal(
            ValidationLedger.R4.Cases.Select(c => $"{c.Name}: {c.Difference}").Order(StringComparer.Ordinal),
            found.Order(StringComparer.Ordinal));

        void Judge(ValidationCase one, string step, ValidationVerdict expected, IReadOnlyList<string> supporting, string? profile)
        {
            var verdict = Compare(expected, Errors(one, supporting, profile));
            var tier = $"{one.Tier} {(expected.Errors == 0 ? "valid" : "invalid")}";
            var (all, agree, place) = scores.GetValueOrDefault(tier);
            scores[tier] = (all + 1, agree + (verdict is Verdict.Same or Verdict.Place ? 1 : 0), place + (verdict == Verdict.Same ? 1 : 0));
            if (verdict != Verdict.Same) found.Add($"{one.Name}{step}: {verdict.ToString().ToLowerInvariant()}");
        }
    }

    /// <summary>What is asked of the whole: valid resources are not refused, and of the faulty ones of R4's own rules 95 % are found.</summary>
    [Fact]
    public void Ledger_IsNoLongerThanTheTargetsAllow()
    {
        var refused = ValidationLedger.R4.Cases.Where(c => c.Difference == "refused").ToList();
        Assert.True(refused.Count <= 6, string.Join(", ", refused.Select(c => c.Name)));
        Assert.All(ValidationLedger.R4.Cases, c => Assert.True(c.Reason.Length > 20, c.Name));
    }

    private static Verdict Compare(ValidationVerdict expected, IReadOnlyList<Problem> errors)
    {
        if (expected.Errors == 0) return errors.Count == 0 ? Verdict.Same : Verdict.Refused;
        if (errors.Count == 0) return Verdict.Missed;
        var places = expected.ErrorExpressions.OfType<string>().Select(Normal).ToList();
        var ours = errors.Select(e => Normal(e.Expression ?? "")).Where(p => p.Length > 0).ToList();

        // Some report at the element, some at the one around it.
        return places.Count == 0 || ours.Any(o => places.Any(p => o == p || o.StartsWith(p + ".", StringComparison.Ordinal) || p.StartsWith(o + ".", StringComparison.Ordinal))) ? Verdict.Same : Verdict.Place;
    }

    private static IReadOnlyList<Problem> Errors(ValidationCase one, IReadOnlyList<string> supporting, string? profile)
    {
        var builder = new DefinitionsBuilder(Definitions.R4);
        foreach (var file in supporting.Where(ValidationCases.Has)) builder.Add(ValidationCases.File(file), file);
        var url = profile;
        if (profile is not null && ValidationCases.Has(profile))
        {
            builder.Add(ValidationCases.File(profile), profile);
            url = (Read(profile).Value ?? ValidationCases.Read(profile).Value)?.Root.Text("url");
        }

        var read = Read(one.File);
        var problems = read.Problems.ToList();
        if (read.Value is { } tree) problems.AddRange(builder.Build().Validator.Validate(tree.Root, new ValidationOptions { IsStrict = true, WithGlobalProfiles = true, Profiles = url is null ? [] : [url] }));
        return [.. problems.Where(p => p.Kind.Severity <= IssueSeverity.Error)];
    }

    private static Result<ElementTree> Read(string file)
    {
        var bytes = ValidationCases.File(file);
        return Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF', ' ', '\r', '\n', '\t').StartsWith('<') ? FhirXml.ReadLenient(bytes) : FhirJson.ReadLenient(bytes);
    }

    /// <summary>Without the index 0, which some leave out.</summary>
    private static string Normal(string path) => Zero().Replace(ValidationCases.Place(path).Replace("[x]", "", StringComparison.Ordinal), "");

    [GeneratedRegex(@"\[0\]")]
    private static partial Regex Zero();
}
