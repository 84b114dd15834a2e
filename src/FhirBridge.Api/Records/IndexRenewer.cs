using FhirBridge.Api.Contributions;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Storage;

namespace FhirBridge.Api.Records;

/// <summary>
/// Keeps what is stored indexed by the search parameters that there are: at start, and in the background when the operator changes them. Until it is done,
/// searches by parameters beside those of R4 are not answered (docs/search.md).
/// </summary>
public sealed partial class IndexRenewer(IVault vault, Func<Definitions> definitions, ILogger<IndexRenewer> log, CancellationToken stopping)
{
    private readonly Lock turn = new();
    private Task running = Task.CompletedTask;

    /// <summary>Completes when nothing is being done.</summary>
    public Task WhenIdle
    {
        get
        {
            lock (turn) return running;
        }
    }

    /// <summary>Brings all indexes up to date; returns when they are.</summary>
    public async Task CatchUpAsync(CancellationToken cancel)
    {
        ulong stamp;
        do
        {
            var now = definitions();
            stamp = now.SearchStamp;
            await vault.ReindexAsync(Counsel.ForSystem(SystemPurpose.Worker), stamp, (c, body) => StoredIndex.Renewed(c, body, now), cancel).ConfigureAwait(false);
        }
        while (definitions().SearchStamp != stamp);
    }

    /// <summary>Looks at what was committed: it may have changed the parameters, or have been prepared before they changed.</summary>
    public void Take(IReadOnlyList<Written> written, ulong before)
    {
        var stamp = definitions().SearchStamp;
        if (stamp == before && written.All(w => w.Write.Deleted || w.Write.Index.Stamp == stamp)) return;
        lock (turn) running = running.ContinueWith(_ => RunAsync(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).Unwrap();
    }

    private async Task RunAsync()
    {
        try
        {
            await CatchUpAsync(stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The next start goes on.
        }
        catch (VaultUnavailableException)
        {
            StoreDoesNotAnswer(log);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "what is stored could not be indexed by the changed search parameters: the store does not answer; the next change or start tries again")]
    private static partial void StoreDoesNotAnswer(ILogger log);
}
