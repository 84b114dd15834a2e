using System.Globalization;
using System.Text;
using FhirBridge.Fhir;

namespace FhirBridge.Mapping;

/// <summary>
/// When two statements say the same: a key per kind of element. Equal keys are equal statements, whatever the order of properties,
/// the wording of displays or the spelling of a number.
/// </summary>
internal static class ElementKeys
{
    private static readonly string[] Systems = ["http://snomed.info/sct", "http://loinc.org"];

    /// <summary>The whole content except element ids: properties in any order, values to the letter.</summary>
    public static string Content(FhirElement element)
    {
        var text = new StringBuilder();
        Append(text, element);
        return text.ToString();
    }

    /// <summary>A Reference: what it points to, whatever its display.</summary>
    public static string Reference(FhirElement reference)
    {
        if (reference.Text("reference") is { } literal) return "r" + literal;
        var identifier = reference["identifier"];
        return identifier.Text("value") is { } value ? $"i{identifier.Text("system")}|{value}" : Content(reference);
    }

    /// <summary>A CodeableConcept: its set of codings; its normalised text when it has none.</summary>
    public static string Concept(FhirElement concept)
    {
        var codings = Codings(concept);
        return codings.Count > 0 ? "c" + string.Join('\n', codings) : WordsOf(concept);
    }

    /// <summary>A CodeableConcept with its wording: as <see cref="Concept"/>, and the normalised text too.</summary>
    public static string Wording(FhirElement concept) => Concept(concept) + "\n" + Words(concept.Text("text") ?? "");

    /// <summary>
    /// One coding for a whole CodeableConcept, so that concepts which share their best coding meet: SNOMED CT, then LOINC, then the
    /// least <c>system|code</c>; the normalised text when there is no coding.
    /// </summary>
    public static string Best(FhirElement concept)
    {
        var codings = Codings(concept);
        foreach (var system in Systems)
        {
            if (codings.Find(c => c.StartsWith(system, StringComparison.Ordinal) && c[system.Length] == '|') is { } coding) return "c" + coding;
        }

        return codings.Count > 0 ? "c" + codings[0] : WordsOf(concept);
    }

    /// <summary>A Quantity (Duration, Age …): number, comparator and unit; <c>7.0</c> is <c>7</c>.</summary>
    public static string Quantity(FhirElement quantity)
    {
        var unit = quantity.Text("code") is { } code ? $"{quantity.Text("system")}|{code}" : Words(quantity.Text("unit") ?? "");
        return $"{quantity.Text("comparator")}{Number(quantity.Text("value"))} {unit}";
    }

    /// <summary>A decimal without what does not change its value: <c>7.50</c> and <c>0.75e1</c> are <c>7.5</c>.</summary>
    public static string Number(string? text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? (number / 1.000000000000000000000000000000m).ToString(CultureInfo.InvariantCulture)
            : text ?? "";

    /// <summary>Text for comparison: lower case, runs of white space as one blank, no blank or sentence mark at the ends.</summary>
    public static string Words(string text)
    {
        var words = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c)) words.Append(char.ToLowerInvariant(c));
            else if (words.Length > 0 && words[^1] != ' ') words.Append(' ');
        }

        return words.ToString().Trim(' ', '.', ',', ';', ':', '!');
    }

    private static string WordsOf(FhirElement concept)
    {
        var text = concept.Text("text") ?? concept["coding"].Text("display");
        return text is null ? Content(concept) : "t" + Words(text);
    }

    private static List<string> Codings(FhirElement concept)
    {
        var codings = new List<string>(2);
        foreach (var coding in concept.Children("coding"))
        {
            if (coding.Text("code") is { } code) codings.Add($"{coding.Text("system")}|{code}");
        }

        if (codings.Count < 2) return codings;
        codings.Sort(string.CompareOrdinal);
        return codings.Distinct().ToList();
    }

    private static void Append(StringBuilder text, FhirElement element)
    {
        if (element.HasValue) text.Append('=').Append(element.Value.Length).Append(':').Append(element.Value);
        var children = new List<FhirElement>();
        foreach (var child in element.Children())
        {
            if (child.Name != "id" || child.IsResource) children.Add(child);
        }

        children.Sort(static (a, b) =>
        {
            var byName = string.CompareOrdinal(a.SourceName, b.SourceName);
            return byName != 0 ? byName : a.NodeNumber.CompareTo(b.NodeNumber);
        });
        foreach (var child in children)
        {
            text.Append('{').Append(child.SourceName);
            Append(text, child);
            text.Append('}');
        }
    }
}
