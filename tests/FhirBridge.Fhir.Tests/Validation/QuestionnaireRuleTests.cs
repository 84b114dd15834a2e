using System.Text;
using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>Each rule on responses both ways: what is allowed, and what is not, with the element at fault.</summary>
public sealed class QuestionnaireRuleTests
{
    private const string Ext = "http://hl7.org/fhir/StructureDefinition/";
    private const string Sdc = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-";

    [Theory]
    [InlineData("\"type\":\"boolean\"", "\"valueBoolean\":true", true)]
    [InlineData("\"type\":\"boolean\"", "\"valueString\":\"true\"", false)]
    [InlineData("\"type\":\"decimal\"", "\"valueDecimal\":1.5", true)]
    [InlineData("\"type\":\"decimal\"", "\"valueString\":\"1.5\"", false)]
    [InlineData("\"type\":\"integer\"", "\"valueInteger\":1", true)]
    [InlineData("\"type\":\"integer\"", "\"valueDecimal\":1.0", false)]
    [InlineData("\"type\":\"date\"", "\"valueDate\":\"2020\"", true)]
    [InlineData("\"type\":\"date\"", "\"valueDateTime\":\"2020\"", false)]
    [InlineData("\"type\":\"dateTime\"", "\"valueDateTime\":\"2020\"", true)]
    [InlineData("\"type\":\"time\"", "\"valueTime\":\"10:00:00\"", true)]
    [InlineData("\"type\":\"text\"", "\"valueString\":\"a\"", true)]
    [InlineData("\"type\":\"text\"", "\"valueUri\":\"urn:a\"", false)]
    [InlineData("\"type\":\"url\"", "\"valueUri\":\"urn:uuid:c757873d-ec9a-4326-a141-556f43239520\"", true)]
    [InlineData("\"type\":\"url\"", "\"valueUri\":\"urn:uuid:C757873D\"", false)]
    [InlineData("\"type\":\"choice\"", "\"valueCoding\":{\"code\":\"a\"}", true)]
    [InlineData("\"type\":\"choice\"", "\"valueString\":\"a\"", false)]
    [InlineData("\"type\":\"open-choice\"", "\"valueString\":\"a\"", true)]
    [InlineData("\"type\":\"open-choice\"", "\"valueInteger\":1", false)]
    [InlineData("\"type\":\"quantity\"", "\"valueQuantity\":{\"value\":1}", true)]
    [InlineData("\"type\":\"question\"", "\"valueString\":\"a\"", false)]
    [InlineData("\"type\":\"display\"", "\"valueString\":\"a\"", false)]
    [InlineData("\"type\":\"group\"", "\"valueString\":\"a\"", false)]
    [InlineData("\"type\":\"string\",\"maxLength\":2", "\"valueString\":\"ab\"", true)]
    [InlineData("\"type\":\"string\",\"maxLength\":2", "\"valueString\":\"abc\"", false)]
    [InlineData("\"type\":\"choice\",\"answerOption\":[{\"valueCoding\":{\"system\":\"urn:s\",\"code\":\"a\"}}]", "\"valueCoding\":{\"system\":\"urn:s\",\"code\":\"a\"}", true)]
    [InlineData("\"type\":\"choice\",\"answerOption\":[{\"valueCoding\":{\"system\":\"urn:s\",\"code\":\"a\"}}]", "\"valueCoding\":{\"system\":\"urn:t\",\"code\":\"a\"}", false)]
    [InlineData("\"type\":\"open-choice\",\"answerOption\":[{\"valueCoding\":{\"system\":\"urn:s\",\"code\":\"a\"}}]", "\"valueString\":\"other\"", true)]
    [InlineData("\"type\":\"integer\",\"answerOption\":[{\"valueInteger\":1}]", "\"valueInteger\":2", false)]
    [InlineData("\"type\":\"choice\",\"answerValueSet\":\"http://hl7.org/fhir/ValueSet/item-type\"", "\"valueCoding\":{\"system\":\"http://hl7.org/fhir/item-type\",\"code\":\"group\",\"display\":\"Group\"}", true)]
    [InlineData("\"type\":\"choice\",\"answerValueSet\":\"http://hl7.org/fhir/ValueSet/item-type\"", "\"valueCoding\":{\"system\":\"http://hl7.org/fhir/item-type\",\"code\":\"group\",\"display\":\"Herd\"}", false)]
    [InlineData("\"type\":\"choice\",\"answerValueSet\":\"http://hl7.org/fhir/ValueSet/item-type\"", "\"valueCoding\":{\"system\":\"http://hl7.org/fhir/item-type\",\"code\":\"herd\"}", false)]
    [InlineData("\"type\":\"choice\",\"answerValueSet\":\"#v\"", "\"valueCoding\":{\"system\":\"urn:s\",\"code\":\"a\"}", true)]
    [InlineData("\"type\":\"choice\",\"answerValueSet\":\"#v\"", "\"valueCoding\":{\"system\":\"urn:s\",\"code\":\"b\"}", false)]
    [InlineData("\"type\":\"choice\",\"answerValueSet\":\"#v\"", "\"valueCoding\":{\"code\":\"a\"}", true)]
    [InlineData("\"type\":\"choice\",\"answerValueSet\":\"urn:unknown\"", "\"valueCoding\":{\"system\":\"urn:s\",\"code\":\"b\"}", true)]
    [InlineData("\"type\":\"attachment\"", "\"valueAttachment\":{\"data\":\"YWJj\",\"size\":3}", true)]
    [InlineData("\"type\":\"attachment\"", "\"valueAttachment\":{\"data\":\"YWI=\",\"size\":3}", false)]
    [InlineData("\"type\":\"reference\"", "\"valueReference\":{\"reference\":\"Patient/1\"}", true)]
    [InlineData("\"type\":\"reference\"", "\"valueReference\":{\"reference\":\"https://a.example/Chicken/1\"}", false)]
    [InlineData("\"type\":\"reference\"", "\"valueReference\":{\"reference\":\"ht tp://a\"}", false)]
    public void Answer_OfItem_IsAllowedOrNot(string item, string answer, bool valid) => Assert.Equal(valid, Errors(item, $"{{{answer}}}").Count == 0);

    [Theory]
    [InlineData("decimal", Ext + "minValue", "\"valueDecimal\":2", "\"valueDecimal\":2.0", true)]
    [InlineData("decimal", Ext + "minValue", "\"valueDecimal\":2", "\"valueDecimal\":1.9", false)]
    [InlineData("date", Ext + "maxValue", "\"valueDate\":\"2022\"", "\"valueDate\":\"2022\"", true)]
    [InlineData("date", Ext + "maxValue", "\"valueDate\":\"2022\"", "\"valueDate\":\"2022-12-31\"", true)]
    [InlineData("date", Ext + "maxValue", "\"valueDate\":\"2022\"", "\"valueDate\":\"2023-01-01\"", false)]
    [InlineData("quantity", Sdc + "maxQuantity", "\"valueQuantity\":{\"value\":5,\"system\":\"http://unitsofmeasure.org\",\"code\":\"km\"}", "\"valueQuantity\":{\"value\":5000,\"system\":\"http://unitsofmeasure.org\",\"code\":\"m\"}", true)]
    [InlineData("quantity", Sdc + "maxQuantity", "\"valueQuantity\":{\"value\":5,\"system\":\"http://unitsofmeasure.org\",\"code\":\"km\"}", "\"valueQuantity\":{\"value\":5001,\"system\":\"http://unitsofmeasure.org\",\"code\":\"m\"}", false)]
    [InlineData("quantity", Sdc + "maxQuantity", "\"valueQuantity\":{\"value\":5,\"system\":\"http://unitsofmeasure.org\",\"code\":\"km\"}", "\"valueQuantity\":{\"value\":1,\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"}", false)]
    [InlineData("string", Ext + "minLength", "\"valueInteger\":2", "\"valueString\":\"ab\"", true)]
    [InlineData("string", Ext + "minLength", "\"valueInteger\":2", "\"valueString\":\"a\"", false)]
    [InlineData("string", Ext + "regex", "\"valueString\":\"a+\"", "\"valueString\":\"aa\"", true)]
    [InlineData("string", Ext + "regex", "\"valueString\":\"a+\"", "\"valueString\":\"aab\"", false)]
    [InlineData("string", Ext + "regex", "\"valueString\":\"(?=a)a\"", "\"valueString\":\"b\"", false)]
    [InlineData("string", Ext + "regex", "\"valueString\":\"(\"", "\"valueString\":\"b\"", true)]
    [InlineData("decimal", Ext + "maxDecimalPlaces", "\"valueInteger\":2", "\"valueDecimal\":1.25", true)]
    [InlineData("decimal", Ext + "maxDecimalPlaces", "\"valueInteger\":2", "\"valueDecimal\":1.255", false)]
    [InlineData("attachment", Ext + "mimeType", "\"valueCode\":\"image/*\"", "\"valueAttachment\":{\"contentType\":\"image/png\"}", true)]
    [InlineData("attachment", Ext + "mimeType", "\"valueCode\":\"image/png\"", "\"valueAttachment\":{\"contentType\":\"text/plain\"}", false)]
    [InlineData("attachment", Ext + "maxSize", "\"valueDecimal\":3", "\"valueAttachment\":{\"data\":\"YWJj\"}", true)]
    [InlineData("attachment", Ext + "maxSize", "\"valueDecimal\":2", "\"valueAttachment\":{\"data\":\"YWJj\"}", false)]
    [InlineData("reference", Ext + "questionnaire-referenceResource", "\"valueCode\":\"Patient\"", "\"valueReference\":{\"reference\":\"Patient/1\"}", true)]
    [InlineData("reference", Ext + "questionnaire-referenceResource", "\"valueCode\":\"Patient\"", "\"valueReference\":{\"reference\":\"Group/1\"}", false)]
    [InlineData("quantity", Ext + "questionnaire-unitOption", "\"valueCoding\":{\"system\":\"urn:u\",\"code\":\"m\"}", "\"valueQuantity\":{\"value\":1,\"system\":\"urn:u\",\"code\":\"m\"}", true)]
    [InlineData("quantity", Ext + "questionnaire-unitOption", "\"valueCoding\":{\"system\":\"urn:u\",\"code\":\"m\"}", "\"valueQuantity\":{\"value\":1,\"system\":\"urn:u\",\"code\":\"g\"}", false)]
    [InlineData("quantity", Ext + "questionnaire-unitValueSet", "\"valueCanonical\":\"#v\"", "\"valueQuantity\":{\"value\":1,\"system\":\"urn:s\",\"code\":\"a\"}", true)]
    [InlineData("quantity", Ext + "questionnaire-unitValueSet", "\"valueCanonical\":\"#v\"", "\"valueQuantity\":{\"value\":1,\"system\":\"urn:s\",\"code\":\"b\"}", false)]
    public void Answer_OfItemWithExtension_IsAllowedOrNot(string type, string url, string limit, string answer, bool valid) =>
        Assert.Equal(valid, Errors($"\"type\":\"{type}\",\"extension\":[{{\"url\":\"{url}\",{limit}}}]", $"{{{answer}}}").Count == 0);

    [Theory]
    [InlineData("\"required\":true", "", "completed", false)]
    [InlineData("\"required\":true", "", "amended", false)]
    [InlineData("\"required\":true", "", "in-progress", true)]
    [InlineData("\"required\":true", "", "stopped", true)]
    [InlineData("\"required\":false", "", "completed", true)]
    [InlineData("\"repeats\":true", "{\"valueString\":\"a\"},{\"valueString\":\"b\"}", "completed", true)]
    [InlineData("\"repeats\":false", "{\"valueString\":\"a\"},{\"valueString\":\"b\"}", "in-progress", false)]
    [InlineData("\"repeats\":true,\"extension\":[{\"url\":\"" + Ext + "questionnaire-maxOccurs\",\"valueInteger\":1}]", "{\"valueString\":\"a\"},{\"valueString\":\"b\"}", "completed", false)]
    [InlineData("\"repeats\":true,\"extension\":[{\"url\":\"" + Ext + "questionnaire-minOccurs\",\"valueInteger\":2}]", "{\"valueString\":\"a\"}", "completed", false)]
    [InlineData("\"repeats\":true,\"extension\":[{\"url\":\"" + Ext + "questionnaire-minOccurs\",\"valueInteger\":2}]", "{\"valueString\":\"a\"}", "in-progress", true)]
    [InlineData("\"required\":true", "{\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/data-absent-reason\",\"valueCode\":\"unknown\"}]}", "completed", true)]
    public void Number_OfAnswers_IsAllowedOrNot(string item, string answers, string status, bool valid) =>
        Assert.Equal(valid, Errors("\"type\":\"string\"," + item, answers, status).Count == 0);

    [Theory]
    [InlineData("=", "\"answerBoolean\":true", "true", true)]
    [InlineData("=", "\"answerBoolean\":true", "false", false)]
    [InlineData("!=", "\"answerBoolean\":true", "false", true)]
    [InlineData("!=", "\"answerBoolean\":true", null, true)]
    [InlineData("!=", "\"answerBoolean\":true", "true", false)]
    [InlineData("exists", "\"answerBoolean\":true", "true", true)]
    [InlineData("exists", "\"answerBoolean\":true", null, false)]
    [InlineData("exists", "\"answerBoolean\":false", null, true)]
    [InlineData(">", "\"answerInteger\":1", "2", true)]
    [InlineData(">", "\"answerInteger\":1", "1", false)]
    [InlineData(">=", "\"answerInteger\":1", "1", true)]
    [InlineData("<", "\"answerInteger\":1", "1", false)]
    [InlineData("<=", "\"answerInteger\":1", "1", true)]
    [InlineData("<=", "\"answerInteger\":1", "2", false)]
    public void EnableWhen_Operator_EnablesOrNot(string op, string stated, string? source, bool enabled)
    {
        var type = stated.Contains("Integer", StringComparison.Ordinal) ? "integer" : "boolean";
        var form = $$"""{"linkId":"s","type":"{{type}}"},{"linkId":"q","type":"string","required":true,"enableWhen":[{"question":"s","operator":"{{op}}",{{stated}}}]}""";
        var first = source is null ? "" : $$"""{"linkId":"s","answer":[{"value{{(type == "integer" ? "Integer" : "Boolean")}}":{{source}}}]},""";
        var (answered, left) = (Check(form, first + """{"linkId":"q","answer":[{"valueString":"a"}]}"""), Check(form, first.TrimEnd(',')));

        Assert.Equal(enabled, answered.Count == 0);
        Assert.Equal(enabled, left.Count == 1);
    }

    [Theory]
    [InlineData("all", false)]
    [InlineData("any", true)]
    public void EnableWhen_Behavior_CombinesConditions(string behavior, bool enabled)
    {
        var form = $$"""
            {"linkId":"s","type":"boolean"},{"linkId":"t","type":"boolean"},{"linkId":"q","type":"string","enableBehavior":"{{behavior}}",
             "enableWhen":[{"question":"s","operator":"=","answerBoolean":true},{"question":"t","operator":"=","answerBoolean":true}]}
            """;
        var errors = Check(form, """{"linkId":"s","answer":[{"valueBoolean":true}]},{"linkId":"t","answer":[{"valueBoolean":false}]},{"linkId":"q","answer":[{"valueString":"a"}]}""");

        Assert.Equal(enabled, errors.Count == 0);
    }

    [Fact]
    public void EnableWhen_InRepeatedGroups_LooksIntoItsOwnGroup()
    {
        var form = """{"linkId":"g","type":"group","repeats":true,"item":[{"linkId":"s","type":"boolean"},{"linkId":"q","type":"string","enableWhen":[{"question":"s","operator":"=","answerBoolean":true}]}]}""";
        static string Group(string s) => $$"""{"linkId":"g","item":[{"linkId":"s","answer":[{"valueBoolean":{{s}}}]},{"linkId":"q","answer":[{"valueString":"a"}]}]}""";

        Assert.Equal(["QuestionnaireResponse.item[1].item[1]"], Check(form, Group("true") + "," + Group("false")).Select(p => p.Expression));
    }

    [Theory]
    [InlineData("""{"linkId":"g","item":[{"linkId":"a"},{"linkId":"b"}]},{"linkId":"c"}""", null)]
    [InlineData("""{"linkId":"c"},{"linkId":"g"}""", "QuestionnaireResponse.item[1]")]
    [InlineData("""{"linkId":"g","item":[{"linkId":"b"},{"linkId":"a"}]}""", "QuestionnaireResponse.item[0].item[1]")]
    [InlineData("""{"linkId":"a"}""", "QuestionnaireResponse.item[0]")]
    [InlineData("""{"linkId":"x"}""", "QuestionnaireResponse.item[0]")]
    [InlineData("""{"linkId":"g"},{"linkId":"g"}""", "QuestionnaireResponse.item[1]")]
    [InlineData("""{"linkId":"c","item":[{"linkId":"d"}]}""", "QuestionnaireResponse.item[0]")]
    [InlineData("""{"linkId":"c","answer":[{"valueString":"a","item":[{"linkId":"d"}]}]}""", null)]
    public void Place_OfItem_IsThatOfTheQuestionnaire(string items, string? place)
    {
        var form = """{"linkId":"g","type":"group","item":[{"linkId":"a","type":"string"},{"linkId":"b","type":"string"}]},{"linkId":"c","type":"string","item":[{"linkId":"d","type":"string"}]}""";

        Assert.Equal(place is null ? [] : [place], Check(form, items).Select(p => p.Expression));
    }

    [Fact]
    public void Exclusive_Option_StandsAlone()
    {
        const string Item = "\"type\":\"choice\",\"repeats\":true,\"answerOption\":[{\"valueCoding\":{\"code\":\"a\"}},{\"valueCoding\":{\"code\":\"b\"}},{\"extension\":[{\"url\":\"" + Ext + "questionnaire-optionExclusive\",\"valueBoolean\":true}],\"valueCoding\":{\"code\":\"none\"}}]";

        Assert.Empty(Errors(Item, "{\"valueCoding\":{\"code\":\"a\"}},{\"valueCoding\":{\"code\":\"b\"}}"));
        Assert.Empty(Errors(Item, "{\"valueCoding\":{\"code\":\"none\"}}"));
        Assert.Single(Errors(Item, "{\"valueCoding\":{\"code\":\"a\"}},{\"valueCoding\":{\"code\":\"none\"}}"));
    }

    [Fact]
    public void Regex_ThatBacktracksWithoutEnd_IsGivenUp()
    {
        var answers = string.Join(',', Enumerable.Repeat("{\"valueString\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"}", 500));
        var item = "\"type\":\"string\",\"repeats\":true,\"extension\":[{\"url\":\"" + Ext + "regex\",\"valueString\":\"(?=a)((a+)+)+b\"}]";

        Assert.Empty(Errors(item, answers));
    }

    [Fact]
    public void Response_WithTooManyCombinations_IsGivenUp()
    {
        var form = "{\"linkId\":\"g\",\"type\":\"group\",\"repeats\":true,\"item\":[" + string.Join(',', Enumerable.Range(0, 2000).Select(i => $"{{\"linkId\":\"i{i}\",\"type\":\"string\"}}")) + "]}";

        Assert.Contains(Check(form, string.Join(',', Enumerable.Repeat("{\"linkId\":\"g\"}", 2000))), p => p.Kind == Problems.TooCostly);
    }

    [Fact]
    public void Questionnaire_ContainedOrUnknown_IsFoundOrTold()
    {
        var contained = """{"resourceType":"QuestionnaireResponse","contained":[{"resourceType":"Questionnaire","id":"f","item":[{"linkId":"q","type":"integer"}]}],"questionnaire":"#f","status":"completed","item":[{"linkId":"q","answer":[{"valueString":"a"}]}]}""";
        var unknown = """{"resourceType":"QuestionnaireResponse","questionnaire":"urn:none","status":"completed"}""";
        var none = """{"resourceType":"QuestionnaireResponse","status":"completed"}""";

        Assert.Equal(Problems.WrongType, Assert.Single(Rules.Run(contained)).Kind);
        Assert.Equal(Problems.Unverified, Assert.Single(Rules.Run(unknown)).Kind);
        Assert.Equal(Problems.Informational, Assert.Single(Rules.Run(none)).Kind);
    }

    [Fact]
    public void Required_Message_NamesTheQuestion() =>
        Assert.Contains("'q' (\"Do you smoke?\")", Assert.Single(Errors("\"type\":\"string\",\"required\":true,\"text\":\"Do you smoke?\"", "")).Diagnostics, StringComparison.Ordinal);

    private static List<Problem> Errors(string item, string answers, string status = "completed") =>
        Check($$"""{"linkId":"q",{{item}}}""", $$"""{"linkId":"q","answer":[{{answers}}]}""".Replace(",\"answer\":[]", "", StringComparison.Ordinal), status);

    private static List<Problem> Check(string form, string items, string status = "completed")
    {
        var questionnaire = $$"""{"resourceType":"Questionnaire","url":"urn:q","status":"active","contained":[{"resourceType":"ValueSet","id":"v","status":"active","compose":{"include":[{"system":"urn:s","concept":[{"code":"a"}]}] } }],"item":[{{form}}] }""";
        var response = $$"""{"resourceType":"QuestionnaireResponse","questionnaire":"urn:q","status":"{{status}}","item":[{{items}}]}""";
        return [.. Rules.Run(response, questionnaire).Where(p => p.Kind.Severity == IssueSeverity.Error)];
    }
}

/// <summary>Runs the rules of a resource.</summary>
internal static class Rules
{
    internal static IReadOnlyList<Problem> Run(string resource, params string[] known)
    {
        var run = new ValidationRun(new FhirPathContext { Definitions = Definitions.R4.With([.. known.Select(Read)]) }, isStrict: true);
        var root = Read(resource);
        ResourceRules.All[root.Type!].Check(root, run);
        return run.Found;
    }

    private static FhirElement Read(string json) => FhirJson.ReadTrusted(Encoding.UTF8.GetBytes(json)).Value!.Root;
}
