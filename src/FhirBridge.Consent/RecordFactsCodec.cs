using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using FhirBridge.Fhir;

namespace FhirBridge.Consent;

/// <summary>
/// Facts as a compact blob, in which the vault keeps them. Layout (version 1): version byte; table of distinct strings (count, then length and
/// UTF-8 of each); the members in declaration order, strings as table number plus one with 0 for null, lists by their count. Numbers are
/// variable-length; an instant is its UTC ticks, an open end 0.
/// </summary>
public static class RecordFactsCodec
{
    private const byte Version = 1;

    /// <summary>Writes facts.</summary>
    public static byte[] Write(RecordFacts facts)
    {
        var strings = new List<string>();
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        using var body = new MemoryStream(512);
        var w = new Writer(body, s =>
        {
            if (numbers.TryGetValue(s, out var n)) return n;
            strings.Add(s);
            return numbers[s] = strings.Count;
        });
        WriteMembers(w, facts);

        using var all = new MemoryStream(1024);
        var head = new Writer(all, _ => throw new InvalidOperationException("the table holds texts, not numbers of texts"));
        all.WriteByte(Version);
        head.Number((ulong)strings.Count);
        foreach (var s in strings) head.Text(s);
        body.WriteTo(all);
        return all.ToArray();
    }

    /// <summary>Reads facts; a blob that was not written by <see cref="Write"/> is a fault of the store and throws <see cref="InvalidDataException"/>.</summary>
    public static RecordFacts Read(ReadOnlySpan<byte> blob)
    {
        var r = new Reader(blob);
        if (r.Byte() != Version) throw new InvalidDataException("the facts have a version that is not known");
        r.ReadTable();
        var facts = new RecordFacts
        {
            Type = r.Required(),
            Reference = r.Required(),
            Unified = r.String(),
            Patients = r.Strings(),
            Custodian = r.Required(),
            Authors = r.Strings(),
            Labels = r.Codings(),
            Profiles = r.Strings(),
            Primary = r.Codings(),
            Codes = r.Codings(),
            Dates = r.Intervals(),
            References = r.Strings(),
            CreatedAsPartOf = r.Strings(),
            DerivedFrom = r.Strings(),
            Controllers = r.Strings(),
        };
        return r.AtEnd ? facts : throw new InvalidDataException("the facts go on after their end");
    }

    private static void WriteMembers(Writer w, RecordFacts facts)
    {
        w.String(facts.Type);
        w.String(facts.Reference);
        w.String(facts.Unified);
        w.Strings(facts.Patients);
        w.String(facts.Custodian);
        w.Strings(facts.Authors);
        w.Codings(facts.Labels);
        w.Strings(facts.Profiles);
        w.Codings(facts.Primary);
        w.Codings(facts.Codes);
        w.Intervals(facts.Dates);
        w.Strings(facts.References);
        w.Strings(facts.CreatedAsPartOf);
        w.Strings(facts.DerivedFrom);
        w.Strings(facts.Controllers);
    }

    private sealed class Writer(Stream to, Func<string, int> numberOf)
    {
        public void Number(ulong n)
        {
            for (; n >= 0x80; n >>= 7) to.WriteByte((byte)(n | 0x80));
            to.WriteByte((byte)n);
        }

        public void Text(string s)
        {
            var utf8 = Encoding.UTF8.GetBytes(s);
            Number((ulong)utf8.Length);
            to.Write(utf8);
        }

        public void String(string? s) => Number(s is null ? 0 : (ulong)numberOf(s));

        public void Strings(ImmutableArray<string> all)
        {
            Number((ulong)all.Length);
            foreach (var s in all) String(s);
        }

        public void Codings(ImmutableArray<Coding> all)
        {
            Number((ulong)all.Length);
            foreach (var c in all)
            {
                String(c.System);
                String(c.Code);
            }
        }

        public void Intervals(ImmutableArray<Interval> all)
        {
            Number((ulong)all.Length);
            foreach (var i in all)
            {
                Instant(i.Start);
                Instant(i.End);
            }
        }

        private void Instant(DateTimeOffset? at)
        {
            Span<byte> eight = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(eight, at is { } t ? t.UtcTicks + 1 : 0);
            to.Write(eight);
        }
    }

    private ref struct Reader(ReadOnlySpan<byte> blob)
    {
        private ReadOnlySpan<byte> rest = blob;
        private string[] table = [];

        public readonly bool AtEnd => rest.IsEmpty;

        public byte Byte() => Take(1)[0];

        public void ReadTable()
        {
            table = new string[Count()];
            for (var i = 0; i < table.Length; i++) table[i] = Encoding.UTF8.GetString(Take(Count()));
        }

        public string? String()
        {
            var n = Number();
            if (n > (ulong)table.Length) throw new InvalidDataException("the facts name a text that is not in their table");
            return n == 0 ? null : table[n - 1];
        }

        public string Required() => String() ?? throw new InvalidDataException("the facts lack a text");

        public ImmutableArray<string> Strings()
        {
            var all = new string[Count()];
            for (var i = 0; i < all.Length; i++) all[i] = Required();
            return Frozen(all);
        }

        public ImmutableArray<Coding> Codings()
        {
            var all = new Coding[Count()];
            for (var i = 0; i < all.Length; i++) all[i] = new Coding(String(), Required());
            return Frozen(all);
        }

        public ImmutableArray<Interval> Intervals()
        {
            var all = new Interval[Count()];
            for (var i = 0; i < all.Length; i++) all[i] = new Interval(Instant(), Instant());
            return Frozen(all);
        }

        private static ImmutableArray<T> Frozen<T>(T[] all) => System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(all);

        private DateTimeOffset? Instant()
        {
            var ticks = BinaryPrimitives.ReadInt64LittleEndian(Take(8));
            return ticks == 0 ? null : new DateTimeOffset(ticks - 1, TimeSpan.Zero);
        }

        // No count exceeds the bytes that are left, so that a damaged blob cannot ask for memory.
        private int Count()
        {
            var n = Number();
            return n <= (ulong)rest.Length ? (int)n : throw new InvalidDataException("the facts end too early");
        }

        private ulong Number()
        {
            ulong n = 0;
            for (var shift = 0; shift < 63; shift += 7)
            {
                var b = Byte();
                n |= (ulong)(b & 0x7F) << shift;
                if (b < 0x80) return n;
            }

            throw new InvalidDataException("the facts hold a number that is too long");
        }

        private ReadOnlySpan<byte> Take(int length)
        {
            if (length > rest.Length) throw new InvalidDataException("the facts end too early");
            var taken = rest[..length];
            rest = rest[length..];
            return taken;
        }
    }
}
