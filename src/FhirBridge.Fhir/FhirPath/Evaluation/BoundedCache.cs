using System.Collections.Concurrent;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>
/// A cache that stays small: two generations of at most <paramref name="size"/> entries each. What is used moves to the young one, and when that
/// is full the old one is dropped, so that a flood of strangers cannot keep the regulars out.
/// </summary>
internal sealed class BoundedCache<TKey, TValue>(int size)
    where TKey : notnull
{
    private readonly Lock turn = new();
    private volatile ConcurrentDictionary<TKey, TValue> young = new();
    private volatile ConcurrentDictionary<TKey, TValue> old = new();

    public bool TryGet(TKey key, out TValue value)
    {
        if (young.TryGetValue(key, out value!)) return true;
        if (!old.TryGetValue(key, out value!)) return false;
        Set(key, value);
        return true;
    }

    public void Set(TKey key, TValue value)
    {
        var current = young;
        current[key] = value;
        if (current.Count <= size) return;
        lock (turn)
        {
            if (young != current) return;
            old = current;
            young = new ConcurrentDictionary<TKey, TValue>();
        }
    }
}
