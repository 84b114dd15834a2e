namespace FhirBridge.Mapping.Tests;

public class PatientIdentityTests
{
    private const string Bsn = "http://fhir.nl/fhir/NamingSystem/bsn";
    private const string Ssn = "http://hl7.org/fhir/sid/us-ssn";

    private static readonly HashSet<string> Trusted = [.. PatientIdentity.DefaultTrustedSystems, "urn:card"];

    [Theory]
    [InlineData("{'system':'http://fhir.nl/fhir/NamingSystem/bsn','value':' 999911120 '}", Bsn, "999911120")]
    [InlineData("{'system':'http://fhir.nl/fhir/NamingSystem/bsn','value':'99.991.112'}", Bsn, "099991112")]
    [InlineData("{'system':'urn:oid:2.16.840.1.113883.2.4.6.3','value':'999911120'}", Bsn, "999911120")]
    [InlineData("{'system':'http://hl7.org/fhir/sid/us-ssn','value':'999-11-9545'}", Ssn, "999119545")]
    [InlineData("{'system':'http://hl7.org/fhir/sid/us-ssn','value':'test-1'}", Ssn, "test-1")]
    [InlineData("{'system':'urn:card','value':'1-1'}", "urn:card", "1-1")]
    [InlineData("{'system':'urn:card','value':'1'}", "urn:card", "1")]
    public void Identifier_OfATrustedSystem_IsNormalised(string identifier, string system, string value) =>
        Assert.Equal((system, value), Assert.Single(Identifiers(identifier)));

    [Theory]
    [InlineData("{'system':'urn:other','value':'1'}")]
    [InlineData("{'value':'999911120'}")]
    [InlineData("{'system':'http://fhir.nl/fhir/NamingSystem/bsn'}")]
    [InlineData("{'system':'http://fhir.nl/fhir/NamingSystem/bsn','value':'999911120','use':'old'}")]
    [InlineData("{'system':'http://fhir.nl/fhir/NamingSystem/bsn','value':'000000000'}")]
    [InlineData("{'system':'http://hl7.org/fhir/sid/us-ssn','value':'999-99-9999'}")]
    public void Identifier_ThatProvesNothing_IsPassedOver(string identifier) => Assert.Empty(Identifiers(identifier));

    [Fact]
    public void BusinessIdentifiers_OfAPractitioner_AreTrimmedDistinctAndOrdered()
    {
        var practitioner = Contribute.Read("{'resourceType':'Practitioner','identifier':[{'system':'urn:b','value':'2'},{'system':'urn:a','value':' 1'},{'system':'urn:a','value':'1'},{'system':'urn:c','value':'3','use':'old'},{'value':'4'}]}".Replace('\'', '"'));
        Assert.Equal([("urn:a", "1"), ("urn:b", "2")], PatientIdentity.BusinessIdentifiers(practitioner));
    }

    [Fact]
    public void Decide_OneRecordByAllIdentifiers_IsCertain() =>
        Assert.Equal(new IdentityOutcome.Certain("r1"), PatientIdentity.Decide([(Bsn, "1"), (Ssn, "2")], _ => ["r1"]));

    [Fact]
    public void Decide_NobodyKnowsThem_IsUnknown()
    {
        Assert.IsType<IdentityOutcome.Unknown>(PatientIdentity.Decide([(Bsn, "1")], _ => []));
        Assert.IsType<IdentityOutcome.Unknown>(PatientIdentity.Decide([], _ => throw new InvalidOperationException()));
    }

    [Fact]
    public void Decide_TwoRecords_IsContradictory()
    {
        var outcome = Assert.IsType<IdentityOutcome.Contradictory>(PatientIdentity.Decide([(Bsn, "1"), (Ssn, "2")], i => [i.System == Bsn ? "r2" : "r1"]));
        Assert.Equal(["r1", "r2"], outcome.Records);
        Assert.Empty(outcome.Systems);
    }

    [Fact]
    public void Decide_TwoNumbersWhereAPersonHasOne_IsContradictoryThoughOneRecordIsKnown()
    {
        var outcome = Assert.IsType<IdentityOutcome.Contradictory>(PatientIdentity.Decide([(Bsn, "1"), (Bsn, "2")], i => i.Value == "1" ? ["r1"] : []));
        Assert.Equal(["r1"], outcome.Records);
        Assert.Equal([Bsn], outcome.Systems);
        Assert.Equal(new IdentityOutcome.Certain("r1"), PatientIdentity.Decide([("urn:card", "1"), ("urn:card", "2")], i => i.Value == "1" ? ["r1"] : []));
    }

    private static IReadOnlyList<(string System, string Value)> Identifiers(string identifier) =>
        PatientIdentity.TrustedIdentifiers(Contribute.Read($"{{'resourceType':'Patient','identifier':[{identifier}]}}".Replace('\'', '"')), Trusted);
}
