using FhirBridge.Consent;

namespace FhirBridge.Storage.Records;

/// <summary>Opened records, bounded by their approximate size; the one unused for longest goes first. What it gives may be stale: the store's version decides.</summary>
internal sealed class ContentsCache(long mostBytes)
{
    private readonly Lock gate = new();
    private readonly Dictionary<RecordId, LinkedListNode<RecordContents>> nodes = [];
    private readonly LinkedList<RecordContents> byUse = new();
    private long bytes;

    /// <summary>Approximate bytes held.</summary>
    internal long Bytes
    {
        get
        {
            lock (gate) return bytes;
        }
    }

    internal RecordContents? Find(RecordId record)
    {
        lock (gate)
        {
            if (!nodes.TryGetValue(record, out var node)) return null;
            if (node.Previous is not null)
            {
                byUse.Remove(node);
                byUse.AddFirst(node);
            }

            return node.Value;
        }
    }

    internal void Keep(RecordContents contents)
    {
        // A record that does not exist is asked for under endless ids.
        if (contents.Version == 0) return;
        lock (gate)
        {
            if (nodes.Remove(contents.Record, out var old)) Drop(old);
            nodes[contents.Record] = byUse.AddFirst(contents);
            bytes += contents.ApproximateBytes;
            while (bytes > mostBytes && byUse.Last is { } last && last.Value != contents)
            {
                nodes.Remove(last.Value.Record);
                Drop(last);
            }
        }
    }

    private void Drop(LinkedListNode<RecordContents> node)
    {
        byUse.Remove(node);
        bytes -= node.Value.ApproximateBytes;
    }
}
