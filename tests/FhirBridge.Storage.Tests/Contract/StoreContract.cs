using FhirBridge.Consent;

namespace FhirBridge.Storage.Tests.Contract;

/// <summary>What every store promises; each store runs it by deriving.</summary>
public abstract partial class StoreContract
{
    /// <summary>A new, empty store, disposed with the test.</summary>
    protected abstract Task<IVault> NewAsync();

    [Fact]
    public async Task Commit_OfNewContribution_IsReadBackAsWritten()
    {
        var vault = await NewAsync();
        var write = Sample.Write("hospital", Sample.Goal("g1"), "rec", "rec-a1");
        write = write with
        {
            Body = write.Body with { MetaShared = ",\"profile\":[\"p\"]"u8.ToArray(), MetaSecurity = ",\"security\":[]"u8.ToArray(), MetaSource = ",\"source\":\"s\""u8.ToArray() },
            Provenance = write.Provenance with { SourceDocument = "Binary/1", Map = "map|1", Agent = null },
        };
        await Sample.Commit(vault, write);

        var (contribution, body) = (await vault.ReadAsync(Sample.Facade("hospital"), write.Key, null, default))!.Value;

        Assert.Equal(1, contribution.Version);
        Assert.Equal(write.Provenance.Recorded, contribution.LastUpdated);
        Assert.Equal(write.Provenance, contribution.Provenance);
        Assert.Equal("rec-a1", contribution.NetworkId);
        Assert.Equal(new RecordId("rec"), contribution.Record);
        Assert.True(contribution.Imported);
        Assert.False(contribution.Deleted);
        Assert.Equal(write.Index.Entries, contribution.Index.Entries);
        Assert.Equal(RecordFactsCodec.Write(write.Facts), RecordFactsCodec.Write(contribution.Facts));
        Assert.Equal(write.Body.Rest.ToArray(), body.Rest.ToArray());
        Assert.Equal(write.Body.MetaShared.ToArray(), body.MetaShared.ToArray());
        Assert.Equal(write.Body.MetaSecurity.ToArray(), body.MetaSecurity.ToArray());
        Assert.Equal(write.Body.MetaSource.ToArray(), body.MetaSource.ToArray());
        Assert.Equal(write.Body.Slots, body.Slots);
    }

    [Fact]
    public async Task Commit_WithOneStaleWrite_ChangesNothing()
    {
        var vault = await NewAsync();
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("old"), "rec", "rec-1"));
        var stale = new Commit
        {
            Record = new RecordId("rec"),
            Writes = [Sample.Write("hospital", Sample.Goal("new"), "rec", "rec-2"), Sample.Write("hospital", Sample.Goal("old", text: "Run"), "rec", "rec-1", expected: 0)],
            Claims = [new IdentityClaim("Patient", "urn:s", "v", "rec", new ContributionKey("hospital", "Patient", "1"))],
            Audit = [new AuditRow(new RecordId("rec"), Sample.Start, "a"u8.ToArray())],
            Outbox = [new byte[] { 1 }],
        };

        Assert.Equal(CommitOutcome.Race, await vault.CommitAsync(stale, default));

        Assert.Empty(await vault.LocateAsync(Sample.Identity, [stale.Writes[0].Key], default));
        Assert.Equal(1, (await vault.LocateAsync(Sample.Identity, [stale.Writes[1].Key], default))[stale.Writes[1].Key].Version);
        Assert.Empty(await vault.FindByIdentifierAsync(Sample.Identity, "Patient", [("urn:s", "v")], default));
        Assert.Empty(await vault.ReadAuditAsync(await Sample.GrantAsync(vault, Sample.Patient("rec"), "rec"), null, 10, default));
        Assert.Empty(await vault.LeaseOutboxAsync(Sample.Worker, 10, TimeSpan.FromMinutes(1), default));
    }

    [Fact]
    public async Task Update_KeepsOldVersions_NewestFirst()
    {
        var vault = await NewAsync();
        var key = new ContributionKey("hospital", "Goal", "g1");
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("g1", text: "one"), "rec", "rec-1"));
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("g1", text: "two"), "rec", "rec-1", expected: 1, at: Sample.Start.AddMinutes(1)));
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("g1", text: "two"), "rec", "rec-1", expected: 2, deleted: true, at: Sample.Start.AddMinutes(2)));

        var history = await vault.HistoryAsync(Sample.Facade("hospital"), key, default);

        Assert.Equal([3, 2, 1], history.Select(h => h.Contribution.Version));
        Assert.Equal([true, false, false], history.Select(h => h.Contribution.Deleted));
        Assert.Contains("one", Sample.Text(history[2].Body));
        Assert.Equal(3, history.Select(h => h.Contribution.Row).Distinct().Count());
        Assert.Contains("one", Sample.Text((await vault.ReadAsync(Sample.Facade("hospital"), key, 1, default))!.Value.Body));
        Assert.Null(await vault.ReadAsync(Sample.Facade("hospital"), key, 4, default));
        Assert.Null(await vault.ReadAsync(Sample.Facade("hospital"), key, 0, default));
    }

    [Fact]
    public async Task Delete_LeavesTombstone_ThatCanBeFollowedByANewVersion()
    {
        var vault = await NewAsync();
        var key = new ContributionKey("hospital", "Goal", "g1");
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("g1"), "rec", "rec-1"));
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("g1"), "rec", "rec-1", expected: 1, deleted: true));

        Assert.True((await vault.LocateAsync(Sample.Identity, [key], default))[key].Deleted);
        Assert.True((await vault.ReadAsync(Sample.Facade("hospital"), key, null, default))!.Value.Contribution.Deleted);
        Assert.Empty((await Sample.ViewAsync(vault, Hospital, "rec")).Contributions);

        await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("g1"), "rec", "rec-1", expected: 2));
        Assert.Equal(3, Assert.Single((await Sample.ViewAsync(vault, Hospital, "rec")).Contributions).Version);
    }

    [Fact]
    public async Task Commits_ThatRaceOnOneContribution_LetOneWinEachRound()
    {
        var vault = await NewAsync();
        var key = new ContributionKey("hospital", "Goal", "g1");
        for (var round = 0; round < 10; round++)
        {
            var attempts = Enumerable.Range(0, 8).Select(i => Task.Run(async () => await vault.CommitAsync(
                Sample.Commit(Sample.Write("hospital", Sample.Goal("g1", text: $"{round}.{i}"), "rec", "rec-1", expected: round)), default)));
            Assert.Single(await Task.WhenAll(attempts), CommitOutcome.Committed);
        }

        Assert.Equal(10, (await vault.LocateAsync(Sample.Identity, [key], default))[key].Version);
        Assert.Equal(10, (await vault.HistoryAsync(Sample.Facade("hospital"), key, default)).Count);
    }

    [Fact]
    public async Task Claim_HeldForAnotherTarget_IsARace_AndFreeAfterRelease()
    {
        var vault = await NewAsync();
        var by = new ContributionKey("hospital", "Patient", "1");
        var other = new ContributionKey("clinic", "Patient", "9");
        Commit Claiming(string target, ContributionKey who) => new() { Writes = [], Claims = [new IdentityClaim("Patient", "urn:bsn", "123", target, who)] };

        Assert.Equal(CommitOutcome.Committed, await vault.CommitAsync(Claiming("rec", by), default));
        Assert.Equal(CommitOutcome.Race, await vault.CommitAsync(Claiming("other", other), default));
        Assert.Equal(CommitOutcome.Committed, await vault.CommitAsync(Claiming("rec", other), default));
        Assert.Equal(["rec"], await vault.FindByIdentifierAsync(Sample.Identity, "Patient", [("urn:bsn", "123"), (null, "123")], default));
        Assert.Empty(await vault.FindByIdentifierAsync(Sample.Identity, "Organization", [("urn:bsn", "123")], default));
        Assert.Empty(await vault.FindByIdentifierAsync(Sample.Identity, "Patient", [("urn:other", "123")], default));

        await vault.CommitAsync(new Commit { Writes = [], Releases = [Claiming("rec", by).Claims[0]] }, default);
        Assert.Equal(["rec"], await vault.FindByIdentifierAsync(Sample.Identity, "Patient", [("urn:bsn", "123")], default));
        await vault.CommitAsync(new Commit { Writes = [], Releases = [Claiming("rec", other).Claims[0]] }, default);
        Assert.Empty(await vault.FindByIdentifierAsync(Sample.Identity, "Patient", [("urn:bsn", "123")], default));
        Assert.Equal(CommitOutcome.Committed, await vault.CommitAsync(Claiming("other", other), default));
    }

    [Fact]
    public async Task Read_WithGrantOfTheWrongKind_IsRefused()
    {
        var vault = await NewAsync();
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("g1"), "rec", "rec-1"));
        var key = new ContributionKey("hospital", "Goal", "g1");
        var record = await Sample.GrantAsync(vault, Sample.Patient("rec"), "rec");
        var query = new Fhir.Search.SearchQuery { Types = ["Goal"] };

        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.OpenAsync(Sample.Facade("hospital"), default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.OpenAsync(Sample.Identity, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.ReadAsync(Sample.Facade("clinic"), key, null, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.ReadAsync(Sample.Directory(), key, null, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.HistoryAsync(Sample.Identity, key, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.HistoryAsync(Sample.Directory(), key, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.SearchAsync(record, query, new PageRequest(10, null), default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.SearchDirectoryAsync(record, query, new PageRequest(10, null), default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.ReadDirectoryAsync(record, "Organization", "x", default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.LocateAsync(record, [key], default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.FindByIdentifierAsync(record, "Patient", [], default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.CounselAsync(record, new RecordId("rec"), default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.NetworkAsync(record, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.RecordsOfAsync(record, "Practitioner/p", default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.HasDependantsAsync(record, key, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.ReadAuditAsync(Sample.Worker, null, 1, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.LeaseOutboxAsync(record, 1, TimeSpan.Zero, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.CommitAsync(Sample.Commit(Sample.Write("hospital", Sample.Goal("g1"), "rec", "rec-1")) with { Record = new RecordId("other") }, default));
    }

    [Fact]
    public async Task Audit_IsReadPerRecord_NewestFirst_InPages()
    {
        var vault = await NewAsync();
        for (var i = 0; i < 5; i++)
        {
            await vault.AppendAuditAsync([new AuditRow(new RecordId("rec"), Sample.Start.AddSeconds(i), new[] { (byte)i }), new AuditRow(new RecordId("other"), Sample.Start, new[] { (byte)100 }), new AuditRow(null, Sample.Start, default)], default);
        }

        var grant = await Sample.GrantAsync(vault, Sample.Patient("rec"), "rec");
        var first = await vault.ReadAuditAsync(grant, null, 3, default);
        var second = await vault.ReadAuditAsync(grant, first[^1].Sequence, 3, default);

        Assert.Equal([4, 3, 2, 1, 0], first.Concat(second).Select(r => (int)r.Payload.Span[0]));
        Assert.All(first, r => Assert.Equal(new RecordId("rec"), r.Record));
        Assert.Equal(Sample.Start.AddSeconds(4), first[0].At);
    }

    [Fact]
    public async Task HasDependants_WhenAnotherContributionNamesThePatient()
    {
        var vault = await NewAsync();
        var patient = new ContributionKey("hospital", "Patient", "1");
        await Sample.Commit(vault, Sample.Write("hospital", Sample.PatientJson("1"), "rec", "rec-p1"), Sample.Write("clinic", Sample.PatientJson("7"), "rec", "rec-p7"), Sample.Write("clinic", Sample.Goal("g", patient: "7"), "rec", "rec-g"));
        Assert.False(await vault.HasDependantsAsync(Sample.Identity, patient, default));

        await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("g"), "rec", "rec-h"));
        Assert.True(await vault.HasDependantsAsync(Sample.Identity, patient, default));

        await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("g"), "rec", "rec-h", expected: 1, deleted: true));
        Assert.False(await vault.HasDependantsAsync(Sample.Identity, patient, default));
    }

    [Fact]
    public async Task Health_OfAnOpenStore_IsGood() => Assert.True(await (await NewAsync()).IsHealthyAsync(default));
}
