using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

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
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue - 1).ToArbitrary(),
            number =>
            {
                var random = new Random(number);
                var builder = new DefinitionsBuilder(Definitions.R4);
                for (var n = random.Next(1, 3); n > 0; n--) builder.Add(Encoding.UTF8.GetBytes(Mutated(random, Seeds[random.Next(Seeds.Length)])), "mutated.json");
                Ask(builder.Build());
                Assert.All(builder.Problems, p => Assert.NotEmpty(p.Diagnostics));
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

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

    /// <summary>Some values replaced by others of the same resource or by odd ones, taken away, or doubled.</summary>
    private static string Mutated(Random random, string seed)
    {
        var root = JsonNode.Parse(seed)!;
        for (var n = random.Next(1, 8); n > 0; n--)
        {
            var all = Below(root).ToList();
            if (all.Count == 0) break;
            var node = all[random.Next(all.Count)];
            var other = all[random.Next(all.Count)].DeepClone();
            switch (random.Next(4))
            {
                case 0 when node.Parent is JsonObject o:
                    o.Remove(node.GetPropertyName());
                    break;
                case 1 when node.Parent is JsonArray a:
                    a.Add(node.DeepClone());
                    break;
                case 2:
                    node.ReplaceWith(other);
                    break;
                default:
                    node.ReplaceWith(Odd(random));
                    break;
            }
        }

        return root.ToJsonString();
    }

    private static JsonNode? Odd(Random random) => random.Next(9) switch
    {
        0 => JsonValue.Create(""),
        1 => JsonValue.Create(-1),
        2 => JsonValue.Create(1e300),
        3 => JsonValue.Create("Observation..x.[x]:/"),
        4 => new JsonArray(),
        5 => new JsonObject(),
        6 => JsonValue.Create(true),
        7 => JsonValue.Create("urn:m"),
        _ => null,
    };

    private static IEnumerable<JsonNode> Below(JsonNode node)
    {
        var children = node switch
        {
            JsonObject o => o.Select(p => p.Value),
            JsonArray a => a,
            _ => [],
        };
        foreach (var child in children.OfType<JsonNode>())
        {
            yield return child;
            foreach (var further in Below(child)) yield return further;
        }
    }
}
