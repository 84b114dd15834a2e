using System.Xml.Linq;
using FhirBridge.Fhir.Patch;

namespace FhirBridge.Fhir.Tests.Patch;

/// <summary>XML Patch on any documents: what RFC 5261 says of texts, white space and what stands beside the root.</summary>
public sealed class XmlPatchTests
{
    // XPath 1.0 §5.7: "a text node never has an immediately following or preceding sibling that is a text node", and none is empty.
    [Theory]
    [InlineData("<p>a<b/>c<i/>d</p>", "<remove sel='p/b'/><replace sel='p/text()[1]'>x</replace>", "<p>x<i />d</p>")]
    [InlineData("<p>a<b/>c<i/>d</p>", "<remove sel='p/b'/><remove sel='p/i'/><replace sel='p/text()'>x</replace>", "<p>x</p>")]
    [InlineData("<p>a<b/>c</p>", "<add sel='p'>d</add><replace sel='p/text()[2]'>x</replace>", "<p>a<b />x</p>")]
    [InlineData("<p>a<b/>c</p>", "<add sel='p/b' pos='before'>1<![CDATA[2]]>3</add><replace sel='p/text()[1]'>x</replace>", "<p>x<b />c</p>")]
    [InlineData("<p>a<b/>c</p>", "<replace sel='p/text()[1]'/><replace sel='p/text()[1]'>x</replace>", "<p><b />x</p>")]
    [InlineData("<p>a<b/>c</p>", "<remove sel='p/text()[1]'/><replace sel='p/text()'>x</replace>", "<p><b />x</p>")]
    public void Texts_BesideEachOther_AreOne(string before, string operations, string after) => Assert.Equal(after, Patched(before, operations));

    // §4.5: white space before or after the node goes with it; FHIR's own form has none, so that it need not be there.
    [Theory]
    [InlineData("before", "<p><b /> <u /></p>")]
    [InlineData("after", "<p><b /> <u /></p>")]
    [InlineData("both", "<p><b /><u /></p>")]
    public void Space_GoesWithWhatIsRemoved(string space, string after)
    {
        Assert.Equal(after, Patched("<p><b/> <i/> <u/></p>", $"<remove sel='p/i' ws='{space}'/>"));
        Assert.Equal("<p>a c</p>", Patched("<p>a <i/>c</p>", $"<remove sel='p/i' ws='{space}'/>"));
    }

    [Theory]
    [InlineData("<add sel='doc' pos='before'><!--c--></add>", "<!--c--><doc />")]
    [InlineData("<add sel='doc' pos='before'>\n  <!--c-->\n  <?p i?></add>", "<!--c--><?p i?><doc />")]
    [InlineData("<add sel='doc' pos='after'><?p i?></add>", "<doc /><?p i?>")]
    [InlineData("<add sel='doc' pos='before'><!--c--></add><replace sel='comment()'><!--d--></replace>", "<!--d--><doc />")]
    [InlineData("<add sel='doc' pos='before'><!--c--></add><remove sel='/comment()[1]'/>", "<doc />")]
    [InlineData("<add sel='doc' pos='before'><a/></add>", null)]
    [InlineData("<add sel='doc' pos='after'>text</add>", null)]
    [InlineData("<add sel='doc' pos='before'><!--c--></add><add sel='comment()' pos='after'><a/></add>", null)]
    [InlineData("<remove sel='doc'/>", null)]
    public void Root_HasCommentsAndInstructionsBesideIt_AndNothingElse(string operations, string? after) => Assert.Equal(after, Patched("<doc/>", operations));

    // Namespaces in XML 1.0 §3: the namespaces of xml and xmlns have no other prefix, and a prefix stands for one.
    [Theory]
    [InlineData("<add sel='doc' type='namespace::q'>{0}</add>")]
    [InlineData("<add sel='doc' type='namespace::q'>urn:q</add><replace sel='doc/namespace::q'>{0}</replace>")]
    public void Prefixes_StandForNamespacesThatMayHaveThem(string operations)
    {
        foreach (var uri in new[] { "", " ", "http://www.w3.org/2000/xmlns/", "http://www.w3.org/XML/1998/namespace" }) Assert.Null(Patched("<doc/>", operations.Replace("{0}", uri, StringComparison.Ordinal)));
        Assert.Equal("<doc xmlns:q=\"urn:r\" />", Patched("<doc/>", operations.Replace("{0}", "urn:r", StringComparison.Ordinal)));
    }

    // Whatever selectors, kinds and contents come together: an answer, and no exception.
    [Fact]
    public void Patches_ByChance_AreDoneOrRefused()
    {
        string[] selectors = ["doc", "doc/a", "doc/a/@x", "doc/text()", "doc/comment()", "comment()", "*/*[2]", "id('k')", "id('a:b')", "doc/namespace::q", "doc/namespace::xml", "doc/processing-instruction('i')", "doc/@xmlns:q", "doc/q:b", "doc/@xml:id", "xmlns:a"];
        string[] kinds = ["", "", "", "type='@x'", "type='@q:x'", "type='@:x'", "type='@xmlns:z'", "type='@xml:id'", "type='namespace::z'", "type='namespace::xml'", "pos='before'", "pos='after'", "pos='prepend'", "ws='both'"];
        string[] contents = ["", "t", " ", "<a/>", "<q:b q:x='1'/>", "<!--c-->", "<?i?>", "<![CDATA[]]>", "http://www.w3.org/2000/xmlns/", "<a/><a/>", "&#xD;"];
        var random = new Random(5);
        var done = 0;
        for (var n = 0; n < 20_000; n++)
        {
            string One(string[] of) => of[random.Next(of.Length)];
            var operations = string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"<{{0}} sel=\"{One(selectors)}\" {One(kinds)}>{One(contents)}</{{0}}>".Replace("{0}", One(["add", "replace", "remove"]), StringComparison.Ordinal)));
            var patch = XmlPatch.Read(XElement.Parse($"<diff xmlns:q='urn:q'>{operations}</diff>", LoadOptions.PreserveWhitespace));
            var document = XDocument.Parse("<!--p--><doc xmlns:q='urn:q'>x<a id='k' x='1'/> <q:b/>y<?i j?><!--c--></doc>", LoadOptions.PreserveWhitespace);
            if (!patch.IsOk || patch.Value.ApplyTo(document) is not null) continue;
            Assert.NotNull(XDocument.Parse(document.ToString(SaveOptions.DisableFormatting)).Root);
            done++;
        }

        Assert.InRange(done, 500, 19_500);
    }

    [Theory]
    [InlineData(1_000_000, 0, true)]
    [InlineData(0, 200_000, true)]
    [InlineData(1_000, 1_000, false)]
    public void Work_OnOneElementAgainAndAgain_SpendsTheBudget(int characters, int comments, bool spent)
    {
        var operations = string.Concat(Enumerable.Repeat("<add sel='p'>x</add>", 400));
        var document = new XDocument(new XElement("p", Enumerable.Repeat("c", comments).Select(c => new XComment(c)), new string('x', characters)));

        Assert.Equal(spent ? Problems.PatchBudget : null, XmlPatch.Read(XElement.Parse($"<diff>{operations}</diff>")).Value!.ApplyTo(document)?.Kind);
    }

    private static string? Patched(string before, string operations)
    {
        var document = XDocument.Parse(before, LoadOptions.PreserveWhitespace);
        var problem = XmlPatch.Read(XElement.Parse($"<diff>{operations}</diff>", LoadOptions.PreserveWhitespace)).Value!.ApplyTo(document);
        return problem is null ? document.ToString(SaveOptions.DisableFormatting) : null;
    }
}
