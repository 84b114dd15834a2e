using System.Text;

namespace FhirBridge.Fhir;

/// <summary>A small hash table from UTF-8 names to definitions, so that reading allocates no names.</summary>
internal sealed class Utf8NameTable<T>
    where T : class
{
    private readonly (byte[] Name, T Value)[] slots;
    private readonly int mask;

    internal Utf8NameTable(IEnumerable<(string Name, T Value)> entries)
    {
        var all = entries.ToArray();
        All = Array.ConvertAll(all, e => e.Value);
        var size = 8;
        while (size < all.Length * 3) size *= 2;
        slots = new (byte[], T)[size];
        mask = size - 1;
        foreach (var (name, value) in all)
        {
            var utf8 = Encoding.UTF8.GetBytes(name);
            var i = Hash(utf8) & mask;
            while (slots[i].Name is not null) i = (i + 1) & mask;
            slots[i] = (utf8, value);
        }
    }

    internal T[] All { get; }

    internal T? Find(ReadOnlySpan<byte> utf8)
    {
        for (var i = Hash(utf8) & mask; slots[i].Name is { } name; i = (i + 1) & mask)
        {
            if (utf8.SequenceEqual(name)) return slots[i].Value;
        }

        return null;
    }

    internal T? Find(string name)
    {
        Span<byte> buffer = stackalloc byte[128];
        return Encoding.UTF8.TryGetBytes(name, buffer, out var n) ? Find(buffer[..n]) : null;
    }

    private static int Hash(ReadOnlySpan<byte> name)
    {
        // Length, both ends and the middle tell FHIR's names apart nearly always; no name repeats inside a table.
        if (name.IsEmpty) return 0;
        var h = (uint)name.Length * 0x9E3779B1u;
        h = (h ^ name[0]) * 0x01000193u;
        h = (h ^ name[^1]) * 0x01000193u;
        h = (h ^ name[name.Length / 2]) * 0x01000193u;
        h = (h ^ name[name.Length / 3]) * 0x01000193u;
        h = (h ^ name[name.Length * 3 / 4]) * 0x01000193u;
        return (int)(h >> 7);
    }
}
