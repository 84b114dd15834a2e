using System.Collections.Immutable;
using FhirBridge.Fhir;

namespace FhirBridge.Consent;

/// <summary>
/// What consent decides on: the facts of one contribution version, extracted once at write. No JSON is parsed to decide.
/// </summary>
/// <remarks>
/// References are <em>stored references</em>: <c>Type/id</c> for a network id, <c>{member}/Type/localId</c> for a reference that is local to a
/// member's facade. The vault turns the second form into the first (<see cref="MapReferences"/>) when it loads a record, so that order of
/// arrival does not matter; one that leads nowhere stays in its local form and equals no network reference.
/// </remarks>
public sealed record RecordFacts
{
    /// <summary>Resource type.</summary>
    public required string Type { get; init; }

    /// <summary>Network reference of the contribution itself: <c>Goal/{record}-{suffix}</c>.</summary>
    public required string Reference { get; init; }

    /// <summary>Network reference of the unified resource it is a part of (<c>Goal/{record}-{key}</c>, <c>Patient/{record}</c>); null for pass-through types.</summary>
    public string? Unified { get; init; }

    /// <summary>Patients that the resource is about, as references; empty for directory resources.</summary>
    public ImmutableArray<string> Patients { get; init; } = [];

    /// <summary>Who contributed it: <c>Organization/{member}</c>, or the person's <c>Patient/…</c> or <c>RelatedPerson/…</c>.</summary>
    public required string Custodian { get; init; }

    /// <summary>Authors: author elements and Provenance authors with whom they act for.</summary>
    public ImmutableArray<string> Authors { get; init; } = [];

    /// <summary><c>meta.security</c> of the resource and its contained resources.</summary>
    public ImmutableArray<Coding> Labels { get; init; } = [];

    /// <summary><c>meta.profile</c>.</summary>
    public ImmutableArray<string> Profiles { get; init; } = [];

    /// <summary>Primary codings (consent.md §5.7): category or description for the unified types, <c>code</c> for others.</summary>
    public ImmutableArray<Coding> Primary { get; init; } = [];

    /// <summary>Every coding anywhere in the resource.</summary>
    public ImmutableArray<Coding> Codes { get; init; } = [];

    /// <summary>Clinically relevant dates known (authored, source-side last update), each as an interval of its precision.</summary>
    public ImmutableArray<Interval> Dates { get; init; } = [];

    /// <summary>Every resource that it refers to.</summary>
    public ImmutableArray<string> References { get; init; } = [];

    /// <summary>Those of <see cref="References"/> made by <c>encounter</c>, <c>episodeOfCare</c>, <c>basedOn</c> or <c>partOf</c> (consent.md §5.9).</summary>
    public ImmutableArray<string> CreatedAsPartOf { get; init; } = [];

    /// <summary>Resources whose content it discloses (Provenance.target, Task.focus, DetectedIssue.implicated, List entries): a permit is needed for each (§7.4).</summary>
    public ImmutableArray<string> DerivedFrom { get; init; } = [];

    /// <summary>
    /// Consent: performers and controlling organisations (who may read it, consent.md §9). AuditEvent: the requesting agents (they may
    /// read their own requests, contract.md). Empty for other types.
    /// </summary>
    public ImmutableArray<string> Controllers { get; init; } = [];

    /// <summary>These facts with every reference mapped; strings for which <paramref name="map"/> returns null stay as they are.</summary>
    public RecordFacts MapReferences(Func<string, string?> map)
    {
        ImmutableArray<string> All(ImmutableArray<string> refs) => refs.IsEmpty ? refs : [.. refs.Select(r => map(r) ?? r)];
        return this with
        {
            Patients = All(Patients), Authors = All(Authors), References = All(References), CreatedAsPartOf = All(CreatedAsPartOf),
            DerivedFrom = All(DerivedFrom), Controllers = All(Controllers),
        };
    }
}

/// <summary>The facts of a whole record, for criteria that look at neighbours (consent.md §5.9, §7.4). Filled by the vault.</summary>
public interface IRecordNeighbours
{
    /// <summary>Contributions that the reference names, by their own or by their unified reference; empty when none.</summary>
    IEnumerable<RecordFacts> Find(string reference);

    /// <summary>Contributions that refer directly to that contribution.</summary>
    IEnumerable<RecordFacts> ReferringTo(RecordFacts target);
}
