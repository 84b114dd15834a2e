using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Storage.Records;

namespace FhirBridge.Storage.Sqlite;

/// <summary>
/// Who belongs to the network, from the directory; kept while the network's version stays. Of an entry that several contribute to, the operator's
/// contribution speaks, or else the one that founded it: nobody joins an entry to gain what it is named for.
/// </summary>
internal sealed class NetworkReader(string operatorId, ConsentOptions options)
{
    private Dictionary<long, Source> known = [];
    private volatile NetworkSnapshot? current;

    /// <summary>The network at that version or a later one.</summary>
    internal NetworkSnapshot Read(Connection connection, long version)
    {
        if (current is { } kept && kept.Version == version) return kept;
        connection.Get("BEGIN").Run();
        var now = RecordReader.ReadNetworkVersion(connection);
        var sources = Load(connection);
        var made = Make(connection, now, sources);
        connection.Get("COMMIT").Run();
        known = sources.ToDictionary(s => s.Contribution.Row);
        current = made;
        return made;
    }

    private List<Source> Load(Connection connection)
    {
        var before = known;
        var sources = new List<Source>();
        using var s = connection.Get(Columns.Full + "WHERE record IS NULL AND deleted = 0 AND type IN ('Organization', 'OrganizationAffiliation', 'PractitionerRole', 'Group') ORDER BY type, network_id, id");
        while (s.Step())
        {
            sources.Add(before.TryGetValue(Columns.Row(s.Int64(0), s.Int64(6)), out var same) ? same : Parsed(Columns.Contribution(s), Columns.Body(s)));
        }

        return sources;
    }

    private static Source Parsed(Contribution c, ContributionBody body) => new(c, CounselSources.Resource(c, body), CounselSources.Written(body));

    private NetworkSnapshot Make(Connection connection, long version, List<Source> sources)
    {
        var resolved = new Dictionary<string, string?>(StringComparer.Ordinal);
        string? Lead(string target)
        {
            if (!resolved.TryGetValue(target, out var to)) resolved[target] = to = DirectoryReader.Resolve(connection, target);
            return to;
        }

        var speaking = sources.GroupBy(s => (s.Contribution.Key.Type, s.Contribution.NetworkId)).Select(e => e.FirstOrDefault(s => s.IsBy(operatorId)) ?? e.First()).ToList();
        var affiliations = Affiliations(sources, Lead);
        var members = new Dictionary<string, NetworkMember>(StringComparer.Ordinal);
        foreach (var s in speaking.Where(s => s.Contribution.Key.Type == "Organization"))
        {
            var id = s.Contribution.NetworkId;
            members[id] = new NetworkMember(
                id, s.Resource.Text("name"),
                [.. s.Resource.Children("identifier").Where(i => i.Text("value") is not null).Select(i => (i.Text("system"), i.Text("value")!))],
                [.. affiliations[new MemberId(id).Reference].Select(a => a.Period)],
                s.Lead(s.Resource["partOf"].Text("reference"), Lead));
        }

        var relations = Relations(speaking.Where(s => s.Contribution.Key.Type is "PractitionerRole" or "Group"), Lead);
        return new NetworkSnapshot(version, members, relations with
        {
            Organizations = [.. members.Values.Where(m => m.PartOf is not null).Select(m => new OrganizationPart(new MemberId(m.Id).Reference, m.PartOf!))],
        });
    }

    // Only the operator says who is a member; a member's own affiliations are what it says of itself.
    private ILookup<string, PractitionerRoleFacts> Affiliations(List<Source> sources, Func<string, string?> lead)
    {
        var found = new List<(string Member, PractitionerRoleFacts Role)>();
        foreach (var s in sources.Where(s => s.Contribution.Key.Type == "OrganizationAffiliation" && s.IsBy(operatorId) && s.Resource.Text("active") == "true"))
        {
            if (s.Lead(s.Resource["organization"].Text("reference"), lead) != new MemberId(operatorId).Reference) continue;
            if (s.Lead(s.Resource["participatingOrganization"].Text("reference"), lead) is not { } member) continue;

            // An affiliation has its period as a role has, and must be read by the same rules.
            var asRole = new CounselSource(s.Resource, s.Contribution.Facts with { Type = "PractitionerRole" }, false, _ => null);
            found.AddRange(Counsel.Compile(default, "", [asRole], CareRelations.None, options).Relations.Roles.Take(1).Select(r => (member, r)));
        }

        return found.ToLookup(f => f.Member, f => f.Role, StringComparer.Ordinal);
    }

    private CareRelations Relations(IEnumerable<Source> sources, Func<string, string?> lead) => Counsel.Compile(
        default, "", sources.Select(s => new CounselSource(s.Resource, s.Contribution.Facts, s.Contribution.Imported, asked => s.Lead(asked, lead))), CareRelations.None, options).Relations;

    /// <summary>A directory contribution, parsed once.</summary>
    private sealed record Source(Contribution Contribution, FhirElement Resource, Dictionary<string, string> Written)
    {
        internal bool IsBy(string contributor) => Contribution.Key.Contributor == contributor;

        internal string? Lead(string? asked, Func<string, string?> lead)
        {
            if (asked is null || !Written.TryGetValue(asked, out var target)) return null;
            return lead(target) ?? (StoredReference.IsNetwork(target) && !target.StartsWith("Organization/", StringComparison.Ordinal) ? target : null);
        }
    }
}
