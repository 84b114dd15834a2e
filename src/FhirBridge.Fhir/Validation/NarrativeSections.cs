using System.Xml;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// What a narrative says of itself: the sections by language that it may be divided into (a <c>div</c> each, directly in its own, with <c>lang</c> or <c>xml:lang</c>), and whether all of
/// its text stands in elements of a class that says where it comes from. Spec: https://hl7.org/fhir/R4/narrative.html, https://build.fhir.org/ig/FHIR/ig-guidance/narrative.html.
/// </summary>
/// <param name="Language">Language of the whole; null when it is not said.</param>
/// <param name="Languages">Languages of the sections, in their order.</param>
/// <param name="HasTextOutside">True when text stands in no section.</param>
/// <param name="HasUnattributed">True when text stands in no element of a class that names its source.</param>
internal sealed record NarrativeSections(string? Language, IReadOnlyList<string> Languages, bool HasTextOutside, bool HasUnattributed)
{
    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, ConformanceLevel = ConformanceLevel.Fragment, IgnoreComments = true };

    /// <summary>Null when the narrative is not well-formed, which its invariants tell.</summary>
    internal static NarrativeSections? Read(string xhtml)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(xhtml), Settings);
            return reader.MoveToContent() == XmlNodeType.Element ? Read(reader) : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static NarrativeSections Read(XmlReader reader)
    {
        var languages = new List<string>();
        var own = LanguageOf(reader);
        var (section, source) = (-1, IsSource(reader) ? 0 : -1);
        var (isOutside, isUnattributed) = (false, false);
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (section < 0 && reader.Depth == 1 && reader.LocalName == "div" && LanguageOf(reader) is { } language)
                    {
                        languages.Add(language);
                        if (!reader.IsEmptyElement) section = 1;
                    }

                    if (source < 0 && !reader.IsEmptyElement && IsSource(reader)) source = reader.Depth;
                    break;
                case XmlNodeType.EndElement:
                    if (section == reader.Depth) section = -1;
                    if (source == reader.Depth) source = -1;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA when !string.IsNullOrWhiteSpace(reader.Value):
                    isOutside |= section < 0;
                    isUnattributed |= source < 0;
                    break;
            }
        }

        return new NarrativeSections(own, languages, isOutside, isUnattributed);
    }

    private static string? LanguageOf(XmlReader reader) => reader.GetAttribute("lang") ?? reader.GetAttribute("xml:lang");

    private static bool IsSource(XmlReader reader) =>
        reader.GetAttribute("class")?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Any(c => c is "boilerplate" or "generated" or "extension" or "extensions" or "additional") == true;
}
