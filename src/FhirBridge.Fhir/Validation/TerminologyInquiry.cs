using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// What a validation asks of codes: the definitions first, then the answers of a terminology server. What neither says is kept, to be asked or to be told. One a validation.
/// </summary>
internal sealed class TerminologyInquiry(Definitions definitions, ForeignAnswers answers)
{
    // A document with more codings than that is a list of codes, and no server is to be flooded by it.
    private const int MaxQuestions = 500;

    private readonly Dictionary<TerminologyQuestion, string> unanswered = [];

    /// <summary>Questions that nobody was asked yet.</summary>
    internal IReadOnlyList<TerminologyQuestion> Open => [.. unanswered.Keys.Where(q => answers.Find(q) is null)];

    /// <summary>As <c>memberOf()</c> asks.</summary>
    internal bool? IsIn(FhirPathValue value, string valueSet) =>
        value.IsElement ? IsIn(value.Element, valueSet) : value.Kind == FhirPathKind.String ? definitions.Terminology.Contains(valueSet, value.AsString) : null;

    /// <summary>Is what the element says in the value set? Null when nobody can say.</summary>
    internal bool? IsIn(FhirElement element, string valueSet)
    {
        if (definitions.Terminology.Contains(valueSet, element) is { } known) return known;
        if (!element.Exists || !CodingRule.IsAbsolute(valueSet)) return null;

        // Other primitives may be anybody's free text, which is nobody's to see.
        if (element.HasValue) return element.Type == "code" ? Ask(new TerminologyQuestion(valueSet, null, null, element.Value), element)?.IsValid : null;
        bool? answer = false;
        IEnumerable<FhirElement> codings = element.Type == "CodeableConcept" ? element.Children("coding") : [element];
        foreach (var coding in codings)
        {
            if (coding.Text("code") is not { } code) continue;
            var one = coding.Text("system") is { } system
                ? definitions.Terminology.Contains(valueSet, new Coding(system, code), coding.Text("version")) ?? Ask(new TerminologyQuestion(valueSet, system, coding.Text("version"), code), coding)?.IsValid
                : null;
            if (one == true) return true;
            if (one is null) answer = null;
        }

        return answer;
    }

    /// <summary>The answer to a question about the element; null when there is none.</summary>
    internal ForeignAnswer? Ask(TerminologyQuestion question, FhirElement about)
    {
        var answer = answers.Find(question);
        if (answer?.IsValid is null && unanswered.Count < MaxQuestions) unanswered.TryAdd(question, about.Path);
        return answer;
    }

    /// <summary>Tells what stays unanswered, once a place: who does not know the code does not know what sets it is in.</summary>
    internal void Report(ValidationRun run)
    {
        var places = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (question, path) in unanswered.OrderBy(u => u.Key.ValueSet is not null))
        {
            if (!places.Add(path)) continue;
            var what = question.ValueSet is { } set ? $"is in the value set '{set}'" : question.Display is null ? $"is a code of '{question.System}'" : "has this display";
            run.Report(Problems.NotChecked.With($"whether '{CodingRule.Shortened(question.Code)}' {what} was not checked: the terminology server does not say", path));
        }
    }
}
