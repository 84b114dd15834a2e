using System.Xml;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>The rules of narrative content that htmlChecks() asks for: https://hl7.org/fhir/R4/narrative.html#xhtml (txt-1, txt-2).</summary>
internal static class Narrative
{
    private const string Xhtml = "http://www.w3.org/1999/xhtml";

    private static readonly HashSet<string> Elements = new(
        ("h1 h2 h3 h4 h5 h6 div p ul ol li dl dt dd pre blockquote hr br em strong cite code dfn samp kbd var abbr q sub sup tt i b big small span bdo u s strike "
        + "ins del a img table caption colgroup col thead tfoot tbody tr th td address acronym map area").Split(' '), StringComparer.Ordinal);

    private static readonly HashSet<string> Attributes = new(
        ("title style class id lang dir accesskey tabindex span width align valign char charoff abbr axis headers scope rowspan colspan type cite datetime name href "
        + "charset coords shape hreflang rel rev alt src height longdesc usemap ismap summary border frame rules cellspacing cellpadding nowrap compact start value color size face noshade clear bgcolor xmlns space").Split(' '), StringComparer.Ordinal);

    /// <summary>Well-formed, one <c>div</c>, only the permitted elements and attributes, and some content that a person can see.</summary>
    public static bool IsAllowed(string xhtml)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersFromEntities = 0 };
        try
        {
            using var reader = XmlReader.Create(new StringReader(xhtml), settings);
            var content = false;
            while (reader.Read())
            {
                if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA) content |= !string.IsNullOrWhiteSpace(reader.Value);
                if (reader.NodeType != XmlNodeType.Element) continue;
                if (reader.Depth == 0 && reader.LocalName != "div") return false;
                if (reader.NamespaceURI != Xhtml || !Elements.Contains(reader.LocalName) || !AttributesAllowed(reader)) return false;
                content |= reader.LocalName == "img";
            }

            return content;
        }
        catch (XmlException)
        {
            return false;
        }
    }

    private static bool AttributesAllowed(XmlReader reader)
    {
        var allowed = true;
        for (var more = reader.MoveToFirstAttribute(); more; more = reader.MoveToNextAttribute())
        {
            allowed &= reader.Prefix == "xmlns" || Attributes.Contains(reader.LocalName);
            allowed &= !reader.Value.TrimStart().StartsWith("javascript:", StringComparison.OrdinalIgnoreCase);
        }

        reader.MoveToElement();
        return allowed;
    }
}
