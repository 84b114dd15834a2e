using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace FhirBridge.Benchmarks.Functions;

/// <summary>Runs the benchmarks of functions.</summary>
internal static class FunctionsCommand
{
    public static int Run(string[] args)
    {
        // In this process: the generated projects of BenchmarkDotNet would be built under this repository's rules (locked packages, warnings as errors).
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(ConsoleLogger.Default)
            .AddExporter(MarkdownExporter.GitHub)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "fhirbridge-benchmarks"));
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(FunctionsCommand).Assembly).Run(args.Length == 0 ? ["--filter", "*"] : args, config);
        return summaries.All(s => !s.HasCriticalValidationErrors && s.Reports.All(r => r.Success)) ? 0 : 1;
    }
}
