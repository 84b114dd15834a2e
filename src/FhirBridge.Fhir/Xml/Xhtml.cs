using System.Text;
using System.Xml;

namespace FhirBridge.Fhir;

/// <summary>Narrative text between JSON, where it is a string, and XML, where it is part of the document.</summary>
internal static class Xhtml
{
    internal const string Namespace = "http://www.w3.org/1999/xhtml";

    /// <summary>Twice of what <see cref="NarrativeChecker"/> lets pass: deeper is not worth the memory.</summary>
    private const int MaxDepth = 200;

    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, ConformanceLevel = ConformanceLevel.Fragment };

    /// <summary>The same narrative in one way of writing (quotes, references, white space in tags); the text itself when it is not well-formed.</summary>
    internal static string Normalise(string text) => TryNormalise(text) ?? text;

    /// <summary>The same; null when the text is not well-formed.</summary>
    internal static string? TryNormalise(string text)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), Settings);
            if (reader.MoveToContent() != XmlNodeType.Element) return null;
            var element = ReadElement(reader);
            return reader.MoveToContent() == XmlNodeType.None ? element : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>
    /// Writes out the element that the reader stands on and moves behind it. Prefixes bound to XHTML are dropped, so that the text stands
    /// alone; elements of other namespaces keep their prefix, which no narrative may have. Null when it is nested too deeply.
    /// </summary>
    internal static string? ReadElement(XmlReader reader)
    {
        var text = new StringBuilder();
        var depth = reader.Depth;
        var root = true;
        do
        {
            if (reader.Depth - depth > MaxDepth) return null;
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    Start(reader, text, root);
                    root = false;
                    break;
                case XmlNodeType.EndElement:
                    text.Append("</").Append(Name(reader)).Append('>');
                    break;
                case XmlNodeType.Comment:
                    text.Append("<!--").Append(reader.Value).Append("-->");
                    break;
                case XmlNodeType.ProcessingInstruction:
                    text.Append("<?").Append(reader.Name).Append(' ').Append(reader.Value).Append("?>");
                    break;
                default:
                    Escape(text, reader.Value, attribute: false);
                    break;
            }

            if (reader.Depth == depth && (reader.NodeType == XmlNodeType.EndElement || (reader.NodeType == XmlNodeType.Element && reader.IsEmptyElement))) break;
        }
        while (reader.Read());
        reader.Read();
        return text.ToString();
    }

    private static void Start(XmlReader reader, StringBuilder text, bool root)
    {
        var empty = reader.IsEmptyElement;
        text.Append('<').Append(Name(reader));
        if (root && reader.NamespaceURI == Namespace) text.Append(" xmlns=\"").Append(Namespace).Append('"');
        while (reader.MoveToNextAttribute())
        {
            if (reader.Name == "xmlns" || reader.Prefix == "xmlns") continue;
            text.Append(' ').Append(reader.Name).Append("=\"");
            Escape(text, reader.Value, attribute: true);
            text.Append('"');
        }

        reader.MoveToElement();
        text.Append(empty ? "/>" : ">");
    }

    private static string Name(XmlReader reader) => reader.NamespaceURI == Namespace ? reader.LocalName : reader.Name;

    private static void Escape(StringBuilder text, string value, bool attribute)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '&' => text.Append("&amp;"),
                '<' => text.Append("&lt;"),
                '>' => text.Append("&gt;"),
                '\r' => text.Append("&#13;"),
                '"' when attribute => text.Append("&quot;"),
                '\n' when attribute => text.Append("&#10;"),
                '\t' when attribute => text.Append("&#9;"),
                _ => text.Append(c),
            };
        }
    }
}
