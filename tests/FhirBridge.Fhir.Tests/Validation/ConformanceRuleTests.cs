namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>The rules on questionnaires themselves, measure reports and terminology, both ways: the codes of the problems that are found.</summary>
public sealed class ConformanceRuleTests
{
    private const string System = """
        {"resourceType":"CodeSystem","url":"urn:test:s","status":"active","content":"complete","property":[{"code":"p","type":"Coding"},{"code":"c","type":"code"}],
         "filter":[{"code":"concept","operator":["is-a"],"value":"x"}],"concept":[{"code":"a"},{"code":"b"}]}
        """;

    private const string Measure = """
        {"resourceType":"Measure","url":"urn:m","status":"active","scoring":{"coding":[{"code":"cohort"}]},"group":[{"population":[{"code":{"coding":[{"system":"urn:p","code":"n"}]}}],"stratifier":[{"code":{"text":"age"}}]}]}
        """;

    [Theory]
    [InlineData("""{"linkId":"a","type":"boolean"},{"linkId":"b","type":"string","enableWhen":[{"question":"a","operator":"=","answerBoolean":true}]}""", "")]
    [InlineData("""{"linkId":"b","type":"string","enableWhen":[{"question":"x","operator":"=","answerBoolean":true}]}""", "business-rule")]
    [InlineData("""{"linkId":"b","type":"boolean","enableWhen":[{"question":"b","operator":"=","answerBoolean":true}]}""", "business-rule")]
    [InlineData("""{"linkId":"g","type":"group","enableWhen":[{"question":"b","operator":"exists","answerBoolean":true}],"item":[{"linkId":"b","type":"string"}]}""", "business-rule")]
    [InlineData("""{"linkId":"a","type":"string","enableWhen":[{"question":"b","operator":"exists","answerBoolean":true}]},{"linkId":"b","type":"string"}""", "questionable")]
    [InlineData("""{"linkId":"a","type":"string"},{"linkId":"b","type":"string","enableWhen":[{"question":"a","operator":"=","answerBoolean":true}]}""", "questionable")]
    [InlineData("""{"linkId":"a","type":"boolean"},{"linkId":"b","type":"string","enableWhen":[{"question":"a","operator":">","answerBoolean":true}]}""", "questionable")]
    [InlineData("""{"linkId":"a","type":"integer","answerOption":[{"valueInteger":1}]}""", "")]
    [InlineData("""{"linkId":"a","type":"integer","answerOption":[{"valueString":"1"}]}""", "wrong-type")]
    [InlineData("""{"linkId":"a","type":"date","initial":[{"valueDate":"2020"}]}""", "")]
    [InlineData("""{"linkId":"a","type":"date","initial":[{"valueString":"2020"}]}""", "wrong-type")]
    [InlineData("""{"linkId":"a","type":"choice","answerValueSet":"#none"}""", "unknown-reference")]
    public void Questionnaire_Items_FitTogether(string items, string expected) =>
        Assert.Equal(expected, Codes($$"""{"resourceType":"Questionnaire","status":"active","item":[{{items}}]}"""));

    [Theory]
    [InlineData(""" "type":"summary" """, """{"population":[{"code":{"coding":[{"system":"urn:p","code":"n"}]},"count":1}],"stratifier":[{"code":{"text":"age"}}]}""", "")]
    [InlineData(""" "type":"summary" """, """{"population":[{"code":{"coding":[{"system":"urn:p","code":"n"}]}},{"code":{"coding":[{"system":"urn:p","code":"x"}]}}],"stratifier":[{"code":{"text":"age"}}]}""", "business-rule")]
    [InlineData(""" "type":"summary" """, """{"stratifier":[{"code":{"text":"age"}}]}""", "required")]
    [InlineData(""" "type":"summary" """, """{"population":[{"code":{"coding":[{"system":"urn:p","code":"n"}]}}],"stratifier":[{"code":{"text":"size"}}]}""", "business-rule required")]
    [InlineData(""" "type":"summary" """, """{"population":[{"code":{"coding":[{"system":"urn:p","code":"n"}]},"subjectResults":{"reference":"List/1"}}],"stratifier":[{"code":{"text":"age"}}]}""", "business-rule")]
    [InlineData(""" "type":"subject-list" """, """{"population":[{"code":{"coding":[{"system":"urn:p","code":"n"}]},"subjectResults":{"reference":"List/1"}}],"stratifier":[{"code":{"text":"age"}}]}""", "")]
    [InlineData(""" "type":"summary" """, """{"measureScore":{"value":1},"population":[{"code":{"coding":[{"system":"urn:p","code":"n"}]}}],"stratifier":[{"code":{"text":"age"}}]}""", "business-rule")]
    [InlineData(""" "type":"data-collection" """, """{"population":[]}""", "business-rule")]
    public void MeasureReport_Groups_AreThoseOfTheMeasure(string type, string group, string expected) =>
        Assert.Equal(expected, Codes($$"""{"resourceType":"MeasureReport","status":"complete",{{type}},"measure":"urn:m","group":[{{group}}]}""", Measure));

    [Theory]
    [InlineData(""" "system":"urn:test:s","concept":[{"code":"a"}] """, "")]
    [InlineData(""" "system":"urn:test:s","concept":[{"code":"x"}] """, "code-invalid")]
    [InlineData(""" "system":"urn:other:s","concept":[{"code":"x"}] """, "")]
    [InlineData(""" "system":"#s" """, "invalid-value")]
    [InlineData(""" "system":"http://hl7.org/fhir/ValueSet/jurisdiction" """, "invalid-value")]
    [InlineData(""" "system":"urn:test:s","filter":[{"property":"concept","op":"is-a","value":"a"}] """, "")]
    [InlineData(""" "system":"urn:test:s","filter":[{"property":"concept","op":"is-a","value":"x"}] """, "code-invalid")]
    [InlineData(""" "system":"urn:test:s","filter":[{"property":"concept","op":"child-of","value":"a"}] """, "questionable")]
    [InlineData(""" "system":"urn:test:s","filter":[{"property":"p","op":"=","value":"urn:test:s#a"}] """, "")]
    [InlineData(""" "system":"urn:test:s","filter":[{"property":"p","op":"=","value":"urn:test:s#x"}] """, "code-invalid")]
    [InlineData(""" "system":"urn:test:s","filter":[{"property":"p","op":"=","value":"a"}] """, "invalid-definition")]
    [InlineData(""" "system":"urn:test:s","filter":[{"property":"c","op":"=","value":"x"}] """, "code-invalid")]
    public void ValueSet_Include_FitsItsSystem(string include, string expected) =>
        Assert.Equal(expected, Codes($$"""{"resourceType":"ValueSet","status":"active","compose":{"include":[{ {{include}} }] } }""", System));

    [Theory]
    [InlineData(""" "content":"complete","property":[{"code":"p","type":"Coding"}],"concept":[{"code":"z","property":[{"code":"p","valueCoding":{"system":"urn:test:s","code":"a"}}]}] """, "")]
    [InlineData(""" "content":"complete","property":[{"code":"p","type":"Coding"}],"concept":[{"code":"z","property":[{"code":"p","valueCoding":{"system":"urn:test:s","code":"x"}}]}] """, "code-invalid")]
    [InlineData(""" "content":"complete","property":[{"code":"p","type":"Coding"}],"concept":[{"code":"z","property":[{"code":"p","valueString":"x"}]}] """, "wrong-type")]
    [InlineData(""" "content":"complete","concept":[{"code":"z","property":[{"code":"q","valueString":"x"}]}] """, "questionable")]
    [InlineData(""" "content":"not-present","concept":[{"code":"z"}] """, "business-rule")]
    [InlineData(""" "content":"supplement","concept":[{"code":"z"}] """, "required")]
    public void CodeSystem_Content_IsOfOnePiece(string content, string expected) =>
        Assert.Equal(expected, Codes($$"""{"resourceType":"CodeSystem","url":"urn:t","status":"active",{{content}}}""", System));

    [Theory]
    [InlineData("Observation", "Observation.value[x].coding", "")]
    [InlineData("Observation", "Observation.valueQuantity.unit", "")]
    [InlineData("Observation", "Observation.component.referenceRange.low", "")]
    [InlineData("Patient", "Patient.contained.name", "")]
    [InlineData("Observation", "Observation.valueBla", "invalid-value")]
    [InlineData("Observation", "Observation.component.nothing", "invalid-value")]
    [InlineData("Observation", "Patient.name", "invalid-value")]
    public void StructureDefinition_Path_IsOfItsType(string type, string path, string expected) =>
        Assert.Equal(expected, Codes($$"""{"resourceType":"StructureDefinition","type":"{{type}}","derivation":"constraint","differential":{"element":[{"path":"{{path}}" }] } }"""));

    private static string Codes(string resource, params string[] known) => string.Join(' ', Rules.Run(resource, known).Select(p => p.Kind.Code));
}
