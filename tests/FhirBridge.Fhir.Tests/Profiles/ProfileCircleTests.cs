using static FhirBridge.Fhir.Tests.ProfileSubjects;

namespace FhirBridge.Fhir.Tests;

/// <summary>Profiles that lead to themselves by the types of their elements: what is asked of slices ends, and is answered.</summary>
public class ProfileCircleTests
{
    [Theory]
    [InlineData("value", "type")]
    [InlineData("profile", "$this")]
    [InlineData("exists", "type.coding")]
    public void Slices_OfAProfileOfItself_AreAnswered(string kind, string path)
    {
        // Each identifier is to follow the profile, whose assigner's identifier is to follow it again, and so on.
        var identifier = Differential("urn:i", "Identifier", """{"path":"Identifier.type","type":[{"code":"CodeableConcept","profile":["urn:c"]}]},{"path":"Identifier.assigner.identifier","type":[{"code":"Identifier","profile":["urn:i"]}]}""");
        var concept = Differential("urn:c", "CodeableConcept", """{"path":"CodeableConcept.coding","type":[{"code":"Coding","profile":["urn:d"]}]},{"path":"CodeableConcept.extension","type":[{"code":"Extension","profile":["urn:none"]}]}""");
        var coding = Differential("urn:d", "Coding", """{"path":"Coding.extension","max":"0"}""");
        var patient = Differential("urn:p", "Patient", $$"""
            {"path":"Patient.identifier","slicing":{"discriminator":[{"type":"{{kind}}","path":"{{path}}"}],"rules":"open"} },
            {"path":"Patient.identifier","sliceName":"a","type":[{"code":"Identifier","profile":["urn:i"]}]}
            """);
        var read = Read("""{"resourceType":"Patient","identifier":[{"value":"1","assigner":{"identifier":{"value":"2","assigner":{"identifier":{"value":"3"}}}}}]}""");

        Assert.NotNull(ProfileSubjects.Problems(With(identifier, concept, coding, patient).Profiles, read, "urn:p"));
    }
}
