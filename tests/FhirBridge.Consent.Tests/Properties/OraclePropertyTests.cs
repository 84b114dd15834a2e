namespace FhirBridge.Consent.Tests.Properties;

/// <summary>The evaluator against the oracle, over random worlds. A failure prints its seed; put it into the theory to keep it.</summary>
public sealed class OraclePropertyTests
{
    private const int Worlds = 20_000;

    [Fact]
    public void RandomWorlds_EvaluatorAndOracle_Agree()
    {
        var first = Random.Shared.Next(1_000_000_000);
        var permits = 0;
        Seeds.Check(Worlds, first, seed => Interlocked.Add(ref permits, Check(seed)));

        // Worlds in which nothing is ever permitted, or everything, would agree without saying anything.
        Assert.InRange(permits, Worlds / 2, Worlds * 9 / 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void KnownSeed_EvaluatorAndOracle_Agree(int seed) => Check(seed);

    private static int Check(int seed)
    {
        var world = new RandomWorld(seed);
        var grant = world.Grant();
        var neighbours = new World.Neighbours(world.Contributions);
        var oracle = new Oracle(world);
        var permits = 0;
        foreach (var facts in world.Contributions)
        {
            var expected = oracle.Permits(facts);
            var got = grant.Permits(facts, neighbours);
            var decision = grant.Decide(facts, neighbours);
            if (expected != got || decision.Permit != got)
            {
                Assert.Fail($"oracle {expected}, Permits {got}, Decide {decision.Permit} on {facts}\nlabels {string.Join(' ', facts.Labels)} authors {string.Join(' ', facts.Authors)} references {string.Join(' ', facts.References)}"
                    + $" dates {string.Join(' ', facts.Dates)} derived {string.Join(' ', facts.DerivedFrom)}\n{string.Join('\n', decision.Reasons)}\n{world}");
            }

            if (got) permits++;
        }

        return permits;
    }
}
