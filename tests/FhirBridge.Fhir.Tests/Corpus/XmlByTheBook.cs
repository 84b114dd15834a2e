using System.Text.Json;
using System.Xml.Linq;

namespace FhirBridge.Corpus;

/// <summary>
/// A second, naive way from FHIR JSON to FHIR XML: only the rules of https://hl7.org/fhir/R4/json.html and xml.html on the platform's own
/// readers, without definitions and without anything of the product. It stands against the product's XML writer.
/// </summary>
internal static class XmlByTheBook
{
    private static readonly XNamespace Fhir = "http://hl7.org/fhir";
    private static readonly XNamespace Xhtml = "http://www.w3.org/1999/xhtml";

    /// <summary>The XML of a resource, elements in the order of its JSON.</summary>
    internal static XElement Resource(JsonElement resource)
    {
        var element = new XElement(Fhir + resource.GetProperty("resourceType").GetString()!);
        Members(element, resource, isResource: true);
        return element;
    }

    /// <summary>Where two elements differ first, in names, attributes, text or order; null when they are the same.</summary>
    /// <param name="expected">What this converter made.</param>
    /// <param name="actual">What it stands against.</param>
    /// <param name="anyOrder">Lets elements of different names stand in another order: JSON properties have none.</param>
    internal static string? Difference(XElement expected, XElement actual, bool anyOrder = false)
    {
        if (expected.Name != actual.Name) return $"<{expected.Name}> is <{actual.Name}>";
        if (!Attributes(expected).SequenceEqual(Attributes(actual))) return $"{expected.Name.LocalName}: attributes {string.Join(' ', Attributes(expected))} are {string.Join(' ', Attributes(actual))}";
        var (left, right) = (Content(expected, anyOrder), Content(actual, anyOrder));
        if (left.Count != right.Count) return $"{expected.Name.LocalName}: {Names(left)} is {Names(right)}";
        for (var i = 0; i < left.Count; i++)
        {
            var difference = (left[i], right[i]) switch
            {
                (XElement a, XElement b) => Difference(a, b, anyOrder),
                (string a, string b) when a == b => null,
                var (a, b) => $"'{a}' is '{b}'",
            };
            if (difference is not null) return $"{expected.Name.LocalName}/{difference}";
        }

        return null;
    }

    private static void Members(XElement element, JsonElement json, bool isResource)
    {
        foreach (var property in json.EnumerateObject())
        {
            var name = property.Name;
            if (isResource && name == "resourceType") continue;
            if (!isResource && name == "id")
            {
                element.SetAttributeValue(name, property.Value.GetString());
            }
            else if (name == "url" && element.Name.LocalName is "extension" or "modifierExtension")
            {
                element.SetAttributeValue(name, property.Value.GetString());
            }
            else if (name == "div" && element.Name.LocalName == "text")
            {
                element.Add(XElement.Parse(property.Value.GetString()!, LoadOptions.PreserveWhitespace));
            }
            else if (name[0] != '_')
            {
                Property(element, name, property.Value, json.TryGetProperty("_" + name, out var sibling) ? sibling : default);
            }
            else if (!json.TryGetProperty(name[1..], out _))
            {
                Property(element, name[1..], default, property.Value);
            }
        }
    }

    private static void Property(XElement parent, string name, JsonElement value, JsonElement sibling)
    {
        if (value.ValueKind != JsonValueKind.Array && sibling.ValueKind != JsonValueKind.Array)
        {
            Item(parent, name, value, sibling);
            return;
        }

        var (values, siblings) = (Items(value), Items(sibling));
        for (var i = 0; i < Math.Max(values.Length, siblings.Length); i++) Item(parent, name, values.ElementAtOrDefault(i), siblings.ElementAtOrDefault(i));
    }

    private static void Item(XElement parent, string name, JsonElement value, JsonElement sibling)
    {
        var element = new XElement(Fhir + name);
        parent.Add(element);
        switch (value.ValueKind)
        {
            // The only places of R4 that hold a resource; ExampleScenario.instance.resourceType is an element like others.
            case JsonValueKind.Object when name is "contained" or "resource" or "outcome" && value.TryGetProperty("resourceType", out _):
                element.Add(Resource(value));
                break;
            case JsonValueKind.Object:
                Members(element, value, isResource: false);
                break;
            case JsonValueKind.Undefined or JsonValueKind.Null:
                break;
            default:
                element.SetAttributeValue("value", value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText());
                break;
        }

        if (sibling.ValueKind == JsonValueKind.Object) Members(element, sibling, isResource: false);
    }

    private static JsonElement[] Items(JsonElement array) => array.ValueKind == JsonValueKind.Array ? [.. array.EnumerateArray()] : [];

    private static IEnumerable<string> Attributes(XElement element) =>
        element.Attributes().Where(a => !a.IsNamespaceDeclaration).Select(a => $"{a.Name}='{a.Value}'").Order(StringComparer.Ordinal);

    // Elements, and in narratives text and comments; neighbouring pieces of text are one.
    private static List<object> Content(XElement element, bool anyOrder)
    {
        var content = new List<object>();
        foreach (var node in element.Nodes())
        {
            switch (node)
            {
                case XElement child:
                    content.Add(child);
                    break;
                case XText text when content.Count > 0 && content[^1] is string before:
                    content[^1] = before + text.Value;
                    break;
                case XText text when element.Name.Namespace == Xhtml || !string.IsNullOrWhiteSpace(text.Value):
                    content.Add(text.Value);
                    break;
                case XComment comment:
                    content.Add($"<!--{comment.Value}-->");
                    break;
            }
        }

        return anyOrder && element.Name.Namespace == Fhir ? [.. content.OrderBy(c => (c as XElement)?.Name.LocalName, StringComparer.Ordinal)] : content;
    }

    private static string Names(List<object> content) => string.Join(' ', content.Select(c => c is XElement e ? e.Name.LocalName : "text"));
}
