namespace FhirBridge.Fhir.Tests;

/// <summary>Random faults in good resources: a check always answers, and what it finds is in the resource.</summary>
public class ProfileMutationTests
{
    private static readonly string[] Profiles = ["bp", "vitalsigns", "bmi", "devicemetricobservation", "observation-genetics", "Observation"];

    private static readonly string[] Subjects = ["blood-pressure", "bmi", "satO2", "vitals-panel", "example-genetics-1"];

    [Fact]
    public void Check_ResourceWithFaults_AlwaysAnswers() =>
        Fuzz.Run(300, random =>
        {
            var read = FhirJson.ReadTrusted(random.Values(ProfileSubjects.Observation(random.Of(Subjects)).Raw));
            if (!read.IsOk) return;
            var result = Definitions.R4.Profiles.Check(read.Value.Root, ProfileSubjects.Base + random.Of(Profiles));
            Assert.True(result.IsOk);
            Assert.All(result.Value, p => Assert.StartsWith(read.Value.Root.Name, p.Expression, StringComparison.Ordinal));
        });
}
