namespace FhirBridge.Fhir;

/// <summary>One way to say a concept: a display or a designation.</summary>
/// <param name="Text">The text.</param>
/// <param name="Language">Its language; null when unknown.</param>
/// <param name="Element">The designation; one that does not exist for a display.</param>
/// <param name="Source">Canonical of the supplement that it comes from; null when it is the system's or the value set's own.</param>
internal sealed record ConceptTerm(string Text, string? Language, FhirElement Element, string? Source = null)
{
    private const string StandardsStatus = "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status";

    internal bool IsDisplay => !Element.Exists;

    /// <summary>Why the text is out of use (<c>withdrawn</c>, <c>deprecated</c>); null when it is in use.</summary>
    internal string? Withdrawn => Element.Extension(StandardsStatus) is "withdrawn" or "deprecated" ? Element.Extension(StandardsStatus) : null;
}

/// <summary>What a concept is called, in which language, by its system, by the value set that lists it, and by supplements.</summary>
internal sealed class ConceptTerms
{
    private readonly List<ConceptTerm> all = [];

    internal ConceptTerms(CodeSystemContent? system, Concept? concept, FhirElement listed, string? listedLanguage, IReadOnlyList<Supplement> supplements)
    {
        var language = system?.Language;
        if (listed.Text("display") is { } own) all.Add(new ConceptTerm(own, listedLanguage ?? language, default));
        if (concept?.Display is { } display && all.All(t => t.Text != display)) all.Add(new ConceptTerm(display, language, default));
        foreach (var d in listed.Children("designation")) Add(d, null);
        if (concept is null) return;
        foreach (var d in concept.Element.Children("designation")) Add(d, null);
        foreach (var supplement in supplements)
        {
            if (supplement.Find(system!, concept.Code) is not { Exists: true } more) continue;
            var source = Canonical(supplement.Source);
            if (more.Text("display") is { } other && supplement.Source.Text("language") is { } its) all.Add(new ConceptTerm(other, its, default, source));
            foreach (var d in more.Children("designation")) Add(d, source);
        }
    }

    internal IReadOnlyList<ConceptTerm> All => all;

    /// <summary>The text to show: in a language asked for, or else the display of the system; null when there is none.</summary>
    internal ConceptTerm? Preferred(LanguageRange? languages)
    {
        var display = all.Count > 0 && all[0].IsDisplay && all[0].Source is null ? all[0] : null;
        if (languages is null) return display ?? all.FirstOrDefault(t => t.Withdrawn is null);
        foreach (var tag in languages.Tags)
        {
            if (display is not null && LanguageRange.Fits(display.Language, tag)) return display;
            if (all.Find(t => t.Withdrawn is null && string.Equals(t.Language, tag, StringComparison.OrdinalIgnoreCase) && IsName(t)) is { } exact) return exact;
            if (all.Find(t => t.Withdrawn is null && LanguageRange.Fits(t.Language, tag) && IsName(t)) is { } near) return near;

            // Who reads the German of Switzerland reads German.
            if (display?.Language is { } its && LanguageRange.Fits(tag, its)) return display;
            if (all.Find(t => t.Withdrawn is null && t.Language is { } wider && LanguageRange.Fits(tag, wider) && IsName(t)) is { } general) return general;
        }

        return languages.IsStrict && display?.Language is not null ? null : display;
    }

    internal static string Canonical(FhirElement resource) => resource.Text("version") is { } version ? $"{resource.Text("url")}|{version}" : resource.Text("url")!;

    // A text of a special use (an old spelling, an abbreviation) is no display.
    private static bool IsName(ConceptTerm term) => term.IsDisplay || term.Element["use"].Text("code") is null or "display" or "preferredForLanguage" or "900000000000013009" or "900000000000003001";

    private void Add(FhirElement designation, string? source)
    {
        if (designation.Text("value") is { } text) all.Add(new ConceptTerm(text, designation.Text("language"), designation, source));
    }
}

/// <summary>A supplement of a code system: more names and properties for its codes. Spec: https://hl7.org/fhir/R4/codesystem.html#supplements.</summary>
internal sealed class Supplement
{
    private readonly Dictionary<string, FhirElement> byCode = new(StringComparer.Ordinal);
    private readonly string? system;
    private readonly string? version;

    internal Supplement(FhirElement source)
    {
        Source = source;
        if (source.Text("supplements") is { } about) system = TerminologyTerms.Versioned(about, out version);
        Add(source);
    }

    internal FhirElement Source { get; }

    /// <summary>What it says of a code; an element that does not exist when it says nothing.</summary>
    internal FhirElement Find(CodeSystemContent about, string code) =>
        system == about.Url && (version is null || version == about.Version) ? byCode.GetValueOrDefault(code) : default;

    // Depth is that of the reader, which bounds it.
    private void Add(FhirElement around)
    {
        foreach (var c in around.Children("concept"))
        {
            if (c.Text("code") is { } code) byCode.TryAdd(code, c);
            Add(c);
        }
    }
}

/// <summary>Short ways to read extensions.</summary>
internal static class ExtensionReading
{
    /// <summary>Text of the value of the first extension of that url; null when there is none.</summary>
    internal static string? Extension(this FhirElement element, string url)
    {
        foreach (var x in element.Children("extension"))
        {
            if (x.Text("url") == url) return x["value"].Value;
        }

        return null;
    }
}
