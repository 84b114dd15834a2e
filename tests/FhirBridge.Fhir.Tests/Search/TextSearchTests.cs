using FhirBridge.Fhir.Search;
using static FhirBridge.Fhir.Tests.Search.TestSearch;

namespace FhirBridge.Fhir.Tests.Search;

/// <summary>https://hl7.org/fhir/R4/search.html#text: <c>_text</c> on the narrative, <c>_content</c> on everything, <c>:text</c> on strings.</summary>
public sealed class TextSearchTests
{
    private const string Condition =
        """
        {"resourceType":"Condition","id":"secret-id","meta":{"tag":[{"code":"tagged"}]},"text":{"status":"additional","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Bone&#160;scan: <b>Meta</b>stases in the liver.</p><!-- hidden --><p>Patient O&apos;Neill, caf&#233;</p><table><tr><td>left</td><td>lung</td></tr></table></div>"},
         "contained":[{"resourceType":"Practitioner","id":"c1","name":[{"family":"Within"}]}],"identifier":[{"system":"urn:ids","value":"AB-12"}],
         "extension":[{"url":"http://example.org/hiddenurl","valueString":"extended"}],
         "code":{"coding":[{"system":"http://snomed.info/sct","code":"94222008","display":"Secondary malignant neoplasm of bone"}],"text":"Knochenmetastasen (糖尿病)"},
         "subject":{"reference":"Patient/hiddenref","display":"Jan de Vries"},"recordedDate":"2026-11-22","asserter":{"reference":"#c1"}}
        """;

    private static bool Matches(string parameter, string value, string json = Condition)
    {
        var resource = Resource(json);
        var parsed = SearchQueryParser.Parse(resource.Type, [KeyValuePair.Create(parameter, value)]);
        Assert.True(parsed.IsOk, string.Join("; ", parsed.Problems));
        Assert.True(parsed.Value.NeedsContent);
        var view = new ResourceView(resource.Type!, "x", Updated, SearchIndexer.Extract(resource));
        Assert.Null(QueryMatcher.Decide(parsed.Value, view));
        return QueryMatcher.Matches(parsed.Value, view with { Content = new ResourceContent(() => resource) });
    }

    [Theory]
    [InlineData("bone", true)]
    [InlineData("BONE", true)]
    [InlineData("metastases", true)]
    [InlineData("(bone OR lung) and metastases", true)]
    [InlineData("(bone or kidney) AND metastases", true)]
    [InlineData("kidney OR spleen", false)]
    [InlineData("bone kidney", false)]
    [InlineData("bone scan liver", true)]
    [InlineData("\"bone scan\"", true)]
    [InlineData("\"scan bone\"", false)]
    [InlineData("\"left lung\"", true)]
    [InlineData("not kidney", true)]
    [InlineData("bone not liver", false)]
    [InlineData("bone and not (kidney or liver)", false)]
    [InlineData("NOT kidney AND bone OR nothing", true)]
    [InlineData("metast*", true)]
    [InlineData("etast*", false)]
    [InlineData("meta", false)]
    [InlineData("o'neill", true)]
    [InlineData("oneill", true)]
    [InlineData("CAFÉ", true)]
    [InlineData("cafe", true)]
    [InlineData("hidden", false)]
    [InlineData("xmlns", false)]
    [InlineData("neoplasm", false)]
    [InlineData("\"and\"", false)]
    public void Narrative(string value, bool matches) => Assert.Equal(matches, Matches("_text", value));

    [Theory]
    [InlineData("neoplasm", true)]
    [InlineData("metastases", true)]
    [InlineData("94222008", true)]
    [InlineData("AB-12", true)]
    [InlineData("AB-1", false)]
    [InlineData("AB-1*", true)]
    [InlineData("2026-11-22", true)]
    [InlineData("2026-11-23", false)]
    [InlineData("\"jan de vries\"", true)]
    [InlineData("\"vries knochenmetastasen\"", false)]
    [InlineData("糖尿病", true)]
    [InlineData("尿病", true)]
    [InlineData("病尿", false)]
    [InlineData("within", true)]
    [InlineData("extended", true)]
    [InlineData("hiddenurl", false)]
    [InlineData("hiddenref", false)]
    [InlineData("secret-id", false)]
    [InlineData("tagged", false)]
    public void Content(string value, bool matches) => Assert.Equal(matches, Matches("_content", value));

    [Theory]
    [InlineData("kidney,bone", true)]
    [InlineData("kidney,spleen", false)]
    public void Values_are_alternatives(string value, bool matches) => Assert.Equal(matches, Matches("_text", value));

    [Fact]
    public void A_resource_without_narrative_has_no_words_in_it()
    {
        const string basic = """{"resourceType":"Basic","code":{"text":"bone"}}""";

        Assert.False(Matches("_text", "bone", basic));
        Assert.True(Matches("_text", "not bone", basic));
        Assert.True(Matches("_content", "bone", basic));
    }

    [Theory]
    [InlineData("value-string:text=liver and not kidney", true)]
    [InlineData("value-string:text=\"the liver\"", true)]
    [InlineData("value-string:text=liv*", true)]
    [InlineData("value-string:text=liv", false)]
    [InlineData("value-string=liver", false)]
    public void Strings_have_words(string query, bool matches) =>
        Assert.Equal(matches, TestSearch.Matches(query, """{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueString":"Shadow in the liver, left"}"""));

    [Theory]
    [InlineData("_text=(bone")]
    [InlineData("_text=bone)")]
    [InlineData("_text=\"bone")]
    [InlineData("_text=and")]
    [InlineData("_text=bone or")]
    [InlineData("_text=not")]
    [InlineData("_text=()")]
    [InlineData("_text=...")]
    [InlineData("_text=%EF%BF%BD")]
    [InlineData("_content=*")]
    [InlineData("_content=a\\b")]
    [InlineData("_text:exact=a")]
    [InlineData("_text:missing=true")]
    [InlineData("_filter=_text eq a")]
    public void What_cannot_be_read_is_refused(string query) => Assert.All(Parse("Condition", query).Problems, p => Assert.Equal(400, p.Kind.Status));

    [Fact]
    public void Half_a_character_is_no_word() => Assert.False(SearchQueryParser.Parse("Condition", [KeyValuePair.Create("_text", "\ud800")]).IsOk);

    [Fact]
    public void Limits()
    {
        Assert.False(Parse("Condition", "_text=" + string.Concat(Enumerable.Repeat("(", 5000)) + "a").IsOk);
        Assert.False(Parse("Condition", "_text=" + string.Concat(Enumerable.Repeat("not%20", 5000)) + "a").IsOk);
        Assert.False(Parse("Condition", "_text=" + string.Join("%20", Enumerable.Range(0, 101))).IsOk);
        Assert.Equal("unknown-parameter", Assert.Single(Parse("Binary", "_text=a").Problems).Kind.Code);
        Assert.True(Parse("Binary", "_content=a").IsOk);
    }

    [Fact]
    public void They_are_decided_last_and_stay_in_the_self_link()
    {
        var query = Query("Condition", "_text=(bone OR liver) and metastases&code=a");

        Assert.Equal(["code", "_text"], query.Criteria.Select(c => c.Name));
        Assert.Equal("_text=%28bone%20OR%20liver%29%20and%20metastases&code=a", query.ToQueryString());
    }
}
