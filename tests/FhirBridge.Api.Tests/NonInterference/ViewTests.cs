using System.Globalization;
using System.Text.Json.Nodes;

namespace FhirBridge.Api.Tests.NonInterference;

/// <summary>
/// The law of the house, without HTTP: over random worlds, a visitor sees exactly the contributions that a naive reading of consent.md permits, and a
/// store that never held the others answers every request with the same bytes.
/// </summary>
public sealed class ViewTests
{
    private static readonly string[] Policies = ["https://profiles.ihe.net/ITI/PCF/Policy-deny", "https://profiles.ihe.net/ITI/PCF/Policy-basic-normal", "https://fhirbridge.org/policy/careteam-treat"];

    private static int Worlds => int.TryParse(Environment.GetEnvironmentVariable("FHIRBRIDGE_WORLDS"), CultureInfo.InvariantCulture, out var n) ? n : 1002;

    private static int FirstSeed => int.TryParse(Environment.GetEnvironmentVariable("FHIRBRIDGE_SEED"), CultureInfo.InvariantCulture, out var n) ? n : 1;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task View_OfAnyVisitor_IsThatOfAStoreThatNeverHeldTheRest(int part)
    {
        await using var all = await Store.OpenAsync(Policies[part]);
        await using var permitted = await Store.OpenAsync(Policies[part]);
        var (shown, hidden) = (0, 0);
        for (var seed = FirstSeed; seed < FirstSeed + (Worlds / 3); seed++)
        {
            var world = Maker.Make((seed * 3) + part);
            var oracle = new Oracle(world, Policies[part]);
            await all.FillAsync(world.Items.Select(i => (i, i.Body)));
            await permitted.FillAsync(Twin.Permitted(world, oracle));
            foreach (var record in new[] { world.Record, world.OtherRecord })
            {
                var expected = world.Items.Where(i => i.Record == record && oracle.MaySee(i)).Select(i => i.Key.ToString()).Order(StringComparer.Ordinal).ToList();
                shown += expected.Count;
                hidden += world.Items.Count(i => i.Record == record && !i.IsWithdrawn) - expected.Count;
                Assert.True(expected.SequenceEqual(await all.SeenAsync(world.Visitor, record)), await Twin.ExplainAsync(world, record, expected, all));
            }

            foreach (var ask in new Script(world, new Random(world.Seed)).Asks(24)) await CompareAsync(world, ask, all, permitted);
        }

        Assert.True(shown > Worlds && hidden > Worlds, $"too little to see: {shown} shown, {hidden} hidden");
    }

    private static async Task CompareAsync(World world, Ask ask, Store all, Store permitted)
    {
        var (there, here) = (ask, ask);
        for (var page = 1; page < 60; page++)
        {
            var one = await all.AskAsync(world.Visitor, there);
            var two = await permitted.AskAsync(world.Visitor, here);
            Assert.True(one.Text == two.Text, $"seed {world.Seed}, {world.Visitor}, page {page} of {ask}\n{one.DifferenceTo(two)}");
            if (one.Next is null) return;
            (there, here) = (new Ask("GET", one.Next), new Ask("GET", two.Next!));
        }

        Assert.Fail($"seed {world.Seed}: {ask} has no last page");
    }
}

/// <summary>Makes the store that never held what is hidden.</summary>
internal static class Twin
{
    /// <summary>
    /// What is permitted; the visitor's own, also where it was withdrawn; and what decides: that as it is where it is permitted, else with nothing in it but
    /// what decisions and pointers need.
    /// </summary>
    public static IEnumerable<(Item Item, JsonObject Body)> Permitted(World world, Oracle oracle)
    {
        var bodies = new Bodies(new Random(world.Seed), world.Items);
        foreach (var item in world.Items)
        {
            if (oracle.MaySee(item) || (world.Visitor.Member is { } member && item.Owner == member) || item.Type == "Consent") yield return (item, item.Body);
            else if (item.Decides && !item.IsWithdrawn) yield return (item with { At = item.At.AddDays(3), Earlier = null }, bodies.Write(item, isStub: true));
        }
    }

    public static async Task<string> ExplainAsync(World world, string record, IReadOnlyList<string> expected, Store store)
    {
        var seen = await store.SeenAsync(world.Visitor, record);
        var consents = world.Items.Where(i => i.Type == "Consent").Select(i => $"{i.Owner}: {i.Body.ToJsonString()}");
        var wrong = world.Items.Where(i => seen.Contains(i.Key.ToString()) != expected.Contains(i.Key.ToString())).Select(i => $"{i.Key} {string.Join(',', i.Labels)}: {i.Body.ToJsonString()}");
        return $"seed {world.Seed}, {world.Visitor}\nseen and not permitted: {string.Join(' ', seen.Except(expected))}\npermitted and not seen: {string.Join(' ', expected.Except(seen))}\n{string.Join('\n', wrong)}\n{string.Join('\n', consents)}";
    }
}
