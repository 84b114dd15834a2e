using FhirBridge.Fhir.Tests.Validation;
using static FhirBridge.Fhir.Tests.ProfileSubjects;

namespace FhirBridge.Fhir.Tests;

/// <summary>Types with profiles and targets, known and unknown.</summary>
public class TypeCheckTests
{
    private const string Patient = """{"resourceType":"Patient","meta":{"profile":["urn:p"]},"address":[{"city":"X"}]}""";

    [Theory]
    [InlineData("\"urn:none\"", "profile-refused Patient.address[0]", "unknown-profile Patient.address[0]")]
    [InlineData("\"urn:none\",\"urn:nothing\"", "profile-refused Patient.address[0]", "unknown-profile Patient.address[0]")]
    [InlineData("\"urn:home\",\"urn:none\"", "", "")]
    [InlineData("\"urn:city\",\"urn:none\"", "", "")]
    [InlineData("\"urn:city\"", "", "")]
    [InlineData("\"urn:home\"", "cardinality Patient.address[0].use", "")]
    [InlineData("\"urn:home\",\"urn:home2\"", "invalid-value Patient.address[0]", "")]
    public void Type_ProfileThatIsNotKnown_IsRefusedWhereStrict(string profiles, string strict, string warnings)
    {
        string[] known =
        [
            Differential("urn:p", "Patient", $$"""{"path":"Patient.address","type":[{"code":"Address","profile":[{{profiles}}]}]}"""),
            Differential("urn:home", "Address", """{"path":"Address.use","min":1}"""),
            Differential("urn:home2", "Address", """{"path":"Address.use","min":1}"""),
            Differential("urn:city", "Address", """{"path":"Address.city","min":1}"""),
        ];

        Assert.Equal(strict, Verdicts.Strict(Patient, known));
        Assert.Equal(warnings, Verdicts.Warnings(Patient, known));
    }

    [Fact]
    public void Problem_OfAProfile_NamesIt()
    {
        var found = Verdicts.All("""{"resourceType":"Patient","meta":{"profile":["urn:p"]},"contact":[{"gender":"male"}]}""", new Fhir.Validation.ValidationOptions(), Differential("urn:p", "Patient", """{"path":"Patient.name","min":1}"""));

        Assert.EndsWith("(profile 'urn:p')", Assert.Single(found, p => p.Kind == Problems.Cardinality).Diagnostics, StringComparison.Ordinal);
        Assert.DoesNotContain("profile", Assert.Single(found, p => p.Kind == Problems.Invariant).Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("contained", "#o", "")]
    [InlineData("contained", "Organization/1", "invalid-value Bundle.entry[0].resource.managingOrganization")]
    [InlineData("contained", "Organization/2", "invalid-value Bundle.entry[0].resource.managingOrganization")]
    [InlineData("referenced", "Organization/1", "")]
    [InlineData("referenced", "Organization/2", "")]
    [InlineData("referenced", "#o", "invalid-value Bundle.entry[0].resource.managingOrganization")]
    [InlineData("bundled", "Organization/1", "")]
    [InlineData("bundled", "Organization/2", "invalid-value Bundle.entry[0].resource.managingOrganization")]
    [InlineData("bundled\",\"contained", "#o", "")]
    [InlineData("bundled\",\"contained", "Organization/2", "invalid-value Bundle.entry[0].resource.managingOrganization")]
    public void Reference_Aggregation_IsWhereTheTargetIs(string modes, string reference, string expected)
    {
        var profile = Differential("urn:p", "Patient", $$"""{"path":"Patient.managingOrganization","type":[{"code":"Reference","targetProfile":["{{Base}}Organization"],"aggregation":["{{modes}}"]}]}""");
        var bundle = $$"""
            {"resourceType":"Bundle","type":"collection","entry":[
            {"fullUrl":"http://a.test/Patient/1","resource":{"resourceType":"Patient","id":"1","meta":{"profile":["urn:p"]},"contained":[{"resourceType":"Organization","id":"o","name":"x","partOf":{"reference":"#"} }],"managingOrganization":{"reference":"{{reference}}"} } },
            {"fullUrl":"http://a.test/Organization/1","resource":{"resourceType":"Organization","id":"1","name":"x"} }]}
            """;

        Assert.Equal(expected, string.Join("; ", Verdicts.Strict(bundle, profile).Split("; ").Where(p => !p.StartsWith("reference-target", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("either", "Organization/1", "")]
    [InlineData("independent", "Organization/1", "")]
    [InlineData("independent", "Organization/1/_history/2", "invalid-value Patient.managingOrganization")]
    [InlineData("specific", "Organization/1", "invalid-value Patient.managingOrganization")]
    [InlineData("specific", "Organization/1/_history/2", "")]
    public void Reference_Versioning_IsAsAsked(string versioning, string reference, string expected)
    {
        var profile = Differential("urn:p", "Patient", $$"""{"path":"Patient.managingOrganization","type":[{"code":"Reference","targetProfile":["{{Base}}Organization"],"versioning":"{{versioning}}"}]}""");

        Assert.Equal(expected, Verdicts.Strict($$"""{"resourceType":"Patient","meta":{"profile":["urn:p"]},"managingOrganization":{"reference":"{{reference}}"} }""", profile));
    }

    [Theory]
    [InlineData("specific", "http://hl7.org/fhir/ValueSet/languages|4.0.1", "")]
    [InlineData("specific", "http://hl7.org/fhir/ValueSet/languages", "invalid-value Questionnaire.item[0].answerValueSet")]
    [InlineData("independent", "http://hl7.org/fhir/ValueSet/languages|4.0.1", "invalid-value Questionnaire.item[0].answerValueSet")]
    public void Canonical_Versioning_IsAsAsked(string versioning, string canonical, string expected)
    {
        var profile = Differential("urn:p", "Questionnaire", $$"""{"path":"Questionnaire.item.answerValueSet","type":[{"code":"canonical","versioning":"{{versioning}}"}]}""").Replace("complex-type", "resource", StringComparison.Ordinal);

        Assert.Equal(expected, Verdicts.Strict($$"""{"resourceType":"Questionnaire","status":"active","meta":{"profile":["urn:p"]},"item":[{"linkId":"a","type":"choice","answerValueSet":"{{canonical}}"}]}""", profile));
    }

    /// <summary>A type of R4 among the targets lets those of its type be, and no others.</summary>
    [Theory]
    [InlineData("Organization/1", "")]
    [InlineData("Organization/2", "invalid-value Bundle.entry[0].resource.generalPractitioner[0]")]
    [InlineData("Practitioner/3", "")]
    public void Reference_TargetsOfR4AndOfAProfile_AreEachAskedOfTheirType(string reference, string expected)
    {
        foreach (var version in new[] { "", "|4.0.1" })
        {
            var profile = Differential("urn:p", "Patient", $$"""{"path":"Patient.generalPractitioner","type":[{"code":"Reference","targetProfile":["urn:o","{{Base}}Practitioner{{version}}"]}]}""");
            var named = Differential("urn:o", "Organization", """{"path":"Organization.telecom","min":1}""").Replace("complex-type", "resource", StringComparison.Ordinal);
            var bundle = $$"""
                {"resourceType":"Bundle","type":"collection","entry":[
                {"fullUrl":"http://a.test/Patient/0","resource":{"resourceType":"Patient","id":"0","meta":{"profile":["urn:p"]},"generalPractitioner":[{"reference":"{{reference}}"}]} },
                {"fullUrl":"http://a.test/Organization/1","resource":{"resourceType":"Organization","id":"1","name":"x","telecom":[{"system":"phone","value":"1"}]} },
                {"fullUrl":"http://a.test/Organization/2","resource":{"resourceType":"Organization","id":"2","name":"x"} },
                {"fullUrl":"http://a.test/Practitioner/3","resource":{"resourceType":"Practitioner","id":"3"} }]}
                """;

            Assert.Equal(expected, Verdicts.Strict(bundle, profile, named));
        }
    }

    /// <summary>"Binds to a value set if this element is coded": of a choice, the other types are free.</summary>
    [Theory]
    [InlineData("\"valueBoolean\":true", "")]
    [InlineData("\"valueCode\":\"male\"", "")]
    [InlineData("\"valueCode\":\"boy\"", "code-invalid Patient.extension[0].value")]
    [InlineData("\"valueString\":\"boy\"", "code-invalid Patient.extension[0].value")]
    public void Binding_OfAChoice_IsAboutTypesThatCanBeBound(string value, string expected)
    {
        var extension = Differential("urn:e", "Extension", """{"path":"Extension.url","fixedUri":"urn:e"},{"path":"Extension.value[x]","type":[{"code":"boolean"},{"code":"code"},{"code":"string"}],"binding":{"strength":"required","valueSet":"http://hl7.org/fhir/ValueSet/administrative-gender"}}""");

        Assert.Equal(expected, Verdicts.Strict($$"""{"resourceType":"Patient","extension":[{"url":"urn:e",{{value}}}]}""", extension));
    }
}
