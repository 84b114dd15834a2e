using System.Globalization;
using FhirBridge.Benchmarks.Data;

namespace FhirBridge.Benchmarks.Http;

/// <summary>How the run is done.</summary>
internal sealed record HttpOptions
{
    public const string Usage = """
        dotnet run -c Release --project tests/FhirBridge.Benchmarks -- http [options]
          --quick              less data and shorter stretches: to see that it works, not to compare
          --only a,b           only these operations: read, plan, plan-cold, search, page, page-own, team, create, update, transaction
          --rounds n           rounds of floor and product in turn (default 3)
          --seconds s          length of one stretch (default 3; quick 0.5)
          --clients n          clients at once (default 16)
          --lean-floor         a floor that awaits full groups and writes changed index rows only: a harder ruler than the bars were set with
          --people n           people with one member's data (default 2000; quick 300); at least 100
          --product path       another assembly of the service than the one built beside this one
          --markdown           write the table into docs/performance.md
          --keep               keep the folder with databases and logs
        """;

    public bool Quick { get; init; }

    public IReadOnlyList<string> Only { get; init; } = [];

    public int Rounds { get; init; } = 3;

    public TimeSpan Stretch { get; init; } = TimeSpan.FromSeconds(3);

    public int Clients { get; init; } = 16;

    public string? Product { get; init; }

    public bool Markdown { get; init; }

    public bool Keep { get; init; }

    public bool LeanFloor { get; init; }

    /// <summary>People with one member's data; null for what is usual.</summary>
    public int? People { get; init; }

    public DataSize Size => (Quick ? DataSize.Quick : DataSize.Full) is var usual && People is { } n ? usual with { People = n, Practitioners = Math.Max(1, n / 25) } : usual;

    /// <summary>Reads the command line; null when it cannot be understood.</summary>
    public static HttpOptions? Parse(IReadOnlyList<string> args)
    {
        var quick = args.Contains("--quick");
        var options = new HttpOptions { Quick = quick, Stretch = TimeSpan.FromSeconds(quick ? 0.5 : 3) };
        for (var i = 0; i < args.Count; i++)
        {
            var value = i + 1 < args.Count ? args[i + 1] : "";
            switch (args[i])
            {
                case "--quick": continue;
                case "--markdown": options = options with { Markdown = true }; continue;
                case "--lean-floor": options = options with { LeanFloor = true }; continue;
                case "--keep": options = options with { Keep = true }; continue;
                case "--only": options = options with { Only = value.Split(',', StringSplitOptions.RemoveEmptyEntries) }; break;
                case "--product": options = options with { Product = Path.GetFullPath(value) }; break;
                case "--people" when int.TryParse(value, out var n) && n >= 100: options = options with { People = n }; break;
                case "--rounds" when int.TryParse(value, out var n) && n > 0: options = options with { Rounds = n }; break;
                case "--clients" when int.TryParse(value, out var n) && n > 0: options = options with { Clients = n }; break;
                case "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out var s) && s > 0: options = options with { Stretch = TimeSpan.FromSeconds(s) }; break;
                default: return null;
            }

            i++;
        }

        return options.Markdown && (options.Quick || options.LeanFloor || options.People is not null || options.Only.Count > 0) ? null : options;
    }
}
