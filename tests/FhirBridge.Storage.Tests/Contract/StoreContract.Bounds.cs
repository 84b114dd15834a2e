using System.Collections.Immutable;
using FhirBridge.Consent;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage.Tests.Contract;

/// <content>What searches may cost, and making indexes anew.</content>
public abstract partial class StoreContract
{
    // Rows that cost next to nothing to make: facts, index and body of one are those of all.
    private static async Task FillAsync(IVault vault, int rows)
    {
        var one = Sample.Write("hospital", Sample.Observation("o0"), "rec", "rec-0");
        var id = 0;
        for (var batch = 0; batch < rows / 1_000; batch++)
        {
            var writes = Enumerable.Range(0, 1_000).Select(_ => one with
            {
                Key = new ContributionKey("hospital", "Observation", $"o{id:000000}"), NetworkId = $"rec-{id}", Facts = one.Facts with { Reference = $"Observation/rec-{id}" },
                Index = new SearchIndex([new IndexEntry("status", SearchParameterType.Token, null, id % 10_000 == 0 ? "rare" : "final"), new IndexEntry("value-string", SearchParameterType.String, null, $"v{id++}", "v")]),
                Provenance = one.Provenance with { Recorded = Sample.Start.AddSeconds(id) },
            }).ToImmutableArray();
            Assert.Equal(CommitOutcome.Committed, await vault.CommitAsync(new Commit { Record = new RecordId("rec"), Writes = writes }, default));
        }
    }

    [Fact]
    public async Task Search_OverManyRows_ReadsABoundedPartForAPage_AndMissesNothing()
    {
        const int Rows = 50_000;
        var vault = await NewAsync();
        await FillAsync(vault, Rows);

        // What no table narrows down is walked until the page is full.
        var found = new List<string>();
        string? after = null;
        var pages = 0;
        do
        {
            var budget = new ReadBudget(30_001);
            var page = await vault.SearchAsync(Sample.Facade("hospital"), Query("Observation", "status:not=final"), new PageRequest(2, after) { Budget = budget }, default);
            Assert.InRange(budget.Read, 1, 30_001);
            Assert.True(page.Next is null || page.Matches.Count == 2);
            found.AddRange(page.Matches.Select(m => m.Contribution.Key.LocalId));
            after = page.Next;
            pages++;
        }
        while (after is not null);
        Assert.Equal(["o040000", "o030000", "o020000", "o010000", "o000000"], found);
        Assert.Equal(3, pages);

        // What cannot be filled within the budget is refused, rather than cut short.
        Assert.True((await vault.SearchAsync(Sample.Facade("hospital"), Query("Observation", "status:not=final"), new PageRequest(2, null) { Budget = new ReadBudget(15_000) }, default)).IsTooCostly);

        // A full page costs no more than its rows, wherever it stands.
        var plain = new ReadBudget(long.MaxValue);
        var first = await vault.SearchAsync(Sample.Facade("hospital"), Query("Observation", ""), new PageRequest(50, null) { Budget = plain }, default);
        await vault.SearchAsync(Sample.Facade("hospital"), Query("Observation", ""), new PageRequest(50, first.Next) { Budget = plain }, default);
        Assert.Equal(102, plain.Read);

        // What the tables name is read by them.
        var named = new ReadBudget(long.MaxValue);
        Assert.Equal(5, (await vault.SearchAsync(Sample.Facade("hospital"), Query("Observation", "status=rare"), new PageRequest(50, null) { Budget = named }, default)).Matches.Count);
        Assert.Equal(5, named.Read);
    }

    [Fact]
    public async Task Search_InAnotherOrder_KeepsThePageAlone_AndRefusesWhatIsTooMuch()
    {
        const int Rows = 20_000;
        var vault = await NewAsync();
        await FillAsync(vault, Rows);
        var sorted = Query("Observation", "_sort=_id");
        await vault.SearchAsync(Sample.Facade("hospital"), sorted, new PageRequest(10, null), default);

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var budget = new ReadBudget(Rows);
        var page = await vault.SearchAsync(Sample.Facade("hospital"), sorted, new PageRequest(10, null) { Budget = budget }, default);
        Assert.Equal("o000009", page.Matches[^1].Contribution.Key.LocalId);
        var next = await vault.SearchAsync(Sample.Facade("hospital"), sorted, new PageRequest(10, page.Next), default);
        Assert.Equal("o000010", next.Matches[0].Contribution.Key.LocalId);

        // What stays behind is what was there before: the rows that were looked at are let go.
        Assert.Equal(Rows, budget.Read);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 5_000_000);

        Assert.True((await vault.SearchAsync(Sample.Facade("hospital"), sorted, new PageRequest(10, null) { Budget = new ReadBudget(Rows - 1) }, default)).IsTooCostly);
        Assert.True((await vault.SearchAsync(Sample.Facade("hospital"), Query("Observation", "_total=accurate"), new PageRequest(10, null) { Budget = new ReadBudget(Rows - 1) }, default)).IsTooCostly);
        Assert.Equal(Rows, (await vault.SearchAsync(Sample.Facade("hospital"), Query("Observation", "_summary=count"), new PageRequest(0, null) { Budget = new ReadBudget(Rows) }, default)).Total);
    }

    [Fact]
    public async Task Search_ByWords_ReadsTheResourcesThatAreLeft()
    {
        var vault = await NewAsync();
        await Fill(vault);
        var budget = new ReadBudget(long.MaxValue);
        var page = await vault.SearchAsync(Sample.Facade("hospital"), Query("Observation", "code=8302-2&_content=\"body weight\" and 2026 and not 70.0"), new PageRequest(50, null) { Budget = budget }, default);

        Assert.Equal(7, page.Matches.Count);
        Assert.Equal(8 + (8 * ReadBudget.RowsOfContent), budget.Read);
        Assert.Empty((await vault.SearchAsync(Sample.Facade("hospital"), Query("Observation", "_content=nothing"), new PageRequest(50, null), default)).Matches);
        Assert.Empty((await vault.SearchAsync(Sample.Facade("hospital"), Query("Observation", "_text=weight"), new PageRequest(50, null), default)).Matches);
        Assert.Equal(24, (await vault.SearchAsync(Sample.Facade("hospital"), Query("Observation", "_text=not weight&_summary=count"), new PageRequest(0, null), default)).Total);
    }

    [Fact]
    public async Task Reindex_MakesEveryIndexAnew_AndTellsWhenAllAre()
    {
        var vault = await NewAsync();
        await Fill(vault);
        await Sample.Commit(vault, Sample.Write("network", """{"resourceType":"Organization","id":"x","name":"X"}""", null, "x"));
        var opened = await Sample.ViewAsync(vault, Sample.Member("hospital"), "rec");
        Assert.Null(await vault.IndexStampAsync(default));

        static SearchIndex Marked(Contribution c, ContributionBody body) =>
            new([.. c.Index.Entries, new IndexEntry("marked", SearchParameterType.Token, null, body.Rest.Length > 0 ? "yes" : "no")]) { Stamp = 7 };
        await vault.ReindexAsync(Sample.Worker, 7, Marked, default);

        Assert.Equal(7ul, await vault.IndexStampAsync(default));
        async Task<int> MarkedAsync() => (await vault.SearchAsync(
            Sample.Facade("hospital"), new SearchQuery { Types = ["Observation"], Criteria = [new ParameterCriterion("marked", SearchParameterType.Token, SearchModifier.None, null, [new TokenValue("yes", null, "yes")])] }, new PageRequest(50, null), default)).Matches.Count;
        Assert.Equal(24, await MarkedAsync());
        var again = await Sample.ViewAsync(vault, Sample.Member("hospital"), "rec");
        Assert.All(again.Contributions, c => Assert.Single(c.Index.Of("marked")));
        Assert.Equal(opened.Version, again.Version);

        // One that was prepared by other parameters leaves something to do.
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Observation("late"), "rec", "rec-late"));
        Assert.Null(await vault.IndexStampAsync(default));
        var made = 0;
        await vault.ReindexAsync(Sample.Worker, 7, (c, body) => { made++; return Marked(c, body); }, default);
        Assert.Equal((1, 25, 7ul), (made, await MarkedAsync(), await vault.IndexStampAsync(default)));
        await vault.ReindexAsync(Sample.Worker, 7, (_, _) => throw new InvalidOperationException("all have it"), default);
    }

    [Fact]
    public async Task Reindex_BesideWrites_LosesNone()
    {
        var vault = await NewAsync();
        await FillAsync(vault, 2_000);
        static SearchIndex Marked(Contribution c, ContributionBody body) => c.Index with { Stamp = 9 };
        var writes = 0;
        await vault.ReindexAsync(Sample.Worker, 9, (c, body) =>
        {
            // Between reading and writing, somebody writes what is being read, and something new.
            if (writes < 5)
            {
                writes++;
                var write = Sample.Write("hospital", Sample.Observation(c.Key.LocalId, code: "new"), "rec", c.NetworkId, expected: c.Version);
                Assert.Equal(CommitOutcome.Committed, vault.CommitAsync(Sample.Commit(write, Sample.Write("hospital", Sample.Observation("extra" + writes, code: "new"), "rec", "rec-extra" + writes)), default).AsTask().GetAwaiter().GetResult());
            }

            return Marked(c, body);
        }, default);

        Assert.Equal(9ul, await vault.IndexStampAsync(default));
        Assert.Equal(10, (await vault.SearchAsync(Sample.Facade("hospital"), Query("Observation", "code=new"), new PageRequest(50, null), default)).Matches.Count);
    }
}
