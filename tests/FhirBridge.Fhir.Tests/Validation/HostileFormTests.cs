using System.Globalization;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>Questionnaires and responses with which everything could be compared with everything: the work is bounded, and its end is told.</summary>
public sealed class HostileFormTests
{
    private const int Many = 10_000;

    private static readonly string Options = Join(Many, i => $$"""{"valueCoding":{"system":"urn:s","code":"c{{i}}"} }""");

    private static readonly string Answers = Join(Many, i => $$"""{"valueCoding":{"system":"urn:s","code":"d{{i}}"} }""");

    /// <summary>Each of these took half a minute when options were compared with each other, or each value looked for its limits among all of them.</summary>
    [Fact]
    public void Questionnaire_OfManyValues_IsCheckedToItsEnd()
    {
        Assert.Equal("", Verdicts.Mild(Form($$""" "type":"choice","answerOption":[{{Options}}] """)));
        Assert.Contains("questionable Questionnaire.item[0].answerOption[10000]", Verdicts.Warnings(Form($$""" "type":"choice","answerOption":[{{Options}},{"valueCoding":{"system":"urn:s","code":"c7"} }] """)), StringComparison.Ordinal);
        Assert.Equal("invalid-definition Questionnaire.item[0].initial[10000].value", Verdicts.Mild(Form($$""" "type":"string","repeats":true,"maxLength":6,"initial":[{{Join(Many, i => $$"""{"valueString":"c{{i}}"}""")}},{"valueString":"too long"}] """)));
    }

    [Theory]
    [InlineData("""{"valueCoding":{"system":"urn:s","code":"a"}}""", """{"valueCoding":{"system":"urn:s","code":"a","display":"A"}}""", true)]
    [InlineData("""{"valueCoding":{"system":"urn:s","code":"a"}}""", """{"valueCoding":{"system":"urn:t","code":"a"}}""", false)]
    [InlineData("""{"valueCoding":{"system":"urn:s","code":"a"}}""", """{"valueCoding":{"code":"a"}}""", false)]
    [InlineData("""{"valueCoding":{"display":"A"}}""", """{"valueCoding":{"display":"A"}}""", true)]
    [InlineData("""{"valueCoding":{"display":"A"}}""", """{"valueCoding":{"code":"A"}}""", false)]
    [InlineData("""{"valueString":"A"}""", """{"valueString":"A"}""", true)]
    [InlineData("""{"valueString":"A"}""", """{"valueString":"a"}""", false)]
    public void Option_ThatIsOfferedTwice_IsTold(string first, string second, bool isTold)
    {
        var warnings = Verdicts.Warnings(Form($$""" "type":"choice","answerOption":[{{first}},{{second}}] """));
        Assert.Equal(isTold ? "questionable Questionnaire.item[0].answerOption[1]" : "", warnings);
    }

    [Theory]
    [InlineData("options")]
    [InlineData("limits")]
    [InlineData("conditions")]
    public void Response_ThatAsksForTooMuch_EndsWithTheBudget(string kind)
    {
        var (items, answers) = kind switch
        {
            "options" => ($$"""{"linkId":"a","type":"choice","repeats":true,"answerOption":[{{Options}}]}""", Answers),
            "limits" => ($$"""{"linkId":"a","type":"integer","repeats":true,"extension":[{{Join(Many, i => $$"""{"url":"http://hl7.org/fhir/StructureDefinition/minValue","valueInteger":{{i}}}""")}}]}""", Join(Many, i => $$"""{"valueInteger":{{i}}}""")),
            _ => ("""{"linkId":"a","type":"string","repeats":true},""" + Join(Many, i => $$"""{"linkId":"b{{i}}","type":"string","enableWhen":[{"question":"a","operator":"=","answerString":"x{{i}}"}]}"""), Join(Many, i => $$"""{"valueString":"d{{i}}"}""")),
        };
        var response = $$"""
            {"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"#q","contained":[{"resourceType":"Questionnaire","id":"q","status":"active","item":[{{items}}]}],
            "item":[{"linkId":"a","answer":[{{answers}}]}]}
            """;

        Assert.Single(Verdicts.All(response, new(), []), p => p.Kind == Problems.ExpressionBudget);
    }

    private static string Form(string item) => $$"""{"resourceType":"Questionnaire","url":"urn:q","status":"active","item":[{"linkId":"a",{{item}}}]}""";

    private static string Join(int count, Func<string, string> make) => string.Join(',', Enumerable.Range(0, count).Select(i => make(i.ToString(CultureInfo.InvariantCulture))));
}
