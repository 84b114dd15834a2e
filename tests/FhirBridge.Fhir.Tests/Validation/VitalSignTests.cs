namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>Observations of vital signs follow R4's profiles, where the validation is strict.</summary>
public sealed class VitalSignTests
{
    [Theory]
    [InlineData("http://loinc.org", "8310-5", "")]

    // More exact codes, and SNOMED CT: the general one is asked for beside them.
    [InlineData("http://loinc.org", "8331-1", "cardinality Observation.code.coding")]
    [InlineData("http://snomed.info/sct", "386725007", "cardinality Observation.code.coding")]

    // Another measurement.
    [InlineData("http://loinc.org", "2339-0", "")]
    public void Code_OfAVitalSign_AsksForItsProfile(string system, string code, string expected)
    {
        var observation = $$"""
            {"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],
            "code":{"coding":[{"system":"{{system}}","code":"{{code}}"}]},"subject":{"reference":"Patient/1"},"effectiveDateTime":"2020-01-01","valueQuantity":{"value":37,"unit":"C","system":"http://unitsofmeasure.org","code":"Cel"} }
            """;

        Assert.Equal(expected, Verdicts.Strict(observation));
        Assert.Equal("", Verdicts.Mild(observation));
    }
}
