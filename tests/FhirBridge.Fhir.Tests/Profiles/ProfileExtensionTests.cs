using static FhirBridge.Fhir.Tests.ProfileSubjects;

namespace FhirBridge.Fhir.Tests;

/// <summary>What profiles of R4 state by extensions of their element definitions: value controls, further bindings, controls of narratives.</summary>
public class ProfileExtensionTests
{
    private const string R5 = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.";
    private const string Absent = """ "_active":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]} """;
    private const string Flavour = """ "_active":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-nullFlavor","valueCode":"MSK"}]} """;

    [Theory]
    [InlineData(""" "active":true """, "", "")]
    [InlineData(Absent, "", "required Patient.active")]
    [InlineData(Flavour, "required Patient.active", "required Patient.active")]
    [InlineData(""" "gender":"male" """, "", "")]
    public void ValueControl_ExtensionsInPlaceOfAValue_AreThoseThatAreListed(string patient, string alternatives, string mustHaveValue)
    {
        Assert.Equal(alternatives, Check($$"""{"path":"Patient.active","extension":[{"url":"{{R5}}valueAlternatives","valueCanonical":"http://hl7.org/fhir/StructureDefinition/data-absent-reason|4.0.1"}]}""", patient));
        Assert.Equal(mustHaveValue, Check($$"""{"path":"Patient.active","extension":[{"url":"{{R5}}mustHaveValue","valueBoolean":true}]}""", patient));
        Assert.Equal("", Check($$"""{"path":"Patient.active","extension":[{"url":"{{R5}}mustHaveValue","valueBoolean":false}]}""", patient));
    }

    [Fact]
    public void ValueControl_OfAProfile_HoldsInThoseThatBuildOnIt()
    {
        var first = Differential("urn:p", "Patient", $$"""{"path":"Patient.active","extension":[{"url":"{{R5}}mustHaveValue","valueBoolean":true}]}""");
        var second = Differential("urn:q", "Patient", """{"path":"Patient.name","min":0}""", "urn:p");

        Assert.Equal("required Patient.active", ProfileSubjects.Problems(With(first, second).Profiles, Read($$"""{"resourceType":"Patient",{{Absent}}}"""), "urn:q"));
    }

    /// <summary>"This value set is the value set from which additional codes can be taken from": a text alone is no code.</summary>
    [Theory]
    [InlineData(""" "coding":[{"system":"http://hl7.org/fhir/administrative-gender","code":"male"}] """, "")]
    [InlineData(""" "coding":[{"system":"http://hl7.org/fhir/administrative-gender","code":"boy"}] """, "code-invalid Patient.maritalStatus")]
    [InlineData(""" "text":"married" """, "")]
    public void MaxValueSet_IsTheBoundaryOfCodes(string status, string expected)
    {
        const string Binding = """{"strength":"extensible","valueSet":"http://hl7.org/fhir/ValueSet/marital-status","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet","valueCanonical":"http://hl7.org/fhir/ValueSet/administrative-gender"}]}""";
        Assert.Equal(expected, Check($$"""{"path":"Patient.maritalStatus","binding":{{Binding}}}""", $$""" "maritalStatus":{ {{status}} } """));
    }

    [Theory]
    [InlineData("required", "", "a", "")]
    [InlineData("required", "", "b", "code-invalid Patient.maritalStatus")]
    [InlineData("maximum", "", "b", "code-invalid Patient.maritalStatus")]
    [InlineData("extensible", "", "b", "code-advised Patient.maritalStatus")]
    [InlineData("current", "", "b", "code-advised Patient.maritalStatus")]
    [InlineData("ui", "", "b", "")]
    [InlineData("minimum", "", "b", "")]
    [InlineData("candidate", "", "b", "")]

    // In which circumstances it is required is not told by the resource.
    [InlineData("required", """,{"url":"usage","valueUsageContext":{"code":{"code":"venue"},"valueCodeableConcept":{"text":"x"}}}""", "b", "not-checked Patient.maritalStatus")]
    public void AdditionalBinding_Purpose_SaysWhatIsAsked(string purpose, string more, string code, string expected)
    {
        foreach (var url in new[] { R5 + "binding.additional", "http://hl7.org/fhir/tools/StructureDefinition/additional-binding" })
        {
            var elements = $$"""{"path":"Patient.maritalStatus","binding":{"strength":"extensible","valueSet":"http://hl7.org/fhir/ValueSet/marital-status","extension":[{"url":"{{url}}","extension":[{"url":"purpose","valueCode":"{{purpose}}"},{"url":"valueSet","valueCanonical":"urn:v"}{{more}}]}]} }""";
            var found = CheckAll(elements, $$""" "maritalStatus":{"coding":[{"system":"urn:s","code":"{{code}}"},{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M"}]}""");

            Assert.Equal(expected, found);
        }
    }

    [Theory]
    [InlineData("true", "a b", "")]
    [InlineData("true", "b c", "code-invalid Patient.name[0].given[0]")]
    [InlineData("false", "a b", "code-invalid Patient.name[0].given[1]")]
    public void AdditionalBinding_Any_AsksOneOfTheRepetitions(string any, string codes, string expected)
    {
        var binding = $$"""{"strength":"preferred","valueSet":"http://hl7.org/fhir/ValueSet/languages","extension":[{"url":"{{R5}}binding.additional","extension":[{"url":"purpose","valueCode":"required"},{"url":"valueSet","valueCanonical":"urn:v"},{"url":"any","valueBoolean":{{any}}}]}]}""";
        var one = $$"""{"path":"Patient.name.given","binding":{{binding}} }""";
        var patient = string.Join(',', codes.Split(' ').Select(c => $"\"{c}\""));

        Assert.Equal(expected, Check(one, $$""" "name":[{"given":[{{patient}}]}]"""));
    }

    [Theory]
    [InlineData("_no", "", "")]
    [InlineData("_no", "en de", "business-rule Patient.text")]
    [InlineData("_yes", "en", "")]
    [InlineData("_yes", "", "business-rule Patient.text")]
    [InlineData("_resource", "de en", "")]
    [InlineData("_resource", "de pt", "business-rule Patient.text")]
    [InlineData("pt", "de pt", "")]
    [InlineData("pt", "de en", "business-rule Patient.text")]
    public void NarrativeLanguageControl_Sections_AreThere(string control, string languages, string expected)
    {
        var sections = languages.Length == 0 ? "<p>x</p>" : string.Concat(languages.Split(' ').Select(l => $"<div xml:lang='{l}' lang='{l}'><div lang='fr'>x</div></div>"));
        var elements = $$"""{"path":"Patient.text","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/narrative-language-control","valueCode":"{{control}}"}]}""";

        Assert.Equal(expected, Check(elements, $$""" "language":"en","text":{"status":"additional","div":"<div xmlns='http://www.w3.org/1999/xhtml'>{{sections}}</div>"}"""));
    }

    [Theory]
    [InlineData("error", "<p class='generated'>x</p><p class='boilerplate other'><b>y</b></p>", "")]
    [InlineData("error", "<p class='generated'>x</p><p class='other'>y</p>", "business-rule Patient.text")]
    [InlineData("error", "<p class='generated'>x</p> y", "business-rule Patient.text")]
    [InlineData("warning", "<p>x</p>", "questionable Patient.text")]
    [InlineData("information", "<p>x</p>", "informational Patient.text")]
    [InlineData("error", "<p class='additional'/> <p class='extension'>x</p>", "")]
    public void NarrativeSourceControl_Text_SaysWhereItComesFrom(string severity, string narrative, string expected)
    {
        var elements = $$"""{"path":"Patient.text","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/narrative-source-control","valueCode":"{{severity}}"}]}""";

        Assert.Equal(expected, CheckAll(elements, $$""" "text":{"status":"additional","div":"<div xmlns='http://www.w3.org/1999/xhtml'>{{narrative}}</div>"}"""));
    }

    private static string Check(string elements, string patient) => ProfileSubjects.Problems(Known(elements).Profiles, Read($$"""{"resourceType":"Patient",{{patient}}}"""), "urn:p");

    /// <summary>With warnings, but for the advice to have a narrative.</summary>
    private static string CheckAll(string elements, string patient) =>
        string.Join("; ", Known(elements).Profiles.Check(Read($$"""{"resourceType":"Patient",{{patient}}}"""), "urn:p").Value!.Where(p => !p.Diagnostics.StartsWith("dom-6", StringComparison.Ordinal)).Select(p => $"{p.Kind.Code} {p.Expression}"));

    private static Definitions Known(string elements) =>
        With(Differential("urn:p", "Patient", elements), """{"resourceType":"ValueSet","url":"urn:v","status":"active","compose":{"include":[{"system":"urn:s","concept":[{"code":"a"}]}]}}""");
}
