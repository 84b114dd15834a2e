using System.Diagnostics;

namespace FhirBridge.Benchmarks.Load;

/// <summary>What a stretch of load measured.</summary>
/// <param name="Requests">Right answers.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Latencies">Microseconds of each, in no order.</param>
/// <param name="Errors">Wrong answers.</param>
/// <param name="FirstError">What was wrong with the first of them.</param>
internal sealed record LoadResult(int Requests, double Seconds, IReadOnlyList<int> Latencies, int Errors, string? FirstError)
{
    /// <summary>Processor seconds of the server.</summary>
    public double Processor { get; init; }

    /// <summary>Processor microseconds of the server for one request: less moved by neighbours on the machine than its speed is.</summary>
    public double ProcessorPerRequest => Processor * 1e6 / Requests;

    public double PerSecond => Requests / Seconds;

    /// <summary>Of several stretches, as if they were one.</summary>
    public static LoadResult Sum(IReadOnlyCollection<LoadResult> parts) => new(
        parts.Sum(p => p.Requests), parts.Sum(p => p.Seconds), [.. parts.SelectMany(p => p.Latencies)], parts.Sum(p => p.Errors), parts.Select(p => p.FirstError).FirstOrDefault(e => e is not null)) { Processor = parts.Sum(p => p.Processor) };
}

/// <summary>Clients that send one request after the other, each on a connection and a thread of its own.</summary>
internal sealed class LoadRun : IDisposable
{
    private readonly LoadConnection[] connections;
    private long number;

    public LoadRun(Uri server, int clients) => connections = [.. Enumerable.Range(0, clients).Select(_ => new LoadConnection(server))];

    /// <summary>Each client goes round its requests until the time is over.</summary>
    /// <param name="requests">For each client its own.</param>
    /// <param name="time">How long.</param>
    public LoadResult For(IReadOnlyList<LoadRequest[]> requests, TimeSpan time)
    {
        var until = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        return Run((client, turn) => Stopwatch.GetTimestamp() < until ? requests[client][turn % requests[client].Length] : null);
    }

    /// <summary>Every request once, whoever is free takes the next.</summary>
    public LoadResult Once(IReadOnlyList<LoadRequest> requests)
    {
        var next = -1;
        return Run((_, _) => Interlocked.Increment(ref next) is var i && i < requests.Count ? requests[i] : null);
    }

    public void Dispose()
    {
        foreach (var c in connections) c.Dispose();
    }

    private LoadResult Run(Func<int, int, LoadRequest?> next)
    {
        using var start = new Barrier(connections.Length + 1);
        var results = new LoadResult[connections.Length];
        var threads = new Thread[connections.Length];
        for (var i = 0; i < threads.Length; i++)
        {
            var client = i;
            threads[i] = new Thread(() => results[client] = Serve(client, start, next)) { IsBackground = true };
            threads[i].Start();
        }

        start.SignalAndWait();
        var began = Stopwatch.GetTimestamp();
        foreach (var t in threads) t.Join();
        return LoadResult.Sum(results) with { Seconds = Stopwatch.GetElapsedTime(began).TotalSeconds };
    }

    private LoadResult Serve(int client, Barrier start, Func<int, int, LoadRequest?> next)
    {
        var latencies = new List<int>(16 * 1024);
        var errors = 0;
        string? firstError = null;
        start.SignalAndWait();
        try
        {
            for (var turn = 0; next(client, turn) is { } request; turn++)
            {
                var sent = Stopwatch.GetTimestamp();
                var wrong = connections[client].Exchange(request, Interlocked.Increment(ref number));
                if (wrong is null) latencies.Add((int)Stopwatch.GetElapsedTime(sent).TotalMicroseconds);
                else if (errors++ == 0) firstError = wrong;
            }
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            errors++;
            firstError ??= e.Message;
        }

        return new LoadResult(latencies.Count, 0, latencies, errors, firstError);
    }
}
