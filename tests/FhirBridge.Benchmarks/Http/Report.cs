using System.Globalization;
using System.Text;
using FhirBridge.Benchmarks.Load;

namespace FhirBridge.Benchmarks.Http;

/// <summary>Everything that a run found.</summary>
/// <param name="Options">How it was done.</param>
/// <param name="Table">The operations.</param>
/// <param name="Start">Cold starts and memory.</param>
/// <param name="DiskFlush">Milliseconds of one flush.</param>
internal sealed record RunResult(HttpOptions Options, IReadOnlyList<Measured> Table, StartResult Start, double DiskFlush);

/// <summary>Cold starts and memory of the product.</summary>
/// <param name="Empty">Seconds to the first 200 on a read, empty store; median.</param>
/// <param name="Loaded">The same with everything loaded.</param>
/// <param name="ResidentAfterLoad">Resident bytes of the process that loaded everything.</param>
/// <param name="ResidentAtEnd">Resident bytes after the whole table.</param>
/// <param name="LoadSeconds">How long loading took.</param>
/// <param name="Resources">How many contributions were loaded.</param>
internal sealed record StartResult(double Empty, double Loaded, long ResidentAfterLoad, long ResidentAtEnd, double LoadSeconds, int Resources);

/// <summary>Writes a run as Markdown, which also reads well on a terminal.</summary>
internal static class Report
{
    private const string Begin = "<!-- run:begin -->";
    private const string End = "<!-- run:end -->";
    private const double EmptyStartBar = 1;
    private const double LoadedStartBar = 2;
    private const double MemoryBar = 250;
    private const double TailBar = 10;
    private const double ConsentBar = 0.90;

    /// <summary>The table and what stands around it.</summary>
    public static string Write(RunResult run)
    {
        var text = new StringBuilder();
        var size = run.Options.Size;
        Line(text, $"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, commit {Machine.Commit(Machine.Repository())}");
        Line(text, $"{Machine.Describe()}; one flush to disk {run.DiskFlush:0.00} ms");
        Line(text, $"{run.Options.Clients} clients, {run.Options.Rounds} rounds of {run.Options.Stretch.TotalSeconds:0.#} s each in turn, medians; {size.People} people + {size.Shared} shared + {size.Written} written, {run.Start.Resources} contributions loaded in {run.Start.LoadSeconds:0} s{(run.Options.Quick ? "; QUICK run: not for comparison" : "")}{(run.Options.LeanFloor ? "; LEAN floor" : "")}");
        text.Append('\n');
        Line(text, $"| operation | floor/s | audited floor/s | product/s | p50 ms | p99 ms | product / floor | bar | met | CPU µs floor | CPU µs product | audit |");
        Line(text, $"|---|--:|--:|--:|--:|--:|--:|--:|:-:|--:|--:|:-:|");
        foreach (var m in run.Table) Row(text, m);
        text.Append('\n');
        Line(text, $"| besides | measured | bar | met |");
        Line(text, $"|---|--:|--:|:-:|");
        Besides(text, run);
        foreach (var m in run.Table.Where(m => m.Errors > 0)) Line(text, $"\nWRONG ANSWERS: {m.Operation.Key}: {m.Errors}, the first: {m.FirstError}");
        return text.ToString();
    }

    /// <summary>Puts the text between the marks of docs/performance.md.</summary>
    public static void Store(string file, string text)
    {
        var page = File.ReadAllText(file);
        var (from, to) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        if (from < 0 || to < from) throw new InvalidOperationException($"{file} has no place between {Begin} and {End}");
        File.WriteAllText(file, $"{page[..(from + Begin.Length)]}\n{text.TrimEnd()}\n{page[to..]}");
    }

    private static void Row(StringBuilder text, Measured m)
    {
        var latencies = m.Product.SelectMany(p => p.Latencies).Order().ToArray();
        var floor = Rate(m.Floor);
        Line(text, $"| {m.Operation.Title} | {(m.Operation.IsRead ? Rate(m.Plain) : floor)} | {(m.Operation.IsRead ? floor : "")} | {Rate(m.Product)} | {Statistics.Percentile(latencies, 0.5):0.00} | {Statistics.Percentile(latencies, 0.99):0.00} | {Percent(m.Ratio)} | {(m.Operation.Bar is { } bar ? $"≥ {Percent(bar)}" : "")} | {(m.Operation.Bar is { } b ? Met(m.Ratio >= b) : "")} | {Processor(m.Floor)} | {Processor(m.Product)} | {Met(m.Audited)} |");
    }

    private static void Besides(StringBuilder text, RunResult run)
    {
        var tails = run.Table.Select(m => (m.Operation.Key, Tail: Tail(m))).OrderByDescending(t => t.Tail).ToList();
        if (tails.Count > 0) Line(text, $"| p99 / p50, the worst ({tails[0].Key}) | {tails[0].Tail:0.0} | ≤ {TailBar:0} | {Met(tails[0].Tail <= TailBar)} |");
        var page = run.Table.FirstOrDefault(m => m.Operation.Key == "page");
        var own = run.Table.FirstOrDefault(m => m.Operation.Key == "page-own");
        if (page is not null && own is not null)
        {
            var share = Statistics.Median(page.Product.Zip(own.Product, (p, o) => p.PerSecond / o.PerSecond));
            Line(text, $"| page of 20 under consent / for the custodian | {Percent(share)} | ≥ {Percent(ConsentBar)} | {Met(share >= ConsentBar)} |");
        }

        var start = run.Start;
        Line(text, $"| cold start to the first answered read, empty store | {start.Empty:0.00} s | ≤ {EmptyStartBar:0} s | {Met(start.Empty <= EmptyStartBar)} |");
        Line(text, $"| cold start to the first answered read, everything loaded before | {start.Loaded:0.00} s | ≤ {LoadedStartBar:0} s | {Met(start.Loaded <= LoadedStartBar)} |");
        Line(text, $"| resident memory of the process that loaded everything | {start.ResidentAfterLoad / 1e6:0} MB | | |");
        Line(text, $"| resident memory at the end of the table | {start.ResidentAtEnd / 1e6:0} MB | ≤ {MemoryBar:0} MB (with the demo) | {Met(start.ResidentAtEnd / 1e6 <= MemoryBar)} |");
    }

    private static double Tail(Measured m)
    {
        var latencies = m.Product.SelectMany(p => p.Latencies).Order().ToArray();
        return Statistics.Percentile(latencies, 0.99) / Statistics.Percentile(latencies, 0.5);
    }

    private static string Rate(IReadOnlyList<LoadResult> rounds) => Statistics.Median(rounds.Select(r => r.PerSecond)).ToString("#,0", CultureInfo.InvariantCulture);

    private static string Processor(IReadOnlyList<LoadResult> rounds) => Statistics.Median(rounds.Select(r => r.ProcessorPerRequest)).ToString("#,0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => share.ToString("0 %", CultureInfo.InvariantCulture);

    private static string Met(bool met) => met ? "yes" : "NO";

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
