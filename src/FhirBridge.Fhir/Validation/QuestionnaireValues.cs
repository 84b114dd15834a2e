using System.Text.RegularExpressions;

namespace FhirBridge.Fhir.Validation;

/// <summary>What an item of a Questionnaire allows: its options, initial values, limits and the element that it is about. Spec: https://hl7.org/fhir/R4/questionnaire.html, https://hl7.org/fhir/R4/questionnaire-definitions.html.</summary>
internal sealed class QuestionnaireValues(Definitions definitions, ValidationRun run)
{
    private static readonly string[] Numbers = ["integer", "decimal", "quantity", "date", "dateTime", "time"];

    internal void Check(FormItem item)
    {
        Options(item);
        Initial(item);
        Limits(item);
        if (item.Element["definition"] is { HasValue: true } definition) Definition(item, definition);
    }

    private void Options(FormItem item)
    {
        var selected = item.Options.Count(o => o.Text("initialSelected") == "true");
        if (selected > 1 && !item.Repeats) run.Report(Problems.InvalidDefinition.With($"the item {item.Label} has one answer, and {selected} options are selected from the start", item.Element.Path));
        for (var i = 0; i < item.Options.Count; i++)
        {
            if (item.Options.Take(i).Any(o => ValueOrder.AreEqual(item.Options[i]["value"], o["value"]) == true && ValueOrder.AreEqual(o["value"], item.Options[i]["value"]) == true)) run.Report(Problems.Questionable.With($"the item {item.Label} offers this option already", item.Options[i].Path));
        }

        if (item.Element["answerValueSet"] is not { HasValue: true } set || set.Value.StartsWith('#')) return;
        if (definitions.FindEntry("ValueSet", set.Value) is null && definitions.Terminology.FindValueSet(set.Value) is null) run.Report(Problems.Unverified.With($"the value set '{set.Value}' of the item {item.Label} is not known here: answers cannot be compared with it", set.Path));
    }

    /// <summary>What stands there from the start could have been answered.</summary>
    private void Initial(FormItem item)
    {
        foreach (var value in item.Element.Children("initial").Select(i => i["value"]))
        {
            if (item.Element.Text("answerValueSet") is { } set && value.Type == "Coding" && !set.StartsWith('#') && definitions.Terminology.Contains(set, value) == false)
            {
                run.Report(Problems.CodeInvalid.With($"the initial value of the item {item.Label} is not in its value set '{set}'", value.Path));
            }

            if (FormItem.Whole(item.Element.Text("maxLength")) is { } most && value.Type is "string" or "uri" && value.Value?.Length > most)
            {
                run.Report(Problems.InvalidDefinition.With($"the initial value of the item {item.Label} has {value.Value.Length} characters, and answers at most {most}", value.Path));
            }
        }
    }

    private void Limits(FormItem item)
    {
        var (least, most) = (item.Extensions("minValue").FirstOrDefault(), item.Extensions("maxValue").FirstOrDefault());
        if ((least.Exists || most.Exists) && item.Type.Length > 0 && !Numbers.Contains(item.Type)) run.Report(Problems.Questionable.With($"the item {item.Label} is of type {item.Type}, which has no least or greatest value", item.Element.Path));
        if (least.Exists && most.Exists && ValueOrder.Compare(least, most) > 0) run.Report(Problems.Questionable.With($"the item {item.Label} asks for at least {least.Value} and at most {most.Value}: nothing can be answered", item.Element.Path));
        if (item.WholeOf("minLength") is { } shortest && FormItem.Whole(item.Element.Text("maxLength")) is { } longest && shortest > longest) run.Report(Problems.Questionable.With($"the item {item.Label} asks for at least {shortest} and at most {longest} characters: nothing can be answered", item.Element.Path));
        if (item.Extensions("regex").FirstOrDefault() is { HasValue: true } pattern && !IsPattern(pattern.Value)) run.Report(Problems.ExpressionRefused.With($"the pattern of the item {item.Label} is no regular expression", pattern.Path));
    }

    private static bool IsPattern(string text)
    {
        try
        {
            _ = new Regex(text, RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(10));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>The element of a profile or type that the item is about: <c>http://…/StructureDefinition/Patient#Patient.birthDate</c>.</summary>
    private void Definition(FormItem item, FhirElement definition)
    {
        var hash = definition.Value!.IndexOf('#');
        if (hash <= 0) return;
        var structure = definitions.FindResource("StructureDefinition", definition.Value[..hash]);
        if (!structure.Exists)
        {
            run.Report(Problems.Unverified.With($"the definition '{definition.Value[..hash]}' of the item {item.Label} is not known here", definition.Path));
            return;
        }

        var id = definition.Value[(hash + 1)..];
        var known = structure["snapshot"].Children("element").Concat(structure["differential"].Children("element"));
        if (known.Any(e => e.Text("id") == id || e.Text("path") == id) || StructurePaths.Unknown(id.Split('.'), definitions) is null) return;
        run.Report(Problems.InvalidDefinition.With($"the item {item.Label} is about '{id}', which the definition does not have", definition.Path));
    }
}

/// <summary>The questionnaires that one is derived from. Spec: https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.derivedFrom.</summary>
internal static class QuestionnaireSource
{
    private const int MaxForms = 200;

    internal static void Check(FhirElement resource, ValidationRun run)
    {
        if (resource.Text("url") is not { } url) return;
        var definitions = run.Proposed(resource);
        foreach (var source in resource.Children("derivedFrom").Where(d => d.HasValue))
        {
            var (seen, open) = (new HashSet<string>(StringComparer.Ordinal), new Stack<string>([source.Value!]));
            while (open.TryPop(out var at) && seen.Count < MaxForms)
            {
                if (at.Split('|')[0] == url)
                {
                    run.Report(Problems.Circular.With("the questionnaire is derived from itself", source.Path));
                    break;
                }

                if (!seen.Add(at)) continue;
                foreach (var further in definitions.FindResource("Questionnaire", at).Children("derivedFrom").Select(d => d.Value).OfType<string>()) open.Push(further);
            }
        }
    }
}
