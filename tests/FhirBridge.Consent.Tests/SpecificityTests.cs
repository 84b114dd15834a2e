using System.Text.Json.Nodes;
using FhirBridge.Consent.Tests.World;

namespace FhirBridge.Consent.Tests;

/// <summary>The network option specific-then-deny (consent.md §7.2).</summary>
public sealed class SpecificityTests
{
    private const string Person = "\"actor\":[{\"role\":{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ParticipationType\",\"code\":\"IRCP\"}]},\"reference\":{\"reference\":\"Practitioner/jan\"}}]";
    private const string Organization = "\"actor\":[{\"role\":{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ParticipationType\",\"code\":\"IRCP\"}]},\"reference\":{\"reference\":\"Organization/gp\"}}]";
    private const string Class = "\"class\":[{\"system\":\"http://hl7.org/fhir/resource-types\",\"code\":\"Goal\"}]";
    private const string Code = "\"code\":[{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"1\"}]}]";
    private const string Instance = "\"data\":[{\"meaning\":\"instance\",\"reference\":{\"reference\":\"Goal/1\"}}]";
    private const string Purpose = "\"purpose\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ActReason\",\"code\":\"TREAT\"}]";

    /// <summary>From the least specific to the most.</summary>
    private static readonly string[] Ladder =
    [
        "", Purpose, Class, $"{Class},{Purpose}", Code, Instance, Organization, $"{Organization},{Instance},{Purpose}", Person, $"{Person},{Class}",
    ];

    [Fact]
    public void Permit_AgainstDeny_WinsWhereItIsMoreSpecificAlone()
    {
        for (var permit = 0; permit < Ladder.Length; permit++)
        {
            for (var deny = 0; deny < Ladder.Length; deny++)
            {
                Assert.True(permit > deny == Permits(Node("permit", Ladder[permit]), Node("deny", Ladder[deny])), $"permit {Ladder[permit]} against deny {Ladder[deny]}");
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Siblings_ThatDecideAlike_CountByTheMostSpecific(bool reversed)
    {
        string[] siblings = [Node("permit", Person), Node("permit", Class)];
        if (reversed) Array.Reverse(siblings);
        var nested = "{\"type\":\"deny\",\"provision\":[" + string.Join(',', siblings) + "]}";

        Assert.True(Permits(nested, Node("deny", Organization)));
        Assert.False(Permits(nested, Node("deny", Person)));
    }

    [Fact]
    public void Actors_ThatDoNotNameTheCaller_MakeNothingMoreSpecific()
    {
        var permit = Node("permit", Organization.Replace("[{\"role\"", "[" + Person[9..^1].Replace("jan", "other", StringComparison.Ordinal) + ",{\"role\"", StringComparison.Ordinal));

        Assert.False(Permits(permit, Node("deny", Organization)));
        Assert.True(Permits(permit, Node("deny", Class)));
    }

    private static string Node(string type, string criteria) => "{\"type\":\"" + type + "\"" + (criteria.Length == 0 ? "" : "," + criteria) + "}";

    private static bool Permits(params string[] provisions)
    {
        var options = new ConsentOptions { Combining = "specific-then-deny" };
        var sources = provisions.Select((p, i) => Written.Source(Written.Consent("c" + i, "Patient/anna", JsonNode.Parse(p)!.AsObject()))).ToArray();
        var facts = Callers.Facts("Goal/1") with { Primary = [new(Written.Snomed, "1")] };
        return Counsel.ForRecord(Callers.Of("Practitioner/jan", "Organization/gp"), Callers.Compile(options, sources), Callers.Access(options)).Permits(facts, Neighbours.None);
    }
}
