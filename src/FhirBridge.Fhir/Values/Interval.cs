namespace FhirBridge.Fhir;

/// <summary>An interval of time in UTC; both ends may be open.</summary>
/// <param name="Start">First instant inside; null when open.</param>
/// <param name="End">First instant outside; null when open.</param>
public readonly record struct Interval(DateTimeOffset? Start, DateTimeOffset? End)
{
    /// <summary>True when the instant lies inside.</summary>
    public bool Covers(DateTimeOffset instant) => (Start is not { } s || s <= instant) && (End is not { } e || instant < e);
}
