using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace FhirBridge.Benchmarks.Floor;

/// <summary>One SQLite connection with its prepared statements: WAL, <c>synchronous=FULL</c>. Used by one thread at a time.</summary>
internal sealed class FloorConnection : IDisposable
{
    public const string Schema = """
        CREATE TABLE resource(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, row INTEGER NOT NULL);
        CREATE TABLE history(row INTEGER PRIMARY KEY, resource INTEGER NOT NULL, version INTEGER NOT NULL, updated INTEGER NOT NULL, body BLOB NOT NULL);
        CREATE TABLE idx(param INTEGER NOT NULL, value TEXT NOT NULL, resource INTEGER NOT NULL, PRIMARY KEY(param, value, resource)) WITHOUT ROWID;
        CREATE TABLE audit(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, payload BLOB NOT NULL);
        """;

    private readonly Dictionary<string, FloorStatement> statements = new(ReferenceEqualityComparer.Instance);
    private readonly SqliteConnection inner;

    public FloorConnection(string path)
    {
        inner = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        inner.Open();
        foreach (var pragma in new[] { "busy_timeout = 5000", "journal_mode = WAL", "synchronous = FULL", "cache_size = -65536", "temp_store = MEMORY", "wal_autocheckpoint = 4000" })
        {
            Script("PRAGMA " + pragma);
        }
    }

    public sqlite3 Handle => inner.Handle!;

    /// <summary>Row id given by the last insert.</summary>
    public long LastId => raw.sqlite3_last_insert_rowid(Handle);

    /// <summary>The prepared statement of a constant text.</summary>
    public FloorStatement Get(string sql)
    {
        if (!statements.TryGetValue(sql, out var statement)) statements[sql] = statement = new FloorStatement(Handle, sql);
        return statement;
    }

    public void Script(string sql)
    {
        using var command = inner.CreateCommand();
#pragma warning disable CA2100 // Constants of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var s in statements.Values) s.Close();
        inner.Dispose();
    }
}

/// <summary>A prepared statement, bound and stepped without allocation; disposing makes it ready for its next use.</summary>
internal sealed class FloorStatement : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;

    public FloorStatement(sqlite3 database, string sql)
    {
        this.database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement));
    }

    public FloorStatement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(statement, parameter, value));
        return this;
    }

    public FloorStatement BindText(int parameter, ReadOnlySpan<byte> utf8)
    {
        Check(raw.sqlite3_bind_text(statement, parameter, utf8));
        return this;
    }

    public FloorStatement BindBlob(int parameter, ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_blob(statement, parameter, value));
        return this;
    }

    public bool Step()
    {
        var code = raw.sqlite3_step(statement);
        if (code == raw.SQLITE_ROW) return true;
        if (code != raw.SQLITE_DONE) Check(code);
        return false;
    }

    public void Run()
    {
        Step();
        Dispose();
    }

    public long Int64(int column) => raw.sqlite3_column_int64(statement, column);

    /// <summary>Text or blob; valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(statement, column);

    public void Dispose() => raw.sqlite3_reset(statement);

    public void Close() => statement.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK) throw new SqliteException(raw.sqlite3_errmsg(database).utf8_to_string(), code);
    }
}

/// <summary>Connections for reading: as many as reads were ever under way at once, each with its warm page cache.</summary>
internal sealed class FloorReaders(string database) : IDisposable
{
    private readonly FloorConnection?[] idle = new FloorConnection?[64];

    public FloorConnection Take()
    {
        for (var i = 0; i < idle.Length; i++)
        {
            if (idle[i] is not null && Interlocked.Exchange(ref idle[i], null) is { } connection) return connection;
        }

        return new FloorConnection(database);
    }

    public void Return(FloorConnection connection)
    {
        for (var i = 0; i < idle.Length; i++)
        {
            if (idle[i] is null && Interlocked.CompareExchange(ref idle[i], connection, null) is null) return;
        }

        connection.Dispose();
    }

    public void Dispose()
    {
        foreach (var connection in idle) connection?.Dispose();
    }
}
