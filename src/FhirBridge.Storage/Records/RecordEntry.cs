using System.Collections.Immutable;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage.Records;

/// <summary>A current contribution in an opened record: its header, and where its references lead.</summary>
internal sealed class RecordEntry
{
    private RecordEntry[] targets = [];

    internal RecordEntry(Contribution stored, ImmutableArray<string> slots)
    {
        Stored = stored;
        Resolved = stored;
        Slots = slots;
    }

    /// <summary>References in stored form.</summary>
    internal Contribution Stored { get; }

    /// <summary>References resolved, as if everything was visible: what counsel decides on.</summary>
    internal Contribution Resolved { get; private set; }

    /// <summary>Distinct targets of the references in the body, in stored form, in order.</summary>
    internal ImmutableArray<string> Slots { get; }

    /// <summary>Every distinct reference of facts, index and body, in stored form.</summary>
    internal HashSet<string> References()
    {
        var facts = Stored.Facts;
        var all = new HashSet<string>(Slots, StringComparer.Ordinal);
        foreach (var list in (ImmutableArray<string>[])[facts.Patients, facts.Authors, facts.References, facts.CreatedAsPartOf, facts.DerivedFrom, facts.Controllers]) all.UnionWith(list);
        foreach (var e in Stored.Index.Entries)
        {
            if (e is { Type: SearchParameterType.Reference, System: null, Value: not null }) all.Add(e.Value);
        }

        return all;
    }

    /// <summary>Resolves the references of facts and index.</summary>
    internal void Resolve(RecordContents contents)
    {
        targets = [.. References().Select(contents.EntryOf).OfType<RecordEntry>().Where(e => e.Stored.Key.Type != "Patient").Distinct()];
        Resolved = Mapped(Stored, contents.ToNetwork);
    }

    /// <summary>
    /// The contribution as it stands in a view: a reference to what is hidden keeps its stored form, exactly as if its target had never been there.
    /// </summary>
    internal Contribution For(HashSet<RecordEntry> visible, RecordContents contents) => Array.TrueForAll(targets, visible.Contains)
        ? Resolved
        : Mapped(Stored, r => contents.EntryOf(r) is { } e && e.Stored.Key.Type != "Patient" && !visible.Contains(e) ? null : contents.ToNetwork(r));

    internal static Contribution Mapped(Contribution c, Func<string, string?> map)
    {
        var isMapped = false;
        string? Map(string reference)
        {
            var to = map(reference);
            isMapped |= to is not null && to != reference;
            return to;
        }

        var facts = c.Facts.MapReferences(Map);
        var entries = new IndexEntry[c.Index.Entries.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            var e = c.Index.Entries[i];
            entries[i] = e is { Type: SearchParameterType.Reference, System: null, Value: { } value } && Map(value) is { } to && to != value ? e with { Value = to } : e;
        }

        return isMapped ? c with { Facts = facts, Index = new SearchIndex(entries) } : c;
    }
}
