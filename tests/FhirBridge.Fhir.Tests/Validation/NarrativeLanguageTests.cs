namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>Narratives in several languages: advice, and no errors.</summary>
public sealed class NarrativeLanguageTests
{
    private const string English = "<div lang='en'>x</div>";
    private const string German = "<div xml:lang='de'>x</div>";

    [Theory]
    [InlineData("", English + German, "")]
    [InlineData("", "text" + English, "questionable Patient.text.div")]
    [InlineData("\"language\":\"en\",", English + German, "")]
    [InlineData("\"language\":\"pt\",", English + German, "questionable Patient.text.div")]
    [InlineData("\"language\":\"pt\",", "<p>x</p>", "")]
    public void Narrative_ItsLanguages_AreThatOfTheResource(string language, string sections, string expected)
    {
        var patient = $$"""{"resourceType":"Patient",{{language}}"text":{"status":"additional","div":"<div xmlns='http://www.w3.org/1999/xhtml'>{{sections}}</div>"} }""";

        Assert.Equal(expected, Verdicts.Warnings(patient));
        Assert.Equal("", Verdicts.Strict(patient));
    }

    [Theory]
    [InlineData("en", "")]
    [InlineData("nl", "questionable Patient.text.div")]
    public void Narrative_NamesAnotherLanguageThanTheResource_IsAdvised(string language, string expected) =>
        Assert.Equal(expected, Verdicts.Warnings($$"""{"resourceType":"Patient","language":"en","text":{"status":"additional","div":"<div xmlns='http://www.w3.org/1999/xhtml' lang='{{language}}'>x</div>"} }"""));
}
