using System.Collections.Concurrent;

namespace FhirBridge.Storage.Sqlite;

/// <summary>Connections for reading: as many as there are reads at the same instant, kept for the next ones.</summary>
internal sealed class ReaderPool(SqliteVaultOptions options) : IDisposable
{
    private const int Kept = 32;
    private readonly ConcurrentStack<Connection> free = new();
    private readonly HeaderCache headers = new();
    private volatile bool isClosed;

    /// <summary>Takes a connection; give it back by disposing the lease.</summary>
    internal Lease Take()
    {
        ObjectDisposedException.ThrowIf(isClosed, typeof(SqliteVault));
        return new Lease(this, free.TryPop(out var connection) ? connection : Connection.Open(options, headers));
    }

    public void Dispose()
    {
        isClosed = true;
        while (free.TryPop(out var connection)) connection.Dispose();
    }

    private void Return(Connection connection)
    {
        // A transaction left open would read an old state for ever.
        if (!isClosed && connection.IsIdle && free.Count < Kept) free.Push(connection);
        else connection.Dispose();
    }

    /// <summary>A connection in use.</summary>
    internal readonly struct Lease(ReaderPool pool, Connection connection) : IDisposable
    {
        internal Connection Connection => connection;

        public void Dispose() => pool.Return(connection);
    }
}
