using System.Text.RegularExpressions;

namespace FhirBridge.Api.Tests.Architecture;

/// <summary>Rules of CONTRIBUTING.md that a compiler does not know.</summary>
public sealed partial class HygieneTests
{
    private const int MostLines = 400;

    [Fact]
    public void Clocks_AreInjected() => Assert.Equal([], Offenders(Clock()));

    [Fact]
    public void AsyncVoid_IsNowhere() => Assert.Equal([], Offenders(AsyncVoid()));

    [Fact]
    public void UnfinishedWork_IsNowhere() => Assert.Equal([], Offenders(Unfinished()));

    [Fact]
    public void Files_AreShort() => Assert.Equal([], Sources.Product.Where(f => f.Text.AsSpan().Count('\n') > MostLines).Select(f => f.Path));

    [Fact]
    public void TrackedFiles_NameNoMachine()
    {
        var faults = new List<string>();
        foreach (var (path, text) in Sources.All().Where(f => f.Path != "tests/FhirBridge.Api.Tests/Architecture/HygieneTests.cs"))
        {
            foreach (Match m in MachinePath().Matches(text)) faults.Add($"{path}: {m.Value}");
            // A test of configuration that refuses http to a host that is not loopback needs such a host.
            if (path == "tests/FhirBridge.Api.Tests/Configuration/OptionsLoaderTests.cs") continue;
            foreach (Match m in Registry().Matches(text)) faults.Add($"{path}: {m.Value}");
        }

        Assert.Equal([], faults);
    }

    [Fact]
    public void PackageLocks_AreThere()
    {
        foreach (var project in Directory.GetFiles(Sources.Root, "*.csproj", SearchOption.AllDirectories).Where(p => !p.Contains("/obj/") && !p.Contains("/bin/")))
        {
            Assert.True(System.IO.File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")), Path.GetFileName(project) + " has no lock file");
        }
    }

    private static IEnumerable<string> Offenders(Regex pattern) =>
        Sources.Product.SelectMany(f => pattern.Matches(f.Text).Select(m => $"{f.Path}: {m.Value} (line {f.Text.AsSpan(0, m.Index).Count('\n') + 1})"));

    [GeneratedRegex(@"\bDateTime(Offset)?\.(UtcNow|Now|Today)\b")]
    private static partial Regex Clock();

    [GeneratedRegex(@"\basync void\b")]
    private static partial Regex AsyncVoid();

    [GeneratedRegex(@"//.*\b(TODO|FIXME|HACK)\b|\bNotImplementedException\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"(?<![\w./:*])/(home/\w+|root|work|mnt|Users/\w+)/[\w.-]+|\b[A-Z]:\\Users\\\w+")]
    private static partial Regex MachinePath();

    /// <summary>Package sources, addresses of the network that a developer's machine is in, and packages locked to a host other than the public registry.</summary>
    [GeneratedRegex(@"<packageSources>|\bhttps?://(10|192\.168|172\.(1[6-9]|2\d|3[01])|169\.254)\.[\d.]+|""resolved"": ""https?://(?!registry\.npmjs\.org/)[^""]+|https?://[^\s""]*(artifactory|nexus|verdaccio)[^\s""]*")]
    private static partial Regex Registry();
}
