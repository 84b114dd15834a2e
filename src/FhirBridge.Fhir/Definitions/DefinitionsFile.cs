using System.IO.Compression;
using System.Text;

namespace FhirBridge.Fhir;

/// <summary>
/// The compact file of definitions: a magic, a version, then named sections, each compressed on its own and with its own string table, so that
/// a section is only unpacked when it is asked for. Readers skip sections that they do not know. The conformance resources stand in blocks of
/// their own, with an index section that says which canonical is where.
/// </summary>
public static class DefinitionsFile
{
    private const uint Magic = 0x34524246; // "FBR4"
    private const int Version = 2;

    /// <summary>Writes definitions. The same definitions give the same bytes; the smallest size takes some seconds.</summary>
    public static void Write(Definitions definitions, Stream output, CompressionLevel level = CompressionLevel.SmallestSize)
    {
        using var writer = new BinaryWriter(output, Encoding.UTF8, leaveOpen: true);
        var resources = Repack(definitions.Store, level);
        var sections = new (string Name, byte[] Bytes)[]
        {
            ("types", Pack(level, w => w.List(definitions.Types, w.Type))),
            ("search", Pack(level, w => w.List(definitions.AllSearchParameters, w.SearchParameter))),
            ("codes", Pack(level, w => w.List(definitions.CodeSets, w.Codes))),
            ("compartments", Pack(level, w => w.List(definitions.Compartments, w.Compartment))),
            ("operations", Pack(level, w => w.List(definitions.Operations, w.Operation))),
            ("index", Pack(level, w => w.Index(resources))),
            ("blocks", [.. resources.Select(r => r.Block).Distinct().SelectMany(b => b.Packed.ToArray())]),
        };
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(sections.Length);
        foreach (var (name, bytes) in sections)
        {
            writer.Write(name);
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }
    }

    /// <summary>Reads definitions that <see cref="Write"/> wrote. Throws <see cref="InvalidDataException"/> for other bytes.</summary>
    public static Definitions Read(byte[] file)
    {
        using var reader = new BinaryReader(new MemoryStream(file, writable: false), Encoding.UTF8);
        if (reader.ReadUInt32() != Magic || reader.ReadInt32() != Version) throw new InvalidDataException("not a definitions file of this version");
        var sections = new Dictionary<string, ArraySegment<byte>>(StringComparer.Ordinal);
        for (var n = reader.ReadInt32(); n > 0; n--)
        {
            var name = reader.ReadString();
            var length = reader.ReadInt32();
            sections[name] = new ArraySegment<byte>(file, (int)reader.BaseStream.Position, length);
            reader.BaseStream.Seek(length, SeekOrigin.Current);
        }

        return new Definitions(
            () => Unpack(sections["types"], r => r.List(r.Type)),
            () => Unpack(sections["search"], r => r.List(r.SearchParameter)),
            () => Unpack(sections["codes"], r => r.List(r.Codes)),
            () => Unpack(sections["compartments"], r => r.List(r.Compartment)),
            () => Unpack(sections["operations"], r => r.List(r.Operation)),
            () => new ConformanceStore(Unpack(sections["index"], r => r.Index(sections["blocks"]))));
    }

    internal static Definitions Embedded(string name)
    {
        using var stream = typeof(DefinitionsFile).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the assembly has no {name}: run tools/FhirBridge.DefinitionsCompiler");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Read(bytes);
    }

    private static IReadOnlyList<StoredConformance> Repack(ConformanceStore store, CompressionLevel level)
    {
        var packer = new ConformancePacker(level);
        foreach (var stored in store.All) packer.Add(stored.Entry, store.Bytes(stored).Span);
        return packer.Finish();
    }

    private static byte[] Pack(CompressionLevel level, Action<SectionWriter> write)
    {
        using var section = new SectionWriter();
        write(section);
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, level, leaveOpen: true)) section.CopyTo(brotli);
        return packed.ToArray();
    }

    private static T Unpack<T>(ArraySegment<byte> packed, Func<SectionReader, T> read)
    {
        using var raw = new MemoryStream();
        using (var brotli = new BrotliStream(new MemoryStream(packed.Array!, packed.Offset, packed.Count, writable: false), CompressionMode.Decompress)) brotli.CopyTo(raw);
        return read(new SectionReader(raw.GetBuffer().AsMemory(0, (int)raw.Length)));
    }
}
