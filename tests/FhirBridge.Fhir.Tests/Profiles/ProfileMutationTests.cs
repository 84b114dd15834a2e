using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace FhirBridge.Fhir.Tests;

/// <summary>Random faults in good resources: a check always answers, and what it finds is in the resource.</summary>
public class ProfileMutationTests
{
    private static readonly string[] Profiles = ["bp", "vitalsigns", "bmi", "devicemetricobservation", "observation-genetics", "Observation"];

    private static readonly string[] Subjects = ["blood-pressure", "bmi", "satO2", "vitals-panel", "example-genetics-1"];

    [Fact]
    public void Check_ResourceWithFaults_AlwaysAnswers() =>
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue - 1).ToArbitrary(),
            number =>
            {
                var random = new Random(number);
                var resource = JsonNode.Parse(ProfileSubjects.Observation(Subjects[random.Next(Subjects.Length)]).Raw.ToArray())!;
                for (var n = random.Next(1, 6); n > 0; n--) Change(random, resource);
                var read = FhirJson.ReadTrusted(Encoding.UTF8.GetBytes(resource.ToJsonString()));
                if (!read.IsOk) return;
                var result = Definitions.R4.Profiles.Check(read.Value.Root, ProfileSubjects.Base + Profiles[random.Next(Profiles.Length)]);
                Assert.True(result.IsOk);
                Assert.All(result.Value, p => Assert.StartsWith(read.Value.Root.Name, p.Expression, StringComparison.Ordinal));
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static void Change(Random random, JsonNode resource)
    {
        var places = Below(resource).ToList();
        if (places.Count == 0) return;
        var node = places[random.Next(places.Count)];
        switch (random.Next(4))
        {
            case 0 when node.Parent is JsonObject o:
                o.Remove(node.GetPropertyName());
                break;
            case 1 when node.Parent is JsonArray a:
                a.Add(node.DeepClone());
                break;
            case 2:
                node.ReplaceWith(places[random.Next(places.Count)].DeepClone());
                break;
            default:
                node.ReplaceWith<JsonNode>(random.Next(3) switch { 0 => JsonValue.Create("x")!, 1 => JsonValue.Create(-1), _ => new JsonArray(new JsonObject()) });
                break;
        }
    }

    private static IEnumerable<JsonNode> Below(JsonNode node)
    {
        var children = node switch
        {
            JsonObject o => o.Where(p => p.Key != "resourceType").Select(p => p.Value),
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
