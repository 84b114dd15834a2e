using System.Text;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>What the validator says of a resource, as <c>code path; code path</c>, with definitions made for the test.</summary>
internal static class Verdicts
{
    /// <summary>The errors where the validation is strict.</summary>
    internal static string Strict(string json, params string[] known) => Of(json, true, p => p.Kind.Severity <= IssueSeverity.Error, known);

    /// <summary>The errors that a write is refused for.</summary>
    internal static string Mild(string json, params string[] known) => Of(json, false, p => p.Kind.Severity <= IssueSeverity.Error, known);

    /// <summary>The warnings of the mild validation, without the advice to have a narrative.</summary>
    internal static string Warnings(string json, params string[] known) => Of(json, false, p => p.Kind.Severity == IssueSeverity.Warning, known);

    /// <summary>What could not be checked.</summary>
    internal static string Told(string json, params string[] known) => Of(json, true, p => p.Kind.Severity == IssueSeverity.Information, known);

    /// <summary>All that is found in a resource, read first as it comes in.</summary>
    internal static IReadOnlyList<Problem> All(string json, ValidationOptions options, params string[] known)
    {
        var builder = new DefinitionsBuilder(Definitions.R4);
        foreach (var resource in known) builder.Add(Encoding.UTF8.GetBytes(resource));
        Assert.Empty(builder.Problems);
        var read = FhirJson.ReadLenient(Encoding.UTF8.GetBytes(json));
        Assert.NotNull(read.Value);
        return [.. read.Problems, .. builder.Build().Validator.Validate(read.Value.Root, options).Where(p => !p.Diagnostics.StartsWith("dom-6:", StringComparison.Ordinal))];
    }

    private static string Of(string json, bool isStrict, Func<Problem, bool> counts, string[] known) =>
        string.Join("; ", All(json, new ValidationOptions { IsStrict = isStrict, WithGlobalProfiles = true }, known).Where(counts).Select(p => $"{p.Kind.Code} {p.Expression}"));
}
