using FhirBridge.Mapping;

namespace FhirBridge.Api.Records;

/// <summary>
/// Composed views by (record, what is visible, public base): two callers who see the same share one, and nobody's view holds anything of another's.
/// Bounded by bytes; the least recently used go first.
/// </summary>
public sealed class ComposedRecordCache(long maxBytes = 64L * 1024 * 1024)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string, string, string, long), LinkedListNode<Slot>> slots = [];
    private readonly LinkedList<Slot> order = new();
    private long bytes;

    /// <summary>The composed view of what is visible in the opened record.</summary>
    public async ValueTask<ComposedRecord> GetAsync(OpenedRecord opened, CancellationToken cancel)
    {
        var key = (opened.Record.Value, opened.View.Version, opened.Request.PublicBase, opened.Request.Network.Version);
        lock (gate)
        {
            if (slots.TryGetValue(key, out var node))
            {
                order.Remove(node);
                order.AddFirst(node);
                return node.Value.Composed;
            }
        }

        var composed = await ComposeAsync(opened, cancel).ConfigureAwait(false);
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

    private static async ValueTask<ComposedRecord> ComposeAsync(OpenedRecord opened, CancellationToken cancel)
    {
        if (opened.IsEmpty) return new ComposedRecord([], opened.View, opened.Request);
        var parts = await opened.PartsAsync(cancel).ConfigureAwait(false);
        var unified = Composer.Compose(opened.Record.Value, parts).ToList();
        if (!unified.Exists(u => u.Type == "Patient")) unified.Add(Composer.BarePatient(opened.Record.Value, opened.View.Contributions[0].LastUpdated));
        return new ComposedRecord(unified, opened.View, opened.Request);
    }

    private sealed record Slot((string, string, string, long) Key, ComposedRecord Composed);
}
