using System.Collections.Immutable;

namespace FhirBridge.Mapping;

/// <summary>What identification found. Match grades between certain and none come from matchers that compare more than identifiers.</summary>
public abstract record IdentityOutcome
{
    private IdentityOutcome()
    {
    }

    /// <summary>The Patient belongs to that record.</summary>
    /// <param name="Record">Network id of the record.</param>
    public sealed record Certain(string Record) : IdentityOutcome;

    /// <summary>No record is known by these identifiers: a new one, unless a matcher finds a likely one.</summary>
    public sealed record Unknown : IdentityOutcome;

    /// <summary>
    /// The identifiers contradict each other, so that nothing is certain: a person decides (a parked Task; conflict for the writer).
    /// </summary>
    /// <param name="Records">The records that they lead to, ordinal order; may be one or none.</param>
    /// <param name="Systems">National systems in which the Patient carries more than one number, though a person has one.</param>
    public sealed record Contradictory(ImmutableArray<string> Records, ImmutableArray<string> Systems) : IdentityOutcome;
}
