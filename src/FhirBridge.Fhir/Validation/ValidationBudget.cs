using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>What a check may cost altogether, whatever profiles say of each other.</summary>
/// <param name="nodes">Nodes of the document: a large one takes more steps, in proportion.</param>
internal sealed class ValidationBudget(int nodes = 0)
{
    // A second or so of the cheapest steps, whatever the document is.
    private const int LeastSteps = 2_000_000;

    private const int StepsPerNode = 50;

    private const int MaxDepth = 100;

    private long steps = LeastSteps + ((long)StepsPerNode * nodes);
    private int depth;

    internal bool IsExhausted { get; private set; }

    /// <summary>Which element is being checked against which profile.</summary>
    internal HashSet<(FhirElement Element, Profile Profile)> Open { get; } = [];

    /// <summary>Counts elements that are looked at; false at the end of the budget.</summary>
    internal bool Spend(int count = 1)
    {
        steps -= count;
        if (steps < 0) IsExhausted = true;
        return !IsExhausted;
    }

    /// <summary>Goes into another profile; false when that is too deep, or too much altogether.</summary>
    internal bool Enter()
    {
        if (depth >= MaxDepth) IsExhausted = true;
        if (IsExhausted || !Spend()) return false;
        depth++;
        return true;
    }

    internal void Leave() => depth--;
}
