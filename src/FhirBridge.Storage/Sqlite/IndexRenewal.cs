using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage.Sqlite;

/// <summary>
/// Makes indexes anew. A commit of another stamp than the one that is aimed at says so in the same transaction (<see cref="Note"/>), so that what is called
/// complete is: every index has the stamp.
/// </summary>
internal static class IndexRenewal
{
    private const int Batch = 100;

    /// <summary>The stamp that all indexes have; null while some may have another.</summary>
    internal static ulong? Complete(Connection connection)
    {
        using var s = connection.Get("SELECT target FROM index_state WHERE complete = 1");
        return s.Step() ? unchecked((ulong)s.Int64(0)) : null;
    }

    /// <summary>Begins to aim at a stamp.</summary>
    internal static bool Begin(WriteSession session, ulong stamp)
    {
        session.Connection.Get("UPDATE index_state SET target = ?1, complete = 0, dirty = 0").Bind(1, unchecked((long)stamp)).Run();
        return true;
    }

    /// <summary>Says that an index was written; one of another stamp leaves something to do.</summary>
    internal static void Note(Connection connection, ulong stamp) =>
        connection.Get("UPDATE index_state SET complete = 0, dirty = 1 WHERE target <> ?1").Bind(1, unchecked((long)stamp)).Run();

    /// <summary>The next contributions whose index has another stamp.</summary>
    internal static List<(long Id, Contribution Contribution, ContributionBody Body)> Next(Connection connection, ulong stamp, long after)
    {
        var found = new List<(long, Contribution, ContributionBody)>(Batch);
        using var s = connection.Get(Columns.Full + "WHERE id > ?1 AND deleted = 0 AND substr(ix, 1, 9) <> ?2 ORDER BY id LIMIT ?3");
        s.Bind(1, after).Bind(2, Beginning(stamp)).Bind(3, Batch);
        while (s.Step()) found.Add((s.Int64(0), Columns.Contribution(s), Columns.Body(s)));
        return found;
    }

    /// <summary>Takes the new indexes over, where nothing else was written meanwhile.</summary>
    internal static bool Write(WriteSession session, IReadOnlyList<(long Id, Contribution Contribution, SearchIndex Index)> made)
    {
        var connection = session.Connection;
        var (touched, directory) = (new HashSet<string>(StringComparer.Ordinal), false);
        foreach (var (id, c, index) in made)
        {
            connection.Get("UPDATE contribution SET ix = ?1 WHERE id = ?2 AND version = ?3").Bind(1, SearchIndexCodec.Write(index)).Bind(2, id).Bind(3, c.Version).Run();
            if (connection.Changes == 0) continue;
            var isOfRecord = c.Record is not null;
            IndexWriter.Replace(session, id, c.Key, IndexWriter.Rows(c.Key, isOfRecord, c.Index), IndexWriter.Rows(c.Key, isOfRecord, index));
            if (c.Record is { } record)
            {
                IndexWriter.ReplaceParticipants(session, id, record.Value, IndexWriter.Participants(c.Facts, c.Index), record.Value, IndexWriter.Participants(c.Facts, index));
                touched.Add(record.Value);
            }

            directory |= !isOfRecord;
        }

        // Whoever has the record open reads it again.
        foreach (var record in touched) connection.Get("UPDATE record SET version = version + 1 WHERE id = ?1").Bind(1, record).Run();
        if (directory) connection.Get("UPDATE counter SET directory = directory + 1").Run();
        return true;
    }

    /// <summary>Calls it complete; false when something was written with another stamp, or another stamp is aimed at.</summary>
    internal static bool TryComplete(WriteSession session, ulong stamp)
    {
        session.Connection.Get("UPDATE index_state SET complete = 1 WHERE target = ?1 AND dirty = 0").Bind(1, unchecked((long)stamp)).Run();
        return session.Connection.Changes == 1;
    }

    /// <summary>True when that stamp is aimed at.</summary>
    internal static bool IsAimedAt(WriteSession session, ulong stamp)
    {
        using var s = session.Connection.Get("SELECT 1 FROM index_state WHERE target = ?1");
        return s.Bind(1, unchecked((long)stamp)).Step();
    }

    // What each index of that stamp begins with.
    private static byte[] Beginning(ulong stamp) => SearchIndexCodec.Write(SearchIndex.Empty with { Stamp = stamp })[..(1 + sizeof(ulong))];
}
