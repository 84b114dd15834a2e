using System.Xml.Linq;
using FhirBridge.Fhir.Patch;

namespace FhirBridge.Fhir.Tests.Patch;

/// <summary>XML Patch against the shared suite, on any XML documents. The suite takes <c>f</c> for the prefix of FHIR's namespace.</summary>
public sealed class XmlPatchSuiteTests
{
    [Fact]
    public void Suite() => PatchVectors.Judge("xml-patch-tests.xml", [.. PatchVectors.Xml("xml-patch-tests.xml").Select(c => ((string)c.Attribute("name")!, Failure(c)))], 14);

    private static string? Failure(XElement vector)
    {
        XElement Part(string name) => vector.Element(vector.Name.Namespace + name)!;
        var patch = new XElement(Part("patch"));
        patch.SetAttributeValue(XNamespace.Xmlns + "f", FhirXml.Namespace);
        var document = new XDocument(Part("target").Elements());
        var read = XmlPatch.Read(patch);
        var problem = read.IsOk ? read.Value.ApplyTo(document) : read.Problems[0];
        if (vector.Element(vector.Name.Namespace + "error") is { } error) return problem is null ? $"expected an error ({(string?)error.Attribute("message")}), got {document}" : null;
        if (problem is not null) return problem.ToString();
        var expected = new XDocument(Part("patched").Elements());
        return XNode.DeepEquals(Bare(expected), Bare(document)) ? null : $"expected\n{expected}\ngot\n{document}";
    }

    /// <summary>Without namespace declarations and white space between elements, which the suite does not compare.</summary>
    private static XDocument Bare(XDocument document)
    {
        foreach (var declaration in document.Descendants().Attributes().Where(a => a.IsNamespaceDeclaration).ToList()) declaration.Remove();
        foreach (var text in document.DescendantNodes().OfType<XText>().Where(t => string.IsNullOrWhiteSpace(t.Value)).ToList()) text.Remove();
        return document;
    }
}
