namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>The forms of references, and the types that they state.</summary>
public sealed class ReferenceRuleTests
{
    [Theory]
    [InlineData("""{"reference":"Patient/1"}""", "")]
    [InlineData("""{"reference":"Patient/1","type":"Patient"}""", "")]
    [InlineData("""{"reference":"Patient/1/_history/2","type":"http://hl7.org/fhir/StructureDefinition/Patient"}""", "")]
    [InlineData("""{"reference":"Patient/1","type":"Group"}""", "reference-target Observation.subject.type")]
    [InlineData("""{"reference":"#p","type":"Group"}""", "reference-target Observation.subject.type")]
    [InlineData("""{"reference":"#p","type":"Patient"}""", "")]
    [InlineData("""{"identifier":{"value":"1"},"type":"Patient"}""", "")]
    [InlineData("""{"identifier":{"value":"1"},"type":"Nothing"}""", "invalid-value Observation.subject.type")]
    [InlineData("""{"identifier":{"value":"1"},"type":"http://other.test/StructureDefinition/Model"}""", "")]
    [InlineData("""{"identifier":{"value":"1"},"type":"Device"}""", "")]
    [InlineData("""{"identifier":{"value":"1"},"type":"Practitioner"}""", "reference-target Observation.subject")]
    [InlineData("""{"reference":"patient one"}""", "invalid-value Observation.subject.reference")]
    public void Reference_Type_IsThatOfTheTarget(string subject, string strict)
    {
        var contained = subject.Contains("#p", StringComparison.Ordinal) ? """ "contained":[{"resourceType":"Patient","id":"p"}], """ : "";

        Assert.Equal(strict, Verdicts.Strict($$"""{"resourceType":"Observation",{{contained}}"status":"final","code":{"text":"x"},"subject":{{subject}} }"""));
    }

    [Theory]
    [InlineData("urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "")]
    [InlineData("urn:uuid:c757873d-ec9a-4326-a141-556f43239521", "reference-open Bundle.entry[1].resource.subject.reference")]
    [InlineData("urn:uuid:1", "questionable Bundle.entry[1].resource.subject.reference")]
    public void Reference_ByUrn_LeadsToAnEntry(string reference, string warnings)
    {
        var bundle = $$"""{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","resource":{"resourceType":"Patient"} },{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239522","resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"{{reference}}"} } }]}""";

        Assert.Equal(warnings, Verdicts.Warnings(bundle));
        Assert.Equal("", Verdicts.Strict(bundle));
    }
}
