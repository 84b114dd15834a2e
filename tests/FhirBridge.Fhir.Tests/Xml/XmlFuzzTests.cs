using System.Text;
using System.Xml.Linq;

namespace FhirBridge.Fhir.Tests;

/// <summary>Random faults and known attacks in official examples as XML: the reader never throws, always answers, and loads nothing.</summary>
public class XmlFuzzTests
{
    private static readonly XNamespace Fhir = FhirXml.Namespace;

    private static readonly string[] Doctypes =
    [
        "<!DOCTYPE x>",
        "<!DOCTYPE x SYSTEM \"file:///etc/hostname\">",
        "<!DOCTYPE x PUBLIC \"-//x\" \"http://a.example/x.dtd\">",
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/hostname\">]>",
        "<!DOCTYPE x [<!ENTITY % p SYSTEM \"http://a.example/p.dtd\"> %p;]>",
        "<!DOCTYPE x [<!ENTITY a0 \"ha\"><!ENTITY a1 \"&a0;&a0;&a0;&a0;\"><!ENTITY a2 \"&a1;&a1;&a1;&a1;\"><!ENTITY e \"&a2;&a2;&a2;&a2;\">]>",
        "<!DOCTYPE x [<!ATTLIST id value CDATA \"injected\">]>",
        "<!doctype x>",
    ];

    [Fact]
    public void Read_BytesChanged_AlwaysAnswers() => Fuzz.Run(1500, random =>
    {
        var xml = random.Bytes(Xml(random), "<>/=\"'&;#x!?[]- :\r\n\t\0\u00e9xmlnsvalue01"u8);
        Fuzz.AssertAnswer(FhirXml.Read(xml), xml.Length);
    });

    [Fact]
    public void Read_StructureChanged_AlwaysAnswers() => Fuzz.Run(1500, random =>
    {
        var root = XElement.Parse(Encoding.UTF8.GetString(Xml(random)), LoadOptions.PreserveWhitespace);
        for (var n = random.Next(1, 4); n > 0; n--) Mutate(random, root);

        // The writer makes the declarations that the names need now.
        root.DescendantsAndSelf().Attributes().Where(a => a.IsNamespaceDeclaration).Remove();
        var xml = Encoding.UTF8.GetBytes(root.ToString(random.Next(2) == 0 ? SaveOptions.None : SaveOptions.DisableFormatting));
        Fuzz.AssertAnswer(FhirXml.Read(xml), xml.Length);
    });

    [Fact]
    public void Read_WhatSaysNothing_IsPassedOver() => Fuzz.Run(300, random =>
    {
        var example = random.Example();
        var root = XElement.Parse(Examples.Xml(example.Root), LoadOptions.PreserveWhitespace);
        var element = random.Of(root.DescendantsAndSelf().Where(e => e.Name.Namespace == Fhir).ToList());
        element.Add(random.Next(4) switch { 0 => new XComment("c"), 1 => new XProcessingInstruction("p", "q"), 2 => new XText(" \r\n\t"), _ => new XAttribute(XNamespace.Xmlns + "q", "urn:q") });
        root.Add(new XAttribute(XName.Get("schemaLocation", "http://www.w3.org/2001/XMLSchema-instance"), "http://hl7.org/fhir ../x.xsd"));
        var prolog = random.Of(["", "\uFEFF", "<?xml version=\"1.0\"?>\n", "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?><!-- c -->", "<?xml-stylesheet href=\"x.xsl\"?>", "\n<!-- c -->\n"]);

        var read = FhirXml.Read(Encoding.UTF8.GetBytes(prolog + root.ToString(SaveOptions.DisableFormatting) + "<!-- end -->\n"));

        Assert.True(read.IsOk, string.Join('\n', read.Problems));
        Assert.Equal(Examples.Canonical(example.Root), Examples.Canonical(read.Value.Root));
    });

    [Fact]
    public void Read_DocumentTypeOrEntity_IsRefusedWhateverItIs() => Fuzz.Run(300, random =>
    {
        var text = Encoding.UTF8.GetString(Xml(random));
        var entity = text.Replace("value=\"", "value=\"&e;", StringComparison.Ordinal);
        var xml = random.Of(Doctypes) + (random.Next(2) == 0 ? text : entity);
        AssertRefused(Encoding.UTF8.GetBytes(random.Next(2) == 0 ? xml : "<?xml version=\"1.0\" standalone=\"yes\"?>" + xml), Problems.MalformedXml);
        if (entity != text) AssertRefused(Encoding.UTF8.GetBytes(entity), Problems.MalformedXml);
    });

    [Fact]
    public void Read_OtherEncodings_AreRefused() => Fuzz.Run(200, random =>
    {
        var text = Encoding.UTF8.GetString(Xml(random));
        var encoding = random.Of<Encoding>([new UnicodeEncoding(false, true), new UnicodeEncoding(true, true), new UnicodeEncoding(false, false), new UTF32Encoding(false, true), new UTF32Encoding(true, true)]);
        AssertRefused([.. encoding.GetPreamble(), .. encoding.GetBytes(text)], Problems.MalformedXml);
        AssertRefused([.. encoding.GetPreamble(), .. encoding.GetBytes($"<?xml version=\"1.0\" encoding=\"{encoding.WebName}\"?>{text}")], Problems.MalformedXml);
        var declared = random.Of(["iso-8859-1", "UTF-16", "utf-32", "windows-1252", "x-unknown", "utf-7"]);
        AssertRefused(Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"{declared}\"?>{text}"), Problems.MalformedXml);
        AssertRefused(Encoding.Latin1.GetBytes(text.Replace(" value=\"", " value=\"\u00e9", StringComparison.Ordinal)), Problems.MalformedXml, onlyIf: text.Contains(" value=\"", StringComparison.Ordinal));
    });

    private static void AssertRefused(byte[] xml, ProblemKind kind, bool onlyIf = true)
    {
        if (!onlyIf) return;
        var result = FhirXml.Read(xml);
        Assert.False(result.IsOk, Encoding.UTF8.GetString(xml));
        Assert.Contains(result.Problems, p => p.Kind == kind);
        Fuzz.AssertAnswer(result, xml.Length);
    }

    private static byte[] Xml(Random random) => Encoding.UTF8.GetBytes(Examples.Xml(random.Example().Root));

    private static void Mutate(Random random, XElement root)
    {
        var all = root.DescendantsAndSelf().ToList();
        var (target, other) = (random.Of(all), random.Of(all));
        switch (random.Next(14))
        {
            case 0 when target.Parent is not null:
                target.AddAfterSelf(new XElement(target));
                break;
            case 1:
                target.Name = target.Name.Namespace + random.Of([other.Name.LocalName, "x", "value", "id", "resourceType", "_x", "div", new string('n', 3000)]);
                break;
            case 2 when target.Parent is not null && target != root:
                var parent = target.Parent;
                target.Remove();
                parent.AddFirst(target);
                break;
            case 3:
                target.SetAttributeValue(random.Of(["value", "id", "url", "x", "resourceType"]), random.Of(["", " ", "true", "1.50", "2020-13-01", "é\uFFFD", "a\r\nb", new string('v', 3000)]));
                break;
            case 4:
                target.SetAttributeValue(random.Of([XNamespace.Xml + "base", XNamespace.Xml + "lang", XName.Get("type", "http://www.w3.org/2001/XMLSchema-instance"), XName.Get("a", "urn:a")]), "http://a.example/");
                break;
            case 5:
                target.Name = XName.Get(target.Name.LocalName, random.Of(["", "urn:x", "http://www.w3.org/1999/xhtml", FhirXml.Namespace, "http://hl7.org/fhir/"]));
                break;
            case 6:
                target.Add(random.Of<XNode>([new XText("text"), new XCData("<x>"), new XCData(" "), new XComment("c"), new XProcessingInstruction("p", "q"), new XText("\u00a0")]));
                break;
            case 7:
                target.Add(new XElement(XName.Get("include", "http://www.w3.org/2001/XInclude"), new XAttribute("href", "file:///etc/hostname"), new XAttribute("parse", "text")));
                break;
            case 8 when target != root:
                target.ReplaceWith(new XElement(Fhir + "wrap", target));
                break;
            case 9 when target != root:
                target.Remove();
                break;
            case 10:
                target.RemoveAttributes();
                break;
            case 11:
                target.RemoveNodes();
                break;
            case 12 when !other.DescendantsAndSelf().Contains(target):
                target.Add(new XElement(other));
                break;
            default:
                for (var n = random.Next(1, 130); n > 0; n--) target.Add(target = new XElement(target.Name.Namespace + random.Of(["extension", "contained", "item", "div", "b"])));
                break;
        }
    }
}
