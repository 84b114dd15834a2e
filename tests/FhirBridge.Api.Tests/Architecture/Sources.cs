namespace FhirBridge.Api.Tests.Architecture;

/// <summary>The repository that the tests were built from.</summary>
internal static class Sources
{
    private static readonly string[] Generated = ["bin", "obj", "node_modules", "TestResults", "BenchmarkDotNet.Artifacts", "keys"];
    private static readonly string[] Text = [".cs", ".csproj", ".props", ".targets", ".json", ".md", ".sh", ".yml", ".yaml", ".xml", ".sln", ".config", ".scss", ".css", ".js", ".razor", ".txt", ""];

    /// <summary>Folder of FhirBridge.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>C# files of the product, relative to the root, with their text.</summary>
    public static IReadOnlyList<(string Path, string Text)> Product { get; } = [.. Read("src").Where(f => f.Path.EndsWith(".cs", StringComparison.Ordinal))];

    /// <summary>Every text file under version control, less what builds make.</summary>
    public static IEnumerable<(string Path, string Text)> All() =>
        Directory.GetFiles(Root).Select(Load).Where(f => IsText(f.Path)).Concat(new[] { "src", "tests", "docs", "profiles", "tools", ".ci" }.SelectMany(Read));

    /// <summary>The text of a file, by its path from the root.</summary>
    public static string File(string path) => System.IO.File.ReadAllText(Path.Combine(Root, path));

    private static IEnumerable<(string Path, string Text)> Read(string folder)
    {
        var path = Path.Combine(Root, folder);
        if (!Directory.Exists(path)) return [];
        return Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Where(f => !Path.GetRelativePath(Root, f).Split(Path.DirectorySeparatorChar).Any(Generated.Contains) && IsText(f))
            .Select(Load);
    }

    private static bool IsText(string path) => Text.Contains(Path.GetExtension(path));

    private static (string Path, string Text) Load(string file) => (Path.GetRelativePath(Root, file).Replace('\\', '/'), System.IO.File.ReadAllText(file));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "FhirBridge.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("FhirBridge.sln is in no folder above the tests");
    }
}
