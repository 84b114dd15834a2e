using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>What a check may cost altogether, whatever profiles say of each other.</summary>
internal sealed class ValidationBudget
{
    private const int MaxSteps = 500_000;

    private const int MaxDepth = 100;

    private int steps = MaxSteps;
    private int depth;

    internal bool IsExhausted { get; private set; }

    /// <summary>Which element is being checked against which profile.</summary>
    internal HashSet<(FhirElement Element, Profile Profile)> Open { get; } = [];

    /// <summary>Counts an element; false at the end of the budget.</summary>
    internal bool Spend()
    {
        if (--steps < 0) IsExhausted = true;
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
