using System.Globalization;

namespace FhirBridge.Fhir.Validation;

/// <summary>The items of a Questionnaire, by linkId and in their nesting. Spec: https://hl7.org/fhir/R4/questionnaire.html.</summary>
internal sealed class QuestionnaireForm
{
    private readonly Dictionary<string, FormItem> byLinkId = new(StringComparer.Ordinal);
    private readonly List<FormItem> all = [];

    internal QuestionnaireForm(FhirElement questionnaire)
    {
        Questionnaire = questionnaire;
        Items = Read(questionnaire, null);
    }

    internal FhirElement Questionnaire { get; }

    /// <summary>The outermost items.</summary>
    internal IReadOnlyList<FormItem> Items { get; }

    /// <summary>All items in document order.</summary>
    internal IReadOnlyList<FormItem> All => all;

    /// <summary>The first item of that linkId; null when there is none.</summary>
    internal FormItem? Find(string linkId) => byLinkId.GetValueOrDefault(linkId);

    // Depth is that of the reader, which bounds it.
    private List<FormItem> Read(FhirElement around, FormItem? parent)
    {
        var items = new List<FormItem>();
        foreach (var element in around.Children("item"))
        {
            var item = new FormItem(element, parent, items.Count, all.Count);
            items.Add(item);
            all.Add(item);
            byLinkId.TryAdd(item.LinkId, item);
            item.Items = Read(element, item);
        }

        return items;
    }
}

/// <summary>One item of a Questionnaire.</summary>
/// <param name="element">The item.</param>
/// <param name="parent">The item around it; null for an outermost one.</param>
/// <param name="order">Position among its siblings.</param>
/// <param name="number">Position among all items in document order.</param>
internal sealed class FormItem(FhirElement element, FormItem? parent, int order, int number)
{
    private const int StepsOfLimit = 5;

    private const string Core = "http://hl7.org/fhir/StructureDefinition/";

    private readonly ILookup<string, FhirElement> extensions = element.Children("extension").Where(x => x.Text("url") is not null).ToLookup(x => x.Text("url")!, x => x["value"], StringComparer.Ordinal);
    private readonly string? text = element.Text("text");
    private string? label;
    private IReadOnlyList<string>? optionTypes;
    private IReadOnlyList<FhirElement>? exclusive;

    internal FhirElement Element { get; } = element;

    internal FormItem? Parent { get; } = parent;

    internal int Order { get; } = order;

    internal int Number { get; } = number;

    internal string LinkId { get; } = element.Text("linkId") ?? "";

    /// <summary>Code of http://hl7.org/fhir/item-type.</summary>
    internal string Type { get; } = element.Text("type") ?? "";

    internal IReadOnlyList<FormItem> Items { get; set; } = [];

    internal bool IsRequired { get; } = element.Text("required") == "true";

    internal bool Repeats { get; } = element.Text("repeats") == "true";

    /// <summary>questionnaire-minOccurs; null when it is not stated.</summary>
    internal int? MinOccurs { get; } = Whole(ExtensionsOf(element, "questionnaire-minOccurs").FirstOrDefault().Value);

    /// <summary>questionnaire-maxOccurs; null when it is not stated.</summary>
    internal int? MaxOccurs { get; } = Whole(ExtensionsOf(element, "questionnaire-maxOccurs").FirstOrDefault().Value);

    /// <summary>Most characters of an answer; null when it is not stated.</summary>
    internal int? MaxLength { get; } = Whole(element.Text("maxLength"));

    /// <summary>The canonical of the value set of the answers; does not exist when there is none.</summary>
    internal FhirElement ValueSet { get; } = element["answerValueSet"];

    /// <summary>Whether <c>all</c> or <c>any</c> of the conditions count; null when it is not stated.</summary>
    internal string? Behavior { get; } = element.Text("enableBehavior");

    internal IReadOnlyList<FhirElement> Conditions { get; } = [.. element.Children("enableWhen")];

    internal IReadOnlyList<FhirElement> Options { get; } = [.. element.Children("answerOption")];

    /// <summary>The values of the options that are chosen alone or not at all (questionnaire-optionExclusive).</summary>
    internal IReadOnlyList<FhirElement> Exclusive => exclusive ??= [.. Options.Where(o => ExtensionsOf(o, "questionnaire-optionExclusive").Any(v => v.Value == "true")).Select(o => o["value"])];

    /// <summary>What an answer is compared with at most, in steps of the budget: limits are read anew each time, and cost some.</summary>
    internal int Weight { get; } = 1 + element.Children("answerOption").Count() + (StepsOfLimit * element.Children("extension").Count());

    /// <summary>What a person knows the item by: <c>'q1' ("Do you smoke?")</c>.</summary>
    internal string Label => label ??= text is null ? $"'{LinkId}'" : text.Length <= 80 ? $"'{LinkId}' (\"{text}\")" : $"'{LinkId}' (\"{text[..80]}…\")";

    /// <summary>The text of the question; null when there is none.</summary>
    internal string? Text => text;

    /// <summary>The data types that an answer may have; null when the type of the item is not known.</summary>
    internal IReadOnlyList<string>? AnswerTypes => Type switch
    {
        "boolean" or "decimal" or "integer" or "date" or "dateTime" or "time" or "string" => [Type],
        "text" => ["string"],
        "url" => ["uri"],
        "attachment" => ["Attachment"],
        "reference" => ["Reference"],
        "quantity" => ["Quantity"],
        "choice" => OptionTypes,
        "open-choice" => [.. OptionTypes.Append("string").Distinct()],
        "group" or "display" or "question" => [],
        _ => null,
    };

    private IReadOnlyList<string> OptionTypes => optionTypes ??= Options.Count == 0 ? ["Coding"] : [.. Options.Select(o => o["value"].Type).OfType<string>().Distinct()];

    /// <summary>Values of an extension of HL7's own (<c>minValue</c>) or of another one (its whole URL).</summary>
    internal IEnumerable<FhirElement> Extensions(string name) => extensions[Url(name)];

    private static IEnumerable<FhirElement> ExtensionsOf(FhirElement element, string name)
    {
        var url = Url(name);
        return element.Children("extension").Where(x => x.Text("url") == url).Select(x => x["value"]);
    }

    private static string Url(string name) => name.Contains(':', StringComparison.Ordinal) ? name : Core + name;

    /// <summary>A whole number that an extension states; null when there is none.</summary>
    internal int? WholeOf(string name) => Whole(Extensions(name).FirstOrDefault().Value);

    internal static int? Whole(string? text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : null;
}
