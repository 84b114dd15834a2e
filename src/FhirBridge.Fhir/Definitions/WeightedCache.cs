using System.Diagnostics.CodeAnalysis;

namespace FhirBridge.Fhir;

/// <summary>Keeps what was used last, up to a total weight. Thread-safe.</summary>
internal sealed class WeightedCache<TKey, TValue>(long capacity)
    where TKey : class
{
    private readonly Lock turn = new();
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value, long Weight)>> known = [];
    private readonly LinkedList<(TKey Key, TValue Value, long Weight)> recent = new();
    private long weight;

    internal bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (turn)
        {
            if (!known.TryGetValue(key, out var node))
            {
                value = default;
                return false;
            }

            recent.Remove(node);
            recent.AddFirst(node);
            value = node.Value.Value;
            return true;
        }
    }

    /// <summary>Keeps a value; one that alone is heavier than all that may be kept is let go at once.</summary>
    internal void Set(TKey key, TValue value, long itsWeight)
    {
        lock (turn)
        {
            if (itsWeight > capacity || known.ContainsKey(key)) return;
            known[key] = recent.AddFirst((key, value, itsWeight));
            weight += itsWeight;
            while (weight > capacity)
            {
                var (oldest, _, gone) = recent.Last!.Value;
                known.Remove(oldest);
                recent.RemoveLast();
                weight -= gone;
            }
        }
    }
}
