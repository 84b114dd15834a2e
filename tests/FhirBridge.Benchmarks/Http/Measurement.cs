using FhirBridge.Benchmarks.Load;
using FhirBridge.Benchmarks.Servers;

namespace FhirBridge.Benchmarks.Http;

/// <summary>What one operation measured, round by round.</summary>
/// <param name="Operation">What was done.</param>
/// <param name="Plain">The floor without audit; empty for writes.</param>
/// <param name="Floor">The floor that the bar is taken from: with audit for reads.</param>
/// <param name="Product">The product.</param>
/// <param name="Audited">True when the AuditEvent of a request was found.</param>
internal sealed record Measured(Operation Operation, IReadOnlyList<LoadResult> Plain, IReadOnlyList<LoadResult> Floor, IReadOnlyList<LoadResult> Product, bool Audited)
{
    /// <summary>Median over the rounds of product / floor, each pair measured side by side.</summary>
    public double Ratio => Statistics.Median(Product.Zip(Floor, (p, f) => p.PerSecond / f.PerSecond));

    public int Errors => Plain.Concat(Floor).Concat(Product).Sum(r => r.Errors);

    public string? FirstError => Plain.Concat(Floor).Concat(Product).Select(r => r.FirstError).FirstOrDefault(e => e is not null);
}

/// <summary>Measures floor and product in turn: A B A B.</summary>
internal sealed class Measurement(ServerProcess floor, ServerProcess product, HttpOptions options)
{
    /// <summary>Measures operations that are compared with each other in the same rounds.</summary>
    public List<Measured> Run(IReadOnlyList<Operation> operations, HashSet<Operation> audited)
    {
        using var atFloor = new LoadRun(floor.Address, options.Clients);
        using var atProduct = new LoadRun(product.Address, options.Clients);
        var lines = operations.Select(o => (Operation: o, PlainRequests: o.IsRead ? Operations.Plain(o) : [], Plain: new List<LoadResult>(), Floor: new List<LoadResult>(), Product: new List<LoadResult>())).ToList();
        foreach (var line in lines)
        {
            atFloor.For(line.Operation.Requests, options.Stretch / 2);
            ReadOrWrite(atProduct, line.Operation, options.Stretch / 2);
        }

        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var line in lines)
            {
                if (line.Operation.IsRead) line.Plain.Add(OnProcessor(floor, () => atFloor.For(line.PlainRequests, options.Stretch)));
                line.Floor.Add(OnProcessor(floor, () => atFloor.For(line.Operation.Requests, options.Stretch)));
                line.Product.Add(ReadOrWrite(atProduct, line.Operation, options.Stretch));
            }
        }

        return lines.ConvertAll(l => new Measured(l.Operation, l.Plain, l.Floor, l.Product, audited.Contains(l.Operation)));
    }

    // For views that are not cached: everything that is read changes first, outside of the time that counts; then each is read once.
    private LoadResult ReadOrWrite(LoadRun at, Operation operation, TimeSpan time)
    {
        if (operation.Touches is not { } touches) return OnProcessor(product, () => at.For(operation.Requests, time));
        var reads = operation.Requests.SelectMany(r => r).ToList();
        var parts = new List<LoadResult>();
        do
        {
            var touched = at.Once(touches);
            var read = OnProcessor(product, () => at.Once(reads));
            parts.Add(read with { Errors = read.Errors + touched.Errors, FirstError = touched.FirstError ?? read.FirstError });
        }
        while (parts.Sum(p => p.Seconds) < time.TotalSeconds && parts[^1].Errors == 0);
        return LoadResult.Sum(parts);
    }

    private static LoadResult OnProcessor(ServerProcess server, Func<LoadResult> measure)
    {
        var before = server.Processor;
        var result = measure();
        return result with { Processor = (server.Processor - before).TotalSeconds };
    }
}
