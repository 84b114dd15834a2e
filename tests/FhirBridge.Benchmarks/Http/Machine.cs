using System.Diagnostics;
using System.Runtime.InteropServices;
using FhirBridge.Benchmarks.Load;

namespace FhirBridge.Benchmarks.Http;

/// <summary>Where and of what a run was made.</summary>
internal static class Machine
{
    /// <summary>Processor, cores, memory, system, runtime.</summary>
    public static string Describe()
    {
        var processor = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            : null;
        return $"{processor ?? RuntimeInformation.ProcessArchitecture.ToString()}, {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";
    }

    /// <summary>Milliseconds until 4 KB are on the disk that holds the folder: what each durable commit waits for.</summary>
    public static double DiskFlush(string folder)
    {
        var path = Path.Combine(folder, "flush");
        var times = new List<double>();
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1))
        {
            var page = new byte[4096];
            for (var i = 0; i < 100; i++)
            {
                var began = Stopwatch.GetTimestamp();
                file.Write(page);
                file.Flush(flushToDisk: true);
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }

        File.Delete(path);
        return Statistics.Median(times);
    }

    /// <summary>The commit of the working copy, with a mark when files differ from it.</summary>
    public static string Commit(string repository) => Git(repository, "describe", "--always", "--dirty=+", "--exclude=*") ?? "unknown";

    /// <summary>The folder of the solution above this assembly.</summary>
    public static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FhirBridge.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("this assembly does not lie in the repository");
    }

    private static string? Git(string repository, params string[] arguments)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["-C", repository, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
