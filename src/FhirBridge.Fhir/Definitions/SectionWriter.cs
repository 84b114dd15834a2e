using System.Text;

namespace FhirBridge.Fhir;

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

    /// <summary>The blocks with their lengths, then every resource with the number of its block; inside of a block they follow each other.</summary>
    internal void Index(IReadOnlyList<StoredConformance> resources)
    {
        var blocks = resources.Select(r => r.Block).Distinct().ToList();
        List(blocks, b =>
        {
            w.Write7BitEncodedInt(b.Packed.Length);
            w.Write7BitEncodedInt(b.Length);
        });
        var numbers = blocks.Select((b, i) => (b, i)).ToDictionary(x => x.b, x => x.i);
        List(resources, r =>
        {
            Entry(r.Entry);
            w.Write7BitEncodedInt(numbers[r.Block]);
            w.Write7BitEncodedInt(r.Offset);
            w.Write7BitEncodedInt(r.Length);
        });
    }

    private void Entry(ConformanceEntry e)
    {
        String(e.Type);
        String(e.Url);
        String(e.Version);
        String(e.Id);
        String(e.Name);
        String(e.Title);
        String(e.Status);
        String(e.Subject);
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
