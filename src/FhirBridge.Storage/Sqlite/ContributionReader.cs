namespace FhirBridge.Storage.Sqlite;

/// <summary>Reads single contributions.</summary>
internal static class ContributionReader
{
    /// <summary>The current version; null when the key was never used.</summary>
    internal static (Contribution Contribution, ContributionBody Body)? Current(Connection connection, ContributionKey key)
    {
        using var s = connection.Get(Columns.Full + "WHERE contributor = ?1 AND type = ?2 AND local_id = ?3");
        return s.Bind(1, key.Contributor).Bind(2, key.Type).Bind(3, key.LocalId).Step() ? (connection.Headers.Read(s), Columns.Body(s)) : null;
    }

    /// <summary>An older version; null when there is none of that number.</summary>
    internal static (Contribution Contribution, ContributionBody Body)? Version(Connection connection, ContributionKey key, long version)
    {
        using var s = connection.Get(Columns.FullHistory + "WHERE c.contributor = ?1 AND c.type = ?2 AND c.local_id = ?3 AND h.version = ?4");
        return s.Bind(1, key.Contributor).Bind(2, key.Type).Bind(3, key.LocalId).Bind(4, version).Step() ? (Columns.Contribution(s), Columns.Body(s)) : null;
    }

    /// <summary>All versions but the current one, newest first.</summary>
    internal static List<(Contribution Contribution, ContributionBody Body)> Older(Connection connection, ContributionKey key)
    {
        var found = new List<(Contribution, ContributionBody)>();
        using var s = connection.Get(Columns.FullHistory + "WHERE c.contributor = ?1 AND c.type = ?2 AND c.local_id = ?3 ORDER BY h.row DESC");
        s.Bind(1, key.Contributor).Bind(2, key.Type).Bind(3, key.LocalId);
        while (s.Step()) found.Add((Columns.Contribution(s), Columns.Body(s)));
        return found;
    }

    /// <summary>The bytes of one version, current or not.</summary>
    internal static ContributionBody Body(Connection connection, long row)
    {
        using (var s = connection.Get("SELECT slots, meta, rest FROM contribution WHERE id = ?1 AND version = ?2"))
        {
            if (s.Bind(1, Columns.Id(row)).Bind(2, Columns.VersionOf(row)).Step()) return Blobs.RowCodec.ReadBody(s.Blob(2), s.Blob(1), s.Blob(0));
        }

        // It changed since the view was made: the view keeps showing what it was made of.
        using var old = connection.Get("SELECT slots, meta, rest FROM history WHERE row = ?1");
        return old.Bind(1, row).Step() ? Blobs.RowCodec.ReadBody(old.Blob(2), old.Blob(1), old.Blob(0)) : throw new InvalidOperationException($"the vault has no row {row}");
    }
}
