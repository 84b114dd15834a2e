using FhirBridge.Mapping;

namespace FhirBridge.Api.Records;

/// <summary>
/// Composed views by (record, kind, what is visible, public base, network): two callers who see the same share one, and nobody's view holds anything of
/// another's. Bounded by bytes; the least recently used go first.
/// </summary>
public sealed class ComposedCache(long maxBytes = 128L * 1024 * 1024)
{
    private readonly Lock gate = new();
    private readonly Dictionary<Key, LinkedListNode<Slot>> slots = [];
    private readonly LinkedList<Slot> order = new();
    private long bytes;

    /// <summary>What is composed of one kind of what is visible in the opened record.</summary>
    public async ValueTask<ComposedKind> GetAsync(OpenedRecord opened, string kind, CancellationToken cancel)
    {
        var key = new Key(opened.Record.Value, kind, opened.View.Version, opened.Request.PublicBase, opened.Request.Network.Version);
        lock (gate)
        {
            if (slots.TryGetValue(key, out var node))
            {
                order.Remove(node);
                order.AddFirst(node);
                return node.Value.Composed;
            }
        }

        var composed = await ComposeAsync(opened, kind, cancel).ConfigureAwait(false);
        lock (gate)
        {
            if (slots.TryGetValue(key, out var node)) return node.Value.Composed;
            slots[key] = order.AddFirst(new Slot(key, composed));
            bytes += composed.Size;
            while (bytes > maxBytes && order.Last is { } last && order.Count > 1)
            {
                order.RemoveLast();
                slots.Remove(last.Value.Key);
                bytes -= last.Value.Composed.Size;
            }
        }

        return composed;
    }

    private static async ValueTask<ComposedKind> ComposeAsync(OpenedRecord opened, string kind, CancellationToken cancel)
    {
        if (opened.IsEmpty) return new ComposedKind([]);
        if (kind == "Provenance") return new ComposedKind(await ProvenanceAsync(opened, cancel).ConfigureAwait(false));
        var parts = await opened.PartsAsync(kind, cancel).ConfigureAwait(false);
        var unified = Unify(opened, kind, parts);
        return new ComposedKind(unified.Select(u => ComposedKind.Entry.Of(u, [.. u.Origins.SelectMany(o => opened.View.Find(o.Contribution)).Distinct()])));
    }

    private static IReadOnlyList<UnifiedResource> Unify(OpenedRecord opened, string kind, IReadOnlyList<VisibleContribution> parts)
    {
        var record = opened.Record.Value;
        return kind switch
        {
            "CarePlan" => Composer.CarePlans(record, parts),
            "CareTeam" => Composer.CareTeams(record, parts),
            "Goal" => Composer.Goals(record, parts),
            "Patient" => [Composer.Patient(record, parts) ?? Composer.BarePatient(record, opened.View.Contributions[0].LastUpdated)],
            _ => [],
        };
    }

    private static async ValueTask<List<ComposedKind.Entry>> ProvenanceAsync(OpenedRecord opened, CancellationToken cancel)
    {
        var all = new List<ComposedKind.Entry>();
        foreach (var kind in ComposedKind.OfContributions)
        {
            var composed = await opened.ComposeAsync(kind, cancel).ConfigureAwait(false);
            foreach (var entry in composed.Entries.Where(e => SharedTypes.IsUnified(e.Resource.Type)))
            {
                all.AddRange(ProvenanceRenderer.Of(entry.Unified, entry.Sources, opened.Request).Select(p => ComposedKind.Entry.Of(p.Provenance, [p.Of])));
            }
        }

        foreach (var c in opened.View.Contributions.Where(c => !SharedTypes.IsUnified(c.Key.Type) && c.Key.Type != "Provenance"))
        {
            all.Add(ComposedKind.Entry.Of(ProvenanceRenderer.Of(c, opened.Request), [c]));
        }

        return all;
    }

    private readonly record struct Key(string Record, string Kind, string View, string PublicBase, long Network);

    private sealed record Slot(Key Key, ComposedKind Composed);
}
