namespace FhirBridge.Storage;

/// <summary>When a commit counts as done. See https://www.sqlite.org/pragma.html#pragma_synchronous.</summary>
public enum SqliteSynchronous
{
    /// <summary>The journal is synced to the disk before a commit returns: survives a power cut.</summary>
    Full,

    /// <summary>Synced at checkpoints only: survives the death of the process, a power cut may lose the last commits.</summary>
    Normal,
}

/// <summary>The SQLite vault, from configuration section <c>Storage:Sqlite</c>.</summary>
public sealed record SqliteVaultOptions
{
    /// <summary>The database file; created with its folder when missing. Default <c>data/fhirbridge.db</c>.</summary>
    public string Path { get; init; } = "data/fhirbridge.db";

    /// <summary>Default <see cref="SqliteSynchronous.Full"/>.</summary>
    public SqliteSynchronous Synchronous { get; init; } = SqliteSynchronous.Full;

    /// <summary>How long a write waits for another process that writes to the file. Default 10 s.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Page cache of each connection in KiB. Default 16,384.</summary>
    public int PageCacheKilobytes { get; init; } = 16_384;

    /// <summary>Size of the cache of opened records, in bytes (a generous estimate: some three times what is really held). Default 256 MB.</summary>
    public long RecordCacheBytes { get; init; } = 256_000_000;

    /// <summary>Id of the Organization that runs the network (<c>Network:Operator</c>). Default <c>network</c>.</summary>
    public string Operator { get; init; } = "network";
}
