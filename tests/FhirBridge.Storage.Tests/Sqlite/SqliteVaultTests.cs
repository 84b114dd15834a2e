using FhirBridge.Consent;
using FhirBridge.Storage.Tests.Contract;
using Microsoft.Data.Sqlite;

namespace FhirBridge.Storage.Tests.Sqlite;

/// <summary>The contract on SQLite, and what is SQLite's own.</summary>
public sealed class SqliteVaultTests : StoreContract, IAsyncLifetime
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), "fhirbridge-" + Guid.NewGuid().ToString("N"));
    private readonly List<IVault> open = [];
    private readonly Clock clock = new();
    private int files;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var vault in open) await vault.DisposeAsync();
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    protected override async Task<IVault> NewAsync() => await OpenAsync($"{++files}.db");

    private async Task<SqliteVault> OpenAsync(string file, long cacheBytes = 64_000_000)
    {
        // What a sync costs is measured elsewhere; here the disk of a test machine would decide how long the suite takes.
        var vault = await SqliteVault.OpenAsync(
            new SqliteVaultOptions { Path = Path.Combine(folder, file), Synchronous = SqliteSynchronous.Normal, RecordCacheBytes = cacheBytes }, new ConsentOptions(), clock);
        open.Add(vault);
        return vault;
    }

    [Fact]
    public async Task TwoProcesses_OnOneFile_SeeEachOthersWritesAtTheNextRequest()
    {
        var (one, two) = (await OpenAsync("shared.db"), await OpenAsync("shared.db"));
        await Sample.Commit(one, Sample.Write("hospital", Sample.Goal("g1"), "rec", "rec-1"));
        Assert.Single((await Sample.ViewAsync(two, Sample.Member("hospital"), "rec")).Contributions);

        for (var i = 1; i < 20; i++)
        {
            await Sample.Commit(i % 2 == 0 ? one : two, Sample.Write("hospital", Sample.Goal("g1", text: $"{i}"), "rec", "rec-1", expected: i));
            await one.AppendAuditAsync([new AuditRow(null, Sample.Start, new byte[] { 1 })], default);
            await two.AppendAuditAsync([new AuditRow(null, Sample.Start, new byte[] { 2 })], default);
            foreach (var vault in (SqliteVault[])[one, two])
            {
                Assert.Equal(i + 1, Assert.Single((await Sample.ViewAsync(vault, Sample.Member("hospital"), "rec")).Contributions).Version);
            }
        }

        await Sample.Commit(one, Sample.Write("network", """{"resourceType":"Organization","id":"x","name":"X"}""", null, "x"));
        Assert.Contains("x", (await two.NetworkAsync(Sample.Snapshots, default)).Members.Keys);
        Assert.True((await two.VerifyAuditAsync(Sample.Worker, default)).IsSound);
    }

    [Fact]
    public async Task ParallelProducers_AreAllDurable_AndOneRaceDoesNotUndoOthers()
    {
        var vault = await OpenAsync("many.db");
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("taken"), "rec", "rec-t"));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 64).Select(p => Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                var commit = Sample.Commit(Sample.Write("hospital", Sample.Goal($"g{p}-{i}"), $"rec{p}", $"rec{p}-{i}")) with { Audit = [new AuditRow(new RecordId($"rec{p}"), Sample.Start, new byte[] { 1 })] };
                Assert.Equal(CommitOutcome.Committed, await vault.CommitAsync(commit, default));
                await vault.AppendAuditAsync([new AuditRow(null, Sample.Start, new byte[] { 2 })], default);
            }

            var stale = Sample.Write("hospital", Sample.Goal("taken", text: "x"), "rec", "rec-t");
            var fresh = Sample.Write("hospital", Sample.Goal($"loser{p}"), "rec", $"rec-l{p}");
            return await vault.CommitAsync(Sample.Commit(fresh, stale), default);
        })));

        Assert.All(outcomes, o => Assert.Equal(CommitOutcome.Race, o));
        for (var p = 0; p < 64; p++) Assert.Equal(10, (await Sample.ViewAsync(vault, Sample.Member("hospital"), $"rec{p}")).Contributions.Count);
        Assert.Single((await Sample.ViewAsync(vault, Sample.Member("hospital"), "rec")).Contributions);
        Assert.Equal(new AuditVerification(1280, null, (await vault.VerifyAuditAsync(Sample.Worker, default)).Head), await vault.VerifyAuditAsync(Sample.Worker, default));
    }

    [Fact]
    public async Task Commit_ThatFails_UndoesItselfAlone()
    {
        var vault = await OpenAsync("bad.db");
        var bad = Sample.Commit(Sample.Write("hospital", Sample.Goal("a"), "rec", "rec-a"), Sample.Write("hospital", Sample.Goal("b"), "rec", null!));
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            var commit = i == 3 ? bad : Sample.Commit(Sample.Write("hospital", Sample.Goal("g" + i), "rec", "rec-" + i));
            return await Record.ExceptionAsync(async () => await vault.CommitAsync(commit, default));
        })));

        Assert.IsType<InvalidOperationException>(all[3]);
        Assert.Equal(7, (await Sample.ViewAsync(vault, Sample.Member("hospital"), "rec")).Contributions.Count);
        Assert.Empty(await vault.LocateAsync(Sample.Identity, [bad.Writes[0].Key], default));
    }

    [Fact]
    public async Task Audit_ThatWasTamperedWith_IsFound()
    {
        var vault = await OpenAsync("audit.db");
        for (var i = 0; i < 10; i++) await vault.AppendAuditAsync([new AuditRow(i % 2 == 0 ? new RecordId("rec") : null, Sample.Start.AddSeconds(i), new[] { (byte)i })], default);
        Assert.Equal((10, (long?)null), ((await vault.VerifyAuditAsync(Sample.Worker, default)).Rows, (await vault.VerifyAuditAsync(Sample.Worker, default)).FirstBroken));

        foreach (var (change, undo) in (IEnumerable<(string, string)>)[
            ("UPDATE audit SET payload = x'FF' WHERE seq = 5", "UPDATE audit SET payload = x'04' WHERE seq = 5"),
            ("UPDATE audit SET record = 'other' WHERE seq = 5", "UPDATE audit SET record = 'rec' WHERE seq = 5"),
            ("UPDATE audit SET at = at + 1 WHERE seq = 5", "UPDATE audit SET at = at - 1 WHERE seq = 5")])
        {
            Execute("audit.db", change);
            Assert.Equal(5, (await vault.VerifyAuditAsync(Sample.Worker, default)).FirstBroken);
            Execute("audit.db", undo);
            Assert.True((await vault.VerifyAuditAsync(Sample.Worker, default)).IsSound);
        }

        Execute("audit.db", "DELETE FROM audit WHERE seq = 5");
        Assert.Equal(6, (await vault.VerifyAuditAsync(Sample.Worker, default)).FirstBroken);
    }

    [Fact]
    public async Task Outbox_IsLeasedOnce_UntilTheLeaseEnds_AndGoneWhenComplete()
    {
        var vault = await OpenAsync("outbox.db");
        await vault.CommitAsync(new Commit { Writes = [], Outbox = [new byte[] { 1 }, new byte[] { 2 }, new byte[] { 3 }] }, default);

        var first = await vault.LeaseOutboxAsync(Sample.Worker, 2, TimeSpan.FromMinutes(1), default);
        var second = await vault.LeaseOutboxAsync(Sample.Worker, 2, TimeSpan.FromMinutes(1), default);
        Assert.Equal([1, 2], first.Select(r => (int)r.Payload.Span[0]));
        Assert.Equal([3], second.Select(r => (int)r.Payload.Span[0]));
        Assert.Empty(await vault.LeaseOutboxAsync(Sample.Worker, 2, TimeSpan.FromMinutes(1), default));

        await vault.CompleteOutboxAsync([first[0].Sequence], default);
        clock.Now += TimeSpan.FromMinutes(2);
        Assert.Equal([2, 3], (await vault.LeaseOutboxAsync(Sample.Worker, 9, TimeSpan.FromMinutes(1), default)).Select(r => (int)r.Payload.Span[0]));
    }

    [Fact]
    public async Task Views_EndWhenTheGrantDoes()
    {
        var vault = await OpenAsync("views.db");
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("g"), "rec", "rec-1"));
        var grant = await Sample.GrantAsync(vault, Sample.Member("hospital"), "rec");
        var again = await Sample.GrantAsync(vault, Sample.Member("hospital"), "rec");
        var (one, two) = (await vault.OpenAsync(grant, default), await vault.OpenAsync(again, default));
        Assert.Same(one.Contributions, two.Contributions);
        Assert.Same(again, two.Grant);
    }

    [Fact]
    public async Task SmallCache_ForgetsRecords_AndStillAnswers()
    {
        var vault = await OpenAsync("small.db", cacheBytes: 20_000);
        for (var i = 0; i < 50; i++) await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("g" + i), "rec" + i, $"rec{i}-1"));
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 50; i++) Assert.Single((await Sample.ViewAsync(vault, Sample.Member("hospital"), "rec" + i)).Contributions);
        }

        Assert.InRange(vault.CachedBytes, 1, 20_000);
    }

    [Fact]
    public async Task Reopened_File_HoldsWhatWasWritten()
    {
        var vault = await OpenAsync("again.db");
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("g"), "rec", "rec-1"));
        await vault.DisposeAsync();
        Assert.Single((await Sample.ViewAsync(await OpenAsync("again.db"), Sample.Member("hospital"), "rec")).Contributions);
    }

    [Fact]
    public async Task File_OfANewerProgram_IsRefused()
    {
        await (await OpenAsync("newer.db")).DisposeAsync();
        Execute("newer.db", "PRAGMA user_version = 99");
        var refused = await Assert.ThrowsAsync<VaultUnavailableException>(() => OpenAsync("newer.db"));
        Assert.Contains("99", refused.Message);
    }

    [Fact]
    public async Task File_ThatIsNoDatabase_IsUnavailable()
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "text.db"), new string('x', 5000), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<VaultUnavailableException>(() => OpenAsync("text.db"));
    }

    private void Execute(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, file)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Sample.Start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
