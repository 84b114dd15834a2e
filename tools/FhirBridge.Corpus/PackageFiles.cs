using System.Formats.Tar;
using System.IO.Compression;

namespace FhirBridge.Corpus;

/// <summary>The JSON resources of an npm package of HL7, as a <c>.tgz</c> or unpacked.</summary>
internal static class PackageFiles
{
    internal static IEnumerable<(string Name, byte[] Json)> Read(string package) =>
        (Directory.Exists(package) ? Folder(package) : Archive(package)).Where(f => f.Name.EndsWith(".json", StringComparison.Ordinal) && f.Name is not ("package.json" or ".index.json"));

    private static IEnumerable<(string Name, byte[] Json)> Folder(string path) =>
        Directory.EnumerateFiles(path).Order(StringComparer.Ordinal).Select(f => (Path.GetFileName(f), File.ReadAllBytes(f)));

    private static IEnumerable<(string Name, byte[] Json)> Archive(string path)
    {
        using var file = File.OpenRead(path);
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null || Path.GetDirectoryName(entry.Name) != "package") continue;
            using var memory = new MemoryStream();
            entry.DataStream.CopyTo(memory);
            yield return (Path.GetFileName(entry.Name), memory.ToArray());
        }
    }
}
