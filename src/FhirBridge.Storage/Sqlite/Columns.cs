using FhirBridge.Consent;
using FhirBridge.Fhir.Search;
using FhirBridge.Storage.Blobs;

namespace FhirBridge.Storage.Sqlite;

/// <summary>How rows of <c>contribution</c> and <c>history</c> are read. Both selects give the same columns.</summary>
internal static class Columns
{
    /// <summary>Bits of <see cref="Contribution.Row"/> that hold the version; the others hold the contribution's id.</summary>
    internal const int VersionBits = 24;

    /// <summary>Header columns of the current version.</summary>
    internal const string Header = "SELECT id, contributor, type, local_id, network_id, record, version, last_updated, deleted, imported, provenance, facts, ix, slots FROM contribution ";

    /// <summary>Header and body columns of the current version.</summary>
    internal const string Full = "SELECT id, contributor, type, local_id, network_id, record, version, last_updated, deleted, imported, provenance, facts, ix, slots, meta, rest FROM contribution ";

    /// <summary>Header and body columns of an older version.</summary>
    internal const string FullHistory = "SELECT h.row >> 24, c.contributor, c.type, c.local_id, h.network_id, h.record, h.version, h.last_updated, h.deleted, h.imported, h.provenance, h.facts, h.ix, h.slots, h.meta, h.rest FROM contribution c JOIN history h ON h.row BETWEEN (c.id << 24) AND (c.id << 24) + 16777215 ";

    /// <summary>Place of the index in each of them.</summary>
    internal const int Index = 12;

    internal static long Row(long id, long version) => (id << VersionBits) | version;

    internal static long Id(long row) => row >> VersionBits;

    internal static long VersionOf(long row) => row & ((1L << VersionBits) - 1);

    internal static Contribution Contribution(Statement s) => new()
    {
        Row = Row(s.Int64(0), s.Int64(6)),
        Key = Key(s),
        NetworkId = s.Text(4),
        Record = s.TextOrNull(5) is { } record ? new RecordId(record) : null,
        Version = s.Int64(6),
        LastUpdated = new DateTimeOffset(s.Int64(7), TimeSpan.Zero),
        Deleted = s.Bool(8),
        Imported = s.Bool(9),
        Provenance = RowCodec.ReadProvenance(s.Blob(10)),
        Facts = RecordFactsCodec.Read(s.Blob(11)),
        Index = SearchIndexCodec.Read(s.Blob(Index)),
    };

    internal static ContributionKey Key(Statement s) => new(Interned.Text(s.Text(1)), Interned.Text(s.Text(2)), s.Text(3));

    internal static ContributionBody Body(Statement s) => RowCodec.ReadBody(s.Blob(15), s.Blob(14), s.Blob(13));
}
