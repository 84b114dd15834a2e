using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Validation;

/// <summary>One validation: its budget, what was found, and what rules may ask. Not thread-safe, one per call.</summary>
internal sealed class ValidationRun(FhirPathContext context)
{
    private const int MaxProblems = 200;

    private readonly List<Problem> problems = [];

    /// <summary>For expressions; knows the definitions and how references are resolved.</summary>
    internal FhirPathContext Context { get; } = context;

    internal Definitions Definitions => Context.Definitions;

    internal IReadOnlyList<Problem> Found => problems;

    /// <summary>Keeps a problem; the same one is kept once, and no more than 200.</summary>
    internal void Report(Problem problem)
    {
        if (problems.Count < MaxProblems && !problems.Contains(problem)) problems.Add(problem);
    }
}
