using FhirBridge.Fhir;
using FhirBridge.Storage;

namespace FhirBridge.Api.Contributions;

/// <summary>What a request wants done with one contribution.</summary>
public enum WriteVerb
{
    /// <summary>Create under a new id.</summary>
    Create,

    /// <summary>Create or replace under a given id.</summary>
    Update,

    /// <summary>Delete.</summary>
    Delete,
}

/// <summary>One wanted write.</summary>
/// <param name="Verb">What to do.</param>
/// <param name="Key">Address in the contributor's words.</param>
/// <param name="Resource">The resource; null for a delete.</param>
/// <param name="IfMatch">Version that the client saw; null when it did not say.</param>
/// <param name="NetworkId">Network id that the writer may choose (operator's directory); null otherwise.</param>
/// <param name="Where">FHIRPath prefix for problems: empty, or <c>Bundle.entry[2].resource</c>.</param>
public sealed record WriteIntent(WriteVerb Verb, ContributionKey Key, ElementTree? Resource, string? IfMatch = null, string? NetworkId = null, string Where = "");

/// <summary>A write that is durable.</summary>
/// <param name="Write">What was written.</param>
/// <param name="Created">True when there was no current version before.</param>
public sealed record Written(ContributionWrite Write, bool Created)
{
    /// <summary>What the validation advises against; nothing that had to be refused.</summary>
    public IReadOnlyList<Problem> Advice { get; init; } = [];

    /// <summary>The version written.</summary>
    public long Version => Write.ExpectedVersion + 1;
}
