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
    public Measured Run(Operation operation, bool audited)
    {
        using var atFloor = new LoadRun(floor.Address, options.Clients);
        using var atProduct = new LoadRun(product.Address, options.Clients);
        var plainRequests = operation.IsRead ? Operations.Plain(operation) : [];
        var warmUp = options.Stretch / 2;
        List<LoadResult> plain = [], floors = [], products = [];
        atFloor.For(operation.Requests, warmUp);
        ReadOrWrite(atProduct, operation, warmUp);
        for (var round = 0; round < options.Rounds; round++)
        {
            if (operation.IsRead) plain.Add(OnProcessor(floor, () => atFloor.For(plainRequests, options.Stretch)));
            floors.Add(OnProcessor(floor, () => atFloor.For(operation.Requests, options.Stretch)));
            products.Add(ReadOrWrite(atProduct, operation, options.Stretch));
        }

        return new Measured(operation, plain, floors, products, audited);
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
