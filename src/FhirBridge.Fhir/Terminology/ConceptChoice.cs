using System.Collections;

namespace FhirBridge.Fhir;

/// <summary>Which concepts of a system filters choose, worked out once for all of them. Immutable.</summary>
internal sealed class ConceptChoice
{
    private readonly BitArray chosen;
    private readonly BitArray? open;

    /// <param name="system">The system.</param>
    /// <param name="filters">All must choose a concept.</param>
    internal ConceptChoice(CodeSystemContent system, IReadOnlyList<ConceptFilter> filters)
    {
        System = system;
        chosen = new BitArray(system.Concepts.Count);
        var relatives = filters.Select(f => f.Relatives(system)).ToArray();
        foreach (var concept in system.Concepts)
        {
            bool? answer = true;
            for (var i = 0; i < filters.Count && answer != false; i++)
            {
                var one = relatives[i] is { } known ? known.Get(concept.Number) : filters[i].Matches(system, concept);
                if (one is null) NotUnderstood ??= filters[i];
                answer = one == false ? false : one is null ? null : answer;
            }

            if (answer == true) chosen.Set(concept.Number, true);
            if (answer is null) (open ??= new BitArray(system.Concepts.Count)).Set(concept.Number, true);
        }
    }

    internal CodeSystemContent System { get; }

    /// <summary>A filter that cannot be decided for some concept; null when all can.</summary>
    internal ConceptFilter? NotUnderstood { get; }

    /// <summary>Is the concept chosen? Null when a filter is not understood, or when the system lacks what decides.</summary>
    internal bool? Has(Concept concept) => concept.Number < 0 ? null : chosen.Get(concept.Number) ? true : open?.Get(concept.Number) == true ? null : false;
}
