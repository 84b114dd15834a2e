using System.Text.Json;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>The validation vectors of FHIR/fhir-test-cases that are for R4; see data/NOTICE.md.</summary>
internal static class ValidationCases
{
    private static readonly Lazy<Dictionary<string, byte[]>> Files = new(() =>
    {
        using var stream = typeof(ValidationCases).Assembly.GetManifestResourceStream("validation/cases.tar.br")!;
        return ValidationFile.Read(stream);
    });

    private static readonly Lazy<IReadOnlyList<ValidationCase>> Cases = new(() =>
        JsonSerializer.Deserialize<List<ValidationCase>>(Files.Value["cases.json"], JsonSerializerOptions.Web)!);

    /// <summary>All cases in their order; the names are unique.</summary>
    internal static IReadOnlyList<ValidationCase> All => Cases.Value;

    /// <summary>The case of that name.</summary>
    internal static ValidationCase Find(string name) => All.Single(c => c.Name == name);

    /// <summary>True when a file that a case names is here: two are not.</summary>
    internal static bool Has(string name) => Files.Value.ContainsKey("files/" + name);

    /// <summary>A file that a case names, as it is.</summary>
    internal static byte[] File(string name) => Files.Value["files/" + name];

    /// <summary>A file that a case names, read by its format; what the reader tolerates is not looked at.</summary>
    internal static Result<ElementTree> Read(string name)
    {
        var bytes = File(name);
        return name.EndsWith(".xml", StringComparison.Ordinal) ? FhirXml.Read(bytes) : FhirJson.ReadTrusted(bytes);
    }

    /// <summary>
    /// The path of an issue as the vectors write it, in the words of <see cref="FhirElement.Path"/>: without the chosen type
    /// (<c>.ofType(Coding)</c>) and the comments of resources (<c>/*Patient/1*/</c>); a few name the place by an XPath (<c>/f:Patient/f:name</c>).
    /// </summary>
    internal static string Place(string expression)
    {
        var place = expression.StartsWith("/f:", StringComparison.Ordinal) ? expression[3..].Replace("/f:", ".", StringComparison.Ordinal) : expression;
        for (var at = place.IndexOf("/*", StringComparison.Ordinal); at >= 0; at = place.IndexOf("/*", StringComparison.Ordinal))
        {
            var end = place.IndexOf("*/", at, StringComparison.Ordinal);
            place = place[..at] + (end < 0 ? "" : place[(end + 2)..]);
        }

        for (var at = place.IndexOf(".ofType(", StringComparison.Ordinal); at >= 0; at = place.IndexOf(".ofType(", StringComparison.Ordinal))
        {
            var end = place.IndexOf(')', at);
            place = place[..at] + (end < 0 ? "" : place[(end + 1)..]);
        }

        return place;
    }
}

/// <param name="Name">Unique name.</param>
/// <param name="File">The resource, for <see cref="ValidationCases.File"/>.</param>
/// <param name="Module">Part of the validator that the case is about.</param>
/// <param name="Tier">T1-base, T2-local-profile, T3-questionnaire-measure, T4-terminology, T5-needs-IG-package, T6-conformance-resource.</param>
/// <param name="Java">Verdict without the profile of <see cref="ProfileStep"/>.</param>
/// <param name="Firely">Verdict of another validator; null when it is not known.</param>
/// <param name="Supporting">Files with resources that must be known.</param>
/// <param name="Packages">Packages that must be known.</param>
/// <param name="Flags">Switches of the reference validator.</param>
/// <param name="ProfileStep">A second verdict, with a profile; null when there is none.</param>
/// <param name="Description">What the case is about; null when it is not told.</param>
/// <param name="Explanation">Why the verdict is what it is; null when it is not told.</param>
internal sealed record ValidationCase(
    string Name,
    string File,
    string Module,
    string Tier,
    ValidationVerdict Java,
    ValidationVerdict? Firely,
    IReadOnlyList<string> Supporting,
    IReadOnlyList<string> Packages,
    IReadOnlyList<string> Flags,
    ValidationProfileStep? ProfileStep,
    string? Description,
    string? Explanation);

/// <param name="Source">File of the profile.</param>
/// <param name="Supporting">Files with further resources.</param>
/// <param name="Packages">Packages that must be known.</param>
/// <param name="Java">The verdict.</param>
/// <param name="Firely">Verdict of another validator; null when it is not known.</param>
internal sealed record ValidationProfileStep(string Source, IReadOnlyList<string> Supporting, IReadOnlyList<string> Packages, ValidationVerdict Java, ValidationVerdict? Firely);

/// <param name="Errors">Number of issues of severity error or fatal.</param>
/// <param name="Warnings">Number of warnings.</param>
/// <param name="Info">Number of informations.</param>
/// <param name="ErrorExpressions">Where the errors are; entries may be null.</param>
/// <param name="ErrorTexts">What the errors say.</param>
/// <param name="Codes">Issue types of the errors; entries may be null.</param>
internal sealed record ValidationVerdict(int Errors, int Warnings, int Info, IReadOnlyList<string?> ErrorExpressions, IReadOnlyList<string> ErrorTexts, IReadOnlyList<string?> Codes);
