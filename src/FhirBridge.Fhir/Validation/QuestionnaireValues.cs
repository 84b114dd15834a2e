using System.Text.RegularExpressions;

namespace FhirBridge.Fhir.Validation;

/// <summary>What an item of a Questionnaire allows: its options, initial values, limits and the element that it is about. Spec: https://hl7.org/fhir/R4/questionnaire.html, https://hl7.org/fhir/R4/questionnaire-definitions.html.</summary>
internal sealed class QuestionnaireValues(Definitions definitions, ValidationRun run)
{
    private readonly Dictionary<FhirElement, HashSet<string>> names = [];

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
        var offered = new HashSet<(string? Type, string? Scope, string? Value)>();
        foreach (var option in item.Options)
        {
            if (Key(option["value"]) is { Value: not null } key && !offered.Add(key)) run.Report(Problems.Questionable.With($"the item {item.Label} offers this option already", option.Path));
        }

        if (item.ValueSet is not { HasValue: true } set || set.Value.StartsWith('#')) return;
        if (definitions.FindEntry("ValueSet", set.Value) is null && definitions.Terminology.FindValueSet(set.Value) is null) run.Report(Problems.Unverified.With($"the value set '{set.Value}' of the item {item.Label} is not known here: answers cannot be compared with it", set.Path));
    }

    /// <summary>By what an option is known: its type, and what an answer repeats of it.</summary>
    private static (string? Type, string? Scope, string? Value) Key(FhirElement value) => value.Type switch
    {
        "Coding" when value.Text("code") is { } code => (value.Type, value.Text("system"), code),
        "Coding" => ("display", null, value.Text("display")),
        "Reference" => (value.Type, null, value.Text("reference")),
        _ => (value.Type, null, value.Value),
    };

    /// <summary>What stands there from the start could have been answered.</summary>
    private void Initial(FormItem item)
    {
        foreach (var value in item.Element.Children("initial").Select(i => i["value"]))
        {
            if (item.ValueSet.Value is { } set && value.Type == "Coding" && !set.StartsWith('#') && definitions.Terminology.Contains(set, value) == false)
            {
                run.Report(Problems.CodeInvalid.With($"the initial value of the item {item.Label} is not in its value set '{set}'", value.Path));
            }

            if (item.MaxLength is { } most && value.Type is "string" or "uri" && value.Value?.Length > most)
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
        if (item.WholeOf("minLength") is { } shortest && item.MaxLength is { } longest && shortest > longest) run.Report(Problems.Questionable.With($"the item {item.Label} asks for at least {shortest} and at most {longest} characters: nothing can be answered", item.Element.Path));
        if (item.Extensions("regex").FirstOrDefault() is { HasValue: true } pattern && !IsPattern(pattern.Value)) run.Report(Problems.ExpressionRefused.With($"the pattern of the item {item.Label} is no regular expression", pattern.Path));
    }

    /// <summary>The ids and the paths of its elements.</summary>
    private static HashSet<string> Names(FhirElement structure) =>
        [.. structure["snapshot"].Children("element").Concat(structure["differential"].Children("element")).SelectMany(e => new[] { e.Text("id"), e.Text("path") }).OfType<string>()];

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
        if (!names.TryGetValue(structure, out var known)) names.Add(structure, known = Names(structure));
        if (known.Contains(id) || StructurePaths.Unknown(id.Split('.'), definitions) is null) return;
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
