using System.IO.Compression;
using System.Text;

namespace FhirBridge.Fhir.Tests;

/// <summary>Examples of the specification (Json/data/NOTICE.md), and short ways to read.</summary>
internal static class Examples
{
    private static readonly Lazy<IReadOnlyList<(string Name, byte[] Json)>> Loaded = new(Load);

    internal static IReadOnlyList<(string Name, byte[] Json)> All => Loaded.Value;

    internal static byte[] Get(string name) => All.Single(e => e.Name == name).Json;

    internal static Result<ElementTree> Json(string json, ReadLimits? limits = null) => FhirJson.Read(Encoding.UTF8.GetBytes(json), limits);

    internal static FhirElement Root(string json)
    {
        var result = Json(json);
        Assert.True(result.IsOk, string.Join('\n', result.Problems));
        return result.Value.Root;
    }

    internal static string Canonical(FhirElement element) => Encoding.UTF8.GetString(FhirJson.Canonical(element));

    internal static string Xml(FhirElement element)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        FhirXml.Write(element, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static List<(string, byte[])> Load()
    {
        using var stream = typeof(Examples).Assembly.GetManifestResourceStream("examples.zip")!;
        using var zip = new ZipArchive(stream);
        var all = new List<(string, byte[])>();
        foreach (var entry in zip.Entries)
        {
            using var bytes = new MemoryStream();
            using (var content = entry.Open()) content.CopyTo(bytes);
            all.Add((entry.Name, bytes.ToArray()));
        }

        return all;
    }
}
