using System.Globalization;

namespace FhirBridge.Api.Tests.NonInterference;

/// <summary>The law of the house at the door: tokens, headers, audit and paging included.</summary>
public sealed class HttpTests
{
    private static int Worlds => int.TryParse(Environment.GetEnvironmentVariable("FHIRBRIDGE_HTTP_WORLDS"), CultureInfo.InvariantCulture, out var n) ? n : 200;

    [Fact]
    public async Task Answers_ToAnyVisitor_AreThoseOfAServiceThatNeverHeldTheRest()
    {
        await using var twins = await (await TwinServices.StartAsync()).WithMembersAsync(Maker.Members);
        foreach (var store in new[] { twins.AllStore, twins.PermittedStore }) await store.FurnishPractitionersAsync();
        var (found, revoked) = (0, 0);
        for (var seed = 20_001; seed < 20_001 + Worlds; seed++)
        {
            var world = Maker.Make(seed, "h");
            var oracle = new Oracle(world, "https://profiles.ihe.net/ITI/PCF/Policy-deny");
            await twins.AllStore.FillAsync(world.Items.Select(i => (i, i.Body)));
            await twins.PermittedStore.FillAsync(Twin.Permitted(world, oracle));
            // The patient and the privacy officer read every line: also those of writes that are not shown any more.
            var seesAll = world.Visitor.Person == "Patient/" + world.Record || world.Visitor.Roles.Contains("privacy-officer");
            var log = new Ask("GET", $"fhir/AuditEvent?patient={(seesAll ? "nobody" : world.Record)}&_count=7");
            foreach (var ask in new Script(world, new Random(seed)).Asks(14).Append(log))
            {
                var pages = await twins.AskPagesAsync(world.Visitor, ask, $"seed {seed}", async () => revoked += await RevokeAsync(twins, world, oracle, seed) ? 1 : 0);
                if (pages[0].Status == 200) found++;
            }
        }

        Assert.True(found > Worlds * 5, $"only {found} requests were answered with something");
        Assert.True(revoked * 20 > Worlds, $"only {revoked} consents were revoked between two pages");
    }

    // A consent ends between two pages, where what is left is less than before: the other service never held more than that.
    private static async Task<bool> RevokeAsync(TwinServices twins, World world, Oracle oracle, int seed)
    {
        var consent = world.Items.FirstOrDefault(i => i.Agreement is { Status: "active" });
        if (consent is null || seed % 2 == 0) return false;
        var (before, body, agreement) = (world.Items.Where(oracle.MaySee).ToList(), consent.Body, consent.Agreement!);
        consent.Agreement = agreement with { Status = "inactive" };
        if (world.Items.Where(oracle.MaySee).Except(before).Any())
        {
            consent.Agreement = agreement;
            return false;
        }

        consent.Body = body.DeepClone().AsObject();
        consent.Body["status"] = "inactive";
        foreach (var store in new[] { twins.AllStore, twins.PermittedStore }) await store.WriteAsync(consent, consent.Body.DeepClone().AsObject(), World.Now);
        return true;
    }
}
