using System.Diagnostics;
using FhirBridge.Consent;
using FhirBridge.Storage.Tests.Contract;
using Microsoft.Data.Sqlite;

namespace FhirBridge.Storage.Tests.Sqlite;

/// <summary>A process that dies in the middle of writing loses nothing that it acknowledged.</summary>
public sealed class KillTests
{
    /// <summary>Writes until killed; each line on the output is an acknowledged write. Run by <c>Program.Main</c> with <c>--write-until-killed {file}</c>.</summary>
    internal static async Task WriteUntilKilledAsync(string file)
    {
        await using var vault = await SqliteVault.OpenAsync(new SqliteVaultOptions { Path = file }, new ConsentOptions(), TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(p => Task.Run(async () =>
        {
            for (var i = 0; ; i++)
            {
                var commit = Sample.Commit(Sample.Write("hospital", Sample.Goal($"g{p}-{i}"), $"rec{p}", $"rec{p}-{i}")) with { Audit = [new AuditRow(new RecordId($"rec{p}"), Sample.Start, new byte[200])] };
                if (await vault.CommitAsync(commit, default) != CommitOutcome.Committed) throw new InvalidOperationException("nobody else writes");
                lock (Console.Out)
                {
                    Console.Out.WriteLine($"g{p}-{i}");
                    Console.Out.Flush();
                }
            }
        })));
    }

    [Fact]
    public async Task ProcessKilledWhileWriting_LosesNoAcknowledgedWrite()
    {
        var folder = Path.Combine(Path.GetTempPath(), "fhirbridge-" + Guid.NewGuid().ToString("N"));
        var file = Path.Combine(folder, "kill.db");
        var acknowledged = new List<string>();
        try
        {
            using var child = Process.Start(Child(file))!;
            while (acknowledged.Count < 200 && await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line) acknowledged.Add(line);
            child.Kill();

            // What it wrote to the pipe before it died was acknowledged too; the last line may be torn.
            var rest = (await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n');
            acknowledged.AddRange(rest.SkipLast(1).Where(l => l.Length > 0));
            await child.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.True(acknowledged.Count >= 200, await child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
            await using var vault = await SqliteVault.OpenAsync(new SqliteVaultOptions { Path = file }, new ConsentOptions(), TimeProvider.System);
            var found = await vault.LocateAsync(Sample.Identity, [.. acknowledged.Select(a => new ContributionKey("hospital", "Goal", a))], default);
            Assert.Equal([], acknowledged.Where(a => !found.ContainsKey(new ContributionKey("hospital", "Goal", a))));
            Assert.True((await vault.VerifyAuditAsync(Sample.Worker, default)).IsSound);
            Assert.Equal("ok", Check(file));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ProcessStartInfo Child(string file)
    {
        var assembly = typeof(KillTests).Assembly.Location;
        return new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["exec", assembly, "--write-until-killed", file]) { RedirectStandardOutput = true, RedirectStandardError = true };
    }

    private static string Check(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return (string)command.ExecuteScalar()!;
    }
}
