using System.Text.Json.Nodes;
using FhirBridge.Consent.Tests.World;

namespace FhirBridge.Consent.Tests.Properties;

/// <summary>Laws that hold whatever the consents say.</summary>
public sealed class MonotonicityTests
{
    private const int Worlds = 2_000;

    [Fact]
    public void DenyOverrides_ConsentOfDeniesAdded_NeverWidens() => Compare("deny", (before, after) => !after || before);

    [Fact]
    public void DenyOverrides_ConsentOfPermitsAdded_NeverNarrows() => Compare("permit", (before, after) => !before || after);

    [Fact]
    public void RandomWorlds_ConsentsAndSiblingsReversed_DecideTheSame() => Seeds.Check(Worlds, Random.Shared.Next(1_000_000_000), seed =>
    {
        var world = new RandomWorld(seed);
        var before = Decisions(world, world.Grant());

        world.Consents = [.. world.Consents.AsEnumerable().Reverse().Select(c => c with { Resource = (JsonObject)Reversed(c.Resource)! })];

        Assert.Equal(before, Decisions(world, world.Grant()));
    });

    [Fact]
    public void RandomWorlds_CacheKeyAndValidity_DecideTheSameUntilThen() => Seeds.Check(Worlds, Random.Shared.Next(1_000_000_000), seed =>
    {
        var world = new RandomWorld(seed);
        var grant = world.Grant();
        Assert.True(grant.ValidUntil > world.Request.Now);
        if (grant.ValidUntil > world.Request.Now.AddYears(50)) return;

        var justBefore = world.Grant(grant.ValidUntil.AddTicks(-1));

        Assert.Equal(grant.CacheKey, justBefore.CacheKey);
        Assert.Equal(Decisions(world, grant), Decisions(world, justBefore));
    });

    private static void Compare(string only, Func<bool, bool, bool> law) => Seeds.Check(Worlds, Random.Shared.Next(1_000_000_000), seed =>
    {
        var world = new RandomWorld(seed) { Combining = "deny-overrides" };
        var before = Decisions(world, world.Grant());

        world.Consents.Add(new ConsentInWorld(Written.Consent("added", "Patient/anna", world.Provision(0, only)), false, "Organization/hospital"));
        var after = Decisions(world, world.Grant());

        for (var i = 0; i < before.Count; i++) Assert.True(law(before[i], after[i]), $"{before[i]} became {after[i]} on {world.Contributions[i].Reference}\n{world}");
    });

    private static List<bool> Decisions(RandomWorld world, AccessGrant grant)
    {
        var neighbours = new Neighbours(world.Contributions);
        return [.. world.Contributions.Select(f => grant.Permits(f, neighbours))];
    }

    private static JsonNode? Reversed(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.Select(p => KeyValuePair.Create(p.Key, Reversed(p.Value)))),
        JsonArray a => new JsonArray([.. a.Reverse().Select(Reversed)]),
        _ => node?.DeepClone(),
    };
}
