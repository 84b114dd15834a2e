using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace FhirBridge.Storage.Sqlite;

/// <summary>One connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed class Connection : IDisposable
{
    private const int MostComposed = 200;

    // Statements are constants of this assembly: their identity is their key, no text is hashed on the hot path.
    private readonly Dictionary<string, Statement> statements = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, Statement> composed = new(StringComparer.Ordinal);
    private readonly SqliteConnection inner;
    private readonly sqlite3 handle;

    private Connection(SqliteConnection inner, HeaderCache headers)
    {
        this.inner = inner;
        Headers = headers;
        handle = inner.Handle!;
    }

    /// <summary>Headers that were read before, by this connection or another one of the vault.</summary>
    internal HeaderCache Headers { get; }

    /// <summary>False inside of a transaction.</summary>
    internal bool IsIdle => raw.sqlite3_get_autocommit(handle) != 0;

    /// <summary>Rows changed by the last statement.</summary>
    internal int Changes => raw.sqlite3_changes(handle);

    /// <summary>Row id given by the last insert.</summary>
    internal long LastId => raw.sqlite3_last_insert_rowid(handle);

    internal static Connection Open(SqliteVaultOptions options, HeaderCache headers)
    {
        var text = new SqliteConnectionStringBuilder { DataSource = options.Path, Pooling = false, Mode = SqliteOpenMode.ReadWriteCreate };
        var inner = new SqliteConnection(text.ToString());
        try
        {
            inner.Open();
            var connection = new Connection(inner, headers);
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {(long)options.BusyTimeout.TotalMilliseconds}"));
            connection.Execute("PRAGMA journal_mode = WAL");
            connection.Execute(options.Synchronous == SqliteSynchronous.Full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA cache_size = {-options.PageCacheKilobytes}"));
            connection.Execute("PRAGMA temp_store = MEMORY");
            connection.Execute("PRAGMA wal_autocheckpoint = 1000");
            return connection;
        }
        catch
        {
            inner.Dispose();
            throw;
        }
    }

    /// <summary>The prepared statement of a constant text; dispose it after use.</summary>
    internal Statement Get(string sql)
    {
        if (!statements.TryGetValue(sql, out var statement)) statements[sql] = statement = new Statement(handle, sql, isCached: true);
        return statement;
    }

    /// <summary>The prepared statement of a text that is put together anew each time; dispose it after use, and do not use it twice at once.</summary>
    internal Statement Prepare(string sql)
    {
        if (composed.TryGetValue(sql, out var statement)) return statement;
        if (composed.Count >= MostComposed)
        {
            // A search asks for its next text when it is done with the one before: none of these is in use.
            foreach (var old in composed.Values) old.Close();
            composed.Clear();
        }

        return composed[sql] = new Statement(handle, sql, isCached: true);
    }

    /// <summary>A statement of its own, for one that is stepped while others of the same text are; dispose it after use.</summary>
    internal Statement Open(string sql) => new(handle, sql, isCached: false);

    /// <summary>Runs a text once.</summary>
    internal void Execute(string sql)
    {
        using var statement = Open(sql);
        while (statement.Step())
        {
        }
    }

    /// <summary>Runs a script of several statements.</summary>
    internal void ExecuteScript(string sql)
    {
        using var command = inner.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var statement in statements.Values.Concat(composed.Values)) statement.Close();
        inner.Dispose();
    }
}
