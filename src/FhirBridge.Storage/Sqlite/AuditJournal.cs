using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace FhirBridge.Storage.Sqlite;

/// <summary>
/// The audit journal: append-only, each row's hash = SHA-256(hash of the row before ‖ sequence ‖ instant ‖ length of the record id, record id ‖ payload),
/// numbers as 8 bytes little endian. The first row follows 32 zero bytes.
/// </summary>
internal static class AuditJournal
{
    /// <summary>Reads the last row's hash into <paramref name="hash"/> and returns its sequence; zeros and 0 when the journal is empty.</summary>
    internal static long ReadHead(Connection connection, Span<byte> hash)
    {
        using var s = connection.Get("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1");
        if (!s.Step())
        {
            hash.Clear();
            return 0;
        }

        s.Blob(1).CopyTo(hash);
        return s.Int64(0);
    }

    /// <summary>The hash of a row; <paramref name="result"/> may be <paramref name="previous"/>.</summary>
    internal static void Hash(ReadOnlySpan<byte> previous, long sequence, string? record, long at, ReadOnlySpan<byte> payload, Span<byte> result)
    {
        var most = previous.Length + 24 + ((record?.Length ?? 0) * 3) + payload.Length;
        var rented = ArrayPool<byte>.Shared.Rent(most);
        var span = rented.AsSpan();
        previous.CopyTo(span);
        var n = previous.Length;
        BinaryPrimitives.WriteInt64LittleEndian(span[n..], sequence);
        BinaryPrimitives.WriteInt64LittleEndian(span[(n + 8)..], at);
        var length = record is null ? 0 : System.Text.Encoding.UTF8.GetBytes(record, span[(n + 24)..]);
        BinaryPrimitives.WriteInt64LittleEndian(span[(n + 16)..], record is null ? -1 : length);
        n += 24 + length;
        payload.CopyTo(span[n..]);
        SHA256.HashData(span[..(n + payload.Length)], result);
        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Rows of a record, newest first.</summary>
    internal static List<AuditRow> Read(Connection connection, string record, long before, int count)
    {
        var rows = new List<AuditRow>();
        using var s = connection.Get("SELECT seq, at, payload FROM audit WHERE record = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3");
        s.Bind(1, record).Bind(2, before).Bind(3, count);
        while (s.Step()) rows.Add(new AuditRow(new Consent.RecordId(record), new DateTimeOffset(s.Int64(1), TimeSpan.Zero), s.Blob(2).ToArray(), s.Int64(0)));
        return rows;
    }

    /// <summary>Walks the whole chain.</summary>
    internal static AuditVerification Verify(Connection connection, CancellationToken cancel)
    {
        Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes];
        expected.Clear();
        long rows = 0;
        using var s = connection.Get("SELECT seq, record, at, payload, hash FROM audit ORDER BY seq");
        while (s.Step())
        {
            cancel.ThrowIfCancellationRequested();
            rows++;
            Hash(expected, s.Int64(0), s.TextOrNull(1), s.Int64(2), s.Blob(3), expected);
            if (s.Int64(0) != rows || !expected.SequenceEqual(s.Blob(4))) return new AuditVerification(rows - 1, s.Int64(0), "");
        }

        return new AuditVerification(rows, null, Convert.ToHexStringLower(expected));
    }
}
