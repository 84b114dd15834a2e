using FhirBridge.Consent;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage.Tests.Contract;

/// <content>Opening records: what is visible, what references lead to, what counsel reads.</content>
public abstract partial class StoreContract
{
    private static readonly Caller Hospital = Sample.Member("hospital");

    private static ContributionWrite[] HospitalWrites() =>
    [
        Sample.Write("hospital", Sample.PatientJson("1"), "rec", "rec-hp"),
        Sample.Write("hospital", Sample.Goal("g1", addresses: "Condition/unknown"), "rec", "rec-hg", unified: "Goal/rec-u1", at: Sample.Start.AddMinutes(5)),
        Sample.Write("hospital", Sample.Observation("o1", focus: Sample.Base + "/Goal/rec-cg"), "rec", "rec-ho", at: Sample.Start.AddMinutes(3)),
        Sample.Write("hospital", Sample.Observation("o2", focus: "Goal/g1"), "rec", "rec-ho2", at: Sample.Start.AddMinutes(4)),
    ];

    private static ContributionWrite[] ClinicWrites() =>
    [
        Sample.Write("clinic", Sample.PatientJson("1", "Jans"), "rec", "rec-cp"),
        Sample.Write("clinic", Sample.Goal("g9"), "rec", "rec-cg", unified: "Goal/rec-u1", at: Sample.Start.AddMinutes(9)),
        Sample.Write("clinic", Sample.Observation("o9", focus: "Goal/g9"), "rec", "rec-co"),
    ];

    [Fact]
    public async Task View_OfOneMember_EqualsThatOfAStoreWithoutTheOthers()
    {
        var (full, lonely) = (await NewAsync(), await NewAsync());
        await Sample.Commit(full, ClinicWrites());
        await Sample.Commit(full, HospitalWrites());
        await Sample.Commit(full, Sample.Write("clinic", Sample.Goal("g9", text: "Run"), "rec", "rec-cg", expected: 1, unified: "Goal/rec-u1", at: Sample.Start.AddMinutes(20)));
        await Sample.Commit(lonely, HospitalWrites());

        var (a, b) = (await Sample.ViewAsync(full, Hospital, "rec"), await Sample.ViewAsync(lonely, Hospital, "rec"));

        Assert.Equal(4, a.Contributions.Count);
        Assert.Equal(b.Version, a.Version);
        Assert.Equal(b.Contributions.Select(c => c.NetworkId), a.Contributions.Select(c => c.NetworkId));
        Assert.Equal(b.Contributions.Select(c => RecordFactsCodec.Write(c.Facts)), a.Contributions.Select(c => RecordFactsCodec.Write(c.Facts)));
        Assert.Equal(b.Contributions.SelectMany(c => c.Index.Entries), a.Contributions.SelectMany(c => c.Index.Entries));
        foreach (var reference in (string[])["clinic/Goal/g9", "Goal/rec-cg", "Goal/rec-u1", "hospital/Goal/g1", "Goal/rec-hg", "clinic/Patient/1", "hospital/Patient/1", "Patient/rec", "Patient/rec-hp", "Patient/rec-cp", "Observation/rec-co"])
        {
            if (reference != "clinic/Patient/1") Assert.Equal((reference, b.Resolve(reference)), (reference, a.Resolve(reference)));
            Assert.Equal(b.Find(reference).Select(c => c.NetworkId), a.Find(reference).Select(c => c.NetworkId));
        }

        Assert.NotEqual(a.Version, (await Sample.ViewAsync(full, Sample.Patient("rec"), "rec")).Version);
    }

    [Fact]
    public async Task View_ResolvesReferences_ToWhatTheCallerSees()
    {
        var vault = await NewAsync();
        await Sample.Commit(vault, Sample.Write("hospital", """{"resourceType":"Practitioner","id":"p"}""", null, "prac1"));
        await Sample.Commit(vault, [.. HospitalWrites(), .. ClinicWrites()]);
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("x"), "other", "other-1"));
        var own = await Sample.ViewAsync(vault, Hospital, "rec");
        var all = await Sample.ViewAsync(vault, Sample.Patient("rec"), "rec");

        Assert.Equal("Goal/rec-u1", own.Resolve("hospital/Goal/g1"));
        Assert.Equal("Goal/rec-u1", own.Resolve("Goal/rec-hg"));
        Assert.Equal("Goal/rec-u1", own.Resolve("Goal/rec-u1"));
        Assert.Equal("Observation/rec-ho", own.Resolve("hospital/Observation/o1"));
        Assert.Equal("Observation/rec-ho", own.Resolve("Observation/rec-ho"));
        Assert.Equal("Patient/rec", own.Resolve("hospital/Patient/1"));
        Assert.Equal("Patient/rec", own.Resolve("Patient/rec"));
        Assert.Equal("Practitioner/prac1", own.Resolve("hospital/Practitioner/p"));
        Assert.Equal("Practitioner/prac1", own.Resolve("Practitioner/prac1"));
        Assert.Equal("Observation/rec-co", all.Resolve("clinic/Observation/o9"));
        Assert.All((string[])["clinic/Goal/g9", "Goal/rec-cg", "clinic/Observation/o9", "Practitioner/none", "hospital/Practitioner/none", "Patient/other", "Goal/other-1", "hospital/Goal/x", "nonsense"], r => Assert.Null(own.Resolve(r)));
    }

    [Fact]
    public async Task View_OfARecordThatDoesNotExist_IsEmpty()
    {
        var vault = await NewAsync();
        var view = await Sample.ViewAsync(vault, Sample.Patient("nobody"), "nobody");
        Assert.Empty(view.Contributions);
        Assert.Null(view.Resolve("Patient/nobody"));
        Assert.Equal(view.Version, (await Sample.ViewAsync(vault, Sample.Patient("nobody2"), "nobody2")).Version);
    }

    [Fact]
    public async Task References_LeadToWhatArrivesLater()
    {
        var vault = await NewAsync();
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Observation("o2", focus: "Goal/g1"), "rec", "rec-o"));
        var before = await Sample.ViewAsync(vault, Hospital, "rec");
        Assert.Null(before.Resolve("hospital/Goal/g1"));
        Assert.Contains("hospital/Goal/g1", before.Contributions[0].Facts.References);

        await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("g1"), "rec", "rec-g"));
        var after = await Sample.ViewAsync(vault, Hospital, "rec");
        Assert.Equal("Goal/rec-g", after.Resolve("hospital/Goal/g1"));
        Assert.Contains("Goal/rec-g", after.Find("Observation/rec-o")[0].Facts.References);
        Assert.Contains(after.Find("Observation/rec-o")[0].Index.Of("focus"), e => e.Value == "Goal/rec-g");
        Assert.NotEqual(before.Version, after.Version);
    }

    [Fact]
    public async Task DirectoryReferences_LeadToWhatArrivesLater_AndChangeTheVersionOfTheView()
    {
        var vault = await NewAsync();
        var goal = Sample.Goal("g1").Replace("}}", """},"expressedBy":{"reference":"Practitioner/p"}}""", StringComparison.Ordinal);
        await Sample.Commit(vault, Sample.Write("hospital", goal, "rec", "rec-g"));
        var before = await Sample.ViewAsync(vault, Hospital, "rec");
        Assert.Null(before.Resolve("hospital/Practitioner/p"));

        await Sample.Commit(vault, Sample.Write("clinic", """{"resourceType":"Practitioner","id":"q"}""", null, "prac0"));
        Assert.Equal(before.Version, (await Sample.ViewAsync(vault, Hospital, "rec")).Version);

        await Sample.Commit(vault, Sample.Write("hospital", """{"resourceType":"Practitioner","id":"p"}""", null, "prac1"));
        var after = await Sample.ViewAsync(vault, Hospital, "rec");
        Assert.Equal("Practitioner/prac1", after.Resolve("hospital/Practitioner/p"));
        Assert.Equal("Practitioner/prac1", vault.ResolveDirectory("hospital/Practitioner/p"));
        Assert.Contains("Practitioner/prac1", after.Contributions[0].Facts.References);
        Assert.NotEqual(before.Version, after.Version);
    }

    [Fact]
    public async Task Bodies_AreThoseOfTheView_AlsoAfterALaterWrite()
    {
        var vault = await NewAsync();
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("g1", text: "one"), "rec", "rec-1"), Sample.Write("hospital", Sample.Goal("g2", text: "second"), "rec", "rec-2"));
        var view = await Sample.ViewAsync(vault, Hospital, "rec");
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("g1", text: "two"), "rec", "rec-1", expected: 1));

        var bodies = await vault.BodiesAsync(view, [view.Find("Goal/rec-2")[0], view.Find("Goal/rec-1")[0]], default);

        Assert.Contains("second", Sample.Text(bodies[0]));
        Assert.Contains("one", Sample.Text(bodies[1]));
    }

    [Fact]
    public async Task ScopeConstraint_NarrowsTheView_AndAnUndecidableOnePermitsNothing()
    {
        var vault = await NewAsync();
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Observation("o1", code: "a"), "rec", "rec-1"), Sample.Write("hospital", Sample.Observation("o2", code: "b"), "rec", "rec-2"));
        async Task<string[]> Seen(string scopes) => [.. (await Sample.ViewAsync(vault, Hospital with { Scopes = SmartScopes.Parse(scopes) }, "rec")).Contributions.Select(c => c.NetworkId)];

        Assert.Equal(["rec-1"], await Seen("system/Observation.rs?code=a"));
        Assert.Equal(["rec-1", "rec-2"], await Seen("system/Observation.rs?code=a system/Observation.rs?code=b"));
        Assert.Empty(await Seen("system/Observation.rs?nonsense=a"));
        Assert.Empty(await Seen("system/Observation.rs?_count=3"));
        Assert.Empty(await Seen("system/Observation.rs?subject.name=a"));
        var facade = Sample.Facade("hospital", "system/Observation.rs?code=a");
        Assert.NotNull(await vault.ReadAsync(facade, new ContributionKey("hospital", "Observation", "o1"), null, default));
        Assert.Null(await vault.ReadAsync(facade, new ContributionKey("hospital", "Observation", "o2"), null, default));
        Assert.Single((await vault.SearchAsync(facade, new SearchQuery { Types = ["Observation"] }, new PageRequest(10, null), default)).Matches);
    }

    [Fact]
    public async Task Read_WithARecordGrant_GivesOnlyWhatIsPermitted_WithReferencesResolved()
    {
        var vault = await NewAsync();
        await Sample.Commit(vault, [.. HospitalWrites(), .. ClinicWrites()]);
        var grant = await Sample.GrantAsync(vault, Hospital, "rec");

        Assert.Null(await vault.ReadAsync(grant, new ContributionKey("clinic", "Goal", "g9"), null, default));
        Assert.Empty(await vault.HistoryAsync(grant, new ContributionKey("clinic", "Goal", "g9"), default));
        var own = (await vault.ReadAsync(grant, new ContributionKey("hospital", "Observation", "o2"), 1, default))!.Value;
        Assert.Contains("Goal/rec-hg", own.Contribution.Facts.References);
        Assert.Null(await vault.ReadAsync(await Sample.GrantAsync(vault, Hospital, "other"), new ContributionKey("hospital", "Observation", "o2"), null, default));
    }

    [Fact]
    public async Task Consent_PermitsAndIsRevoked_ForTheNextRequest()
    {
        var vault = await NewAsync();
        await Sample.Commit(vault, Sample.Write("network", """{"resourceType":"Organization","id":"hospital","active":true,"name":"H"}""", null, "hospital"));
        await Sample.Commit(vault, ClinicWrites());
        Assert.Empty((await Sample.ViewAsync(vault, Hospital, "rec")).Contributions);

        static ContributionWrite Consent(string status, long expected) => Sample.Write("Patient/rec", $$$"""
            {"resourceType":"Consent","id":"c1","status":"{{{status}}}","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
             "category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}],"patient":{"reference":"https://network.example/fhir/Patient/rec"},"dateTime":"2026-01-01",
             "performer":[{"reference":"https://network.example/fhir/Patient/rec"}],"policy":[{"uri":"https://profiles.ihe.net/ITI/PCF/Policy-deny"}],
             "provision":{"type":"permit","actor":[{"role":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]},"reference":{"reference":"https://network.example/fhir/Organization/hospital"}}]}}
            """, "rec", "rec-c1", expected, imported: false);
        await Sample.Commit(vault, Consent("active", 0));
        var snapshot = await vault.CounselAsync(Sample.Snapshots, new RecordId("rec"), default);
        Assert.Single(snapshot.Directives);
        Assert.Equal(3, (await Sample.ViewAsync(vault, Hospital, "rec")).Contributions.Count);

        await Sample.Commit(vault, Sample.Write("clinic", Sample.Goal("g10"), "rec", "rec-g10"));
        Assert.Equal(snapshot.Version, (await vault.CounselAsync(Sample.Snapshots, new RecordId("rec"), default)).Version);
        Assert.Equal(4, (await Sample.ViewAsync(vault, Hospital, "rec")).Contributions.Count);

        await Sample.Commit(vault, Consent("inactive", 1));
        Assert.NotEqual(snapshot.Version, (await vault.CounselAsync(Sample.Snapshots, new RecordId("rec"), default)).Version);
        Assert.Empty((await Sample.ViewAsync(vault, Hospital, "rec")).Contributions);
    }

    [Fact]
    public async Task Snapshot_OfARecordThatDoesNotExist_IsEmpty()
    {
        var snapshot = await (await NewAsync()).CounselAsync(Sample.Snapshots, new RecordId("nobody"), default);
        Assert.Empty(snapshot.Directives);
        Assert.Equal(new RecordId("nobody"), snapshot.Record);
    }
}
