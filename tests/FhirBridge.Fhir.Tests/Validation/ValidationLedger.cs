using System.Text.Json;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>Where the validator and the vectors, or the official examples, differ, each with the reason (data/ledger.json).</summary>
internal sealed record ValidationLedger(IReadOnlyList<ValidationLedger.DifferentCase> Cases, IReadOnlyList<ValidationLedger.WrongExample> Examples)
{
    private static readonly Lazy<ValidationLedger> Loaded = new(() =>
    {
        using var stream = typeof(ValidationLedger).Assembly.GetManifestResourceStream("validation/ledger.json")!;
        return JsonSerializer.Deserialize<ValidationLedger>(stream, JsonSerializerOptions.Web)!;
    });

    internal static ValidationLedger R4 => Loaded.Value;

    /// <param name="Name">Name of the case; <c>name+profile</c> for its second verdict.</param>
    /// <param name="Difference"><c>missed</c> (an error is not found), <c>refused</c> (a valid resource has errors), <c>place</c> (errors are found, none where the vectors have one).</param>
    /// <param name="Reason">Why.</param>
    internal sealed record DifferentCase(string Name, string Difference, string Reason);

    /// <param name="File">Official example.</param>
    /// <param name="Problem">Code of the problem.</param>
    /// <param name="Places">Where it is.</param>
    /// <param name="Reason">What is wrong in the example.</param>
    /// <param name="Only"><c>strict</c> or <c>mild</c> when only that validation finds it; null otherwise.</param>
    internal sealed record WrongExample(string File, string Problem, IReadOnlyList<string> Places, string Reason, string? Only = null);
}
