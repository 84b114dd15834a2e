using System.Diagnostics.CodeAnalysis;

namespace FhirBridge.Fhir;

/// <summary>A value, or the problems that prevented it. Warnings may accompany a value.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public readonly struct Result<T>
{
    private readonly Problem[]? problems;

    private Result(T? value, bool ok, Problem[]? problems)
    {
        Value = value;
        IsOk = ok;
        this.problems = problems;
    }

    /// <summary>True when there is a value.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    public bool IsOk { get; }

    /// <summary>The value; default when not <see cref="IsOk"/>.</summary>
    public T? Value { get; }

    /// <summary>What was wrong (never empty when not ok), or warnings beside a value.</summary>
    public IReadOnlyList<Problem> Problems => problems ?? [];

    /// <summary>A value, with warnings if any.</summary>
    public static Result<T> Ok(T value, params Problem[] warnings) => new(value, true, warnings.Length == 0 ? null : warnings);

    /// <summary>A failure with at least one problem.</summary>
    public static Result<T> Fail(params Problem[] problems) =>
        problems.Length == 0 ? throw new ArgumentException("a failure names at least one problem", nameof(problems)) : new(default, false, problems);

    /// <summary>A failure with at least one problem.</summary>
    public static Result<T> Fail(IEnumerable<Problem> problems) => Fail(problems.ToArray());

    /// <summary>The value as a result.</summary>
    public static implicit operator Result<T>(T value) => Ok(value);

    /// <summary>The problem as a failed result.</summary>
    public static implicit operator Result<T>(Problem problem) => Fail(problem);
}
