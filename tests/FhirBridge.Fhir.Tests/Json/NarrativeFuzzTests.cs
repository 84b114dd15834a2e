using System.Net;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace FhirBridge.Fhir.Tests;

/// <summary>Official narratives with attacks put in at random: the checker always answers, and what it accepts is well-formed and harmless.</summary>
public class NarrativeFuzzTests
{
    private static readonly string[] Pieces =
    [
        "<script>x()</script>", "<SCRIPT/>", "<x:script xmlns:x='http://www.w3.org/1999/xhtml'/>", "<object data='x'/>", "<iframe src='x'/>", "<embed/>", "<form action='x'/>", "<input/>", "<link href='x'/>",
        "<meta http-equiv='refresh'/>", "<base href='x'/>", "<style>p{}</style>", "<svg onload='x()'/>", "<math/>", "<p onclick='x()'>", " onmouseover=\"x()\"", " ONLOAD=x", " href=\"javascript:x()\"", " href='JaVa&#10;ScRiPt:x()'",
        " href='&#x6A;avascript:x()'", " src='data:text/html,x'", " src='http://a.example/x.png'", " style='background:url(x)'", " style=\"width:expression(x)\"", " style='\\75rl(x)'", "<!-- c -->", "<!-- a -- b -->", "<!--", "-->",
        "<![CDATA[<script/>]]>", "]]>", "<![CDATA[", "<?php x ?>", "<?xml version='1.0'?>", "<!DOCTYPE div [<!ENTITY e 'x'>]>", "<!ENTITY e 'x'>", "&e;", "&nbsp;", "&amp;", "&lt;script&gt;", "&#0;", "&#xD800;", "&#x110000;", "&#99999999999;",
        "&", "<", ">", "\"", "'", "=", "/>", "</div>", "<div>", "</p>", "<b>", "<br/>", "<br>", "\0", "\u0001", "\uFFFE", "\ud800", "\u202e", " xmlns=''", " xmlns:xlink='http://www.w3.org/1999/xlink' xlink:href='javascript:x()'", " xml:base='http://a.example/'",
    ];

    [Fact]
    public void Check_AttacksPutIn_AcceptsNothingThatRuns() => Fuzz.Run(6000, random =>
    {
        var text = new StringBuilder(random.Of(Narratives.Value));
        for (var n = random.Next(1, 5); n > 0; n--)
        {
            var at = random.Next(text.Length + 1);
            if (random.Next(5) == 0) text.Remove(at, Math.Min(text.Length - at, random.Next(1, 8)));
            else text.Insert(at, random.Of(Pieces));
        }

        var narrative = text.ToString();
        if (NarrativeChecker.Check(narrative, random.Next(2) == 0) is { } fault) Assert.InRange(fault.Length, 1, 300);
        else AssertHarmless(narrative);
    });

    [Fact]
    public void Check_EveryOfficialNarrative_IsAcceptedAndWellFormed() => Assert.All(Narratives.Value.Take(2000), narrative =>
    {
        Assert.Null(NarrativeChecker.Check(narrative, needsContent: false));
        AssertHarmless(narrative);
    });

    private static readonly Lazy<string[]> Narratives = new(() =>
        [.. OfficialExamples.Good.Select(e => e.Root["text"].Text("div")).OfType<string>().Where(t => t.Length < 4000).Distinct()]);

    // Another judge: the platform's XML reader, and what browsers are known to run or load.
    private static void AssertHarmless(string narrative)
    {
        using var reader = XmlReader.Create(new StringReader(narrative), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        var root = Load(reader, narrative);
        foreach (var node in root.DescendantNodesAndSelf())
        {
            Assert.False(node is XCData or XProcessingInstruction or XDocumentType, narrative);
            if (node is not XElement element) continue;
            Assert.Equal("http://www.w3.org/1999/xhtml", element.Name.NamespaceName);
            Assert.DoesNotContain(element.Name.LocalName.ToLowerInvariant(), new[] { "script", "object", "iframe", "embed", "form", "input", "link", "meta", "base", "style", "svg", "math", "frame", "applet", "button" });
            foreach (var attribute in element.Attributes().Where(a => !a.IsNamespaceDeclaration))
            {
                var value = string.Concat(WebUtility.HtmlDecode(attribute.Value).Where(c => c > ' ')).ToLowerInvariant();
                Assert.False(attribute.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase), narrative);
                Assert.False(value.StartsWith("javascript:", StringComparison.Ordinal) || value.StartsWith("vbscript:", StringComparison.Ordinal) || value.StartsWith("data:text", StringComparison.Ordinal), narrative);
                if (attribute.Name == "style") Assert.False(value.Replace("url(data:image/", "", StringComparison.Ordinal).Contains("url(", StringComparison.Ordinal) || value.Contains("expression(", StringComparison.Ordinal), narrative);
                Assert.True(attribute.Name.Namespace == XNamespace.None || attribute.Name.Namespace == XNamespace.Xml, narrative);
            }
        }
    }

    private static XElement Load(XmlReader reader, string narrative)
    {
        try
        {
            return XElement.Load(reader, LoadOptions.PreserveWhitespace);
        }
        catch (XmlException e)
        {
            throw new InvalidOperationException($"{e.Message} in {narrative}", e);
        }
    }
}
