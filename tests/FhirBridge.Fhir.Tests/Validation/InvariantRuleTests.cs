namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>Invariants that hold, do not hold, and cannot be decided.</summary>
public sealed class InvariantRuleTests
{
    [Theory]
    [InlineData("2023-06-21", "2023-06-22", "", "")]
    [InlineData("2023-06-21", "2023-06-21", "", "")]
    [InlineData("2023-06-22", "2023-06-21", "invariant Patient.identifier[0].period", "")]

    // A day, and an instant within it: not to be ordered.
    [InlineData("2023-06-21", "2023-06-21T06:20:00Z", "invariant Patient.identifier[0].period", "unverified Patient.identifier[0].period")]
    [InlineData("2023", "2023-06", "invariant Patient.identifier[0].period", "unverified Patient.identifier[0].period")]

    // Of different precision, and yet in order.
    [InlineData("2023-06-20", "2023-06-22T06:20:00Z", "", "")]
    public void Period_Ends_AreCompared(string start, string end, string strict, string warnings)
    {
        var patient = $$"""{"resourceType":"Patient","identifier":[{"system":"urn:oid:1.2.3","value":"1","period":{"start":"{{start}}","end":"{{end}}"} }]}""";

        Assert.Equal(strict, Verdicts.Strict(patient));
        Assert.Equal(strict.Length > 0 && warnings.Length == 0 ? strict : "", Verdicts.Mild(patient));
        Assert.Equal(warnings, Verdicts.Warnings(patient));
    }

    [Theory]
    [InlineData("""{"value":1,"unit":"mg"}""", """{"value":2,"unit":"mg"}""", "")]
    [InlineData("""{"value":3,"unit":"mg"}""", """{"value":2,"unit":"mg"}""", "invariant Observation.value")]
    [InlineData("""{"value":1,"unit":"mg"}""", """{"value":2,"unit":"l"}""", "invariant Observation.value")]
    public void Range_UnitsOfDifferentKinds_CannotBeDecided(string low, string high, string expected) =>
        Assert.Equal(expected, Verdicts.Strict($$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueRange":{"low":{{low}},"high":{{high}} } }"""));

    [Fact]
    public void Invariant_OfAnElementThatIsMissing_SaysNothing()
    {
        // bdl-8 asks what the fullUrl contains, and there is none.
        Assert.Equal("", Verdicts.Strict("""{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/1"}}]}"""));
    }
}
