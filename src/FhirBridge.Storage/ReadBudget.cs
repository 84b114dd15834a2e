namespace FhirBridge.Storage;

/// <summary>
/// What the searches of one request may read, counted in rows: the same budget given to several searches bounds them together. Not thread-safe, as a request
/// does one thing after the other.
/// </summary>
/// <param name="rows">Rows that may be looked at.</param>
public sealed class ReadBudget(long rows)
{
    /// <summary>To read and parse a resource costs as much as to look at so many rows.</summary>
    public const int RowsOfContent = 20;

    /// <summary>Rows looked at so far.</summary>
    public long Read { get; private set; }

    /// <summary>Rows that may still be looked at.</summary>
    public long Left => Math.Max(0, rows - Read);

    /// <summary>True when something was not looked at because nothing was left.</summary>
    public bool IsSpent { get; private set; }

    /// <summary>Charges for one row.</summary>
    internal bool TryRow() => Try(1);

    /// <summary>Charges for reading one resource; false when nothing is left.</summary>
    public bool TryContent() => Try(RowsOfContent);

    private bool Try(int cost)
    {
        if (Left == 0)
        {
            IsSpent = true;
            return false;
        }

        Read += cost;
        return true;
    }
}
