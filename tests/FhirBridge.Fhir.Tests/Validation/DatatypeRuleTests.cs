namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>What R4 says of datatypes beyond their invariants, each both ways: errors where strict, and what a write says of it.</summary>
public sealed class DatatypeRuleTests
{
    [Theory]
    [InlineData("urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "")]
    [InlineData("urn:uuid:C757873D-EC9A-4326-A141-556F43239520", "invalid-value ValueSet.url")]
    [InlineData("urn:uuid:c757873d", "invalid-value ValueSet.url")]
    [InlineData("urn:oid:2.16.840.1", "")]
    [InlineData("urn:oid:129.6.58", "invalid-value ValueSet.url")]
    [InlineData("oid:2.16.840.1", "invalid-value ValueSet.url")]
    [InlineData("uuid:c757873d-ec9a-4326-a141-556f43239520", "invalid-value ValueSet.url")]
    [InlineData("urn:other:thing", "")]
    public void Uri_OfAnOidOrUuid_HasItsForm(string url, string strict) => Judged($$"""{"resourceType":"ValueSet","status":"active","url":"{{url}}"}""", strict);

    [Theory]
    [InlineData("""{"system":"urn:ietf:rfc:3986","value":"urn:oid:1.2.3"}""", "")]
    [InlineData("""{"system":"urn:ietf:rfc:3986","value":"http://a.test/b"}""", "")]
    [InlineData("""{"system":"urn:ietf:rfc:3986","value":"1.2.3"}""", "invalid-value Patient.identifier[0]")]
    [InlineData("""{"system":"urn:ietf:rfc:3986","value":"urn:uuid:1"}""", "invalid-value Patient.identifier[0].value")]
    [InlineData("""{"system":"patients","value":"1"}""", "invalid-value Patient.identifier[0].system")]
    [InlineData("""{"value":"1"}""", "")]
    public void Identifier_SystemAndValue_AreUris(string identifier, string strict) => Judged($$"""{"resourceType":"Patient","identifier":[{{identifier}}]}""", strict);

    [Theory]
    [InlineData("http://hl7.org/fhir/ValueSet/languages", "")]
    [InlineData("http://hl7.org/fhir/ValueSet/languages|4.0.1", "")]
    [InlineData("http://hl7.org/fhir/StructureDefinition/Patient", "invalid-value Questionnaire.item[0].answerValueSet")]
    [InlineData("http://unknown.test/v", "")]
    public void Canonical_OfWhatIsKnown_IsOfTheType(string canonical, string strict) =>
        Judged($$"""{"resourceType":"Questionnaire","status":"active","item":[{"linkId":"a","type":"choice","answerValueSet":"{{canonical}}"}]}""", strict);

    [Fact]
    public void Canonical_OfAContainedResource_IsOfTheType() =>
        Judged("""{"resourceType":"QuestionnaireResponse","status":"completed","contained":[{"resourceType":"Patient","id":"p"}],"questionnaire":"#p"}""", "invalid-value QuestionnaireResponse.questionnaire");

    [Fact]
    public void Canonical_ThatIsRelative_IsAdvised() =>
        Assert.Contains("questionable PlanDefinition.library[0]", Verdicts.Warnings("""{"resourceType":"PlanDefinition","status":"active","library":["Library/1"]}"""), StringComparison.Ordinal);

    [Theory]
    [InlineData("2020-01-01", "")]
    [InlineData("1799-01-01", "questionable Patient.birthDate")]
    [InlineData("2220-01-01", "questionable Patient.birthDate")]
    public void Date_OutOfReason_IsAdvised(string date, string warnings)
    {
        var patient = $$"""{"resourceType":"Patient","birthDate":"{{date}}"}""";

        Assert.Equal(warnings, Verdicts.Warnings(patient));
        Assert.Equal("", Verdicts.Strict(patient));
    }

    [Theory]
    [InlineData("x", "")]
    [InlineData(" x", "questionable Patient.name[0].text")]
    [InlineData("x ", "questionable Patient.name[0].text")]
    public void Text_WithBlanksAround_IsAdvised(string text, string warnings) => Assert.Equal(warnings, Verdicts.Warnings($$"""{"resourceType":"Patient","name":[{"text":"{{text}}"}]}"""));

    [Theory]
    [InlineData("1 2.5 E U L -3 1e3", 1, "")]
    [InlineData("1 2 3 4", 2, "")]
    [InlineData("1 2 3", 2, "invalid-value Observation.value.data")]
    [InlineData("1,2", 1, "invalid-value Observation.value.data")]
    [InlineData("1  2", 1, "invalid-value Observation.value.data")]
    [InlineData("X", 1, "invalid-value Observation.value.data")]
    public void SampledData_Points_AreDecimalsOrLetters(string data, int dimensions, string strict) =>
        Judged($$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueSampledData":{"origin":{"value":0},"period":1,"dimensions":{{dimensions}},"data":"{{data}}"} }""", strict);

    [Theory]
    [InlineData("""{"value":1}""", "")]
    [InlineData("""{"value":1,"comparator":"<"}""", "invariant Observation.value.low")]
    public void SimpleQuantity_HasNoComparator(string low, string expected)
    {
        var observation = $$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueRange":{"low":{{low}} } }""";

        Assert.Equal(expected, Verdicts.Strict(observation));
        Assert.Equal(expected, Verdicts.Mild(observation));
    }

    [Theory]
    [InlineData("a", "")]
    [InlineData("mo", "")]
    [InlineData("kg", "invalid-value Condition.onset.code")]
    [InlineData("m/s", "invalid-value Condition.onset.code")]
    public void Age_Unit_IsOneOfTime(string unit, string strict) =>
        Judged($$"""{"resourceType":"Condition","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"subject":{"reference":"Patient/1"},"onsetAge":{"value":1,"system":"http://unitsofmeasure.org","code":"{{unit}}"} }""", strict);

    [Theory]
    [InlineData("km", "")]
    [InlineData("min", "invalid-value Location.extension[0].value.code")]
    public void Distance_Unit_IsOneOfLength(string unit, string strict)
    {
        var location = $$"""{"resourceType":"Location","extension":[{"url":"http://example.org/e","valueDistance":{"value":1,"system":"http://unitsofmeasure.org","code":"{{unit}}"} }]}""";

        Assert.Equal(strict, Verdicts.Strict(location));
        Assert.Equal("", Verdicts.Mild(location));
    }

    [Theory]
    [InlineData("http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "M", "code-invalid Patient.communication[0].language")]
    [InlineData("urn:ietf:bcp:47", "nl", "")]
    public void Language_OfAPatient_IsOneOfAllLanguages(string system, string code, string expected) =>
        Assert.Equal(expected, Verdicts.Mild($$"""{"resourceType":"Patient","communication":[{"language":{"coding":[{"system":"{{system}}","code":"{{code}}"}]} }]}"""));

    /// <summary>"Text is not an acceptable substitute for the required code"; an extension may give the reason why there is none.</summary>
    [Theory]
    [InlineData(""" "coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}],"text":"a" """, "")]
    [InlineData(""" "text":"active" """, "code-invalid AllergyIntolerance.clinicalStatus")]
    [InlineData(""" "coding":[{"display":"Active"}] """, "code-invalid AllergyIntolerance.clinicalStatus")]
    [InlineData(""" "extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}] """, "")]
    public void Concept_OfARequiredSet_HasACode(string status, string strict)
    {
        var allergy = $$"""{"resourceType":"AllergyIntolerance","clinicalStatus":{ {{status}} },"patient":{"reference":"Patient/1"},"code":{"text":"x"} }""";

        Assert.Equal(strict, Verdicts.Strict(allergy));
        Assert.Equal("", Verdicts.Mild(allergy));
    }

    [Theory]
    [InlineData("en", "text/plain", "")]
    [InlineData("en-GB", "text/plain; charset=utf-8", "")]
    [InlineData("en_GB", "text/plain", "invalid-value DocumentReference.language")]
    public void Code_OfAGrammar_HasItsForm(string language, string type, string strict) =>
        Judged($$"""{"resourceType":"DocumentReference","language":"{{language}}","status":"current","content":[{"attachment":{"contentType":"{{type}}"} }]}""", strict);

    [Theory]
    [InlineData("text/plain", "")]
    [InlineData("text", "code-invalid DocumentReference.content[0].attachment.contentType")]
    public void MediaType_WhichR4Requires_IsRefusedByWritesToo(string type, string expected) =>
        Assert.Equal(expected, Verdicts.Mild($$"""{"resourceType":"DocumentReference","status":"current","content":[{"attachment":{"contentType":"{{type}}"} }]}"""));

    [Theory]
    [InlineData("Kq5sNclPz7QV2+lfQIuc6R7oRu0=", "")]
    [InlineData("AAAANclPz7QV2+lfQIuc6R7oRu0=", "invalid-value DocumentReference.content[0].attachment.hash")]
    public void Attachment_Hash_IsThatOfTheData(string hash, string strict) =>
        Judged($$"""{"resourceType":"DocumentReference","status":"current","content":[{"attachment":{"contentType":"text/plain","data":"aGVsbG8gd29ybGQ=","hash":"{{hash}}"} }]}""", strict);

    [Theory]
    [InlineData("5.1", "52.1", "")]
    [InlineData("-180", "90", "")]
    [InlineData("181", "52.1", "invalid-value Location.position.longitude")]
    [InlineData("5.1", "-90.5", "invalid-value Location.position.latitude")]
    public void Location_Position_IsOnTheEarth(string longitude, string latitude, string strict) =>
        Judged($$"""{"resourceType":"Location","position":{"longitude":{{longitude}},"latitude":{{latitude}} } }""", strict);

    /// <summary>What is an error where strict is a warning of writes; what else they tell is for others to test.</summary>
    private static void Judged(string json, string strict)
    {
        Assert.Equal(strict, Verdicts.Strict(json));
        Assert.Equal("", Verdicts.Mild(json));
        Assert.Equal(strict.Replace("invalid-value", "questionable", StringComparison.Ordinal), string.Join("; ", Verdicts.Warnings(json).Split("; ").Where(w => w.StartsWith("questionable", StringComparison.Ordinal))));
    }

    /// <summary>all-languages is the boundary of the codes of languages; a language may be told in words.</summary>
    [Theory]
    [InlineData(""" "text":"Arabic" """, "")]
    [InlineData(""" "coding":[{"system":"urn:ietf:bcp:47","code":"ar"}] """, "")]
    [InlineData(""" "coding":[{"system":"urn:other","code":"ar"}] """, "code-invalid Practitioner.communication[0]")]
    public void Language_MayBeATextAlone(string language, string expected) => Assert.Equal(expected, Verdicts.Strict($$"""{"resourceType":"Practitioner","communication":[{ {{language}} }]}"""));

    [Theory]
    [InlineData("http://hl7.org/fhir/request-intent", "plan", "", "")]
    [InlineData("http://hl7.org/fhir/request-intents", "plan", "invalid-value CarePlan.category[0].coding[0].system", "code-advised CarePlan.category[0].coding[0].system")]
    [InlineData("http://hl7.org/fhir/sid/icd-10", "E11", "", "")]
    [InlineData("http://hl7.org/fhir/us/guide", "a", "", "")]
    public void System_OfFhir_IsOneThatR4Has(string system, string code, string strict, string warnings)
    {
        var plan = $$"""{"resourceType":"CarePlan","status":"active","intent":"plan","subject":{"display":"x"},"category":[{"coding":[{"system":"{{system}}","code":"{{code}}"}]}]}""";

        Assert.Equal(strict, Verdicts.Strict(plan));
        Assert.Equal(warnings, Verdicts.Warnings(plan));
    }
}
