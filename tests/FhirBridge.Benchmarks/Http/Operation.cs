using FhirBridge.Benchmarks.Load;

namespace FhirBridge.Benchmarks.Http;

/// <summary>One line of the table: the same requests for floor and product, and the bar.</summary>
internal sealed record Operation
{
    /// <summary>Name for <c>--only</c>.</summary>
    public required string Key { get; init; }

    /// <summary>As the table names it.</summary>
    public required string Title { get; init; }

    /// <summary>Least share of the floor's requests per second; null when the line has no bar of its own.</summary>
    public double? Bar { get; init; }

    /// <summary>For each client its requests.</summary>
    public required IReadOnlyList<LoadRequest[]> Requests { get; init; }

    /// <summary>True when the floor is measured without audit, too.</summary>
    public bool IsRead { get; init; }

    /// <summary>Writes that make every cached view of what is read out of date; null when views may be cached.</summary>
    public IReadOnlyList<LoadRequest>? Touches { get; init; }

    /// <summary>One of the requests, looked at closely: member who sends it, method, path, body and the record that it concerns.</summary>
    public required Sample Sample { get; init; }

    /// <summary>Paths whose answers are looked at before anything is measured, and given to the floor.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>The operation in whose rounds this one is measured, because the two are compared; null for none.</summary>
    public string? Beside { get; init; }

    /// <summary>Matches that each answer has; null for a read.</summary>
    public int? Matches { get; init; }
}

/// <summary>A request that is looked at closely.</summary>
/// <param name="Member">Who sends it.</param>
/// <param name="Path">Where.</param>
/// <param name="Body">Null for GET.</param>
/// <param name="Record">The record that it concerns; null when that is to be taken from the answer's first match.</param>
/// <param name="IsUpdate">True for PUT.</param>
internal sealed record Sample(string Member, string Path, byte[]? Body, string? Record, bool IsUpdate = false);
