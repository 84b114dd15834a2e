namespace FhirBridge.Benchmarks.Floor;

/// <summary>
/// The floor's one writer, with group commit: what waits together is made durable together, and only then answered.
/// </summary>
/// <remarks>
/// Clients that were answered together come back together, and then every second flush is for the one that came back first. A lean writer
/// awaits, for a moment, a group as large as the one before. The bars were set against a floor that does not (docs/performance.md).
/// </remarks>
internal sealed class FloorWriter : IDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);
    private readonly FloorConnection connection;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim signal = new(0);
    private readonly Thread thread;
    private readonly bool isLean;
    private List<FloorWork> waiting = [];
    private int wanted = 1;
    private volatile bool isClosed;

    public FloorWriter(FloorConnection connection, bool isLean)
    {
        this.isLean = isLean;
        this.connection = connection;
        thread = new Thread(Serve) { IsBackground = true, Name = "floor writer" };
        thread.Start();
    }

    /// <summary>Completes when durable.</summary>
    public Task<long> WriteAsync(FloorWork work)
    {
        bool isEnough;
        lock (gate)
        {
            waiting.Add(work);
            isEnough = waiting.Count == wanted;
        }

        if (isEnough) signal.Release();
        return work.Task;
    }

    public void Dispose()
    {
        isClosed = true;
        signal.Release();
        thread.Join();
        signal.Dispose();
    }

    private void Serve()
    {
        var group = new List<FloorWork>();
        while (!isClosed)
        {
            Await();
            lock (gate)
            {
                (group, waiting) = (waiting, group);
                wanted = isLean ? Math.Max(1, group.Count) : 1;
            }

            if (group.Count > 0) Commit(group);
            group.Clear();
        }
    }

    // Returns when enough waits, or when something has waited for long enough. A signal that is left over costs one empty round.
    private void Await()
    {
        if (signal.Wait(Moment)) return;
        lock (gate)
        {
            if (waiting.Count > 0) return;
            wanted = 1;
        }

        signal.Wait();
    }

    private void Commit(List<FloorWork> group)
    {
        try
        {
            connection.Get("BEGIN IMMEDIATE").Run();
            foreach (var work in group) work.Run(connection);
            connection.Get("COMMIT").Run();
            foreach (var work in group) work.Complete();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A floor that failed once measures nothing: every waiting request fails, and the harness sees it.
            foreach (var work in group) work.Fail(e);
        }
    }
}

/// <summary>Something to write, and who waits for it.</summary>
internal abstract class FloorWork
{
    private readonly TaskCompletionSource<long> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<long> Task => completion.Task;

    /// <summary>A number for the one who waits: the version written.</summary>
    protected long Result { get; set; }

    public abstract void Run(FloorConnection connection);

    public void Complete() => completion.SetResult(Result);

    public void Fail(Exception e) => completion.TrySetException(e);
}

/// <summary>One row of the audit journal.</summary>
internal sealed class AuditWork(long at, byte[] payload) : FloorWork
{
    public override void Run(FloorConnection connection) =>
        connection.Get("INSERT INTO audit(at, payload) VALUES(?1, ?2)").Bind(1, at).BindBlob(2, payload).Run();
}

/// <summary>New versions of resources, all in one commit: resource row, history row (which holds the bytes), index rows; when lean, only those that changed.</summary>
internal sealed class ResourceWork(IReadOnlyList<FloorResource> resources, long at, bool isLean) : FloorWork
{
    public override void Run(FloorConnection connection)
    {
        foreach (var r in resources) Result = Write(connection, r);
    }

    private long Write(FloorConnection connection, FloorResource resource)
    {
        long id = 0, version = 0;
        byte[]? old = null;
        if (!resource.IsNew)
        {
            using var current = connection.Get("SELECT r.id, r.version, h.body FROM resource r JOIN history h ON h.row = r.row WHERE r.path = ?1").BindText(1, resource.Path);
            if (current.Step()) (id, version, old) = (current.Int64(0), current.Int64(1), current.Bytes(2).ToArray());
        }

        version++;
        if (old is null)
        {
            connection.Get("INSERT INTO resource(path, version, row) VALUES(?1, 1, 0)").BindText(1, resource.Path).Run();
            id = connection.LastId;
        }

        connection.Get("INSERT INTO history(resource, version, updated, body) VALUES(?1, ?2, ?3, ?4)").Bind(1, id).Bind(2, version).Bind(3, at).BindBlob(4, resource.Body).Run();
        connection.Get("UPDATE resource SET version = ?2, row = ?3 WHERE id = ?1").Bind(1, id).Bind(2, version).Bind(3, connection.LastId).Run();
        WriteIndex(connection, id, resource, old);
        return version;
    }

    private void WriteIndex(FloorConnection connection, long id, FloorResource resource, byte[]? old)
    {
        var oldValues = old is null ? [] : FloorScan.Read(old).Values;
        foreach (var v in oldValues)
        {
            if (!isLean || !Has(resource.Scan.Values, resource.Body, v, old!)) Change(connection, "DELETE FROM idx WHERE param = ?1 AND value = ?2 AND resource = ?3", id, v, old!);
        }

        foreach (var v in resource.Scan.Values)
        {
            if (!isLean || !Has(oldValues, old, v, resource.Body)) Change(connection, "INSERT OR IGNORE INTO idx(param, value, resource) VALUES(?1, ?2, ?3)", id, v, resource.Body);
        }
    }

    private static bool Has(IReadOnlyList<FloorValue> values, byte[]? body, FloorValue value, byte[] valueBody)
    {
        foreach (var v in values)
        {
            if (v.Parameter == value.Parameter && body.AsSpan(v.Start, v.Length).SequenceEqual(valueBody.AsSpan(value.Start, value.Length))) return true;
        }

        return false;
    }

    private static void Change(FloorConnection connection, string sql, long id, FloorValue v, byte[] body) =>
        connection.Get(sql).Bind(1, v.Parameter).BindText(2, body.AsSpan(v.Start, v.Length)).Bind(3, id).Run();
}

/// <summary>A resource to write.</summary>
/// <param name="Path">Its address: the path of its URL, in UTF-8.</param>
/// <param name="Body">Its bytes.</param>
/// <param name="Scan">What one pass over them found.</param>
/// <param name="IsNew">True when nothing can stand at that address yet.</param>
internal sealed record FloorResource(byte[] Path, byte[] Body, FloorScan Scan, bool IsNew)
{
    public static FloorResource Of(string path, byte[] body, bool isNew) => new(System.Text.Encoding.UTF8.GetBytes(path), body, FloorScan.Read(body), isNew);
}
