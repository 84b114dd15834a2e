using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage.Tests.Contract;

/// <content>The directory and the network.</content>
public abstract partial class StoreContract
{
    private static string Affiliation(string id, string member, string period = "") => $$"""
        {"resourceType":"OrganizationAffiliation","id":"{{id}}","active":true,"organization":{"reference":"{{Sample.Base}}/Organization/network"},
         "participatingOrganization":{"reference":"{{Sample.Base}}/Organization/{{member}}"}{{period}}}
        """;

    private static string Organization(string id, string identifier) =>
        $$"""{"resourceType":"Organization","id":"{{id}}","name":"{{id}}","identifier":[{"system":"urn:ura","value":"{{identifier}}"}]}""";

    [Fact]
    public async Task Network_NamesMembersThatTheOperatorAffiliated()
    {
        var vault = await NewAsync();
        await Sample.Commit(vault,
            Sample.Write("network", Organization("network", "0"), null, "network"), Sample.Write("network", Organization("hospital", "1"), null, "hospital"),
            Sample.Write("network", Organization("clinic", "2"), null, "clinic"));
        await Sample.Commit(vault, Sample.Write("network", Affiliation("a1", "hospital", ",\"period\":{\"start\":\"2026-01-01\",\"end\":\"2026-12-31\"}"), null, "a1"));
        await Sample.Commit(vault, Sample.Write("clinic", Affiliation("a2", "clinic"), null, "a2"));

        var network = await vault.NetworkAsync(Sample.Snapshots, default);

        Assert.Equal(["clinic", "hospital", "network"], network.Members.Keys.Order(StringComparer.Ordinal));
        var period = Assert.Single(network.Members["hospital"].Affiliations);
        Assert.True(period.Covers(new DateTimeOffset(2026, 12, 31, 23, 0, 0, TimeSpan.Zero)));
        Assert.False(period.Covers(new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Empty(network.Members["clinic"].Affiliations);
        Assert.Equal([("urn:ura", "1")], network.Members["hospital"].Identifiers);

        await Sample.Commit(vault, Sample.Write("network", Affiliation("a1", "hospital"), null, "a1", expected: 1, deleted: true));
        var later = await vault.NetworkAsync(Sample.Snapshots, default);
        Assert.NotEqual(network.Version, later.Version);
        Assert.Empty(later.Members["hospital"].Affiliations);
    }

    [Fact]
    public async Task Network_OfAnEntryThatOthersJoined_ListensToItsFounderOrTheOperator()
    {
        var vault = await NewAsync();
        await Sample.Commit(vault, Sample.Write("clinic", Organization("mine", "9"), null, "hospital"), Sample.Write("network", Organization("hospital", "1"), null, "hospital"));
        static string Role(string practitioner) => $$$"""{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"{{{Sample.Base}}}/Practitioner/{{{practitioner}}}"},"organization":{"reference":"{{{Sample.Base}}}/Organization/hospital"}}""";
        await Sample.Commit(vault, Sample.Write("hospital", Role("good"), null, "role1"));
        await Sample.Commit(vault, Sample.Write("clinic", Role("intruder"), null, "role1"));

        var network = await vault.NetworkAsync(Sample.Snapshots, default);

        Assert.Equal([("urn:ura", "1")], network.Members["hospital"].Identifiers);
        var role = Assert.Single(network.Relations.Roles);
        Assert.Equal(("PractitionerRole/role1", "Practitioner/good", "Organization/hospital"), (role.Reference, role.Practitioner, role.Organization));
    }

    [Fact]
    public async Task NetworkVersion_StaysWhenARecordOrAPractitionerChanges()
    {
        var vault = await NewAsync();
        var before = await vault.NetworkAsync(Sample.Snapshots, default);
        await Sample.Commit(vault, Sample.Write("hospital", Sample.Goal("g"), "rec", "rec-1"));
        await Sample.Commit(vault, Sample.Write("hospital", """{"resourceType":"Practitioner","id":"p"}""", null, "prac1"));
        Assert.Equal(before.Version, (await vault.NetworkAsync(Sample.Snapshots, default)).Version);
    }

    [Fact]
    public async Task DirectoryEntry_HoldsAllItsContributions_UntilTheyAreDeleted()
    {
        var vault = await NewAsync();
        await Sample.Commit(vault, Sample.Write("hospital", Organization("x", "1"), null, "org1"));
        await Sample.Commit(vault, Sample.Write("clinic", Organization("y", "1"), null, "org1"));

        var entry = await vault.ReadDirectoryAsync(Sample.Directory(), "Organization", "org1", default);
        Assert.Equal(["hospital/Organization/x", "clinic/Organization/y"], entry.Select(e => e.Contribution.Key.StoredReference));
        Assert.Contains("\"x\"", Sample.Text(entry[0].Body));
        Assert.Empty(await vault.ReadDirectoryAsync(Sample.Directory(), "Organization", "none", default));
        Assert.Empty(await vault.ReadDirectoryAsync(Sample.Directory(), "Practitioner", "org1", default));

        await Sample.Commit(vault, Sample.Write("hospital", Organization("x", "1"), null, "org1", expected: 1, deleted: true));
        Assert.Null(vault.ResolveDirectory("hospital/Organization/x"));
        Assert.Equal("Organization/org1", vault.ResolveDirectory("clinic/Organization/y"));
        Assert.Single(await vault.ReadDirectoryAsync(Sample.Directory(), "Organization", "org1", default));
    }

    [Fact]
    public async Task DirectorySearch_FindsEntriesByValueAndByReference_InPages()
    {
        var vault = await NewAsync();
        for (var i = 0; i < 7; i++) await Sample.Commit(vault, Sample.Write("hospital", Organization("o" + i, "id" + i), null, "org" + i, at: Sample.Start.AddMinutes(i)));
        await Sample.Commit(vault, Sample.Write("hospital", """{"resourceType":"PractitionerRole","id":"r","organization":{"reference":"Organization/o3"}}""", null, "role1"));
        async Task<IReadOnlyList<string>> Search(string type, string query, int count = 100, string? after = null) =>
            await vault.SearchDirectoryAsync(Sample.Directory(), Query(type, query), new PageRequest(count, after), default);

        Assert.Equal(["org4"], await Search("Organization", "identifier=urn:ura|id4"));
        Assert.Equal(["org5"], await Search("Organization", "name=o5"));
        Assert.Equal(["org2"], await Search("Organization", "_id=org2"));
        Assert.Empty(await Search("Organization", "name=zzz"));
        Assert.Equal(["role1"], await Search("PractitionerRole", "organization=Organization/org3"));
        Assert.Empty(await Search("PractitionerRole", "organization=Organization/org4"));
        Assert.Equal(["org0", "org1", "org2", "org3", "org4", "org5", "org6"], await Search("Organization", "_sort=name"));
        var first = await Search("Organization", "", 3);
        var second = await Search("Organization", "", 3, first[^1]);
        await Sample.Commit(vault, Sample.Write("hospital", Organization("o9", "id9"), null, "org9", at: Sample.Start.AddMinutes(60)));
        var third = await Search("Organization", "", 3, second[^1]);
        Assert.Equal(["org6", "org5", "org4", "org3", "org2", "org1", "org0"], first.Concat(second).Concat(third));
    }

    [Fact]
    public async Task RecordsOf_APractitioner_AreFoundThroughEachMembersOwnName()
    {
        var vault = await NewAsync();
        static string Team(string id, string member) => $$$"""{"resourceType":"CareTeam","id":"{{{id}}}","status":"active","subject":{"reference":"Patient/1"},"participant":[{"member":{"reference":"{{{member}}}"}}]}""";
        await Sample.Commit(vault, Sample.Write("hospital", Team("t", "Practitioner/p"), "rec", "rec-t"));
        await Sample.Commit(vault, Sample.Write("clinic", Team("t", "Practitioner/q"), "rec2", "rec2-t"));
        await Sample.Commit(vault, Sample.Write("clinic", Team("u", "Practitioner/z"), "rec3", "rec3-t"));
        await Sample.Commit(vault, Sample.Write("hospital", """{"resourceType":"Practitioner","id":"p"}""", null, "prac1"), Sample.Write("clinic", """{"resourceType":"Practitioner","id":"q"}""", null, "prac1"));
        async Task<string[]> Records(string reference) => [.. (await vault.RecordsOfAsync(Sample.Identity, reference, default)).Select(r => r.Value)];

        Assert.Equal(["rec", "rec2"], await Records("Practitioner/prac1"));
        Assert.Empty(await Records("Practitioner/prac2"));

        await Sample.Commit(vault, Sample.Write("hospital", Team("t", "Practitioner/other"), "rec", "rec-t", expected: 1));
        Assert.Equal(["rec2"], await Records("Practitioner/prac1"));
        await Sample.Commit(vault, Sample.Write("clinic", Team("t", "Practitioner/q"), "rec2", "rec2-t", expected: 1, deleted: true));
        Assert.Empty(await Records("Practitioner/prac1"));
    }

    private static SearchQuery Query(string type, string text)
    {
        var pairs = text.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => new KeyValuePair<string, string>(p[..p.IndexOf('=')], Uri.UnescapeDataString(p[(p.IndexOf('=') + 1)..])));
        var parsed = SearchQueryParser.Parse(type, pairs);
        Assert.True(parsed.IsOk, string.Join('\n', parsed.Problems));
        return parsed.Value!;
    }
}
