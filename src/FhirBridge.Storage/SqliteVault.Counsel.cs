using FhirBridge.Consent;
using FhirBridge.Storage.Sqlite;

namespace FhirBridge.Storage;

/// <content>What counsel reads.</content>
public sealed partial class SqliteVault
{
    private readonly NetworkReader network;
    private readonly CounselReader counsel;

    /// <inheritdoc/>
    public ValueTask<ConsentSnapshot> CounselAsync(AccessGrant system, RecordId record, CancellationToken cancel)
    {
        Require(system, GrantKind.System);
        return new(Guarded(() =>
        {
            var (contents, versions) = records.Open(record);
            return counsel.Read(contents, Network(versions.Network));
        }));
    }

    /// <inheritdoc/>
    public ValueTask<NetworkSnapshot> NetworkAsync(AccessGrant system, CancellationToken cancel)
    {
        Require(system, GrantKind.System);
        return Read(connection => network.Read(connection, RecordReader.ReadNetworkVersion(connection)));
    }

    private NetworkSnapshot Network(long version)
    {
        using var lease = readers.Take();
        return network.Read(lease.Connection, version);
    }
}
