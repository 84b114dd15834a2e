using System.Formats.Tar;
using System.IO.Compression;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>
/// The file of validation vectors: a tar archive in one brotli stream, every file as it came (some are wrong on purpose, to the byte).
/// <c>cases.json</c> stands first, the others under <c>files/</c>.
/// </summary>
internal static class ValidationFile
{
    /// <summary>The files by their names.</summary>
    internal static Dictionary<string, byte[]> Read(Stream compressed)
    {
        using var brotli = new BrotliStream(compressed, CompressionMode.Decompress);
        using var tar = new TarReader(brotli);
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        while (tar.GetNextEntry() is { } entry)
        {
            using var memory = new MemoryStream();
            entry.DataStream?.CopyTo(memory);
            files.Add(entry.Name, memory.ToArray());
        }

        return files;
    }

    /// <summary>Writes the file: the same bytes for the same folder.</summary>
    internal static void Write(string folder, Stream output)
    {
        using var brotli = new BrotliStream(output, CompressionLevel.SmallestSize);
        using var tar = new TarWriter(brotli, TarEntryFormat.Ustar);
        var names = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
            .OrderBy(n => n != "cases.json").ThenBy(n => n, StringComparer.Ordinal);
        foreach (var name in names)
        {
            using var content = File.OpenRead(Path.Combine(folder, name));
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = content, ModificationTime = DateTimeOffset.UnixEpoch });
        }
    }
}
