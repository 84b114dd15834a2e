using FhirBridge.Consent;
using FhirBridge.Storage.Records;
using FhirBridge.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace FhirBridge.Storage;

/// <summary>
/// The vault in one SQLite file (docs/storage.md). Several processes may use the same file: every read asks for the version of what it is about to take
/// from a cache. All calls read synchronously, since the store is in the process; writes wait for the group they are made durable with.
/// </summary>
public sealed partial class SqliteVault : IVault
{
    private readonly TimeProvider time;
    private readonly ReaderPool readers;
    private readonly GroupWriter writer;
    private readonly RecordReader records;
    private readonly ContentsCache cache;

    private SqliteVault(SqliteVaultOptions options, ConsentOptions consent, TimeProvider time, Connection connection)
    {
        this.time = time;
        readers = new ReaderPool(options);
        writer = new GroupWriter(connection);
        cache = new ContentsCache(options.RecordCacheBytes);
        records = new RecordReader(readers, cache);
        network = new NetworkReader(options.Operator, consent);
        counsel = new CounselReader(readers, consent);
    }

    /// <summary>Approximate bytes of the records that are kept open.</summary>
    internal long CachedBytes => cache.Bytes;

    /// <summary>Opens the file, makes it when it is missing, and brings an older schema to this version.</summary>
    /// <param name="options">File and durability.</param>
    /// <param name="consent">The network's choices, for compiling consents.</param>
    /// <param name="time">Clock for the validity of views and leases.</param>
    /// <exception cref="VaultUnavailableException">The file cannot be opened, or a newer program wrote it.</exception>
    public static Task<SqliteVault> OpenAsync(SqliteVaultOptions options, ConsentOptions consent, TimeProvider time) => Task.Run(() => Guarded(() =>
    {
        if (Path.GetDirectoryName(Path.GetFullPath(options.Path)) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        var connection = Connection.Open(options, new HeaderCache());
        try
        {
            Schema.Migrate(connection);
            return new SqliteVault(options, consent, time, connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }));

    /// <inheritdoc/>
    public async ValueTask<CommitOutcome> CommitAsync(Commit commit, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var prepared = new CommitWriter(commit);
        return await writer.WriteAsync(prepared.Run).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<ContributionKey, Location>> LocateAsync(AccessGrant system, IReadOnlyCollection<ContributionKey> keys, CancellationToken cancel)
    {
        Require(system, GrantKind.System);
        return Read(connection =>
        {
            var found = new Dictionary<ContributionKey, Location>(keys.Count);
            foreach (var key in keys)
            {
                using var s = connection.Get("SELECT network_id, record, version, deleted FROM contribution WHERE contributor = ?1 AND type = ?2 AND local_id = ?3");
                if (s.Bind(1, key.Contributor).Bind(2, key.Type).Bind(3, key.LocalId).Step())
                {
                    found[key] = new Location(key, s.Text(0), s.TextOrNull(1) is { } record ? new RecordId(record) : null, s.Int64(2), s.Bool(3));
                }
            }

            return (IReadOnlyDictionary<ContributionKey, Location>)found;
        });
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> FindByIdentifierAsync(
        AccessGrant system, string scope, IReadOnlyCollection<(string? System, string Value)> identifiers, CancellationToken cancel)
    {
        Require(system, GrantKind.System);
        return Read(connection =>
        {
            var found = new List<string>();
            foreach (var (codeSystem, value) in identifiers) DirectoryReader.FindByIdentifier(connection, scope, codeSystem, value, found);
            return (IReadOnlyList<string>)found;
        });
    }

    /// <inheritdoc/>
    public string? ResolveDirectory(string storedReference) => Guarded(() =>
    {
        using var lease = readers.Take();
        return DirectoryReader.Resolve(lease.Connection, storedReference);
    });

    /// <inheritdoc/>
    public ValueTask<bool> ExistsAsync(AccessGrant system, RecordId record, CancellationToken cancel)
    {
        Require(system, GrantKind.System);
        return Read(connection =>
        {
            using var s = connection.Get("SELECT 1 FROM record WHERE id = ?1");
            return s.Bind(1, record.Value).Step();
        });
    }

    /// <inheritdoc/>
    public ValueTask<bool> HasDependantsAsync(AccessGrant system, ContributionKey patient, CancellationToken cancel)
    {
        Require(system, GrantKind.System);
        return Read(connection => Dependants.Exist(connection, patient));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RecordId>> RecordsOfAsync(AccessGrant system, string reference, CancellationToken cancel)
    {
        Require(system, GrantKind.System);
        return Read(connection =>
        {
            var found = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var form in DirectoryReader.FormsOf(connection, reference))
            {
                using var s = connection.Get("SELECT DISTINCT record FROM participant WHERE reference = ?1");
                s.Bind(1, form);
                while (s.Step()) found.Add(s.Text(0));
            }

            return (IReadOnlyList<RecordId>)[.. found.Select(r => new RecordId(r))];
        });
    }

    /// <inheritdoc/>
    public async ValueTask<bool> IsHealthyAsync(CancellationToken cancel)
    {
        try
        {
            return await writer.WriteAsync(session =>
            {
                session.Connection.Get("UPDATE counter SET directory = directory").Run();
                return true;
            }).ConfigureAwait(false);
        }
        catch (VaultUnavailableException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        writer.Dispose();
        readers.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Require(AccessGrant grant, GrantKind kind)
    {
        if (grant.Kind != kind) throw new ArgumentException($"this read needs a grant of kind {kind}, not {grant.Kind}", nameof(grant));
    }

    private ValueTask<T> Read<T>(Func<Connection, T> read) => new(Guarded(() =>
    {
        using var lease = readers.Take();
        return read(lease.Connection);
    }));

    private static T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException e)
        {
            throw VaultFaults.Translate(e);
        }
    }
}
