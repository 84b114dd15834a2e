using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace FhirBridge.Benchmarks.Servers;

/// <summary>A server as a process of its own; what it says is kept in a file, and shown when it does not do what it should.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process process;
    private readonly string log;
    private readonly long began;
    private readonly StreamWriter output;

    private ServerProcess(string name, string log, ProcessStartInfo start, Uri address)
    {
        Name = name;
        Address = address;
        this.log = log;
        output = new StreamWriter(log) { AutoFlush = true };
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        began = Stopwatch.GetTimestamp();
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Name { get; }

    public Uri Address { get; }

    /// <summary>Resident memory in bytes.</summary>
    public long Resident
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>Processor time that it has used.</summary>
    public TimeSpan Processor
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Says that it is gone, when it is, or is about to be.</summary>
    /// <param name="patience">How long to wait for an end that has begun.</param>
    public void ThrowIfEnded(TimeSpan patience = default)
    {
        if (process.WaitForExit(patience)) throw Failed($"ended with code {process.ExitCode}");
    }

    /// <summary>The floor on a database that <see cref="Floor.FloorServer.Fill"/> wrote.</summary>
    public static ServerProcess StartFloor(string database, bool isLean, string logFolder)
    {
        var address = FreeAddress();
        return new("floor", Path.Combine(logFolder, "floor.log"), Dotnet(typeof(ServerProcess).Assembly.Location, "floor", database, address.ToString(), isLean ? "lean" : "plain"), address);
    }

    /// <summary>The product in Production, with the test issuer and a database file of its own.</summary>
    public static ServerProcess StartProduct(string assembly, string database, string issuer, string logFolder)
    {
        var address = FreeAddress();
        var start = Dotnet(assembly);
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_URLS"] = address.ToString();
        start.Environment["Storage__Sqlite__Path"] = database;
        start.Environment["Authentication__Issuers__0__Authority"] = issuer;
        start.Environment["Authentication__Issuers__0__Audience"] = TestIssuer.Audience;
        return new("product", Path.Combine(logFolder, $"product-{address.Port}.log"), start, address);
    }

    /// <summary>Waits for the first 200 on a read.</summary>
    /// <returns>Seconds since the process was started.</returns>
    public async Task<double> FirstAnswerAsync(string path, string? token, TimeSpan patience)
    {
        using var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(10) };
        if (token is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var last = "no connection";
        while (Stopwatch.GetElapsedTime(began) < patience)
        {
            ThrowIfEnded();
            try
            {
                using var response = await http.GetAsync(path);
                var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
                if (response.IsSuccessStatusCode) return seconds;
                last = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // Not listening yet.
            }

            await Task.Delay(5);
        }

        throw Failed($"did not answer GET {path} with 200 in {patience.TotalSeconds:0} s; last: {last}");
    }

    /// <summary>An address on loopback that was free a moment ago.</summary>
    public static Uri FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }

    /// <summary>Asks it to end, as an orchestrator does; kills it when it does not.</summary>
    public void Dispose()
    {
        if (!process.HasExited)
        {
            if (!OperatingSystem.IsWindows())
            {
                using var signal = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
                signal.WaitForExit();
            }

            if (OperatingSystem.IsWindows() || !process.WaitForExit(10_000)) process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
        lock (output) output.Dispose();
    }

    private static ProcessStartInfo Dotnet(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } p && Path.GetFileNameWithoutExtension(p) == "dotnet" ? p : "dotnet", arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        // What the harness was started with must not reach the servers.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("ASPNETCORE_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        return start;
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (output)
        {
            if (output.BaseStream is { CanWrite: true }) output.WriteLine(line);
        }
    }

    private InvalidOperationException Failed(string what)
    {
        lock (output) output.Flush();
        string[] said;
        using (var stream = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        using (var reader = new StreamReader(stream))
        {
            said = reader.ReadToEnd().Split('\n');
        }

        return new InvalidOperationException($"the {Name} {what}; it said:\n{string.Join('\n', said.TakeLast(20))}");
    }
}
