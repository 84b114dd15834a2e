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
}
