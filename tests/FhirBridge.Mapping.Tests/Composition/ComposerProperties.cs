using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace FhirBridge.Mapping.Tests;

/// <summary>The law of the house, tried on random records: the view is the composition of exactly the contributions that are visible.</summary>
public class ComposerProperties
{
    private const int Worlds = 2000;

    private static readonly string[] Unified = ["Patient", "CarePlan", "CareTeam", "Goal", "DetectedIssue"];

    [Fact]
    public void Composition_AnyOrderAndRepetition_SameBytes() => Try(world =>
    {
        var random = new Random(world.Specs[0].Seed);
        var given = world.Contributions.ToList();
        var shuffled = given.Concat(given.Where(_ => random.Next(2) == 0)).OrderBy(_ => random.Next()).ToList();
        Assert.Equal(Bytes(given), Bytes(shuffled));
    });

    [Fact]
    public void Composition_OfTheVisible_HoldsNothingOfTheHidden() => Try(world =>
    {
        var random = new Random(world.Specs[^1].Seed);
        var visible = world.Contributions.Where(_ => random.Next(2) == 0).ToList();
        var alone = Bytes(visible);
        _ = Composer.Compose(Contribute.Record, world.Contributions);
        Assert.Equal(alone, Bytes(visible));
        for (var i = 0; i < world.Specs.Count; i++)
        {
            var hidden = world.Contributions[i];
            if (visible.Contains(hidden)) continue;
            Assert.DoesNotContain(World.Mark(world.Specs[i].Number), alone, StringComparison.Ordinal);
            if (hidden.ContributorName is { } name && visible.TrueForAll(v => v.Contributor != hidden.Contributor)) Assert.DoesNotContain(name, alone, StringComparison.Ordinal);
        }
    });

    [Fact]
    public void Composition_Always_ReadsAsR4WithUniqueIdsAndKnownOrigins() => Try(world =>
    {
        foreach (var resource in Composer.Compose(Contribute.Record, world.Contributions))
        {
            var root = Contribute.Read(resource);
            Assert.Equal(resource.Reference, $"{root.Type}/{root.Text("id")}");
            Assert.Equal(resource.VersionId, root["meta"].Text("versionId"));
            var ids = root.Descendants().Where(e => e.Name == "id" && e.Parent != root).Select(e => e.Value!).ToList();
            Assert.Equal(ids.Distinct(), ids);
            Assert.Subset(ids.ToHashSet(), resource.Origins.SelectMany(o => o.Elements).ToHashSet());
            var fragments = root.Descendants().Where(e => e.Name == "reference" && e.Value?[0] == '#').Select(e => e.Value![1..]);
            Assert.Equal(root.Children("contained").Select(c => c.Text("id")!).Order(), fragments.Distinct().Order());
            Assert.DoesNotContain(resource.Origins, o => Contribute.Text(resource).Contains(o.Contribution, StringComparison.Ordinal));
        }
    });

    [Fact]
    public void Status_OfAUnifiedResource_IsOneThatSomebodyStates() => Try(world =>
    {
        foreach (var resource in Composer.Compose(Contribute.Record, world.Contributions).Where(r => r.Type is "Goal" or "CarePlan" or "CareTeam"))
        {
            var name = resource.Type == "Goal" ? "lifecycleStatus" : "status";
            var stated = Parts(world, resource).Select(c => c.Resource.Text(name)).Where(s => s != "entered-in-error").ToList();
            Assert.NotEmpty(stated);
            Assert.Contains(Contribute.Read(resource).Text(name), stated);
        }
    });

    [Fact]
    public void Lines_OfAllContributions_AreKeptAndSayWhoAddedThem() => Try(world =>
    {
        foreach (var resource in Composer.Compose(Contribute.Record, world.Contributions))
        {
            var root = Contribute.Read(resource);
            var parts = Parts(world, resource).Where(c => c.Resource.Text("status") != "entered-in-error").ToList();
            var activities = parts.SelectMany(p => p.Resource.Children("activity")).Count(a => a["detail"].Text("status") != "entered-in-error");
            Assert.Equal(activities, root.Children("activity").Count());
            var people = parts.SelectMany(p => p.Resource.Children("participant")).Select(p => p["member"].Text("reference")).Distinct().Order();
            Assert.Equal(people, root.Children("participant").Select(p => p["member"].Text("reference")).Distinct().Order());
            foreach (var name in (string[])["activity", "participant", "target", "note", "identifier", "addresses", "goal", "category"])
            {
                foreach (var line in root.Children(name).Where(l => l["id"].Exists))
                {
                    var by = line.Children("extension").Where(e => e.Text("url") == Extensions.Contributor).Select(e => e["value"].Text("reference")!).ToHashSet();
                    Assert.NotEmpty(by);
                    Assert.Subset(parts.Select(p => p.Contributor).ToHashSet(), by);
                }
            }
        }
    });

    [Fact]
    public void Provenance_OfEveryResource_NamesEachContributionOnce() => Try(world =>
    {
        var origins = world.Contributions.Select(c =>
            new ContributionOrigin(c.Reference, c.Contributor, c.ContributorName, null, null, c.LastUpdated, c.Source, "CREATE")).ToList();
        foreach (var resource in Composer.Compose(Contribute.Record, world.Contributions))
        {
            var provenances = ProvenanceComposer.Compose(resource, origins);
            Assert.Equal(resource.Origins.Length, provenances.DistinctBy(p => p.Id).Count());
            foreach (var provenance in provenances) Assert.Equal(resource.Reference, Contribute.Read(provenance)["target"].Text("reference"));
        }
    });

    private static void Try(Action<World> property) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Worlds), Prop.ForAll(World.Any, property));

    private static IEnumerable<VisibleContribution> Parts(World world, UnifiedResource resource)
    {
        Assert.Contains(resource.Type, Unified);
        return world.Contributions.Where(c => resource.Origins.Any(o => o.Contribution == c.Reference));
    }

    /// <summary>All that composition answers: bytes, and origins too.</summary>
    private static string Bytes(IEnumerable<VisibleContribution> contributions) => string.Join("\n", Composer.Compose(Contribute.Record, contributions)
        .Select(r => $"{Encoding.UTF8.GetString(r.Json.Span)} {string.Join(' ', r.Origins.SelectMany(o => o.Elements.Select(e => $"{o.Contribution}:{e}")))}"));

}
