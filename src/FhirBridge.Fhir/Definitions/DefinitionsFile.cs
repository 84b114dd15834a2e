using System.IO.Compression;
using System.Text;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Fhir;

/// <summary>
/// The compact file of definitions: a magic, a version, then named sections, each compressed on its own and with its own string table, so that
/// a section is only unpacked when it is asked for. Readers skip sections that they do not know: value sets and profiles can be added.
/// </summary>
public static class DefinitionsFile
{
    private const uint Magic = 0x34524246; // "FBR4"
    private const int Version = 1;

    /// <summary>Writes definitions. The same definitions give the same bytes; the smallest size takes some seconds.</summary>
    public static void Write(Definitions definitions, Stream output, CompressionLevel level = CompressionLevel.SmallestSize)
    {
        using var writer = new BinaryWriter(output, Encoding.UTF8, leaveOpen: true);
        var sections = new (string Name, byte[] Bytes)[]
        {
            ("types", Pack(level, w => w.List(definitions.Types, w.Type))),
            ("search", Pack(level, w => w.List(definitions.AllSearchParameters, w.SearchParameter))),
            ("codes", Pack(level, w => w.List(definitions.CodeSets, w.Codes))),
            ("compartments", Pack(level, w => w.List(definitions.Compartments, w.Compartment))),
            ("operations", Pack(level, w => w.List(definitions.Operations, w.Operation))),
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
            () => Unpack(sections["operations"], r => r.List(r.Operation)));
    }

    internal static Definitions Embedded(string name)
    {
        using var stream = typeof(DefinitionsFile).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the assembly has no {name}: run tools/FhirBridge.DefinitionsCompiler");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Read(bytes);
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

/// <summary>Writes one section: numbers as 7-bit groups, strings as numbers in the section's string table.</summary>
internal sealed class SectionWriter : IDisposable
{
    private readonly MemoryStream body = new();
    private readonly BinaryWriter w;
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly List<string> strings = [];
    private readonly Dictionary<InvariantDefinition, int> invariants = [];

    internal SectionWriter() => w = new BinaryWriter(body, Encoding.UTF8);

    public void Dispose() => w.Dispose();

    internal void CopyTo(Stream output)
    {
        w.Flush();
        using var head = new BinaryWriter(output, Encoding.UTF8, leaveOpen: true);
        head.Write7BitEncodedInt(strings.Count);
        foreach (var s in strings) head.Write(s);
        head.Flush();
        body.WriteTo(output);
    }

    internal void List<T>(IReadOnlyCollection<T> items, Action<T> write)
    {
        w.Write7BitEncodedInt(items.Count);
        foreach (var item in items) write(item);
    }

    internal void Type(TypeDefinition t)
    {
        String(t.Name);
        String(t.Url);
        w.Write((byte)t.Kind);
        w.Write(t.IsAbstract);
        String(t.BaseType);
        String(t.Regex);
        List(t.Invariants, Invariant);
        List(t.Elements, Element);
    }

    internal void SearchParameter(SearchParameterDefinition p)
    {
        String(p.Url);
        String(p.Code);
        List(p.Base, String);
        w.Write((byte)p.Type);
        String(p.Expression);
        List(p.Targets, String);
        List(p.Components, c =>
        {
            String(c.Definition);
            String(c.Expression);
        });
        Maybe(p.MultipleOr);
        Maybe(p.MultipleAnd);
        List(p.Comparators, String);
        List(p.Modifiers, String);
        String(p.Description);
    }

    internal void Codes(CodeSet set)
    {
        String(set.ValueSet);
        List(set.Codings, c =>
        {
            String(c.System);
            String(c.Code);
        });
    }

    internal void Compartment(CompartmentDefinition c)
    {
        String(c.Url);
        String(c.Code);
        List(c.Members.OrderBy(m => m.Key, StringComparer.Ordinal).ToList(), m =>
        {
            String(m.Key);
            List(m.Value, String);
        });
    }

    internal void Operation(OperationHeader o)
    {
        String(o.Url);
        String(o.Code);
        w.Write(o.IsQuery);
        Maybe(o.AffectsState);
        List(o.Resource, String);
        w.Write(o.System);
        w.Write(o.OnType);
        w.Write(o.Instance);
    }

    private void Element(ElementDefinition e)
    {
        String(e.Path);
        w.Write7BitEncodedInt(e.Order);
        w.Write7BitEncodedInt(e.Min);
        w.Write7BitEncodedInt(e.Max is { } max ? max + 1 : 0);
        List(e.Types, t =>
        {
            String(t.Code);
            List(t.Profiles, String);
            List(t.TargetProfiles, String);
        });
        w.Write((byte)((e.IsChoice ? 1 : 0) | (e.IsModifier ? 2 : 0) | (e.IsSummary ? 4 : 0) | (e.IsXmlAttribute ? 8 : 0) | (e.Binding is null ? 0 : 16)));
        String(e.ContentReference);
        if (e.Binding is { } binding)
        {
            w.Write((byte)binding.Strength);
            String(binding.ValueSet);
        }

        List(e.Invariants, Invariant);
        String(e.Short);
    }

    // Most invariants stand on hundreds of elements: each is written once, then named by its number.
    private void Invariant(InvariantDefinition i)
    {
        if (invariants.TryGetValue(i, out var number))
        {
            w.Write7BitEncodedInt(number);
            return;
        }

        invariants.Add(i, invariants.Count + 1);
        w.Write7BitEncodedInt(0);
        String(i.Key);
        w.Write((byte)i.Severity);
        String(i.Human);
        String(i.Expression);
        String(i.Source);
    }

    private void Maybe(bool? value) => w.Write((byte)(value is null ? 2 : value.Value ? 1 : 0));

    private void String(string? s)
    {
        if (s is null)
        {
            w.Write7BitEncodedInt(0);
            return;
        }

        if (!numbers.TryGetValue(s, out var number))
        {
            strings.Add(s);
            numbers.Add(s, number = strings.Count);
        }

        w.Write7BitEncodedInt(number);
    }
}

/// <summary>Reads what <see cref="SectionWriter"/> wrote.</summary>
internal sealed class SectionReader
{
    private readonly ReadOnlyMemory<byte> bytes;
    private readonly string[] strings;
    private readonly List<InvariantDefinition> invariants = [];
    private int position;

    internal SectionReader(ReadOnlyMemory<byte> bytes)
    {
        this.bytes = bytes;
        strings = new string[Number()];
        for (var i = 0; i < strings.Length; i++)
        {
            var length = Number();
            strings[i] = Encoding.UTF8.GetString(bytes.Span.Slice(position, length));
            position += length;
        }
    }

    internal T[] List<T>(Func<T> read)
    {
        var n = Number();
        if (n == 0) return [];
        var items = new T[n];
        for (var i = 0; i < items.Length; i++) items[i] = read();
        return items;
    }

    internal TypeDefinition Type() =>
        new(String(), String(), (TypeKind)Byte(), Bool(), MaybeString(), MaybeString(), List(Invariant), List(Element));

    internal SearchParameterDefinition SearchParameter() =>
        new(String(), String(), List(String), (SearchParameterType)Byte(), MaybeString(), List(String), List(() => new SearchComponent(String(), String())), Maybe(), Maybe(), List(String), List(String), String());

    internal CodeSet Codes() => new(String(), List(() => new Coding(MaybeString(), String())));

    internal CompartmentDefinition Compartment() =>
        new(String(), String(), List(() => KeyValuePair.Create<string, IReadOnlyList<string>>(String(), List(String))).ToDictionary(StringComparer.Ordinal));

    internal OperationHeader Operation() => new(String(), String(), Bool(), Maybe(), List(String), Bool(), Bool(), Bool());

    private ElementDefinition Element()
    {
        var path = String();
        var order = Number();
        var min = Number();
        var max = Number();
        var types = List(() => new ElementType(String(), List(String), List(String)));
        var flags = Byte();
        var reference = MaybeString();
        var binding = (flags & 16) == 0 ? null : new BindingDefinition((BindingStrength)Byte(), MaybeString());
        return new ElementDefinition(
            path, NameOf(path), order, min, max == 0 ? null : max - 1, types, (flags & 1) != 0, reference, (flags & 2) != 0, (flags & 4) != 0, (flags & 8) != 0, binding, List(Invariant), String());
    }

    internal static string NameOf(string path)
    {
        var name = path[(path.LastIndexOf('.') + 1)..];
        return string.Intern(name.EndsWith("[x]", StringComparison.Ordinal) ? name[..^3] : name);
    }

    private InvariantDefinition Invariant()
    {
        var number = Number();
        if (number > 0) return invariants[number - 1];
        var invariant = new InvariantDefinition(String(), (IssueSeverity)Byte(), String(), MaybeString(), MaybeString());
        invariants.Add(invariant);
        return invariant;
    }

    private byte Byte() => bytes.Span[position++];

    private bool Bool() => Byte() != 0;

    private bool? Maybe() => Byte() switch { 0 => false, 1 => true, _ => null };

    private string String() => MaybeString() ?? throw new InvalidDataException("a string is missing in the definitions file");

    private string? MaybeString() => Number() is > 0 and var n ? strings[n - 1] : null;

    private int Number()
    {
        var n = 0;
        for (var shift = 0; ; shift += 7)
        {
            var b = Byte();
            n |= (b & 0x7F) << shift;
            if (b < 0x80) return n;
        }
    }
}
