using System.Globalization;
using System.Text;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

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
    public static string Reference(FhirElement reference) => Reference(new ReferenceView(reference));

    /// <summary>The same for a view.</summary>
    public static string Reference(ReferenceView reference)
    {
        if (reference.Reference is { } literal) return "r" + literal;
        return reference.Identifier is { Value: { } value } identifier ? $"i{identifier.System}|{value}" : Content(reference.Element);
    }

    /// <summary>A CodeableConcept: its set of codings; its normalised text when it has none.</summary>
    public static string Concept(FhirElement concept) => Concept(new CodeableConceptView(concept));

    /// <summary>The same for a view.</summary>
    public static string Concept(CodeableConceptView concept)
    {
        var codings = Codings(concept);
        return codings.Count > 0 ? "c" + string.Join('\n', codings) : WordsOf(concept);
    }

    /// <summary>A CodeableConcept with its wording: as <see cref="Concept(FhirElement)"/>, and the normalised text too.</summary>
    public static string Wording(FhirElement concept) => Concept(concept) + "\n" + Words(new CodeableConceptView(concept).Text ?? "");

    /// <summary>
    /// One coding for a whole CodeableConcept, so that concepts which share their best coding meet: SNOMED CT, then LOINC, then the
    /// least <c>system|code</c>; the normalised text when there is no coding.
    /// </summary>
    public static string Best(CodeableConceptView concept)
    {
        var codings = Codings(concept);
        foreach (var system in Systems)
        {
            if (codings.Find(c => c.StartsWith(system, StringComparison.Ordinal) && c[system.Length] == '|') is { } coding) return "c" + coding;
        }

        return codings.Count > 0 ? "c" + codings[0] : WordsOf(concept);
    }

    /// <summary>A Quantity (Duration, Age …): number, comparator and unit; <c>7.0</c> is <c>7</c>.</summary>
    public static string Quantity(QuantityView quantity)
    {
        var unit = quantity.Code is { } code ? $"{quantity.System}|{code}" : Words(quantity.Unit ?? "");
        return $"{quantity.Comparator}{Number(quantity.Value)} {unit}";
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

    private static string WordsOf(CodeableConceptView concept)
    {
        var text = concept.Text ?? concept.Coding.First.Display;
        return text is null ? Content(concept.Element) : "t" + Words(text);
    }

    private static List<string> Codings(CodeableConceptView concept)
    {
        var codings = new List<string>(2);
        foreach (var coding in concept.Coding)
        {
            if (coding.Code is { } code) codings.Add($"{coding.System}|{code}");
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
