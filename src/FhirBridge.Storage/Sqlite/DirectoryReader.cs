using FhirBridge.Storage.Records;

namespace FhirBridge.Storage.Sqlite;

/// <summary>Reads the directory: contributions about no patient, joined by network id.</summary>
internal static class DirectoryReader
{
    /// <summary>Network reference of a stored reference to a directory entry; null when it leads nowhere.</summary>
    internal static string? Resolve(Connection connection, string reference)
    {
        if (StoredReference.IsNetwork(reference))
        {
            var slash = reference.IndexOf('/');
            using var s = connection.Get("SELECT 1 FROM contribution WHERE type = ?1 AND network_id = ?2 AND record IS NULL AND deleted = 0 LIMIT 1");
            return s.Bind(1, reference[..slash]).Bind(2, reference[(slash + 1)..]).Step() ? reference : null;
        }

        if (!StoredReference.TryParse(reference, out var key)) return null;
        using var one = connection.Get("SELECT network_id FROM contribution WHERE contributor = ?1 AND type = ?2 AND local_id = ?3 AND record IS NULL AND deleted = 0");
        return one.Bind(1, key.Contributor).Bind(2, key.Type).Bind(3, key.LocalId).Step() ? $"{key.Type}/{one.Text(0)}" : null;
    }

    /// <summary>The current contributions to an entry, oldest first: the first one founded it.</summary>
    internal static List<(Contribution Contribution, ContributionBody Body)> Read(Connection connection, string type, string id)
    {
        var found = new List<(Contribution, ContributionBody)>();
        using (var s = connection.Get(Columns.Full + "WHERE type = ?1 AND network_id = ?2 AND record IS NULL AND deleted = 0 ORDER BY id"))
        {
            s.Bind(1, type).Bind(2, id);
            while (s.Step()) found.Add((Columns.Contribution(s), Columns.Body(s)));
        }

        return [.. found.Select(f => (Resolved(connection, f.Item1), f.Item2))];
    }

    /// <summary>References of facts and index resolved in the directory.</summary>
    internal static Contribution Resolved(Connection connection, Contribution c) =>
        RecordEntry.Mapped(c, r => StoredReference.IsNetwork(r) ? null : Resolve(connection, r));

    /// <summary>Stored forms under which a directory entry or a contribution of a record is referred to: its network reference and each contributor's own.</summary>
    internal static List<string> FormsOf(Connection connection, string reference)
    {
        var forms = new List<string> { reference };
        if (!StoredReference.IsNetwork(reference)) return forms;
        var slash = reference.IndexOf('/');
        var (type, id) = (reference[..slash], reference[(slash + 1)..]);
        using (var s = connection.Get("SELECT contributor, local_id FROM contribution WHERE type = ?1 AND network_id = ?2 AND record IS NULL"))
        {
            s.Bind(1, type).Bind(2, id);
            while (s.Step()) forms.Add(new ContributionKey(s.Text(0), type, s.Text(1)).StoredReference);
        }

        // Ids in a record begin with the record's id, which holds no hyphen (RecordId).
        var hyphen = id.IndexOf('-');
        using (var s = connection.Get("SELECT contributor, local_id, network_id FROM contribution WHERE record = ?1 AND type = ?2"))
        {
            s.Bind(1, hyphen < 0 ? id : id[..hyphen]).Bind(2, type);
            while (s.Step())
            {
                if ((type == "Patient" && hyphen < 0) || s.Text(2) == id) forms.Add(new ContributionKey(s.Text(0), type, s.Text(1)).StoredReference);
            }
        }

        return forms;
    }

    /// <summary>Targets of a business identifier; any system when none is given.</summary>
    internal static void FindByIdentifier(Connection connection, string scope, string? system, string value, ICollection<string> found)
    {
        using var s = connection.Get("SELECT DISTINCT target FROM claim WHERE scope = ?1 AND value = ?2 AND (?3 IS NULL OR system = ?3)");
        s.Bind(1, scope).Bind(2, value).Bind(3, system);
        while (s.Step())
        {
            var target = s.Text(0);
            if (!found.Contains(target)) found.Add(target);
        }
    }
}
