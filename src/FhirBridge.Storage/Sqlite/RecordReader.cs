using System.Collections.Immutable;
using FhirBridge.Consent;
using FhirBridge.Fhir.Search;
using FhirBridge.Storage.Blobs;
using FhirBridge.Storage.Records;

namespace FhirBridge.Storage.Sqlite;

/// <summary>Versions of what is cached; read before every use of a cache, because another process may write to the same file.</summary>
/// <param name="Record">Version of the record; 0 when it does not exist.</param>
/// <param name="Directory">Version of what directory references lead to.</param>
/// <param name="Network">Version of organisations, affiliations, roles and groups.</param>
internal readonly record struct Versions(long Record, long Directory, long Network);

/// <summary>Opens records: from the cache when the versions say so, else from the tables.</summary>
internal sealed class RecordReader(ReaderPool readers, ContentsCache cache)
{
    /// <summary>The record as it is now, with the versions that prove it.</summary>
    internal (RecordContents Contents, Versions Versions) Open(RecordId record)
    {
        using var lease = readers.Take();
        var connection = lease.Connection;
        var versions = ReadVersions(connection, record);
        var kept = cache.Find(record);
        if (kept is not null && kept.Version == versions.Record && kept.DirectoryVersion == versions.Directory) return (kept, versions);

        connection.Get("BEGIN").Run();
        try
        {
            versions = ReadVersions(connection, record);
            if (kept is null || kept.Version != versions.Record || !StillHolds(connection, kept, versions.Directory)) cache.Keep(kept = Load(connection, record, versions, kept));
            return (kept, versions);
        }
        finally
        {
            connection.Get("COMMIT").Run();
        }
    }

    internal static Versions ReadVersions(Connection connection, RecordId record)
    {
        using var s = connection.Get("SELECT (SELECT version FROM record WHERE id = ?1), directory, network FROM counter");
        s.Bind(1, record.Value).Step();
        return new Versions(s.Int64(0), s.Int64(1), s.Int64(2));
    }

    internal static long ReadNetworkVersion(Connection connection)
    {
        using var s = connection.Get("SELECT network FROM counter");
        s.Step();
        return s.Int64(0);
    }

    // The directory changed somewhere: nothing is lost when what this record asked of it has the same answers.
    private static bool StillHolds(Connection connection, RecordContents contents, long directoryVersion)
    {
        foreach (var (reference, answer) in contents.Outside)
        {
            if (DirectoryReader.Resolve(connection, reference) != answer) return false;
        }

        contents.DirectoryVersion = directoryVersion;
        return true;
    }

    private static RecordContents Load(Connection connection, RecordId record, Versions versions, RecordContents? before)
    {
        var known = before?.Entries.ToDictionary(e => e.Stored.Row) ?? [];
        var entries = new List<RecordEntry>();
        using (var s = connection.Get(Columns.Header + "WHERE record = ?1 AND deleted = 0"))
        {
            s.Bind(1, record.Value);
            while (s.Step())
            {
                // What did not change is not decoded again.
                entries.Add(known.TryGetValue(Columns.Row(s.Int64(0), s.Int64(6)), out var same) && same.Stored.Index.Stamp == SearchIndexCodec.ReadStamp(s.Blob(Columns.Index))
                    ? new RecordEntry(same.Stored, same.Slots)
                    : new RecordEntry(Columns.Contribution(s), Targets(s.Blob(13))));
            }
        }

        return new RecordContents(record, versions.Record, entries, r => DirectoryReader.Resolve(connection, r), versions.Directory) { Counsel = before?.Counsel is { } counsel ? counsel with { IsChecked = false } : null };
    }

    private static ImmutableArray<string> Targets(ReadOnlySpan<byte> slots) => [.. RowCodec.ReadSlots(slots).Select(s => s.Target).Distinct(StringComparer.Ordinal)];
}
