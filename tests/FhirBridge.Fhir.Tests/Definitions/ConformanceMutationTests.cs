using System.Text;

namespace FhirBridge.Fhir.Tests;

/// <summary>Random faults in good conformance resources: whatever a package brings, building and asking always ends with an answer.</summary>
public class ConformanceMutationTests
{
    private static readonly string[] Seeds =
    [
        .. new[] { "bp", "vitalsigns", "lipidprofile", "patient-citizenship", "SimpleQuantity" }.Select(id => Seed("StructureDefinition", ProfileSubjects.Base + id)),
        Seed("ValueSet", "http://hl7.org/fhir/ValueSet/encounter-participant-type"),
        Seed("CodeSystem", "http://terminology.hl7.org/CodeSystem/v3-ActMood"),
        Seed("SearchParameter", "http://hl7.org/fhir/SearchParameter/Observation-code-value-quantity"),
        Seed("OperationDefinition", "http://hl7.org/fhir/OperationDefinition/Resource-validate"),
        Seed("CompartmentDefinition", "http://hl7.org/fhir/CompartmentDefinition/device"),
        Seed("ConceptMap", Definitions.R4.Resources("ConceptMap")[0].Url),
        Type("Coding"),
        ProfileSubjects.Differential("urn:m", "Observation", """{"path":"Observation.category","slicing":{"discriminator":[{"type":"value","path":"coding.code"}],"rules":"open"}},{"path":"Observation.category","sliceName":"a","min":1,"patternCodeableConcept":{"coding":[{"code":"vital-signs"}]}},{"path":"Observation.component.extension","sliceName":"x","type":[{"code":"Extension","profile":["urn:m"]}]},{"path":"Observation.value[x]","type":[{"code":"Quantity"}],"binding":{"strength":"required","valueSet":"urn:m"},"constraint":[{"key":"k","severity":"error","human":"h","expression":"code.exists()"}]}"""),
    ];

    [Fact]
    public void Build_ResourceWithFaults_AlwaysAnswers() =>
        Fuzz.Run(150, random =>
        {
            var builder = new DefinitionsBuilder(Definitions.R4);
            for (var n = random.Next(1, 3); n > 0; n--) builder.Add(random.Values(Encoding.UTF8.GetBytes(random.Of(Seeds))), "mutated.json");
            Ask(builder.Build());
            Assert.All(builder.Problems, p => Assert.NotEmpty(p.Diagnostics));
        });

    private static void Ask(Definitions built)
    {
        Assert.Equal(Definitions.R4.FindType("Patient"), built.FindType("Patient"));
        Assert.True(built.Types.Count >= 209 && built.AllSearchParameters.Count >= 1387 && built.Compartments.Count >= 5 && built.Operations.Count >= 46);
        Assert.NotEmpty(built.SearchParameters("Observation"));
        foreach (var entry in built.ConformanceTypes.SelectMany(built.Resources).Where(e => e.Url.StartsWith("urn:", StringComparison.Ordinal)))
        {
            Assert.True(built.FindResource(entry.Type, entry.Url).Exists);
            foreach (var id in new[] { "blood-pressure", "vitals-panel" })
            {
                var observation = ProfileSubjects.Observation(id);
                var check = built.Profiles.Check(observation, entry.Url);
                Assert.True(check.IsOk || check.Problems.Count > 0);
                built.Profiles.IsInSlice(observation["category"], entry.Url, "VSCat");
            }

            built.Terminology.Contains(entry.Url, "PPRF");
            built.Terminology.Contains(entry.Url, new Coding(entry.Url, "EVN"));
            built.Terminology.Subsumes(new Coding(entry.Url, "_ActMoodPredicate"), new Coding(entry.Url, "CRT"));
        }
    }

    private static string Seed(string type, string url)
    {
        var json = Encoding.UTF8.GetString(Definitions.R4.FindResource(type, url).Tree!.Source.Span);
        return json.Replace(url, "urn:m", StringComparison.Ordinal);
    }

    private static string Type(string name) =>
        Seed("StructureDefinition", ProfileSubjects.Base + name).Replace($"\"{name}", "\"Made", StringComparison.Ordinal);
}
