using System.Text;

namespace FhirBridge.Fhir.Tests;

public class PrimitiveGrammarTests
{
    [Theory]
    [InlineData("boolean", "true false", "True 1 yes")]
    [InlineData("integer", "0 -1 2147483647 -2147483648", "-0 01 +1 1.0 1e3 2147483648 - a")]
    [InlineData("unsignedInt", "0 7", "-1 00")]
    [InlineData("positiveInt", "1 2147483647", "0 -1")]
    [InlineData("decimal", "0 -0 1.50 -12.5e10 0.1E-3 100000000000000000000.000", "01 .5 1. 1e +1 - 1.e3 NaN 1,5")]
    [InlineData("code", "a a-b http://x", "")]
    [InlineData("id", "a A-1.z", "a_b ä a/b")]
    [InlineData("uri", "http://a.b/c?d#e urn:x é", "")]
    [InlineData("oid", "urn:oid:1.2.0.3", "1.2.3 urn:oid:3.1 urn:oid:1 urn:oid:1.02 urn:oid:1.2. urn:oid:1..2")]
    [InlineData("uuid", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "c757873d-ec9a-4326-a141-556f43239520 urn:uuid:C757873D-ec9a-4326-a141-556f43239520 urn:uuid:c757873dec9a4326a141556f43239520aaaa")]
    [InlineData("base64Binary", "YWI= YWJj", "YWI YW=I ä===")]
    [InlineData("date", "2020 2020-02 2020-02-29 0001-01-01", "20 0000 2020-13 2020-00 2021-02-29 2020-2-1 2020-02-01T00:00:00Z 2020/01/01 2020-02-")]
    [InlineData("dateTime", "2020 2020-02-29 2020-02-29T23:59:60Z 2020-02-29T00:00:00.123456789+14:00 2020-01-01T00:00:00-00:00", "2020-02-29T10:00 2020-02-29T10:00:00 2020-02-29T24:00:00Z 2020-02-29T10:60:00Z 2020-02-29T10:00:00.Z 2020-02-29T10:00:00+15:00 2020-02-29T10:00:00+14:30 2020-02-30T10:00:00Z 2020-02T10:00:00Z 2020-02-29t10:00:00z")]
    [InlineData("instant", "2020-02-29T10:00:00Z 2020-02-29T10:00:00.1+01:00", "2020-02-29 2020 2020-02-29T10:00:00")]
    [InlineData("time", "00:00:00 23:59:59.999", "24:00:00 10:00 10:00:00Z 1:00:00 10:00:00.")]
    public void Check_Grammar_IsThatOfTheSpecification(string type, string good, string bad)
    {
        var kind = PrimitiveGrammar.KindOf(type);

        Assert.All(good.Split(' '), t => Assert.Null(PrimitiveGrammar.Check(kind, Encoding.UTF8.GetBytes(t))));
        if (bad.Length > 0) Assert.All(bad.Split(' '), t => Assert.NotNull(PrimitiveGrammar.Check(kind, Encoding.UTF8.GetBytes(t))));
    }

    [Theory]
    [InlineData("code", "a b", true)]
    [InlineData("code", " a", false)]
    [InlineData("code", "a ", false)]
    [InlineData("code", "a  b", false)]
    [InlineData("uri", "a b", false)]
    [InlineData("string", " a\r\n\tb ", true)]
    [InlineData("string", "a\u0001", false)]
    [InlineData("string", "a\u001F", false)]
    [InlineData("markdown", "a\uFFFF", false)]
    [InlineData("string", "a\uFFFD", true)]
    [InlineData("base64Binary", "YW\r\n Jj", true)]
    [InlineData("date", "2020 ", false)]
    public void Check_WhiteSpaceAndControls_FollowTheSpecification(string type, string text, bool good) =>
        Assert.Equal(good, PrimitiveGrammar.Check(PrimitiveGrammar.KindOf(type), Encoding.UTF8.GetBytes(text)) is null);

    [Fact]
    public void Check_LongId_IsRefused() =>
        Assert.NotNull(PrimitiveGrammar.Check(PrimitiveKind.Id, Encoding.UTF8.GetBytes(new string('a', 65))));
}

public class NarrativeCheckerTests
{
    private const string Open = "<div xmlns=\"http://www.w3.org/1999/xhtml\">";

    [Theory]
    [InlineData("<p>a &lt; b &#160; &#xA0; <br/><b class='x'>c</b></p>")]
    [InlineData("<a href=\"https://a.example?x=1&amp;y=2\">link</a>")]
    [InlineData("<a href=\"#top\" name=\"x\"/>text")]
    [InlineData("<img src=\"data:image/png;base64,AAAA\" alt=\"x\"/>")]
    [InlineData("<img src=\"#pic\" alt=\"x\"/>")]
    [InlineData("<!-- a comment --><table border=\"1\"><tbody><tr><td colspan=\"2\" style=\"color: red\">x</td></tr></tbody></table>")]
    [InlineData("   ")]
    public void Check_Allowed_Passes(string inner) => Assert.Null(NarrativeChecker.Check(Encoding.UTF8.GetBytes(Open + inner + "</div>")));

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<iframe src=\"x\"/>")]
    [InlineData("<object/>")]
    [InlineData("<form/>")]
    [InlineData("<style>p {}</style>")]
    [InlineData("<SCRIPT/>")]
    [InlineData("<x:script/>")]
    [InlineData("<svg/>")]
    [InlineData("<p onclick=\"x()\">a</p>")]
    [InlineData("<p ONCLICK=\"x()\">a</p>")]
    [InlineData("<a href=\"javascript:x()\">a</a>")]
    [InlineData("<a href=\" java&#10;script:x()\">a</a>")]
    [InlineData("<a href=\"&#106;avascript:x()\">a</a>")]
    [InlineData("<a href=\"data:text/html,x\">a</a>")]
    [InlineData("<p style=\"background: url(http://a.example/x)\">a</p>")]
    [InlineData("<p style=\"width: expression(x())\">a</p>")]
    [InlineData("<p style=\"background: \\75rl(x)\">a</p>")]
    [InlineData("<p>&nbsp;</p>")]
    [InlineData("<p>&xxe;</p>")]
    [InlineData("<p>a & b</p>")]
    [InlineData("<p>&#0;</p>")]
    [InlineData("<p>&#xFFFF;</p>")]
    [InlineData("<p>a</b>")]
    [InlineData("<p>a")]
    [InlineData("a < b")]
    [InlineData("<p class=a>x</p>")]
    [InlineData("<p class=\"a\" class=\"b\">x</p>")]
    [InlineData("<p class=\"a\"id=\"b\">x</p>")]
    [InlineData("<![CDATA[x]]>")]
    [InlineData("a ]]> b")]
    [InlineData("<?php x ?>")]
    [InlineData("<!DOCTYPE html>")]
    [InlineData("<!-- a -- b -->")]
    [InlineData("<p xmlns=\"http://example.org\">a</p>")]
    [InlineData("<p xmlns:xml=\"http://example.org\">a</p>")]
    public void Check_NotAllowed_IsNamed(string inner) => Assert.NotNull(NarrativeChecker.Check(Encoding.UTF8.GetBytes(Open + inner + "</div>")));

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    [InlineData("<p xmlns=\"http://www.w3.org/1999/xhtml\">a</p>")]
    [InlineData("<div>no namespace</div>")]
    [InlineData("<div xmlns=\"http://example.org\">a</div>")]
    [InlineData(Open + "a</div>" + Open + "b</div>")]
    [InlineData(Open + "a</div> b")]
    [InlineData(Open + "a</div></div>")]
    [InlineData(Open)]
    [InlineData("<div xmlns=\"http://www.w3.org/1999/xhtml\"")]
    public void Check_NotOneDiv_IsNamed(string text) => Assert.NotNull(NarrativeChecker.Check(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Check_WhiteSpaceOnly_IsRefusedWhereContentIsAskedFor()
    {
        Assert.NotNull(NarrativeChecker.Check(Open + " <p> </p></div>", needsContent: true));
        Assert.Null(NarrativeChecker.Check(Open + "<p>a</p></div>", needsContent: true));
    }

    [Fact]
    public void Check_DeepNesting_IsRefused() =>
        Assert.NotNull(NarrativeChecker.Check(Open + string.Concat(Enumerable.Repeat("<b>", 100_000)), needsContent: false));
}
