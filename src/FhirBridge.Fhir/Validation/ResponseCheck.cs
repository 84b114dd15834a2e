namespace FhirBridge.Fhir.Validation;

/// <summary>Walks the items of a response beside those of its questionnaire: place, order, number, and what is enabled.</summary>
internal sealed class ResponseCheck(ValidationRun run, FhirElement response, QuestionnaireForm form)
{
    // Every repetition of a group is compared with all items of the group: a small response can ask for much.
    private const int MaxSteps = 1_000_000;

    private readonly EnableWhen conditions = new(response, run);
    private readonly AnswerCheck answers = new(run, form);
    private readonly bool isComplete = response.Text("status") is "completed" or "amended";
    private int steps;

    internal void Check() => Level(response, form.Items, null);

    private void Level(FhirElement around, IReadOnlyList<FormItem> expected, FormItem? parent)
    {
        var present = new Dictionary<FormItem, List<FhirElement>>();
        var last = -1;
        foreach (var element in around.Children("item"))
        {
            if (element.Text("linkId") is not { } linkId || Placed(element, linkId, parent) is not { } item) continue;
            if (item.Order < last) run.Report(Problems.WrongOrder.With($"the item {item.Label} stands behind one that the questionnaire puts after it", element.Path));
            last = Math.Max(last, item.Order);
            if (!present.TryGetValue(item, out var found)) present.Add(item, found = []);
            found.Add(element);
        }

        foreach (var item in expected)
        {
            steps += 1 + item.Conditions.Count;
            if (steps > MaxSteps)
            {
                run.Report(Problems.TooCostly.With("the response has too many repetitions of groups with many items: it is not checked to its end", response.Path));
                return;
            }

            Occurrences(item, present.GetValueOrDefault(item) ?? [], around);
        }
    }

    private FormItem? Placed(FhirElement element, string linkId, FormItem? parent)
    {
        if (form.Find(linkId) is not { } item)
        {
            run.Report(Problems.BusinessRule.With($"the questionnaire has no item with the linkId '{linkId}'", element.Path));
            return null;
        }

        if (item.Parent == parent) return item;
        var place = item.Parent is { } right ? $"under {right.Label}" : "at the top";
        run.Report(Problems.BusinessRule.With($"the item {item.Label} stands in the wrong place: in the questionnaire it is {place}", element.Path));
        return null;
    }

    private void Occurrences(FormItem item, List<FhirElement> found, FhirElement around)
    {
        var enabled = conditions.IsEnabled(item, around, found.FirstOrDefault());
        if (enabled == false)
        {
            foreach (var element in found.Where(HasAnswer)) run.Report(Problems.BusinessRule.With($"the item {item.Label} is not enabled by the other answers, but has an answer", element.Path));
            return;
        }

        Number(item, found, found.Count > 0 ? found[0] : around, enabled == true);
        foreach (var element in found) Item(item, element);
    }

    private void Number(FormItem item, List<FhirElement> found, FhirElement place, bool isEnabled)
    {
        if (item.Type is "display" or "question") return;
        var isGroup = item.Type == "group";
        var count = isGroup ? found.Count : found.Sum(e => e.Children("answer").Count(IsAnswer));
        var least = Math.Max(item.IsRequired ? 1 : 0, item.MinOccurs ?? 0);
        var most = item.Repeats ? item.MaxOccurs ?? int.MaxValue : 1;
        var what = isGroup ? "times" : "answers";
        if (isComplete && isEnabled && count < least)
        {
            var problem = count == 0 && least == 1 ? Problems.Required.With($"the item {item.Label} is required, and there is no {(isGroup ? "such group" : "answer")}", place.Path)
                : Problems.Cardinality.With($"the item {item.Label} asks for at least {least} {what}, found {count}", place.Path);
            run.Report(problem);
        }

        if (count > most) run.Report(Problems.Cardinality.With($"the item {item.Label} allows {(most == 1 ? "one" : $"at most {most}")}, found {count} {what}", (found.Count > 1 ? found[1] : place).Path));
        else if (found.Count > 1 && !item.Repeats) run.Report(Problems.Cardinality.With($"the item {item.Label} does not repeat, found {found.Count} times", found[1].Path));
    }

    private void Item(FormItem item, FhirElement element)
    {
        if (element.Text("text") is { } text && item.Text is { } asked && text.Trim() != asked.Trim())
        {
            run.Report(Problems.Questionable.With($"the text differs from that of the questionnaire for {item.Label}", element["text"].Path));
        }

        if (item.Type is "group" or "display" or "question")
        {
            if (element["answer"].Exists) run.Report(Problems.BusinessRule.With($"the item {item.Label} is of type {item.Type}: it has no answers", element.Path));
            if (item is { Type: "group", IsRequired: true } && isComplete && !element["item"].Exists) run.Report(Problems.Required.With($"the group {item.Label} is required, and nothing in it is answered", element.Path));
            Level(element, item.Items, item);
            return;
        }

        if (element["item"].Exists) run.Report(Problems.BusinessRule.With($"the item {item.Label} is a question: items under it stand in its answers", element.Path));
        var given = element.Children("answer").ToList();
        foreach (var answer in given)
        {
            answers.Check(item, answer);
            Level(answer, item.Items, item);
        }

        answers.Options.CheckExclusive(item, given);
    }

    /// <summary>An answer has a value, or says by an extension why there is none.</summary>
    private static bool IsAnswer(FhirElement answer) => answer.Children().Any(c => c.Name is not ("id" or "item"));

    private static bool HasAnswer(FhirElement item) => item.Children("answer").Any(IsAnswer) || item.Children().Any(c => c.Name is "item" or "answer" && HasAnswer(c));
}
