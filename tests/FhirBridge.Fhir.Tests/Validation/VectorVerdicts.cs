using System.Text.RegularExpressions;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>How our verdict and that of the vectors compare.</summary>
internal enum Verdict
{
    /// <summary>Valid for both; or an error is found where the vectors have one.</summary>
    Same,

    /// <summary>An error is not found.</summary>
    Missed,

    /// <summary>A valid resource has errors.</summary>
    Refused,

    /// <summary>Errors are found, none where the vectors have one.</summary>
    Place,
}

/// <summary>Compares verdicts.</summary>
internal static partial class VectorVerdicts
{
    /// <param name="expected">The verdict of the vector.</param>
    /// <param name="errors">Where our errors are; null for those without a place.</param>
    internal static Verdict Compare(ValidationVerdict expected, IReadOnlyList<string?> errors)
    {
        if (expected.Errors == 0) return errors.Count == 0 ? Verdict.Same : Verdict.Refused;
        if (errors.Count == 0) return Verdict.Missed;
        var places = expected.ErrorExpressions.OfType<string>().Select(Normal).ToList();
        var ours = errors.Select(e => Normal(e ?? "")).Where(p => p.Length > 0).ToList();

        // Some report at the element, some at the one around it.
        return places.Count == 0 || ours.Any(o => places.Any(p => o == p || o.StartsWith(p + ".", StringComparison.Ordinal) || p.StartsWith(o + ".", StringComparison.Ordinal))) ? Verdict.Same : Verdict.Place;
    }

    /// <summary>Without the index 0, which some leave out.</summary>
    private static string Normal(string path) => Zero().Replace(ValidationCases.Place(path).Replace("[x]", "", StringComparison.Ordinal), "");

    [GeneratedRegex(@"\[0\]")]
    private static partial Regex Zero();
}
