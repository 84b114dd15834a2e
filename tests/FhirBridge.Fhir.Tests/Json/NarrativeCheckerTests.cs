using System.Text;

namespace FhirBridge.Fhir.Tests;

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
