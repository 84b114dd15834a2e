namespace FhirBridge.Fhir.FhirPath;

/// <summary>N1 §5.2 Filtering and projection, with repeatAll of the later text.</summary>
internal static class FilteringFunctions
{
    public static readonly FunctionEntry[] All =
    [
        new("where", 1, 1, Where),
        new("select", 1, 1, Select),
        new("repeat", 1, 1, Repeat),
        new("repeatAll", 1, 1, RepeatAll),
        new("ofType", 1, 1, TypeFunctions.OfType, TakesType: true),
    ];

    public static void Where(in Call call, Values input, Values output)
    {
        var item = call.E.Rent();
        var result = call.E.Rent();
        for (var i = 0; i < input.Count; i++)
        {
            item.Set(input[i]);
            result.Clear();
            call.Lambda(0, item, i, result);
            if (Evaluation.Truth(result) is true) output.Add(input[i]);
        }

        call.E.Return(result);
        call.E.Return(item);
    }

    private static void Select(in Call call, Values input, Values output)
    {
        var item = call.E.Rent();
        for (var i = 0; i < input.Count; i++)
        {
            item.Set(input[i]);
            call.Lambda(0, item, i, output);
        }

        call.E.Return(item);
    }

    /// <summary>repeatAll() of the later text: as repeat(), but equal items are all taken; what never ends runs into the budget.</summary>
    private static void RepeatAll(in Call call, Values input, Values output)
    {
        var item = call.E.Rent();
        var next = output.Count;
        Select(call, input, output);
        for (; next < output.Count; next++)
        {
            item.Set(output[next]);
            call.Lambda(0, item, 0, output);
        }

        call.E.Return(item);
    }

    /// <summary>Applies the projection to its own results until nothing new comes; what was seen is not taken again (N1 §5.2).</summary>
    private static void Repeat(in Call call, Values input, Values output)
    {
        var item = call.E.Rent();
        var found = call.E.Rent();
        var seen = new ItemSet(call.E);
        var queue = new Queue<FhirPathValue>();
        for (var i = 0; i < input.Count; i++) queue.Enqueue(input[i]);
        while (queue.TryDequeue(out var next))
        {
            item.Set(next);
            found.Clear();
            call.Lambda(0, item, 0, found);
            for (var i = 0; i < found.Count; i++)
            {
                if (!seen.Add(found[i])) continue;
                output.Add(found[i]);
                queue.Enqueue(found[i]);
            }
        }

        call.E.Return(found);
        call.E.Return(item);
    }
}

/// <summary>Items seen so far, by equality. Elements are recognised by their place first, so that walking a tree stays linear.</summary>
internal sealed class ItemSet(Evaluation e)
{
    private readonly HashSet<FhirElement> elements = [];
    private readonly Dictionary<string, List<FhirPathValue>> buckets = new(StringComparer.Ordinal);

    /// <summary>False when an equal item was there.</summary>
    public bool Add(in FhirPathValue item)
    {
        e.Spend();
        if (item.IsElement && !elements.Add(item.Element)) return false;
        if (item.System is { } system) return AddValue(system, item);
        return AddTo(Key(item.Element), item);
    }

    /// <summary>The same for equal elements, and different for most others: number and names of the children, and texts, whose equality is exact.</summary>
    private string Key(FhirElement element)
    {
        var (count, hash) = (0, 0);
        foreach (var child in element.Children())
        {
            count++;
            hash ^= string.GetHashCode(child.SourceName, StringComparison.Ordinal);
            if (!child.HasValue || SystemValues.KindOf(child) != FhirPathKind.String) continue;
            e.SpendLength(child.Value.Length);
            hash ^= HashCode.Combine(child.SourceName, child.Index, child.Value);
        }

        return $"element {count} {hash}";
    }

    private bool AddText(string text, in FhirPathValue item)
    {
        e.SpendLength(text.Length);
        return AddTo("s" + text, item);
    }

    private bool AddValue(in FhirPathValue system, in FhirPathValue item) => system.Kind switch
    {
        FhirPathKind.String => AddText(system.AsString, item),
        FhirPathKind.Boolean => AddTo(system.AsBoolean ? "true" : "false", item),
        FhirPathKind.Integer or FhirPathKind.Long or FhirPathKind.Decimal => AddTo("n" + decimal.Truncate(system.AsDecimal), item),
        _ => AddTo("other", item),
    };

    private bool AddTo(string key, in FhirPathValue item)
    {
        if (!buckets.TryGetValue(key, out var bucket)) buckets[key] = bucket = [];
        foreach (var seen in bucket)
        {
            if (Equality.Equal(e, seen, item) is true) return false;
        }

        bucket.Add(item);
        return true;
    }
}
