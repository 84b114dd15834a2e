namespace FhirBridge.Fhir;

/// <summary>Limits that a reader keeps to; beyond them it stops with a problem.</summary>
/// <param name="MaxBytes">Largest payload in bytes.</param>
/// <param name="MaxDepth">Deepest nesting of JSON objects and arrays (or XML elements); at most 500 is honoured.</param>
/// <param name="MaxProblems">Problems collected before reading stops.</param>
public sealed record ReadLimits(int MaxBytes = 5_000_000, int MaxDepth = 100, int MaxProblems = 100)
{
    /// <summary>The defaults.</summary>
    public static ReadLimits Default { get; } = new();

    /// <summary>Depth that readers honour: they recurse, so it is bounded whatever the option says.</summary>
    internal int Depth => Math.Clamp(MaxDepth, 1, 500);
}
