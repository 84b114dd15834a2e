using FhirBridge.Consent;
using FhirBridge.Fhir.Search;
using FhirBridge.Storage.Sqlite;

namespace FhirBridge.Storage;

/// <content>Making indexes anew.</content>
public sealed partial class SqliteVault
{
    /// <inheritdoc/>
    public ValueTask<ulong?> IndexStampAsync(CancellationToken cancel) => Read(IndexRenewal.Complete);

    /// <inheritdoc/>
    public async ValueTask ReindexAsync(AccessGrant system, ulong stamp, Func<Contribution, ContributionBody, SearchIndex> extract, CancellationToken cancel)
    {
        Require(system, GrantKind.System);
        if (await IndexStampAsync(cancel).ConfigureAwait(false) == stamp) return;
        do
        {
            await writer.WriteAsync(session => IndexRenewal.Begin(session, stamp)).ConfigureAwait(false);
            for (var after = 0L; ;)
            {
                cancel.ThrowIfCancellationRequested();
                var next = await Read(connection => IndexRenewal.Next(connection, stamp, after)).ConfigureAwait(false);
                if (next.Count == 0) break;
                after = next[^1].Id;
                List<(long, Contribution, SearchIndex)> made = [.. next.Select(n => (n.Id, n.Contribution, extract(n.Contribution, n.Body)))];
                await writer.WriteAsync(session => IndexRenewal.Write(session, made)).ConfigureAwait(false);
            }
        }
        while (!await writer.WriteAsync(session => IndexRenewal.TryComplete(session, stamp) || !IndexRenewal.IsAimedAt(session, stamp)).ConfigureAwait(false));
    }
}
