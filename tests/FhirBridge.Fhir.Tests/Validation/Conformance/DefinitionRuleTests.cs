namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>Operations, search parameters, guides and the other conformance resources against what they name, both ways.</summary>
public sealed class DefinitionRuleTests
{
    private const string OnParameters = """
        {"resourceType":"StructureDefinition","url":"urn:p:in","type":"Parameters","kind":"resource","derivation":"constraint","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Parameters","differential":{"element":[
        {"path":"Parameters.parameter","slicing":{"discriminator":[{"type":"value","path":"name"}],"rules":"open"}},
        {"id":"Parameters.parameter:form","path":"Parameters.parameter","sliceName":"form","min":1,"max":"1"},
        {"id":"Parameters.parameter:form.name","path":"Parameters.parameter.name","fixedString":"form"},
        {"id":"Parameters.parameter:form.value[x]","path":"Parameters.parameter.value[x]","max":"0"},
        {"id":"Parameters.parameter:form.resource","path":"Parameters.parameter.resource","min":1,"type":[{"code":"Questionnaire"}]}]}}
        """;

    private const string Named = """{"resourceType":"StructureDefinition","url":"urn:p:named","type":"Patient","kind":"resource","derivation":"constraint","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","differential":{"element":[{"id":"Patient.name","path":"Patient.name","min":1}]}}""";

    private const string Broken = """{"resourceType":"StructureDefinition","url":"urn:p:broken","type":"Patient","kind":"resource","derivation":"constraint","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","differential":{"element":[{"id":"Patient.nickname","path":"Patient.nickname","min":1}]}}""";

    [Theory]
    [InlineData(""" "code":"go","system":true """, "")]
    [InlineData(""" "code":"$go","system":true """, "invalid-definition")]
    [InlineData(""" "code":"go","system":false,"type":false,"instance":false """, "questionable")]
    [InlineData(""" "code":"go","type":true """, "questionable")]
    [InlineData(""" "code":"go","type":true,"resource":["Patient"] """, "")]
    [InlineData(""" "code":"go","base":"urn:later" """, "unverified")]
    [InlineData(""" "code":"go","base":"urn:o" """, "circular")]
    [InlineData(""" "code":"expand","base":"http://hl7.org/fhir/OperationDefinition/ValueSet-expand" """, "")]
    [InlineData(""" "code":"go","overload":[{"parameterName":["x"]}] """, "invalid-definition")]
    [InlineData(""" "code":"go","parameter":[{"name":"x","use":"in","min":0,"max":"1","type":"string"},{"name":"x","use":"out","min":0,"max":"1","type":"string"}],"overload":[{"parameterName":["x"]}] """, "")]
    [InlineData(""" "code":"go","parameter":[{"name":"x","use":"in","min":0,"max":"1","type":"string"},{"name":"x","use":"in","min":0,"max":"1","type":"string"}] """, "invalid-definition")]
    [InlineData(""" "code":"go","parameter":[{"name":"x","use":"in","min":2,"max":"1","type":"string"}] """, "invalid-definition")]
    [InlineData(""" "code":"go","parameter":[{"name":"x","use":"in","min":0,"max":"many","type":"string"}] """, "invalid-definition")]
    [InlineData(""" "code":"go","parameter":[{"name":"x","use":"in","min":0,"max":"1","type":"string","part":[{"name":"y","use":"in","min":0,"max":"1","type":"string"}]}] """, "invalid-definition")]
    [InlineData(""" "code":"go","parameter":[{"name":"x","use":"in","min":0,"max":"1","part":[{"name":"y","use":"out","min":0,"max":"1","type":"string"}]}] """, "questionable")]
    [InlineData(""" "code":"go","parameter":[{"name":"x","use":"in","min":0,"max":"1","type":"date","binding":{"strength":"required","valueSet":"http://hl7.org/fhir/ValueSet/days-of-week"}}] """, "invalid-definition")]
    [InlineData(""" "code":"go","parameter":[{"name":"x","use":"in","min":0,"max":"1","type":"code","binding":{"strength":"required","valueSet":"urn:later"}}] """, "unverified")]
    [InlineData(""" "code":"go","parameter":[{"name":"x","use":"in","min":0,"max":"1","type":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Address"]}] """, "invalid-definition")]
    [InlineData(""" "code":"go","inputProfile":"urn:p:named" """, "invalid-definition")]
    [InlineData(""" "code":"go","inputProfile":"urn:later" """, "unverified")]
    [InlineData(""" "code":"go","inputProfile":"urn:p:in","parameter":[{"name":"form","use":"in","min":1,"max":"1","type":"Questionnaire"}] """, "")]
    [InlineData(""" "code":"go","inputProfile":"urn:p:in","parameter":[{"name":"form","use":"in","min":1,"max":"1","type":"Resource"}] """, "")]
    [InlineData(""" "code":"go","inputProfile":"urn:p:in","parameter":[{"name":"form","use":"in","min":0,"max":"*","type":"Questionnaire"}] """, "invalid-definition invalid-definition")]
    [InlineData(""" "code":"go","inputProfile":"urn:p:in","parameter":[{"name":"form","use":"in","min":1,"max":"1","type":"QuestionnaireResponse"}] """, "invalid-definition")]
    [InlineData(""" "code":"go","inputProfile":"urn:p:in","parameter":[{"name":"other","use":"in","min":1,"max":"1","type":"Questionnaire"}] """, "questionable")]
    public void Operation(string rest, string expected) => Assert.Equal(expected, Codes($$"""{"resourceType":"OperationDefinition","url":"urn:o",{{rest}}}""", OnParameters, Named));

    [Theory]
    [InlineData(""" "code":"nick","base":["Patient"],"type":"string","expression":"Patient.name.given" """, "")]
    [InlineData(""" "code":"nick","base":["Patient"],"type":"string","expression":"Patient.name.given(" """, "expression-refused")]
    [InlineData(""" "code":"nick","base":["Patient"],"type":"string","expression":"Patient.nickname" """, "expression-refused")]
    [InlineData(""" "code":"nick","base":["Patient","Person"],"type":"string","expression":"Patient.name.given | Person.name.given" """, "")]
    [InlineData(""" "code":"nick","base":["Patient"],"type":"date","expression":"Patient.name.given" """, "invalid-definition")]
    [InlineData(""" "code":"born","base":["Patient"],"type":"date","expression":"Patient.birthDate","comparator":["ge"] """, "")]
    [InlineData(""" "code":"nick","base":["Patient"],"type":"string","expression":"Patient.name.given","comparator":["ge"] """, "invalid-definition")]
    [InlineData(""" "code":"nick","base":["Patient"],"type":"string","expression":"Patient.name.given","modifier":["exact"] """, "")]
    [InlineData(""" "code":"nick","base":["Patient"],"type":"string","expression":"Patient.name.given","modifier":["below"] """, "invalid-definition")]
    [InlineData(""" "code":"nick:x","base":["Patient"],"type":"string","expression":"Patient.name.given" """, "invalid-definition")]
    [InlineData(""" "code":"nick","base":["Patient"],"type":"string" """, "questionable")]
    [InlineData(""" "code":"nick","base":["Patient"],"type":"string","expression":"Patient.name.given","target":["Patient"] """, "invalid-definition")]
    [InlineData(""" "code":"gp","base":["Patient"],"type":"reference","expression":"Patient.generalPractitioner","target":["Practitioner"],"chain":["name"] """, "")]
    [InlineData(""" "code":"gp","base":["Patient"],"type":"reference","expression":"Patient.generalPractitioner","target":["Practitioner"],"chain":["nickname"] """, "unverified")]
    [InlineData(""" "code":"pair","base":["Observation"],"type":"composite","expression":"Observation" """, "invalid-definition")]
    [InlineData(""" "code":"pair","base":["Observation"],"type":"composite","expression":"Observation","component":[{"definition":"http://hl7.org/fhir/SearchParameter/clinical-code","expression":"code"}] """, "")]
    [InlineData(""" "code":"pair","base":["Observation"],"type":"composite","expression":"Observation","component":[{"definition":"urn:later","expression":"kode"}] """, "unverified expression-refused")]
    [InlineData(""" "code":"nick","base":["Patient"],"type":"string","expression":"Patient.name","derivedFrom":"http://hl7.org/fhir/SearchParameter/Patient-name" """, "")]
    [InlineData(""" "code":"nick","base":["Patient"],"type":"token","expression":"Patient.gender","derivedFrom":"http://hl7.org/fhir/SearchParameter/Patient-name" """, "invalid-definition")]
    [InlineData(""" "code":"nick","base":["Patient"],"type":"string","expression":"Patient.name","derivedFrom":"urn:later" """, "unverified")]
    [InlineData(""" "code":"nick","base":["Patient"],"type":"string","expression":"Patient.name","derivedFrom":"urn:sp" """, "circular")]
    public void SearchParameter(string rest, string expected) => Assert.Equal(expected, Codes($$"""{"resourceType":"SearchParameter","url":"urn:sp",{{rest}}}"""));

    /// <summary>The tree of an XML resource has no JSON of its own.</summary>
    [Fact]
    public void SearchParameter_InXml_IsJudgedAsInJson()
    {
        var parameter = FhirXml.ReadLenient("""<SearchParameter xmlns="http://hl7.org/fhir"><url value="urn:sp"/><name value="N"/><status value="active"/><description value="d"/><code value="nick"/><base value="Patient"/><type value="number"/><expression value="Patient.birthDate"/></SearchParameter>"""u8.ToArray());

        Assert.Contains(Definitions.R4.Validator.Validate(parameter.Value!.Root), p => p.Kind == Problems.InvalidDefinition);
    }

    [Theory]
    [InlineData(""" "global":[{"type":"Patient","profile":"urn:p:named"}] """, "")]
    [InlineData(""" "global":[{"type":"Observation","profile":"urn:p:named"}] """, "invalid-definition")]
    [InlineData(""" "global":[{"type":"Patient","profile":"urn:later"}] """, "unverified")]
    [InlineData(""" "global":[{"type":"Patient","profile":"urn:p:broken"}] """, "invalid-definition")]
    [InlineData(""" "packageId":"org.example.guide" """, "")]
    [InlineData(""" "packageId":"Our Guide" """, "questionable")]
    [InlineData(""" "fhirVersion":["4.0.1"] """, "")]
    [InlineData(""" "fhirVersion":["3.0.2"] """, "questionable")]
    [InlineData(""" "definition":{"grouping":[{"id":"a","name":"A"},{"id":"a","name":"B"}]} """, "invalid-definition")]
    [InlineData(""" "definition":{"resource":[{"reference":{"reference":"Patient/1"}},{"reference":{"reference":"Patient/1"}}]} """, "questionable")]
    public void Guide(string rest, string expected) => Assert.Equal(expected, Codes($$"""{"resourceType":"ImplementationGuide","url":"urn:g",{{rest}}}""", Named, Broken));

    [Theory]
    [InlineData(""" "type":"Patient","profile":"urn:p:named" """, "")]
    [InlineData(""" "type":"Observation","supportedProfile":["urn:p:named"] """, "invalid-definition")]
    [InlineData(""" "type":"Patient","interaction":[{"code":"read"},{"code":"transaction"}] """, "questionable")]
    [InlineData(""" "type":"Patient","searchParam":[{"name":"name","type":"string","definition":"http://hl7.org/fhir/SearchParameter/Patient-name"}] """, "")]
    [InlineData(""" "type":"Patient","searchParam":[{"name":"name","type":"token","definition":"http://hl7.org/fhir/SearchParameter/Patient-name"}] """, "invalid-definition")]
    [InlineData(""" "type":"Observation","searchParam":[{"name":"name","type":"string","definition":"http://hl7.org/fhir/SearchParameter/Patient-name"}] """, "invalid-definition")]
    [InlineData(""" "type":"Patient","searchInclude":["Patient:general-practitioner"] """, "")]
    [InlineData(""" "type":"Patient","searchInclude":["Patiet:general-practitioner"] """, "invalid-definition")]
    [InlineData(""" "type":"Patient","searchInclude":["Patient:doctor"] """, "unverified")]
    [InlineData(""" "type":"Patient","operation":[{"name":"$everything","definition":"http://hl7.org/fhir/OperationDefinition/Patient-everything"}] """, "questionable")]
    public void Capabilities(string rest, string expected) => Assert.Equal(expected, Codes($$"""{"resourceType":"CapabilityStatement","url":"urn:c","rest":[{"resource":[{ {{rest}} }]}]}""", Named));

    [Theory]
    [InlineData("oid", "2.16.840.1.113883.4.642.1", "")]
    [InlineData("oid", "urn:oid:2.16.840", "")]
    [InlineData("oid", "2.16.08", "invalid-definition")]
    [InlineData("uuid", "123e4567-e89b-12d3-a456-426614174000", "")]
    [InlineData("uuid", "123e4567", "invalid-definition")]
    [InlineData("uri", "http://x.example/ids", "")]
    [InlineData("uri", "our ids", "invalid-definition")]
    [InlineData("other", "our ids", "")]
    public void NamingSystem_Identifiers(string type, string value, string expected) => Assert.Equal(expected, Codes($$"""{"resourceType":"NamingSystem","kind":"identifier","uniqueId":[{"type":"{{type}}","value":"{{value}}"}]}"""));

    [Theory]
    [InlineData("""{"id":"a","goalId":["g"],"relatedAction":[{"actionId":"b","relationship":"before"}]},{"id":"b"}""", "")]
    [InlineData("""{"id":"a","goalId":["h"]}""", "unknown-reference")]
    [InlineData("""{"id":"a","relatedAction":[{"actionId":"z","relationship":"before"}]}""", "unknown-reference")]
    [InlineData("""{"id":"a","relatedAction":[{"actionId":"a","relationship":"before"}]}""", "circular")]
    [InlineData("""{"id":"a","definitionCanonical":"urn:later"}""", "unverified")]
    [InlineData("""{"id":"a","definitionCanonical":"urn:ad","dynamicValue":[{"path":"priority"}]}""", "")]
    [InlineData("""{"id":"a","definitionCanonical":"urn:ad","dynamicValue":[{"path":"urgency"}]}""", "questionable")]
    public void Plan_Actions(string actions, string expected) => Assert.Equal(expected, Codes(
        $$"""{"resourceType":"PlanDefinition","goal":[{"id":"g"}],"action":[{{actions}}]}""", """{"resourceType":"ActivityDefinition","url":"urn:ad","kind":"ServiceRequest"}"""));

    [Theory]
    [InlineData("""{"kind":"Task"}""", "")]
    [InlineData("""{"kind":"Task","profile":"urn:p:named"}""", "invalid-definition")]
    [InlineData("""{"kind":"Task","profile":"urn:later"}""", "unverified")]
    [InlineData("""{"kind":"Task","dynamicValue":[{"path":"status"}]}""", "")]
    [InlineData("""{"kind":"Task","dynamicValue":[{"path":"state"}]}""", "questionable")]
    [InlineData("""{"library":["urn:later"]}""", "unverified")]
    public void Activity(string rest, string expected) => Assert.Equal(expected, Codes(rest.Replace("{\"", "{\"resourceType\":\"ActivityDefinition\",\"", StringComparison.Ordinal).Replace("[{\"resourceType\":\"ActivityDefinition\",", "[{", StringComparison.Ordinal), Named));

    [Theory]
    [InlineData("proportion", "initial-population denominator numerator", "")]
    [InlineData("proportion", "initial-population denominator", "questionable")]
    [InlineData("cohort", "initial-population numerator", "questionable")]
    [InlineData("continuous-variable", "initial-population measure-population measure-observation", "")]
    public void Measure_Populations(string scoring, string populations, string expected) => Assert.Equal(expected, Codes(
        $$"""{"resourceType":"Measure","scoring":{"coding":[{"code":"{{scoring}}"}]},"group":[{"population":[{{string.Join(',', populations.Split(' ').Select(p => $$$"""{"code":{"coding":[{"code":"{{{p}}}"}]}}"""))}}]}]}"""));

    [Theory]
    [InlineData("""{"path":"Patient.generalPractitioner","target":[{"type":"Practitioner"}]}""", "")]
    [InlineData("""{"path":"Patient.doctor","target":[{"type":"Practitioner"}]}""", "expression-refused")]
    [InlineData("""{"target":[{"type":"Observation","params":"patient={ref}"}]}""", "")]
    [InlineData("""{"target":[{"type":"Observation","params":"patient=1"}]}""", "questionable")]
    [InlineData("""{"target":[{"type":"Observation"}]}""", "invalid-definition")]
    public void Graph_Links(string link, string expected) => Assert.Equal(expected, Codes($$"""{"resourceType":"GraphDefinition","start":"Patient","link":[{{link}}]}"""));

    [Theory]
    [InlineData("""{"code":"Observation","param":["subject"]}""", "")]
    [InlineData("""{"code":"Observation","param":["about"]}""", "unverified")]
    [InlineData("""{"code":"Observation"},{"code":"Observation"}""", "invalid-definition")]
    public void Compartment_Members(string members, string expected) => Assert.Equal(expected, Codes($$"""{"resourceType":"CompartmentDefinition","code":"Patient","resource":[{{members}}]}"""));

    [Theory]
    [InlineData(""" "focus":[{"code":"Patient","profile":"urn:p:named"}] """, "")]
    [InlineData(""" "focus":[{"code":"Task","profile":"urn:p:named"}] """, "invalid-definition")]
    [InlineData(""" "base":"urn:msg" """, "circular")]
    public void Message(string rest, string expected) => Assert.Equal(expected, Codes($$"""{"resourceType":"MessageDefinition","url":"urn:msg",{{rest}}}""", Named));

    [Theory]
    [InlineData("""{"linkId":"a","type":"choice","answerOption":[{"valueString":"x","initialSelected":true},{"valueString":"y"}]}""", "")]
    [InlineData("""{"linkId":"a","type":"choice","answerOption":[{"valueString":"x","initialSelected":true},{"valueString":"y","initialSelected":true}]}""", "invalid-definition")]
    [InlineData("""{"linkId":"a","type":"choice","answerOption":[{"valueString":"x"},{"valueString":"x"}]}""", "questionable")]
    [InlineData("""{"linkId":"a","type":"choice","answerValueSet":"urn:later"}""", "unverified")]
    [InlineData("""{"linkId":"a","type":"choice","answerValueSet":"http://hl7.org/fhir/ValueSet/administrative-gender","initial":[{"valueCoding":{"system":"http://hl7.org/fhir/administrative-gender","code":"male"}}]}""", "")]
    [InlineData("""{"linkId":"a","type":"choice","answerValueSet":"http://hl7.org/fhir/ValueSet/administrative-gender","initial":[{"valueCoding":{"system":"http://hl7.org/fhir/administrative-gender","code":"man"}}]}""", "code-invalid")]
    [InlineData("""{"linkId":"a","type":"string","maxLength":3,"initial":[{"valueString":"long"}]}""", "invalid-definition")]
    [InlineData("""{"linkId":"a","type":"integer","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/minValue","valueInteger":5},{"url":"http://hl7.org/fhir/StructureDefinition/maxValue","valueInteger":3}]}""", "questionable")]
    [InlineData("""{"linkId":"a","type":"string","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/regex","valueString":"[a-z"}]}""", "expression-refused")]
    [InlineData("""{"linkId":"a","type":"date","definition":"http://hl7.org/fhir/StructureDefinition/Patient#Patient.birthDate"}""", "")]
    [InlineData("""{"linkId":"a","type":"date","definition":"http://hl7.org/fhir/StructureDefinition/Patient#Patient.dayOfBirth"}""", "invalid-definition")]
    [InlineData("""{"linkId":"a","type":"decimal","definition":"http://hl7.org/fhir/StructureDefinition/Observation#Observation.value[x]:valueQuantity.value"}""", "")]
    [InlineData("""{"linkId":"a","type":"decimal","definition":"http://hl7.org/fhir/StructureDefinition/Observation#Observation.value[x]:valueQuantity.height"}""", "invalid-definition")]
    [InlineData("""{"linkId":"a","type":"date","definition":"http://x.example/later#Patient.birthDate"}""", "unverified")]
    public void Questionnaire_Items(string item, string expected) => Assert.Equal(expected, Codes($$"""{"resourceType":"Questionnaire","url":"urn:q","item":[{{item}}]}"""));

    [Fact]
    public void Questionnaire_DerivedFromItself_IsACircle() =>
        Assert.Equal("circular", Codes("""{"resourceType":"Questionnaire","url":"urn:q","derivedFrom":["urn:r"]}""", """{"resourceType":"Questionnaire","url":"urn:r","derivedFrom":["urn:q"]}"""));

    private static string Codes(string resource, params string[] known) => string.Join(' ', Rules.Run(resource, known).Select(p => p.Kind.Code));
}
