using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace FhirBridge.Storage.Sqlite;

/// <summary>
/// A prepared statement, bound and stepped without allocation. Disposing makes it ready for its next use; the connection owns the cached ones.
/// </summary>
/// <remarks>The command objects of Microsoft.Data.Sqlite allocate for every execution, which is a third of the cost of a point read.</remarks>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;
    private readonly bool isCached;

    internal Statement(sqlite3 database, string sql, bool isCached)
    {
        this.database = database;
        this.isCached = isCached;
        Check(raw.sqlite3_prepare_v3(database, sql, isCached ? (uint)raw.SQLITE_PREPARE_PERSISTENT : 0u, out statement));
    }

    internal Statement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(statement, parameter, value));
        return this;
    }

    internal Statement Bind(int parameter, double value)
    {
        Check(raw.sqlite3_bind_double(statement, parameter, value));
        return this;
    }

    internal Statement Bind(int parameter, string? value)
    {
        if (value is null) Check(raw.sqlite3_bind_null(statement, parameter));
        else if (value.Length is 0 or > 250) Check(raw.sqlite3_bind_text(statement, parameter, value));
        else
        {
            // An empty span would bind NULL, hence the case above.
            Span<byte> utf8 = stackalloc byte[value.Length * 3];
            Check(raw.sqlite3_bind_text(statement, parameter, utf8[..Encoding.UTF8.GetBytes(value, utf8)]));
        }

        return this;
    }

    internal Statement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(statement, parameter, 0) : raw.sqlite3_bind_blob(statement, parameter, value));
        return this;
    }

    /// <summary>Binds a value of any of the types above.</summary>
    internal void BindAny(int parameter, object? value)
    {
        switch (value)
        {
            case null: Bind(parameter, (string?)null); break;
            case string text: Bind(parameter, text); break;
            case long number: Bind(parameter, number); break;
            case double number: Bind(parameter, number); break;
            default: throw new ArgumentException($"a value of type {value.GetType()} cannot be bound", nameof(value));
        }
    }

    /// <summary>Moves to the next row; false at the end.</summary>
    internal bool Step()
    {
        var code = raw.sqlite3_step(statement);
        if (code == raw.SQLITE_ROW) return true;
        if (code == raw.SQLITE_DONE) return false;
        var failure = Failure(code);

        // Whoever uses the statement next finds it ready, whether or not this caller disposes it.
        Dispose();
        throw failure;
    }

    /// <summary>Runs a statement that gives no rows.</summary>
    internal void Run()
    {
        while (Step())
        {
        }

        Dispose();
    }

    internal bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    internal long Int64(int column) => raw.sqlite3_column_int64(statement, column);

    internal bool Bool(int column) => raw.sqlite3_column_int64(statement, column) != 0;

    internal string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(statement, column));

    internal string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    /// <summary>Valid until the next step.</summary>
    internal ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(statement, column);

    public void Dispose()
    {
        if (!isCached)
        {
            statement.Dispose();
            return;
        }

        // The code of reset repeats the failure of the last step, which was reported then.
        _ = raw.sqlite3_reset(statement);
        _ = raw.sqlite3_clear_bindings(statement);
    }

    internal void Close() => statement.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK) throw Failure(code);
    }

    private SqliteException Failure(int code) => new(raw.sqlite3_errmsg(database).utf8_to_string(), code & 0xFF, raw.sqlite3_extended_errcode(database));
}
