using FhirBridge.Consent;
using FhirBridge.Storage.Sqlite;

namespace FhirBridge.Storage;

/// <content>Audit journal and outbox.</content>
public sealed partial class SqliteVault
{
    /// <inheritdoc/>
    public async ValueTask AppendAuditAsync(IReadOnlyList<AuditRow> rows, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (rows.Count == 0) return;
        await writer.WriteAsync(session =>
        {
            for (var i = 0; i < rows.Count; i++) session.Append(rows[i]);
            return true;
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<AuditRow>> ReadAuditAsync(AccessGrant grant, long? before, int count, CancellationToken cancel)
    {
        Require(grant, GrantKind.Record);
        return Read(connection => (IReadOnlyList<AuditRow>)AuditJournal.Read(connection, grant.Record!.Value.Value, before ?? long.MaxValue, count));
    }

    /// <summary>Checks the hash chain of the whole journal. System grant (Worker). Reads every row: minutes for a large journal, without blocking anybody.</summary>
    public Task<AuditVerification> VerifyAuditAsync(AccessGrant system, CancellationToken cancel)
    {
        Require(system, GrantKind.System);
        return Task.Run(() => Read(connection => AuditJournal.Verify(connection, cancel)).AsTask(), cancel);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<(long Sequence, ReadOnlyMemory<byte> Payload)>> LeaseOutboxAsync(
        AccessGrant system, int count, TimeSpan lease, CancellationToken cancel)
    {
        Require(system, GrantKind.System);
        cancel.ThrowIfCancellationRequested();
        var now = time.GetUtcNow().UtcTicks;

        // Most polls find nothing; those need no write.
        if (!await Read(connection => Outbox.HasFree(connection, now)).ConfigureAwait(false)) return [];
        return await writer.WriteAsync(session => Outbox.Lease(session.Connection, now, count, lease)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask CompleteOutboxAsync(IReadOnlyCollection<long> sequences, CancellationToken cancel)
    {
        if (sequences.Count == 0) return;
        await writer.WriteAsync(session =>
        {
            foreach (var sequence in sequences) session.Connection.Get("DELETE FROM outbox WHERE seq = ?1").Bind(1, sequence).Run();
            return true;
        }).ConfigureAwait(false);
    }
}
