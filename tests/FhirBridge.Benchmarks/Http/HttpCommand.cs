using System.Diagnostics;
using FhirBridge.Benchmarks.Data;
using FhirBridge.Benchmarks.Floor;
using FhirBridge.Benchmarks.Load;
using FhirBridge.Benchmarks.Servers;

namespace FhirBridge.Benchmarks.Http;

/// <summary>
/// The one command: 1. cold start on an empty store; 2. load over the public API; 3. cold start on the loaded store; 4. look at the answers and their
/// audit; 5. give the floor the same bytes; 6. measure in turn; 7. report.
/// </summary>
internal sealed class HttpCommand(HttpOptions options, TextWriter output)
{
    private const int ColdStarts = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs; 0 when every answer was right, whatever the speed.</summary>
    public async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("fhirbridge-bench-").FullName;
        try
        {
            await using var issuer = await TestIssuer.StartAsync();
            var run = await MeasureAsync(issuer, folder);
            var report = Report.Write(run);
            await output.WriteLineAsync("\n" + report);
            if (options.Markdown) Report.Store(Path.Combine(Machine.Repository(), "docs", "performance.md"), report);
            return run.Table.All(m => m is { Errors: 0, Audited: true }) ? 0 : 1;
        }
        finally
        {
            if (options.Keep) await output.WriteLineAsync($"kept: {folder}");
            else Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<RunResult> MeasureAsync(TestIssuer issuer, string folder)
    {
        var flush = Machine.DiskFlush(folder);
        var empty = new List<double>();
        for (var i = 0; i < ColdStarts - 1; i++) empty.Add(await ColdStartAsync(issuer, folder, $"empty-{i}.db", OperatorPath, SyntheticNetwork.Operator));
        var database = Path.Combine(folder, "product.db");
        var (network, start) = await LoadAsync(issuer, folder, database, empty);

        var loaded = new List<double>();
        var known = $"/fhir/CarePlan/{network.Records["s-0"]}-current";
        for (var i = 0; i < ColdStarts; i++) loaded.Add(await ColdStartAsync(issuer, folder, "product.db", known, SyntheticNetwork.Reader));
        start = start with { Loaded = Statistics.Median(loaded) };
        await output.WriteLineAsync($"cold start: empty {start.Empty:0.00} s, loaded {start.Loaded:0.00} s");

        using var product = StartProduct(issuer, folder, database);
        await product.FirstAnswerAsync(known, issuer.Token(SyntheticNetwork.Reader), Patience);
        try
        {
            var table = await TableAsync(issuer, folder, network, product);
            return new RunResult(options, table, start with { ResidentAtEnd = product.Resident }, flush);
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException or IOException)
        {
            // That the service is gone explains the rest.
            product.ThrowIfEnded(TimeSpan.FromSeconds(3));
            throw;
        }
    }

    private async Task<List<Measured>> TableAsync(TestIssuer issuer, string folder, LoadedNetwork network, ServerProcess product)
    {
        using var client = new ProductClient(product.Address);
        var operations = new Operations(network, issuer, options.Size, options.Clients).All();
        if (options.Only.Count > 0) operations.RemoveAll(o => !options.Only.Contains(o.Key));
        var answers = new Answers(client, issuer);
        foreach (var operation in operations) await answers.TakeAsync(operation);

        // What the product answered comes last and so stands in the place of what was sent.
        var floorDatabase = Path.Combine(folder, "floor.db");
        FloorServer.Fill(floorDatabase, network.Contributions.Concat(answers.Resources));
        using var floor = ServerProcess.StartFloor(floorDatabase, options.LeanFloor, folder);
        await floor.FirstAnswerAsync($"/members/{SyntheticNetwork.Owner}/fhir/Patient/p-0", null, Patience);
        await CheckFloorAsync(floor, operations);

        var measurement = new Measurement(floor, product, options);
        var table = new List<Measured>();
        var audited = new HashSet<Operation>();
        foreach (var operation in operations)
        {
            if (await answers.IsAuditedAsync(operation)) audited.Add(operation);
        }

        foreach (var measured in operations.GroupBy(o => o.Beside ?? o.Key).SelectMany(g => measurement.Run([.. g], audited)))
        {
            var operation = measured.Operation;
            table.Add(measured);
            await output.WriteLineAsync($"{operation.Key}: floor {Statistics.Median(measured.Floor.Select(r => r.PerSecond)):0}/s, product {Statistics.Median(measured.Product.Select(r => r.PerSecond)):0}/s, {measured.Ratio:0 %}{(measured.Errors > 0 ? $", {measured.Errors} WRONG ANSWERS: {measured.FirstError}" : "")}");
        }

        return table;
    }

    // The operator's own Organization exists from the first start (contract.md).
    private static string OperatorPath => $"/fhir/Organization/{SyntheticNetwork.Operator}";

    private async Task<(LoadedNetwork Network, StartResult Start)> LoadAsync(TestIssuer issuer, string folder, string database, List<double> empty)
    {
        using var product = StartProduct(issuer, folder, database);
        empty.Add(await product.FirstAnswerAsync(OperatorPath, issuer.Token(SyntheticNetwork.Operator), Patience));
        using var client = new ProductClient(product.Address);
        var began = Stopwatch.GetTimestamp();
        var network = await new NetworkLoader(client, issuer, options.Size).LoadAsync();
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await output.WriteLineAsync($"loaded {network.Contributions.Count} contributions in {seconds:0.0} s");
        return (network, new StartResult(Statistics.Median(empty), 0, product.Resident, 0, seconds, network.Contributions.Count));
    }

    private async Task<double> ColdStartAsync(TestIssuer issuer, string folder, string database, string path, string member)
    {
        using var product = StartProduct(issuer, folder, Path.Combine(folder, database));
        return await product.FirstAnswerAsync(path, issuer.Token(member), Patience);
    }

    // The floor must answer the same searches with as many matches, or it would be measured at less work.
    private static async Task CheckFloorAsync(ServerProcess floor, List<Operation> operations)
    {
        using var client = new ProductClient(floor.Address);
        foreach (var operation in operations.Where(o => o.Matches is not null))
        {
            foreach (var path in operation.Paths.Take(20))
            {
                using var page = await client.GetAsync(path, "none");
                var found = page.RootElement.GetProperty("entry").GetArrayLength();
                if (found != operation.Matches) throw new InvalidOperationException($"the floor answers GET {path} with {found} matches instead of {operation.Matches}");
            }
        }
    }

    private ServerProcess StartProduct(TestIssuer issuer, string folder, string database)
    {
        var assembly = options.Product ?? BesideThis();
        return File.Exists(assembly)
            ? ServerProcess.StartProduct(assembly, database, issuer.Authority, folder)
            : throw new InvalidOperationException($"{assembly} is missing: build the solution in the same configuration");
    }

    // This assembly lies in tests/FhirBridge.Benchmarks/bin/{configuration}/{framework}; the service likewise in src/FhirBridge.Api.
    private static string BesideThis()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Machine.Repository(), "src", "FhirBridge.Api", "bin", here.Parent!.Name, here.Name, "FhirBridge.Api.dll");
    }
}
