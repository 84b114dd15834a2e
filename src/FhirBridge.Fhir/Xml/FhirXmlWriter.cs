using System.Xml;

namespace FhirBridge.Fhir;

/// <summary>Writes elements as FHIR XML.</summary>
internal sealed class FhirXmlWriter(XmlWriter writer)
{
    internal void WriteResource(FhirElement resource)
    {
        writer.WriteStartElement(null, resource.Type ?? resource.Name, FhirXml.Namespace);
        WriteMembers(resource);
        writer.WriteEndElement();
    }

    private void WriteElement(FhirElement e)
    {
        if (e.Type == "xhtml" && e.Value is { } narrative)
        {
            // Checked narratives are well-formed; of any other make, only the text can be carried without breaking the document.
            if (Xhtml.TryNormalise(narrative) is { } div) writer.WriteRaw(div);
            else writer.WriteElementString(null, "div", Xhtml.Namespace, Clean(narrative));
            return;
        }

        writer.WriteStartElement(null, e.SourceName, FhirXml.Namespace);
        if (e.IsResource) WriteResource(e);
        else WriteMembers(e);
        writer.WriteEndElement();
    }

    private void WriteMembers(FhirElement e)
    {
        var children = new List<(FhirElement Element, ElementDefinition? Definition)>();
        foreach (var child in e.Children()) children.Add((child, Definitions.R4.DefinitionOf(child)));

        // Attributes first: id, the url of an extension, the value.
        foreach (var (child, definition) in children)
        {
            if (definition is { IsXmlAttribute: true } && child.Value is { } text) writer.WriteAttributeString(child.SourceName, Clean(text));
        }

        if (e.Value is { } value) writer.WriteAttributeString("value", Clean(value));

        // OrderBy keeps the order of repetitions.
        foreach (var (child, definition) in children.OrderBy(c => c.Definition?.Order ?? int.MaxValue))
        {
            if (definition is not { IsXmlAttribute: true }) WriteElement(child);
        }
    }

    private static string Clean(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (XmlConvert.IsXmlChar(text[i])) continue;
            if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i])) i++;
            else return Replace(text);
        }

        return text;
    }

    private static string Replace(string text)
    {
        var chars = text.ToCharArray();
        for (var i = 0; i < chars.Length; i++)
        {
            if (XmlConvert.IsXmlChar(chars[i])) continue;
            if (i + 1 < chars.Length && XmlConvert.IsXmlSurrogatePair(chars[i + 1], chars[i])) i++;
            else chars[i] = '\uFFFD';
        }

        return new string(chars);
    }
}
