using System.Text;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Fhir;

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

    /// <summary>What <see cref="SectionWriter.Index"/> wrote; the packed blocks stand one after the other in <paramref name="packed"/>.</summary>
    internal StoredConformance[] Index(ReadOnlyMemory<byte> packed)
    {
        var at = 0;
        var blocks = List(() =>
        {
            var block = new ConformanceBlock(packed.Slice(at, Number()), Number());
            at += block.Packed.Length;
            return block;
        });
        return List(() => new StoredConformance(Entry(), blocks[Number()], Number(), Number()));
    }

    private ConformanceEntry Entry() =>
        new(String(), String(), MaybeString(), MaybeString(), MaybeString(), MaybeString(), MaybeString(), MaybeString());

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
