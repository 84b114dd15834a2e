namespace FhirBridge.Fhir.FhirPath;

/// <summary>A growing buffer of items that the steps of an expression write into; rented from the <see cref="Evaluation"/>, so that a path costs few allocations.</summary>
internal sealed class Values
{
    private FhirPathValue[] items = new FhirPathValue[4];

    /// <summary>Pays for the growth of the buffer, so that whatever is collected is bounded; null for the small ones that functions make for themselves.</summary>
    public Evaluation? Payer { get; set; }

    public int Count { get; private set; }

    public ref readonly FhirPathValue this[int index] => ref items[index];

    public ReadOnlySpan<FhirPathValue> Span => items.AsSpan(0, Count);

    public void Add(in FhirPathValue value)
    {
        if (Count == items.Length) Grow();
        items[Count++] = value;
    }

    private void Grow()
    {
        if (items.Length >= 1_024) Payer?.Spend(items.Length);
        Array.Resize(ref items, items.Length * 2);
    }

    public void Add(bool value) => Add(FhirPathValue.Of(value));

    public void Add(bool? value)
    {
        if (value is { } v) Add(FhirPathValue.Of(v));
    }

    public void AddRange(Values other)
    {
        for (var i = 0; i < other.Count; i++) Add(other.items[i]);
    }

    public void Set(in FhirPathValue value)
    {
        Clear();
        Add(value);
    }

    public void Clear() => Count = 0;

    /// <summary>Empties the buffer before it waits for its next use: no tree is kept alive by it, and no large array.</summary>
    public void Release()
    {
        if (items.Length > 64) items = new FhirPathValue[4];
        else Array.Clear(items);
        Count = 0;
        Payer = null;
    }

    public FhirPathValue[] ToArray() => Count == 0 ? [] : items.AsSpan(0, Count).ToArray();

    /// <summary>The elements among the items.</summary>
    public FhirElement[] Elements()
    {
        var count = 0;
        foreach (ref readonly var item in Span) count += item.IsElement ? 1 : 0;
        if (count == 0) return [];
        var elements = new FhirElement[count];
        count = 0;
        foreach (ref readonly var item in Span)
        {
            if (item.IsElement) elements[count++] = item.Element;
        }

        return elements;
    }
}
