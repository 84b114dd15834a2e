namespace FhirBridge.Fhir;

/// <summary>
/// A question on a code that the definitions leave open, for a terminology server. It holds all that is told to anybody of the resource that it comes from.
/// </summary>
/// <param name="ValueSet">Canonical of the value set, with a version or without; null when the question is whether the system has the code.</param>
/// <param name="System">Its system; null for an element of type <c>code</c>, where the value set decides.</param>
/// <param name="Version">Version of the system; null when the coding states none.</param>
/// <param name="Code">The code.</param>
/// <param name="Display">The display that is to be one of the code's; null when only the code is asked about.</param>
public sealed record TerminologyQuestion(string? ValueSet, string? System, string? Version, string Code, string? Display = null);

/// <summary>What a terminology server says of a question.</summary>
/// <param name="IsValid">Yes or no; null when it does not know: the system or the value set is not there either, or it does not answer.</param>
/// <param name="Display">How the server itself calls the code; null when it does not say.</param>
public sealed record ForeignAnswer(bool? IsValid, string? Display = null)
{
    /// <summary>That there is no answer.</summary>
    public static ForeignAnswer Unknown { get; } = new((bool?)null);
}

/// <summary>Answers that were got before a validation, which itself asks nobody. Immutable.</summary>
public sealed class ForeignAnswers(IReadOnlyDictionary<TerminologyQuestion, ForeignAnswer> answers)
{
    /// <summary>No answers yet: what is open is to be asked.</summary>
    public static ForeignAnswers None { get; } = new(new Dictionary<TerminologyQuestion, ForeignAnswer>());

    /// <summary>The answer; null when the question was not asked.</summary>
    public ForeignAnswer? Find(TerminologyQuestion question) => answers.GetValueOrDefault(question);
}
