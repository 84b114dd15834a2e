using Microsoft.Data.Sqlite;

namespace FhirBridge.Storage.Sqlite;

/// <summary>
/// The one writer of the process, with group commit: what waits together is made durable together. When nothing waits, a request is
/// written inline by its caller, so that a single client is not slowed by a change of thread.
/// </summary>
internal sealed class GroupWriter : IDisposable
{
    private const int MostInGroup = 1_000;
    private readonly Lock gate = new();
    private readonly Queue<WriteRequest> waiting = new();
    private readonly List<WriteRequest> group = [];
    private readonly SemaphoreSlim handedOver = new(0);
    private readonly Connection connection;
    private readonly Thread thread;
    private bool isBusy;
    private bool isClosed;

    internal GroupWriter(Connection connection)
    {
        this.connection = connection;
        Session = new WriteSession(connection);
        thread = new Thread(Serve) { IsBackground = true, Name = "vault writer" };
        thread.Start();
    }

    /// <summary>What the writer knows between transactions; used by the request that is being written alone.</summary>
    private WriteSession Session { get; }

    /// <summary>Writes; completes when durable. What the work throws undoes this request alone, and fails it.</summary>
    internal Task<T> WriteAsync<T>(Func<WriteSession, T> work)
    {
        var request = new WriteRequest<T>(work);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isClosed, typeof(SqliteVault));
            waiting.Enqueue(request);
            if (isBusy) return request.Task;
            isBusy = true;
        }

        WriteGroup();
        lock (gate)
        {
            isBusy = waiting.Count > 0;
            if (isBusy || isClosed) handedOver.Release();
        }

        return request.Task;
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (isClosed) return;
            isClosed = true;
            if (!isBusy) handedOver.Release();
        }

        thread.Join();
        connection.Dispose();
        handedOver.Dispose();
    }

    private void Serve()
    {
        while (true)
        {
            handedOver.Wait();
            while (true)
            {
                lock (gate)
                {
                    if (waiting.Count == 0)
                    {
                        isBusy = false;
                        if (isClosed) return;
                        break;
                    }

                    isBusy = true;
                }

                WriteGroup();
            }
        }
    }

    // 1. take what waits; 2. one transaction, a savepoint for each; 3. commit; 4. only then tell the callers.
    private void WriteGroup()
    {
        lock (gate)
        {
            while (group.Count < MostInGroup && waiting.TryDequeue(out var request)) group.Add(request);
        }

        try
        {
            connection.Get("BEGIN IMMEDIATE").Run();
            Session.Begin();
            foreach (var request in group) WriteOne(request);
            connection.Get("COMMIT").Run();
            Session.Committed();
        }
        catch (Exception e) when (e is SqliteException or VaultUnavailableException)
        {
            Abandon(e);
        }

        foreach (var request in group) request.Complete();
        group.Clear();
    }

    private void WriteOne(WriteRequest request)
    {
        connection.Get("SAVEPOINT one").Run();
        try
        {
            if (request.Execute(Session))
            {
                connection.Get("RELEASE one").Run();
                return;
            }
        }
        catch (Exception e) when (e is not SqliteException || !connection.IsIdle)
        {
            request.Fail(e is SqliteException s ? VaultFaults.Translate(s) : e);
        }

        // A full disk or a failing one ends the whole transaction by itself; then all that was in it is lost.
        if (connection.IsIdle) throw new VaultUnavailableException("the database gave the transaction up");
        connection.Get("ROLLBACK TO one").Run();
        connection.Get("RELEASE one").Run();
        Session.RolledBack();
    }

    private void Abandon(Exception e)
    {
        Session.RolledBack();
        if (!connection.IsIdle)
        {
            try
            {
                connection.Get("ROLLBACK").Run();
            }
            catch (SqliteException)
            {
                // The failure that led here is the one to tell.
            }
        }

        var fault = e as VaultUnavailableException ?? VaultFaults.Translate((SqliteException)e);
        foreach (var request in group) request.Fail(fault);
    }
}

/// <summary>One request to write and its caller.</summary>
internal abstract class WriteRequest
{
    /// <summary>Does the work; false when its changes are to be undone though it has a result (a race).</summary>
    internal abstract bool Execute(WriteSession session);

    /// <summary>Makes it fail, whatever its work returned; told to the caller by <see cref="Complete"/>.</summary>
    internal abstract void Fail(Exception fault);

    /// <summary>Tells the caller.</summary>
    internal abstract void Complete();
}

/// <inheritdoc/>
internal sealed class WriteRequest<T>(Func<WriteSession, T> work) : WriteRequest
{
    private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? result;
    private Exception? failure;

    internal Task<T> Task => completion.Task;

    internal override bool Execute(WriteSession session)
    {
        result = work(session);
        return result is not CommitOutcome.Race;
    }

    internal override void Fail(Exception fault) => failure = fault;

    internal override void Complete()
    {
        if (failure is not null) completion.SetException(failure);
        else completion.SetResult(result!);
    }
}

/// <summary>What SQLite's failures mean to the callers of the vault.</summary>
internal static class VaultFaults
{
    // SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_MISUSE, SQLITE_RANGE, SQLITE_ERROR: the program is at fault, not the store.
    private static readonly int[] Bugs = [1, 19, 20, 21, 25];

    /// <summary>The failure to throw.</summary>
    internal static Exception Translate(SqliteException e) => Array.IndexOf(Bugs, e.SqliteErrorCode) >= 0
        ? new InvalidOperationException("the store refused a statement", e)
        : new VaultUnavailableException("the store does not answer", e);
}
