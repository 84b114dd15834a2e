using FhirBridge.Storage.Tests.Sqlite;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace FhirBridge.Storage.Tests;

/// <summary>The entry point that xunit would generate, and one more mode: the process that <see cref="KillTests"/> kills.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args is ["--write-until-killed", var file])
        {
            await KillTests.WriteUntilKilledAsync(file);
            return 0;
        }

        return args.Contains("--server") || args.Contains("--internal-msbuild-node")
            ? await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await ConsoleRunner.Run(args);
    }
}
