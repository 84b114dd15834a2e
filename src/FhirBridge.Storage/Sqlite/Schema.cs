using System.Globalization;
using Microsoft.Data.Sqlite;

namespace FhirBridge.Storage.Sqlite;

/// <summary>The tables, and how a file of an older version becomes one of this version.</summary>
internal static class Schema
{
    /// <summary>The schema version of this program, kept in <c>PRAGMA user_version</c>.</summary>
    internal const int Version = 2;

    // Migration n makes version n + 1 out of version n. What was released is never changed, only followed.
    private static readonly string[] Migrations = [First, Second];

    // contribution: the current version of each; history: all versions before, numbered as Contribution.Row.
    // ix_*: values of current, not deleted contributions of members, for searches across records; p is the number of (contributor, type, parameter).
    private const string First = """
        CREATE TABLE counter(one INTEGER PRIMARY KEY CHECK (one = 1), directory INTEGER NOT NULL, network INTEGER NOT NULL) STRICT;
        INSERT INTO counter VALUES(1, 1, 1);
        CREATE TABLE record(id TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID;

        CREATE TABLE contribution(
          id INTEGER PRIMARY KEY, contributor TEXT NOT NULL, type TEXT NOT NULL, local_id TEXT NOT NULL, network_id TEXT NOT NULL, record TEXT,
          version INTEGER NOT NULL, last_updated INTEGER NOT NULL, deleted INTEGER NOT NULL, imported INTEGER NOT NULL,
          provenance BLOB NOT NULL, facts BLOB NOT NULL, ix BLOB NOT NULL, slots BLOB NOT NULL, meta BLOB NOT NULL, rest BLOB NOT NULL) STRICT;
        CREATE UNIQUE INDEX contribution_key ON contribution(contributor, type, local_id);
        CREATE INDEX contribution_record ON contribution(record) WHERE record IS NOT NULL;
        CREATE INDEX contribution_directory ON contribution(type, network_id) WHERE record IS NULL;
        CREATE INDEX contribution_order ON contribution(contributor, type, last_updated DESC, local_id) WHERE deleted = 0;
        CREATE TABLE history(
          row INTEGER PRIMARY KEY, network_id TEXT NOT NULL, record TEXT,
          version INTEGER NOT NULL, last_updated INTEGER NOT NULL, deleted INTEGER NOT NULL, imported INTEGER NOT NULL,
          provenance BLOB NOT NULL, facts BLOB NOT NULL, ix BLOB NOT NULL, slots BLOB NOT NULL, meta BLOB NOT NULL, rest BLOB NOT NULL) STRICT;

        CREATE TABLE ix_name(p INTEGER PRIMARY KEY, contributor TEXT NOT NULL, type TEXT NOT NULL, parameter TEXT NOT NULL) STRICT;
        CREATE UNIQUE INDEX ix_name_key ON ix_name(type, parameter, contributor);
        CREATE TABLE ix_token(p INTEGER NOT NULL, code TEXT NOT NULL, id INTEGER NOT NULL, system TEXT NOT NULL, PRIMARY KEY(p, code, id, system)) STRICT, WITHOUT ROWID;
        CREATE TABLE ix_string(p INTEGER NOT NULL, folded TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY(p, folded, id)) STRICT, WITHOUT ROWID;
        CREATE TABLE ix_target(p INTEGER NOT NULL, target TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY(p, target, id)) STRICT, WITHOUT ROWID;
        CREATE TABLE ix_range(p INTEGER NOT NULL, low REAL NOT NULL, high REAL NOT NULL, id INTEGER NOT NULL, PRIMARY KEY(p, low, high, id)) STRICT, WITHOUT ROWID;

        CREATE TABLE participant(reference TEXT NOT NULL, record TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY(reference, record, id)) STRICT, WITHOUT ROWID;
        CREATE TABLE claim(
          scope TEXT NOT NULL, value TEXT NOT NULL, system TEXT NOT NULL, contributor TEXT NOT NULL, type TEXT NOT NULL, local_id TEXT NOT NULL, target TEXT NOT NULL,
          PRIMARY KEY(scope, value, system, contributor, type, local_id)) STRICT, WITHOUT ROWID;

        CREATE TABLE audit(seq INTEGER PRIMARY KEY, record TEXT, at INTEGER NOT NULL, payload BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
        CREATE INDEX audit_record ON audit(record, seq) WHERE record IS NOT NULL;
        CREATE TABLE outbox(seq INTEGER PRIMARY KEY AUTOINCREMENT, payload BLOB NOT NULL, leased_until INTEGER NOT NULL) STRICT;
        """;

    // The stamp (SearchIndex.Stamp) that all indexes of current contributions are to have; whether all have it; whether one with another was written since that began.
    private const string Second = """
        CREATE TABLE index_state(one INTEGER PRIMARY KEY CHECK (one = 1), target INTEGER NOT NULL, complete INTEGER NOT NULL, dirty INTEGER NOT NULL) STRICT;
        INSERT INTO index_state VALUES(1, 0, 0, 0);
        """;

    /// <summary>Brings the file to this version.</summary>
    /// <exception cref="VaultUnavailableException">The file was written by a newer program.</exception>
    internal static void Migrate(Connection connection)
    {
        if (Current(connection) == Version) return;
        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            // Read again: another process may have migrated while this one waited.
            var current = Current(connection);
            if (current > Version)
            {
                throw new VaultUnavailableException($"the database has schema version {current}, this program knows versions up to {Version}: start a newer program, or restore a backup");
            }

            for (var v = current; v < Version; v++) connection.ExecuteScript(Migrations[v]);
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {Version}"));
            connection.Execute("COMMIT");
        }
        catch (Exception e) when (e is SqliteException or VaultUnavailableException)
        {
            if (!connection.IsIdle) connection.Execute("ROLLBACK");
            throw;
        }
    }

    private static int Current(Connection connection)
    {
        using var statement = connection.Prepare("PRAGMA user_version");
        statement.Step();
        return (int)statement.Int64(0);
    }
}
