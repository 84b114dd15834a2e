using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage.Tests.Contract;

/// <content>Searching in a facade, against <see cref="QueryMatcher"/>.</content>
public abstract partial class StoreContract
{
    private static readonly string[] Queries =
    [
        "", "code=29463-7", "code=http://loinc.org|29463-7", "code=http://loinc.org|", "code=|29463-7", "code=x,8302-2", "code:not=29463-7", "code:missing=true", "code:missing=false",
        "code:text=body", "date=2026-03", "date=ne2026-03", "date=gt2026-03-10", "date=ge2026-03-10", "date=lt2026-03-10", "date=le2026-03-10", "date=sa2026-03-10", "date=eb2026-03-10", "date=ap2026-03-10",
        "value-quantity=80", "value-quantity=80|http://unitsofmeasure.org|kg", "value-quantity=gt85", "value-quantity=ge85", "value-quantity=lt81", "value-quantity=le81", "value-quantity=ne80", "value-quantity=ap80",
        "value-quantity=80||lb", "status=final", "status=FINAL", "status=draft", "_id=o3,o5,none", "_id:not=o3", "code-value-quantity=29463-7$80",
        "subject=hospital/Patient/1", "focus=hospital/Goal/g1", "focus:missing=true", "_lastUpdated=gt2026-11-22T12:10:00Z", "_lastUpdated=lt2026-11-22T12:05:00Z", "_lastUpdated=eq2026-11-22", "_lastUpdated=ne2026-11-22",
        "code=29463-7&date=ge2026-03-10&value-quantity=lt90", "_sort=date", "_sort=-date,_id", "_sort=value-quantity", "_sort=_id", "_sort=-_lastUpdated", "code=29463-7&_sort=-value-quantity",
    ];

    private static readonly string[] PatientQueries =
    [
        "name=jan", "name=JÁN", "name:exact=Jansen", "name:contains=nse", "family:exact=jansen", "family=J", "birthdate=1950", "birthdate=gt1950-03-02", "gender:missing=true", "name=jansen,smit",
    ];

    public static TheoryData<string> ObservationSearches => [.. Queries];

    private static async Task<List<ContributionWrite>> Fill(IVault vault)
    {
        var writes = new List<ContributionWrite>();
        for (var i = 0; i < 24; i++)
        {
            var json = Sample.Observation("o" + i, i % 3 == 0 ? "8302-2" : "29463-7", i % 5 == 0 ? "2026-03" : $"2026-03-{i + 1:00}T10:00:00Z", $"{70 + i}.0", i % 2 == 0 ? "Goal/g1" : null);
            if (i % 7 == 0) json = json.Replace("\"status\":\"final\"", "\"status\":\"amended\"", StringComparison.Ordinal);
            writes.Add(Sample.Write("hospital", json, i % 2 == 0 ? "rec" : "rec2", $"rec-{i}", at: Sample.Start.AddMinutes(i / 2)));
        }

        foreach (var w in writes) await Sample.Commit(vault, w);
        await Sample.Commit(vault, Sample.Write("clinic", Sample.Observation("o1"), "rec", "rec-c"));
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Observation("gone"), "rec", "rec-x"));
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Observation("gone"), "rec", "rec-x", expected: 1, deleted: true));
        return writes;
    }

    // References of a facade are compared in stored form.
    private static SearchQuery Stored(string type, string text) => Query(type, text).MapReferences((_, r) => [r.Text]);

    [Theory, MemberData(nameof(ObservationSearches))]
    public async Task Search_GivesWhatTheMatcherGives_InItsOrder_PageByPage(string text)
    {
        var vault = await NewAsync();
        var writes = await Fill(vault);
        var query = Stored("Observation", text) with { Total = TotalMode.Accurate };
        var expected = writes.Select(w => new ResourceView("Observation", w.Key.LocalId, w.Provenance.Recorded, w.Index)).Where(v => QueryMatcher.Matches(query, v)).ToList();
        expected.Sort((a, b) => QueryMatcher.Compare(query, a, b));

        var found = new List<string>();
        string? after = null;
        do
        {
            var page = await vault.SearchAsync(Sample.Facade("hospital"), query, new PageRequest(5, after), default);
            Assert.Equal(expected.Count, page.Total);
            Assert.True(page.Next is null || page.Matches.Count == 5, "a page before the last is full");
            found.AddRange(page.Matches.Select(m => m.Contribution.Key.LocalId));
            Assert.All(page.Matches, m => Assert.Contains("valueQuantity", Sample.Text(m.Body)));
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(expected.Select(v => v.Id), found);
    }

    [Fact]
    public async Task Search_ByStringsAndIdentifiers_GivesWhatTheMatcherGives()
    {
        var vault = await NewAsync();
        string[] names = ["Jansen", "jansen", "Jánsen", "Smit", "de Jansen", "J"];
        var writes = names.Select((n, i) => Sample.Write("hospital", Sample.PatientJson("p" + i, n), "rec" + i, $"rec{i}-1", at: Sample.Start.AddMinutes(i))).ToList();
        foreach (var w in writes) await Sample.Commit(vault, w);
        foreach (var text in PatientQueries)
        {
            var query = Query("Patient", text);
            var expected = writes.Where(w => QueryMatcher.Matches(query, new ResourceView("Patient", w.Key.LocalId, w.Provenance.Recorded, w.Index))).Select(w => w.Key.LocalId).Reverse();
            var page = await vault.SearchAsync(Sample.Facade("hospital"), query, new PageRequest(50, null), default);
            Assert.Equal((text, string.Join(',', expected)), (text, string.Join(',', page.Matches.Select(m => m.Contribution.Key.LocalId))));
        }
    }

    [Fact]
    public async Task Search_AfterUpdate_FindsByTheNewValuesOnly()
    {
        var vault = await NewAsync();
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Observation("o1", code: "a"), "rec", "rec-1"));
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Observation("o1", code: "b"), "rec", "rec-1", expected: 1));
        async Task<int> Count(string code) => (await vault.SearchAsync(Sample.Facade("hospital"), Query("Observation", "code=" + code), new PageRequest(5, null), default)).Matches.Count;

        Assert.Equal((0, 1), (await Count("a"), await Count("b")));
    }

    [Fact]
    public async Task Search_OverSeveralTypes_IsOneOrder()
    {
        var vault = await NewAsync();
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Observation("a"), "rec", "rec-1", at: Sample.Start), Sample.Write("hospital", Sample.Goal("b"), "rec", "rec-2", at: Sample.Start.AddMinutes(1)), Sample.Write("hospital", Sample.Observation("c"), "rec", "rec-3", at: Sample.Start.AddMinutes(2)));
        var all = new SearchQuery { Types = [], IsSystemSearch = true };
        var first = await vault.SearchAsync(Sample.Facade("hospital"), all, new PageRequest(2, null), default);
        var second = await vault.SearchAsync(Sample.Facade("hospital"), all, new PageRequest(2, first.Next), default);
        Assert.Equal(["c", "b", "a"], first.Matches.Concat(second.Matches).Select(m => m.Contribution.Key.LocalId));
        Assert.Null(second.Next);
        var two = await vault.SearchAsync(Sample.Facade("hospital"), all with { Types = ["Goal", "Patient"] }, new PageRequest(2, null), default);
        Assert.Equal(["b"], two.Matches.Select(m => m.Contribution.Key.LocalId));
    }

    [Fact]
    public async Task Paging_UnderConcurrentWrites_ShowsEachUnchangedMatchOnce()
    {
        var vault = await NewAsync();
        await Fill(vault);
        foreach (var text in (string[])["", "_sort=date", "status=final,amended"])
        {
            var query = Query("Observation", text);
            var found = new List<string>();
            string? after = null;
            var writes = 0;
            do
            {
                var page = await vault.SearchAsync(Sample.Facade("hospital"), query, new PageRequest(4, after), default);
                found.AddRange(page.Matches.Select(m => m.Contribution.Key.LocalId));
                after = page.Next;
                writes++;
                var id = $"new{text.Length}-{writes}";
                await Sample.Commit(vault, Sample.Write("hospital", Sample.Observation(id, date: "2025-01-01"), "rec", "rec-" + id, at: Sample.Start.AddDays(1)));
                await Sample.Commit(vault, Sample.Write("hospital", Sample.Observation(id, date: "2025-01-01"), "rec", "rec-" + id, expected: 1, deleted: true, at: Sample.Start.AddDays(1)));
            }
            while (after is not null);

            Assert.Equal(24, found.Count);
            Assert.Equal(24, found.Distinct().Count());
        }
    }

    [Fact]
    public async Task Search_WithAnUnresolvedChain_OrAForeignPosition_IsRefused()
    {
        var vault = await NewAsync();
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.SearchAsync(Sample.Facade("hospital"), Query("Observation", "subject:Patient.name=x"), new PageRequest(5, null), default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.SearchAsync(Sample.Facade("hospital"), Query("Observation", ""), new PageRequest(5, "!!"), default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await vault.SearchAsync(Sample.Facade("hospital"), Query("Observation", ""), new PageRequest(5, "AAAA"), default));
    }
}
