using FhirBridge.Fhir.FhirPath;
using static FhirBridge.Fhir.Tests.ProfileSubjects;

namespace FhirBridge.Fhir.Tests;

/// <summary>Profiles that only say what they change, profiles on profiles, and profiles that never end.</summary>
public class DifferentialTests
{
    [Fact]
    public void Check_Differential_AddsToItsBase()
    {
        var profiles = With(
            Differential("urn:a", "Patient", """{"path":"Patient.name","min":1},{"path":"Patient.name.family","min":1},{"path":"Patient.contact.name","max":"0"}"""),
            Differential("urn:b", "Patient", """{"path":"Patient.name","max":"1"}""", "urn:a")).Profiles;

        Assert.Equal("cardinality Patient.name", ProfileSubjects.Problems(profiles, Read("""{"resourceType":"Patient"}"""), "urn:b"));
        Assert.Equal("cardinality Patient.name; cardinality Patient.name[0].family", ProfileSubjects.Problems(profiles, Read("""{"resourceType":"Patient","name":[{"text":"x"},{"family":"y"}]}"""), "urn:b"));

        // pat-1 of R4's Patient itself.
        Assert.Contains("invariant Patient.contact[0]", ProfileSubjects.Problems(profiles, Read("""{"resourceType":"Patient","name":[{"family":"y"}],"contact":[{"gender":"male"}]}"""), "urn:b"), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_SliceOfTheBase_CanBeRestricted()
    {
        // bp's slices by name: their discriminators and fixed codes stand in the snapshot of bp.
        var profiles = With(Differential("urn:mine", "Observation", """{"id":"Observation.component:SystolicBP.interpretation","path":"Observation.component.interpretation","min":1}""", Base + "bp")).Profiles;

        Assert.Equal("", ProfileSubjects.Problems(profiles, Observation("blood-pressure"), "urn:mine"));
        Assert.Equal("cardinality Observation.component[0].interpretation", ProfileSubjects.Problems(profiles, Mutated("blood-pressure", "\"interpretation\": [{\"coding\": [{\"system\": \"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation\",\"code\": \"N\",\"display\": \"normal\"}],\"text\": \"Normal\"}]", "\"dummy\":[]"), "urn:mine"));
    }

    [Fact]
    public void Check_ExtensionSlice_NeedsNoSlicing()
    {
        var profiles = With(
            Differential("urn:e", "Extension", """{"path":"Extension.url","fixedUri":"urn:e"},{"path":"Extension.value[x]","min":1,"type":[{"code":"code"}]}"""),
            Differential("urn:p", "Patient", """{"path":"Patient.extension","sliceName":"e","min":1,"type":[{"code":"Extension","profile":["urn:e"]}]},{"path":"Patient.extension","sliceName":"unknown","max":"0","type":[{"code":"Extension","profile":["urn:f"]}]}""")).Profiles;

        Assert.Equal("", Problems("""{"url":"urn:e","valueCode":"a"}"""));
        Assert.Equal("cardinality Patient.extension", Problems("""{"url":"urn:g","valueCode":"a"}"""));
        Assert.Equal("wrong-type Patient.extension[0].value", Problems("""{"url":"urn:e","valueString":"a"}"""));
        Assert.Contains("cardinality Patient.extension", Problems("""{"url":"urn:e","valueCode":"a"},{"url":"urn:f","valueCode":"a"}"""), StringComparison.Ordinal);

        string Problems(string extensions) => ProfileSubjects.Problems(profiles, Read($$"""{"resourceType":"Patient","extension":[{{extensions}}]}"""), "urn:p");
    }

    [Fact]
    public void Check_ChoiceByItsShortName_IsThatTypeOnly()
    {
        var profiles = With(Differential("urn:o", "Observation", """{"path":"Observation.valueQuantity","min":1},{"path":"Observation.valueQuantity.code","fixedCode":"kg"}""")).Profiles;

        Assert.StartsWith("wrong-type Observation.value", Problems("\"valueString\":\"x\""), StringComparison.Ordinal);
        Assert.Equal("", Problems("\"valueQuantity\":{\"value\":1,\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"}"));
        Assert.Equal("invalid-value Observation.value.code", Problems("\"valueQuantity\":{\"value\":1,\"system\":\"http://unitsofmeasure.org\",\"code\":\"g\"}"));

        string Problems(string value) => ProfileSubjects.Problems(profiles, Read($$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},{{value}}}"""), "urn:o");
    }

    [Fact]
    public void Check_InvariantsOfATypeThatTheProfileGoesInto_Hold()
    {
        // bp says much of the children of value; qty-3 (a code needs a system) is stated by Quantity alone.
        var observation = Mutated("bmi", "\"system\": \"http://unitsofmeasure.org\",\"code\": \"kg/m2\"", "\"code\":\"kg/m2\"");

        Assert.Contains("invariant Observation.value", ProfileSubjects.Problems(Definitions.R4.Profiles, observation, Base + "bmi").Split("; "));
    }

    [Theory]
    [InlineData("2000-01-01", 1, "")]
    [InlineData("1999-12-31", 1, "invalid-value Patient.birthDate")]
    [InlineData("2000", 1, "")]
    [InlineData("2001-01-01", 4, "invalid-value Patient.multipleBirth")]
    public void Check_LeastAndGreatestValue_Hold(string born, int birth, string expected)
    {
        var profiles = With(Differential("urn:p", "Patient", """{"path":"Patient.birthDate","minValueDate":"2000-01-01"},{"path":"Patient.multipleBirth[x]","maxValueInteger":3}""")).Profiles;

        Assert.Equal(expected, ProfileSubjects.Problems(profiles, Read($$"""{"resourceType":"Patient","birthDate":"{{born}}","multipleBirthInteger":{{birth}}}"""), "urn:p"));
    }

    [Fact]
    public void Check_MaximumLengthFixedAndPattern_Hold()
    {
        var profiles = With(Differential("urn:p", "Patient", """{"path":"Patient.id","maxLength":3},{"path":"Patient.name","patternHumanName":{"use":"official","given":["A"]}},{"path":"Patient.maritalStatus","fixedCodeableConcept":{"coding":[{"code":"a"}]}}""")).Profiles;

        Assert.Equal("", Problems("""{"resourceType":"Patient","id":"abc","name":[{"use":"official","given":["B","A"],"family":"C"}],"maritalStatus":{"coding":[{"code":"a"}]}}"""));
        Assert.Equal("invalid-value Patient.id; invalid-value Patient.name[0]; invalid-value Patient.maritalStatus", Problems("""{"resourceType":"Patient","id":"abcd","name":[{"use":"official","given":["B"]}],"maritalStatus":{"coding":[{"code":"a","system":"urn:s"}]}}"""));

        string Problems(string json) => ProfileSubjects.Problems(profiles, Read(json), "urn:p");
    }

    [Fact]
    public void Check_InvariantThatCannotBeEvaluated_IsToldAndNoFailure()
    {
        var profiles = With(Differential("urn:p", "Patient", """{"path":"Patient","constraint":[{"key":"x-1","severity":"error","human":"h","expression":"gender.memberOf('urn:none')"},{"key":"x-2","severity":"warning","human":"h","expression":"false"},{"key":"x-3","severity":"error","human":"h","expression":"%%%"}]}""")).Profiles;

        Assert.Equal("not-checked Patient; not-checked Patient", ProfileSubjects.Problems(profiles, Read("""{"resourceType":"Patient","gender":"male"}"""), "urn:p"));
        Assert.True(profiles.Conforms(Read("""{"resourceType":"Patient","gender":"male"}"""), "urn:p"));
    }

    [Fact]
    public void Conforms_MoreRemarksThanAreKept_DoNotHideAnError()
    {
        var profiles = With(Differential("urn:p", "Patient", """{"path":"Patient.name","constraint":[{"key":"x-1","severity":"error","human":"h","expression":"family.memberOf('urn:none')"}]},{"path":"Patient.gender","min":1}""")).Profiles;
        var names = string.Join(',', Enumerable.Repeat("""{"family":"x"}""", 200));

        Assert.False(profiles.Conforms(Read($$"""{"resourceType":"Patient","name":[{{names}}]}"""), "urn:p"));
    }

    [Theory]
    [InlineData("male", "male", "")]
    [InlineData("male", "female", "invalid-value Bundle.entry[0].resource.link[0].other")]
    public void Check_TargetOfAReference_FollowsTheProfileThatIsAskedFor(string first, string second, string expected)
    {
        // Both patients point at each other, and must be men: the circle is no reason to go on for ever.
        var profiles = With(
            Differential("urn:man", "Patient", """{"path":"Patient.gender","min":1,"fixedCode":"male"},{"path":"Patient.link.other","type":[{"code":"Reference","targetProfile":["urn:man"]}]}"""),
            Differential("urn:p", "Patient", """{"path":"Patient.link.other","type":[{"code":"Reference","targetProfile":["urn:man"]}]}""")).Profiles;
        var bundle = Read($$"""
            {"resourceType":"Bundle","type":"collection","entry":[
             {"fullUrl":"http://a.example/Patient/1","resource":{"resourceType":"Patient","id":"1","gender":"{{first}}","link":[{"other":{"reference":"Patient/2"},"type":"seealso"}]} },
             {"fullUrl":"http://a.example/Patient/2","resource":{"resourceType":"Patient","id":"2","gender":"{{second}}","link":[{"other":{"reference":"Patient/1"},"type":"seealso"}]} }]}
            """);

        Assert.Equal(expected, ProfileSubjects.Problems(profiles, bundle["entry"]["resource"], "urn:p"));
    }

    [Theory]
    [InlineData("""{"resourceType":"StructureDefinition","url":"urn:x","type":"Patient","kind":"resource","derivation":"constraint"}""", "neither snapshot nor differential")]
    [InlineData("""{"resourceType":"StructureDefinition","url":"urn:x","type":"Patient","kind":"resource","derivation":"constraint","differential":{"element":[{"path":"Patient"}]}}""", "no base")]
    [InlineData("""{"resourceType":"StructureDefinition","url":"urn:x","type":"Patient","kind":"resource","derivation":"constraint","baseDefinition":"urn:nobody","differential":{"element":[{"path":"Patient"}]}}""", "unknown")]
    [InlineData("""{"resourceType":"StructureDefinition","url":"urn:x","type":"Patient","kind":"resource","derivation":"constraint","baseDefinition":"urn:x","differential":{"element":[{"path":"Patient"}]}}""", "circle")]
    [InlineData("""{"resourceType":"StructureDefinition","url":"urn:x","type":"Patient","kind":"resource","derivation":"constraint","baseDefinition":"http://hl7.org/fhir/StructureDefinition/bp","differential":{"element":[{"path":"Patient"}]}}""", "about Observation")]
    [InlineData("""{"resourceType":"StructureDefinition","url":"urn:x","type":"Patient","kind":"resource","derivation":"constraint","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","differential":{"element":[{"path":"Patientx.name"}]}}""", "elements")]
    public void Check_UnusableProfile_FailsAndSaysWhy(string profile, string why)
    {
        var result = With(profile).Profiles.Check(Read("""{"resourceType":"Patient"}"""), "urn:x");

        Assert.Contains(why, Assert.Single(result.Problems).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_ProfilesThatAskForEachOther_End()
    {
        // Twice each, so that without a budget of its own the check would branch for ever.
        var profiles = With(
            Differential("urn:a", "Patient", """{"path":"Patient","constraint":[{"key":"x-1","severity":"error","human":"h","expression":"conformsTo('urn:b') and conformsTo('urn:b')"}]}"""),
            Differential("urn:b", "Patient", """{"path":"Patient","constraint":[{"key":"x-1","severity":"error","human":"h","expression":"conformsTo('urn:a') or conformsTo('urn:a')"}]}"""),
            Differential("urn:c", "Extension", """{"path":"Extension.extension","type":[{"code":"Extension","profile":["urn:c"]}]}""")).Profiles;

        Assert.True(profiles.Conforms(Read("""{"resourceType":"Patient"}"""), "urn:a"));
        var nested = string.Concat(Enumerable.Repeat("""{"url":"urn:c","extension":[""", 40)) + """{"url":"urn:c","valueString":"x"}""" + string.Concat(Enumerable.Repeat("]}", 40));
        Assert.NotNull(profiles.Check(Read($$"""{"resourceType":"Patient","extension":[{{nested}}]}"""), Base + "Patient").Value);
    }

    [Theory]
    [InlineData("conformsTo('http://hl7.org/fhir/StructureDefinition/bp')", "true")]
    [InlineData("conformsTo('http://hl7.org/fhir/StructureDefinition/bmi')", "false")]
    [InlineData("conformsTo('http://hl7.org/fhir/StructureDefinition/Observation')", "true")]
    [InlineData("code.conformsTo('http://hl7.org/fhir/StructureDefinition/bp')", "false")]
    [InlineData("component.value.first().conformsTo('http://hl7.org/fhir/StructureDefinition/SimpleQuantity')", "true")]
    [InlineData("component.slice('http://hl7.org/fhir/StructureDefinition/bp', 'SystolicBP').value.value", "107")]
    [InlineData("component.slice('http://hl7.org/fhir/StructureDefinition/bp', 'DiastolicBP').count()", "1")]
    [InlineData("category.slice('http://hl7.org/fhir/StructureDefinition/vitalsigns', 'VSCat').exists()", "true")]
    [InlineData("code.coding.slice('http://hl7.org/fhir/StructureDefinition/bp', 'BPCode').code", "85354-9")]
    [InlineData("component.first().value.elementDefinition().path", "Observation.component.value[x]")]
    [InlineData("code.coding.first().code.elementDefinition().min", "0")]
    [InlineData("elementDefinition().path", "Observation")]
    [InlineData("subject.reference.elementDefinition().path", "Reference.reference")]
    public void ProfileFunction_ByDefault_IsAnsweredByR4(string expression, string expected)
    {
        var result = FhirPathExpression.Compile(expression).Value!.Scalar(Observation("blood-pressure"));

        Assert.True(result.IsOk, string.Join("; ", result.Problems));
        Assert.Equal(expected, result.Value);
    }

    [Theory]
    [InlineData("conformsTo('urn:none')")]
    [InlineData("component.slice('http://hl7.org/fhir/StructureDefinition/bp', 'none')")]
    [InlineData("component.slice('urn:none', 'SystolicBP')")]
    public void ProfileFunction_WithoutAnswer_IsAFault(string expression) =>
        Assert.Equal(Fhir.Problems.InvalidExpression, Assert.Single(FhirPathExpression.Compile(expression).Value!.Evaluate(Observation("blood-pressure")).Problems).Kind);
}
