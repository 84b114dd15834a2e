using System.Security.Cryptography;

namespace FhirBridge.Storage.Sqlite;

/// <summary>
/// What the writer keeps between requests: the head of the audit chain and the numbers of index names. Valid inside of a transaction.
/// </summary>
internal sealed class WriteSession(Connection connection)
{
    private readonly Dictionary<(string Contributor, string Type, string Parameter), long> names = [];
    private readonly byte[] head = new byte[SHA256.HashSizeInBytes];
    private long sequence = -1;

    internal Connection Connection => connection;

    /// <summary>Called when a transaction begins: another process may have written since.</summary>
    internal void Begin() => sequence = -1;

    /// <summary>Called when a transaction is durable.</summary>
    internal void Committed() => sequence = -1;

    /// <summary>Called when changes were undone: what was learnt from them does not hold.</summary>
    internal void RolledBack()
    {
        sequence = -1;
        names.Clear();
    }

    /// <summary>Appends one row to the journal.</summary>
    internal void Append(AuditRow row)
    {
        if (sequence < 0) sequence = AuditJournal.ReadHead(connection, head);
        sequence++;
        AuditJournal.Hash(head, sequence, row.Record?.Value, row.At.UtcTicks, row.Payload.Span, head);
        connection.Get("INSERT INTO audit(seq, record, at, payload, hash) VALUES(?1, ?2, ?3, ?4, ?5)")
            .Bind(1, sequence).Bind(2, row.Record?.Value).Bind(3, row.At.UtcTicks).Bind(4, row.Payload.Span).Bind(5, head).Run();
    }

    /// <summary>The number of an index name; given when it is new.</summary>
    internal long IndexName(string contributor, string type, string parameter)
    {
        var key = (contributor, type, parameter);
        if (names.TryGetValue(key, out var number)) return number;
        number = FindName(key) ?? AddName(key);
        names[key] = number;
        return number;
    }

    private long? FindName((string Contributor, string Type, string Parameter) key)
    {
        using var s = connection.Get("SELECT p FROM ix_name WHERE type = ?1 AND parameter = ?2 AND contributor = ?3");
        return s.Bind(1, key.Type).Bind(2, key.Parameter).Bind(3, key.Contributor).Step() ? s.Int64(0) : null;
    }

    private long AddName((string Contributor, string Type, string Parameter) key)
    {
        connection.Get("INSERT INTO ix_name(contributor, type, parameter) VALUES(?1, ?2, ?3)").Bind(1, key.Contributor).Bind(2, key.Type).Bind(3, key.Parameter).Run();
        return connection.LastId;
    }
}
