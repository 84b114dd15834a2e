using System.Collections.Immutable;
using System.Text;
using FhirBridge.Consent;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage;

/// <summary>The address of a contribution in its contributor's own words.</summary>
/// <param name="Contributor">The member's id; or, for a person's own contribution, <c>Patient/{id}</c> or <c>RelatedPerson/{id}</c>.</param>
/// <param name="Type">Resource type.</param>
/// <param name="LocalId">The contributor's own id of the resource.</param>
public readonly record struct ContributionKey(string Contributor, string Type, string LocalId)
{
    /// <summary>As a stored reference: <c>{contributor}/{type}/{localId}</c>.</summary>
    public string StoredReference => $"{Contributor}/{Type}/{LocalId}";

    /// <inheritdoc/>
    public override string ToString() => StoredReference;
}

/// <summary>A literal reference inside a body: where it stands and where it leads.</summary>
/// <param name="Start">Offset in <see cref="ContributionBody.Rest"/> of the JSON string (its opening quote).</param>
/// <param name="Length">Bytes of the JSON string, quotes included.</param>
/// <param name="Target">Stored reference: <c>Type/id</c> or <c>{member}/Type/localId</c>.</param>
public readonly record struct ReferenceSlot(int Start, int Length, string Target);

/// <summary>
/// The bytes of a contribution, cut so that both of its forms (local and network) are made by splicing, never by parsing.
/// A resource is <c>{"resourceType":"T","id":"…","meta":{…}</c> + <see cref="Rest"/>.
/// </summary>
/// <param name="Rest">UTF-8 of all properties but resourceType, id and meta, each led by a comma, and the closing brace: <c>,"status":"active"}</c>.</param>
/// <param name="MetaShared">UTF-8 of the members of <c>meta</c> that everybody sees (profile, tag, extension), each led by a comma; empty when none.</param>
/// <param name="MetaSecurity">UTF-8 of <c>,"security":[…]</c>; empty when none.</param>
/// <param name="MetaSource">UTF-8 of <c>,"source":"…"</c> as the contributor stated it (its facade shows it); empty when none.</param>
/// <param name="Slots">Every literal reference in <paramref name="Rest"/>, by position.</param>
public sealed record ContributionBody(
    ReadOnlyMemory<byte> Rest,
    ReadOnlyMemory<byte> MetaShared,
    ReadOnlyMemory<byte> MetaSecurity,
    ReadOnlyMemory<byte> MetaSource,
    ImmutableArray<ReferenceSlot> Slots)
{
    /// <summary>No bytes: of a contribution that was read without them.</summary>
    public static ContributionBody None { get; } = new(default, default, default, default, []);

    /// <summary>The resource without id and meta, references as written: for reading its elements.</summary>
    public ReadOnlyMemory<byte> Bare(string type)
    {
        var prefix = Encoding.ASCII.GetBytes($"{{\"resourceType\":\"{type}\"");
        return (byte[])[.. prefix, .. Rest.Span];
    }
}

/// <summary>Where a contribution version came from: the content of its Provenance, kept in the row and rendered when asked for.</summary>
/// <param name="Recorded">When it was committed.</param>
/// <param name="Activity">CREATE, UPDATE or DELETE (v3-DataOperation).</param>
/// <param name="Agent">Person reference or <c>Device/{client}</c> behind the request.</param>
/// <param name="OnBehalfOf"><c>Organization/{member}</c>; null for a person's own contribution.</param>
/// <param name="RequestId"><c>X-Request-Id</c> of the write.</param>
/// <param name="SourceDocument">Reference of the source document, when there is one.</param>
/// <param name="Map">Canonical and version of the map that made it; null when it came as FHIR R4.</param>
public sealed record ContributionProvenance(
    DateTimeOffset Recorded, string Activity, string? Agent, string? OnBehalfOf, string? RequestId, string? SourceDocument = null, string? Map = null);

/// <summary>One version of a contribution, without its bytes: what decisions and searches need.</summary>
public sealed record Contribution
{
    /// <summary>The vault's own number of this version's row.</summary>
    public required long Row { get; init; }

    /// <summary>Address in the contributor's words.</summary>
    public required ContributionKey Key { get; init; }

    /// <summary>Logical id in the network: <c>{record}-{suffix}</c>, or a directory id.</summary>
    public required string NetworkId { get; init; }

    /// <summary>The record it belongs to; null for directory resources.</summary>
    public required RecordId? Record { get; init; }

    /// <summary>1 for the first version, counting up; opaque to the outside.</summary>
    public required long Version { get; init; }

    /// <summary>Commit time.</summary>
    public required DateTimeOffset LastUpdated { get; init; }

    /// <summary>True for a tombstone.</summary>
    public bool Deleted { get; init; }

    /// <summary>True when it came through a facade or <c>$ingest</c>, false when written on <c>/fhir</c>.</summary>
    public bool Imported { get; init; }

    /// <summary>Facts that consent decides on. References are resolved when the contribution was read through a <see cref="RecordView"/>.</summary>
    public required RecordFacts Facts { get; init; }

    /// <summary>Index values. References are resolved when the contribution was read through a <see cref="RecordView"/>.</summary>
    public required SearchIndex Index { get; init; }

    /// <summary>Where it came from.</summary>
    public required ContributionProvenance Provenance { get; init; }
}

/// <summary>Where a key leads: what a write needs to know about what is stored.</summary>
/// <param name="Key">The key asked for.</param>
/// <param name="NetworkId">Logical id in the network.</param>
/// <param name="Record">Its record; null for directory resources.</param>
/// <param name="Version">Current version.</param>
/// <param name="Deleted">True when the current version is a tombstone.</param>
public sealed record Location(ContributionKey Key, string NetworkId, RecordId? Record, long Version, bool Deleted);
