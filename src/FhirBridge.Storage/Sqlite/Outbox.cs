namespace FhirBridge.Storage.Sqlite;

/// <summary>The outbox: rows wait until somebody completes them; a lease hides them from others for a while.</summary>
internal static class Outbox
{
    internal static bool HasFree(Connection connection, long now)
    {
        using var s = connection.Get("SELECT 1 FROM outbox WHERE leased_until <= ?1 LIMIT 1");
        return s.Bind(1, now).Step();
    }

    internal static IReadOnlyList<(long Sequence, ReadOnlyMemory<byte> Payload)> Lease(Connection connection, long now, int count, TimeSpan lease)
    {
        var rows = new List<(long Sequence, ReadOnlyMemory<byte> Payload)>();
        using (var s = connection.Get("SELECT seq, payload FROM outbox WHERE leased_until <= ?1 ORDER BY seq LIMIT ?2"))
        {
            s.Bind(1, now).Bind(2, count);
            while (s.Step()) rows.Add((s.Int64(0), s.Blob(1).ToArray()));
        }

        foreach (var (sequence, _) in rows) connection.Get("UPDATE outbox SET leased_until = ?2 WHERE seq = ?1").Bind(1, sequence).Bind(2, now + lease.Ticks).Run();
        return rows;
    }
}
