using FhirBridge.Benchmarks.Floor;
using FhirBridge.Benchmarks.Functions;
using FhirBridge.Benchmarks.Http;

switch (args)
{
    case ["http", .. var rest] when HttpOptions.Parse(rest) is { } options:
#if DEBUG
        await Console.Error.WriteLineAsync("This is a Debug build: what it measures means nothing. Use -c Release.");
#endif
        return await new HttpCommand(options, Console.Out).RunAsync();
    case ["functions", .. var rest]:
        return FunctionsCommand.Run(rest);
    case ["floor", var database, var url, var writer]:
        await FloorServer.RunAsync(database, url, isLean: writer == "lean");
        return 0;
    default:
        await Console.Error.WriteLineAsync(HttpOptions.Usage + """


            dotnet run -c Release --project tests/FhirBridge.Benchmarks -- functions [--filter pattern]
              the functions that every request uses, with BenchmarkDotNet; without a filter all
            """);
        return 2;
}
