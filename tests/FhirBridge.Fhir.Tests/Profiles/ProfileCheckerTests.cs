using static FhirBridge.Fhir.Tests.ProfileSubjects;

namespace FhirBridge.Fhir.Tests;

/// <summary>R4's own profiles on R4's own examples.</summary>
public class ProfileCheckerTests
{
    /// <summary>Each example with all the profiles on Observation that it conforms to, out of 17. observation-genetics only adds optional extensions.</summary>
    [Theory]
    [InlineData("blood-pressure", "bp observation-genetics vitalsigns")]
    [InlineData("blood-pressure-dar", "bp observation-genetics vitalsigns")]
    [InlineData("blood-pressure-cancel", "bp observation-genetics vitalsigns")]
    [InlineData("bmi", "bmi observation-genetics vitalsigns")]
    [InlineData("bmi-using-related", "bmi observation-genetics vitalsigns")]
    [InlineData("body-height", "bodyheight observation-genetics vitalsigns")]
    [InlineData("body-length", "bodyheight observation-genetics vitalsigns")]
    [InlineData("body-temperature", "bodytemp observation-genetics vitalsigns")]
    [InlineData("example", "bodyweight observation-genetics vitalsigns")]
    [InlineData("head-circumference", "headcircum observation-genetics vitalsigns")]
    [InlineData("heart-rate", "heartrate observation-genetics vitalsigns")]
    [InlineData("respiratory-rate", "observation-genetics resprate vitalsigns")]
    [InlineData("satO2", "devicemetricobservation observation-genetics oxygensat vitalsigns")]
    [InlineData("vitals-panel", "observation-genetics vitalsigns vitalspanel")]
    [InlineData("mbp", "observation-genetics vitalsigns")]
    [InlineData("map-sitting", "observation-genetics")]
    [InlineData("ekg", "devicemetricobservation observation-genetics")]
    [InlineData("f001", "observation-genetics")]
    [InlineData("eye-color", "observation-genetics")]
    [InlineData("example-genetics-1", "observation-genetics")]

    // Its performer is an Encounter.
    [InlineData("clinical-gender", "")]
    public void Conforms_ExampleOfR4_ToTheProfilesThatAreMeantForIt(string id, string profiles)
    {
        var all = Definitions.R4.Resources("StructureDefinition").Where(e => e.Subject == "Observation" && e.Id != "Observation").ToList();

        Assert.Equal(17, all.Count);
        Assert.Equal(profiles, string.Join(' ', all.Where(p => Definitions.R4.Profiles.Conforms(Observation(id), p.Url) == true).Select(p => p.Id)));
    }

    [Theory]

    // The status is of no allowed code: a required binding of the base.
    [InlineData("\"final\"", "\"finished\"", "code-invalid Observation.status")]

    // The slices of component are told apart by their codes: the diastolic one is missing now.
    [InlineData("\"8462-4\"", "\"8462-5\"", "cardinality Observation.component")]

    // So is the slice of category.
    [InlineData("\"vital-signs\"", "\"laboratory\"", "cardinality Observation.category")]

    // A fixed code of a unit, in the value of a component.
    [InlineData("\"value\": 60,\"unit\": \"mmHg\",\"system\": \"http://unitsofmeasure.org\",\"code\": \"mm[Hg]\"", "\"value\":60,\"system\":\"http://unitsofmeasure.org\",\"code\":\"kPa\"", "invalid-value Observation.component[1].value.code")]

    // Elements that the profile demands.
    [InlineData("\"effectiveDateTime\": \"2012-09-17\",", "", "cardinality Observation.effective")]
    [InlineData("\"subject\": {\"reference\": \"Patient/example\"},", "", "cardinality Observation.subject")]
    [InlineData("\"subject\": {\"reference\": \"Patient/example\"},", "\"subject\":{\"reference\":\"Group/1\"},", "invalid-value Observation.subject")]

    // vs-1: the day at least.
    [InlineData("\"2012-09-17\"", "\"2012\"", "invariant Observation.effective")]
    public void Check_MutatedBloodPressure_NamesThePlace(string old, string replacement, string expected) =>
        Assert.Contains(expected, ProfileSubjects.Problems(Definitions.R4.Profiles, Mutated("blood-pressure", old, replacement), Base + "bp").Split("; "));

    [Theory]
    [InlineData("body-temperature", "\"Cel\"", "\"K\"", "bodytemp", "code-invalid Observation.value.code")]
    [InlineData("heart-rate", "\"valueQuantity\"", "\"valueRange\"", "heartrate", "wrong-type Observation.value")]
    [InlineData("heart-rate", "\"8867-4\"", "\"8867-5\"", "heartrate", "cardinality Observation.code.coding")]
    [InlineData("satO2", "\"device\": {\"reference\": \"DeviceMetric/example\"}", "\"device\":{\"reference\":\"Patient/1\"}", "devicemetricobservation", "invalid-value Observation.device")]
    public void Check_MutatedVitalSign_NamesThePlace(string id, string old, string replacement, string profile, string expected) =>
        Assert.Contains(expected, ProfileSubjects.Problems(Definitions.R4.Profiles, Mutated(id, old, replacement), Base + profile).Split("; "));

    [Fact]
    public void Check_UnitOfAComponentThatVitalSignsDoNotList_IsAdvised()
    {
        var observation = Mutated("satO2", "\"device\": {\"reference\": \"DeviceMetric/example\"}", "\"component\":[{\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"3151-8\"}]},\"valueQuantity\":{\"value\":6,\"unit\":\"liters/min\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"L/min\"}}]");

        Assert.Equal("", ProfileSubjects.Problems(Definitions.R4.Profiles, observation, Base + "oxygensat"));
        Assert.Contains(Definitions.R4.Profiles.Check(observation, Base + "oxygensat").Value!, p => p.Kind == Problems.CodeAdvised && p.Expression == "Observation.component[0].value");
    }

    [Fact]
    public void Check_InvariantsOfDatatypes_AreReached()
    {
        // per-1: the start is not after the end; deep inside of two datatypes.
        var patient = Read("""{"resourceType":"Patient","identifier":[{"period":{"start":"2020-01-02","end":"2020-01-01"}}]}""");

        Assert.Equal("invariant Patient.identifier[0].period", ProfileSubjects.Problems(Definitions.R4.Profiles, patient, Base + "Patient"));
    }

    [Theory]
    [InlineData("\"_language\":{\"id\":\"x\"}", "invariant Patient.language")]
    [InlineData("\"language\":\"en\",\"_language\":{\"id\":\"x\"}", "")]
    [InlineData("\"name\":[{\"id\":\"x\"}]", "invariant Patient.name[0]")]
    public void Check_ElementThatOnlyHasAnId_IsEmpty(string content, string expected) =>
        Assert.Equal(expected, ProfileSubjects.Problems(Definitions.R4.Profiles, Read($$"""{"resourceType":"Patient",{{content}}}"""), Base + "Patient"));

    [Fact]
    public void Check_ContentReference_IsFollowed()
    {
        // Observation.component.referenceRange repeats Observation.referenceRange with obs-3.
        var observation = Read("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"component":[{"code":{"text":"y"},"referenceRange":[{"appliesTo":[{"text":"all"}]}]}]}""");

        Assert.Equal("invariant Observation.component[0].referenceRange[0]", ProfileSubjects.Problems(Definitions.R4.Profiles, observation, Base + "Observation"));
    }

    [Theory]
    [InlineData("""{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace","valueAddress":{"city":"X"}}""", "")]
    [InlineData("""{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace","valueString":"X"}""", "wrong-type Patient.extension[0].value")]
    [InlineData("""{"url":"http://hl7.org/fhir/StructureDefinition/patient-citizenship","extension":[{"url":"code","valueCodeableConcept":{"text":"X"}}]}""", "")]
    [InlineData("""{"url":"http://hl7.org/fhir/StructureDefinition/patient-citizenship","extension":[{"url":"code","valueString":"X"}]}""", "wrong-type Patient.extension[0].extension[0].value")]
    [InlineData("""{"url":"urn:unknown","valueString":"X"}""", "")]
    [InlineData("""{"url":"urn:unknown"}""", "invariant Patient.extension[0]")]
    public void Check_Extension_FollowsTheDefinitionOfItsUrl(string extension, string expected) =>
        Assert.Equal(expected, ProfileSubjects.Problems(Definitions.R4.Profiles, Read($$"""{"resourceType":"Patient","extension":[{{extension}}]}"""), Base + "Patient"));

    [Fact]
    public void Check_Resources_InsideOfOthersAreCheckedByTheirType()
    {
        var bundle = Read("""{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:1","resource":{"resourceType":"Patient","contact":[{"gender":"male"}]}}]}""");

        Assert.Equal("invariant Bundle.entry[0].resource.contact[0]", ProfileSubjects.Problems(Definitions.R4.Profiles, bundle, Base + "Bundle"));
    }

    [Fact]
    public void Check_OtherType_IsAProblem() =>
        Assert.Equal("wrong-type Patient", ProfileSubjects.Problems(Definitions.R4.Profiles, Read("""{"resourceType":"Patient"}"""), Base + "bp"));

    [Fact]
    public void Check_UnknownProfile_Fails()
    {
        var result = Definitions.R4.Profiles.Check(Observation("bmi"), Base + "none");

        Assert.Equal("invalid-expression", Assert.Single(result.Problems).Kind.Code);
        Assert.Null(Definitions.R4.Profiles.Conforms(Observation("bmi"), Base + "none"));
        Assert.Null(Definitions.R4.Profiles.Conforms(Observation("bmi"), Base + "bmi|5.0.0"));
        Assert.True(Definitions.R4.Profiles.Conforms(Observation("bmi"), Base + "bmi|4.0.1"));
    }

    [Fact]
    public void Find_EveryProfileOfR4_CanBeUsed()
    {
        foreach (var entry in Definitions.R4.Resources("StructureDefinition"))
        {
            Assert.True(Definitions.R4.Profiles.Find(entry.Url).IsOk, entry.Url);
        }
    }
}
