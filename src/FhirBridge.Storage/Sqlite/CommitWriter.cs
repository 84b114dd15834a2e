using FhirBridge.Consent;
using FhirBridge.Fhir.Search;
using FhirBridge.Storage.Blobs;

namespace FhirBridge.Storage.Sqlite;

/// <summary>One commit: prepared by its caller, run inside of the writer's transaction.</summary>
internal sealed class CommitWriter
{
    private const long MostVersions = (1L << Columns.VersionBits) - 1;
    private readonly Commit commit;
    private readonly Prepared[] writes;
    private WriteSession session = null!;
    private readonly HashSet<string> touched = new(StringComparer.Ordinal);
    private bool directoryChanged;
    private bool networkChanged;

    /// <summary>Checks what must hold of the commit by itself (what fails is a bug), and makes the blobs, so that the one writer need not.</summary>
    internal CommitWriter(Commit commit)
    {
        this.commit = commit;
        foreach (var write in commit.Writes)
        {
            if (write.Record is { } record && record != commit.Record) throw new ArgumentException($"{write.Key} is not of the commit's record", nameof(commit));
            if (write.Facts.Type != write.Key.Type) throw new ArgumentException($"the facts of {write.Key} are of another type", nameof(commit));
        }

        writes = [.. commit.Writes.Select(w => new Prepared(w))];
    }

    private Connection Connection => session.Connection;

    /// <summary>Does it; what was written before a race is found is undone by the writer's savepoint.</summary>
    internal CommitOutcome Run(WriteSession session)
    {
        this.session = session;
        foreach (var write in writes)
        {
            if (!TryWrite(write)) return CommitOutcome.Race;
        }

        if (Array.Exists(writes, w => IsTorn(w.Write))) return CommitOutcome.Race;
        if (Array.Find(writes, w => !w.Write.Deleted) is { } indexed) IndexRenewal.Note(Connection, indexed.Write.Index.Stamp);
        foreach (var release in commit.Releases) Release(release);
        foreach (var claim in commit.Claims)
        {
            if (!TryClaim(claim)) return CommitOutcome.Race;
        }

        // Also for a commit without writes of the record, so that whoever decided on its state before is found out.
        if (commit.Record is { } record) touched.Add(record.Value);
        foreach (var id in touched)
        {
            Connection.Get("INSERT INTO record(id, version) VALUES(?1, 1) ON CONFLICT(id) DO UPDATE SET version = version + 1").Bind(1, id).Run();
        }

        if (directoryChanged || networkChanged)
        {
            Connection.Get("UPDATE counter SET directory = directory + ?1, network = network + ?2").Bind(1, directoryChanged ? 1 : 0).Bind(2, networkChanged ? 1 : 0).Run();
        }

        foreach (var row in commit.Audit) session.Append(row);
        foreach (var payload in commit.Outbox) Connection.Get("INSERT INTO outbox(payload, leased_until) VALUES(?1, 0)").Bind(1, payload.Span).Run();
        return CommitOutcome.Committed;
    }

    private bool TryWrite(Prepared prepared)
    {
        var write = prepared.Write;
        var old = Find(write.Key);
        if ((old?.Version ?? 0) != write.ExpectedVersion) return false;
        var version = write.ExpectedVersion + 1;
        if (version > MostVersions) throw new InvalidOperationException($"{write.Key} has more versions than the vault can number");
        if (old is not null)
        {
            Connection.Get("INSERT INTO history SELECT (id << 24) | version, network_id, record, version, last_updated, deleted, imported, provenance, facts, ix, slots, meta, rest FROM contribution WHERE id = ?1").Bind(1, old.Id).Run();
        }

        var id = old is null ? Insert(prepared) : Update(old.Id, version, prepared);
        var before = old is { Deleted: false } ? old : null;
        IndexWriter.Replace(session, id, write.Key, before is null ? [] : IndexWriter.Rows(write.Key, before.Record is not null, before.Index), prepared.Rows);
        IndexWriter.ReplaceParticipants(
            session, id,
            before?.Record, before is { Record: not null } ? IndexWriter.Participants(before.Facts, before.Index) : [],
            write.Record?.Value, prepared.Participants);
        NoteChange(old, write);
        return true;
    }

    /// <summary>A Patient was deleted while another write came to depend on it: one of the two must prepare again. Looked at when the whole commit is written.</summary>
    private bool IsTorn(ContributionWrite write) => write switch
    {
        { Record: null } => false,
        { Key.Type: "Patient" } => write.Deleted && Dependants.HangOn(Connection, write.Key, write.Record.Value),
        _ => !write.Deleted && Dependants.LeanOnTombstone(Connection, write.Facts),
    };

    private void NoteChange(Stored? old, ContributionWrite write)
    {
        if (old?.Record is { } left) touched.Add(left);
        if (write.Record is not null) return;
        if (old is null || old.Deleted != write.Deleted || old.NetworkId != write.NetworkId || old.Record is not null) directoryChanged = true;
        if (write.Key.Type is "Organization" or "OrganizationAffiliation" or "PractitionerRole" or "Group") networkChanged = true;
    }

    private Stored? Find(ContributionKey key)
    {
        using var s = Connection.Get("SELECT id, version, network_id, record, deleted, facts, ix FROM contribution WHERE contributor = ?1 AND type = ?2 AND local_id = ?3");
        return s.Bind(1, key.Contributor).Bind(2, key.Type).Bind(3, key.LocalId).Step()
            ? new Stored(s.Int64(0), s.Int64(1), s.Text(2), s.TextOrNull(3), s.Bool(4), RecordFactsCodec.Read(s.Blob(5)), SearchIndexCodec.Read(s.Blob(6)))
            : null;
    }

    private long Insert(Prepared write)
    {
        var s = Connection.Get("""
            INSERT INTO contribution(network_id, record, version, last_updated, deleted, imported, provenance, facts, ix, slots, meta, rest, contributor, type, local_id)
            VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            """);
        Bind(s, write, 1);
        s.Bind(13, write.Write.Key.Contributor).Bind(14, write.Write.Key.Type).Bind(15, write.Write.Key.LocalId).Run();
        return Connection.LastId;
    }

    private long Update(long id, long version, Prepared write)
    {
        var s = Connection.Get("""
            UPDATE contribution SET network_id = ?1, record = ?2, version = ?3, last_updated = ?4, deleted = ?5, imported = ?6,
              provenance = ?7, facts = ?8, ix = ?9, slots = ?10, meta = ?11, rest = ?12 WHERE id = ?13
            """);
        Bind(s, write, version);
        s.Bind(13, id).Run();
        return id;
    }

    private static void Bind(Statement s, Prepared prepared, long version)
    {
        var write = prepared.Write;
        s.Bind(1, write.NetworkId).Bind(2, write.Record?.Value).Bind(3, version).Bind(4, write.Provenance.Recorded.UtcTicks)
            .Bind(5, write.Deleted ? 1 : 0).Bind(6, write.Imported ? 1 : 0)
            .Bind(7, prepared.Provenance).Bind(8, prepared.Facts).Bind(9, prepared.Index).Bind(10, prepared.Slots).Bind(11, prepared.Meta).Bind(12, write.Body.Rest.Span);
    }

    private void Release(IdentityClaim claim) => Connection
        .Get("DELETE FROM claim WHERE scope = ?1 AND value = ?2 AND system = ?3 AND contributor = ?4 AND type = ?5 AND local_id = ?6")
        .Bind(1, claim.Scope).Bind(2, claim.Value).Bind(3, claim.System).Bind(4, claim.By.Contributor).Bind(5, claim.By.Type).Bind(6, claim.By.LocalId).Run();

    private bool TryClaim(IdentityClaim claim)
    {
        using (var s = Connection.Get("SELECT 1 FROM claim WHERE scope = ?1 AND value = ?2 AND system = ?3 AND target <> ?4 LIMIT 1"))
        {
            if (s.Bind(1, claim.Scope).Bind(2, claim.Value).Bind(3, claim.System).Bind(4, claim.Target).Step()) return false;
        }

        Connection.Get("INSERT INTO claim(scope, value, system, contributor, type, local_id, target) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING")
            .Bind(1, claim.Scope).Bind(2, claim.Value).Bind(3, claim.System).Bind(4, claim.By.Contributor).Bind(5, claim.By.Type).Bind(6, claim.By.LocalId)
            .Bind(7, claim.Target).Run();
        return true;
    }

    /// <summary>What a write replaces.</summary>
    private sealed record Stored(long Id, long Version, string NetworkId, string? Record, bool Deleted, RecordFacts Facts, SearchIndex Index);

    /// <summary>A write in the form of its rows.</summary>
    private sealed class Prepared(ContributionWrite write)
    {
        internal ContributionWrite Write => write;

        internal byte[] Provenance { get; } = RowCodec.WriteProvenance(write.Provenance);

        internal byte[] Facts { get; } = RecordFactsCodec.Write(write.Facts);

        internal byte[] Index { get; } = SearchIndexCodec.Write(write.Index);

        internal byte[] Slots { get; } = RowCodec.WriteSlots(write.Body.Slots);

        internal byte[] Meta { get; } = RowCodec.WriteMeta(write.Body);

        internal HashSet<IndexRow> Rows { get; } = write.Deleted ? [] : IndexWriter.Rows(write.Key, write.Record is not null, write.Index);

        internal HashSet<string> Participants { get; } = write is { Deleted: false, Record: not null } ? IndexWriter.Participants(write.Facts, write.Index) : [];
    }
}
