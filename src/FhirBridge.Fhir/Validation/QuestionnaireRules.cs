namespace FhirBridge.Fhir.Validation;

/// <summary>A Questionnaire in itself, beyond its invariants. Spec: https://hl7.org/fhir/R4/questionnaire.html.</summary>
internal sealed class QuestionnaireRules : IResourceRules
{
    /// <inheritdoc/>
    public string Type => "Questionnaire";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        var form = new QuestionnaireForm(resource);
        var values = new QuestionnaireValues(run.Proposed(resource), run);
        QuestionnaireSource.Check(resource, run);
        foreach (var item in form.All)
        {
            // que-12 of R4 counts from three on, by mistake: its words, and later versions of it, say more than one.
            if (item.Conditions.Count > 1 && item.Behavior is null) run.Report(Problems.Invariant.With($"que-12: the item {item.Label} has several conditions, so enableBehavior says whether all or any of them count", item.Element.Path));
            foreach (var condition in item.Conditions) Condition(form, item, condition, run);
            Values(item, "answerOption", run);
            Values(item, "initial", run);
            values.Check(item);
            if (item.ValueSet.Value is ['#', ..] set && ContainedResources.Find(resource, set).Type != "ValueSet")
            {
                run.Report(Problems.UnknownReference.With($"the value set '{set}' of the item {item.Label} is not contained here", item.ValueSet.Path));
            }

            if (item.MinOccurs is { } least && item.MaxOccurs is { } most && least > most)
            {
                run.Report(Problems.Questionable.With($"the item {item.Label} asks for at least {least} and at most {most}: no response can have that", item.Element.Path));
            }
        }
    }

    private static void Condition(QuestionnaireForm form, FormItem item, FhirElement condition, ValidationRun run)
    {
        if (condition.Text("question") is not { } question) return;
        if (form.Find(question) is not { } source)
        {
            run.Report(Problems.BusinessRule.With($"the item {item.Label} depends on the question '{question}', which is not in the questionnaire", item.Element.Path));
            return;
        }

        if (source == item || IsUnder(source, item))
        {
            run.Report(Problems.BusinessRule.With($"the item {item.Label} depends on {(source == item ? "itself" : $"{source.Label}, which is inside of it")}: it could never be enabled by that", item.Element.Path));
            return;
        }

        if (source.Number > item.Number) run.Report(Problems.Questionable.With($"the item {item.Label} depends on {source.Label}, which comes after it", item.Element.Path));
        Operator(item, source, condition, run);
    }

    private static void Operator(FormItem item, FormItem source, FhirElement condition, ValidationRun run)
    {
        if (source.AnswerTypes is not { } types) return;
        var (op, answer) = (condition.Text("operator"), condition["answer"]);
        if (types.Count == 0) run.Report(Problems.Questionable.With($"the item {item.Label} depends on {source.Label}, which is of type {source.Type} and has no answers", item.Element.Path));
        else if (op != "exists" && answer.Type is { } type && !types.Contains(type)) run.Report(Problems.Questionable.With($"the item {item.Label} compares {source.Label} with a {type}: its answers are {string.Join(" or ", types)}", item.Element.Path));
        else if (op is ">" or "<" or ">=" or "<=" && answer.Type is "boolean" or "Coding" or "Reference") run.Report(Problems.Questionable.With($"the item {item.Label} asks for an order of {answer.Type}, which has none", item.Element.Path));
    }

    /// <summary>Options and initial values are of the types that answers have.</summary>
    private static void Values(FormItem item, string name, ValidationRun run)
    {
        if (item.AnswerTypes is not { Count: > 0 } types || (name == "answerOption" && item.Type is "choice" or "open-choice")) return;
        foreach (var value in item.Element.Children(name).Select(v => v["value"]))
        {
            if (value.Type is { } type && !types.Contains(type)) run.Report(Problems.WrongType.With($"the item {item.Label} is of type {item.Type}: its {name} must be {string.Join(" or ", types)}, not {type}", value.Path));
        }
    }

    private static bool IsUnder(FormItem item, FormItem upper)
    {
        for (var at = item.Parent; at is not null; at = at.Parent)
        {
            if (at == upper) return true;
        }

        return false;
    }
}
