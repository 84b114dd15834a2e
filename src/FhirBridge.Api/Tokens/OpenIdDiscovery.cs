using FhirBridge.Api.Configuration;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace FhirBridge.Api.Tokens;

/// <summary>
/// The discovery document and keys of one OpenID Connect issuer, kept and renewed (OpenID Connect Discovery 1.0 §4, RFC 7517).
/// </summary>
/// <remarks>
/// Not <c>ConfigurationManager</c>, because that one renews in the background: the first token under a new key would be refused. Here:
/// 1. nothing known: ask; after a failure, wait <see cref="RetryAfter"/> before asking again, so that an outage costs requests nothing;
/// 2. older than <see cref="MaxAge"/>: ask, and keep what is known when the issuer does not answer;
/// 3. a key is missing: ask at once, but not more often than every <see cref="KeyRefreshAfter"/>, so that invented key ids cannot flood the issuer.
/// One request asks at a time; the others wait for it, or go on with what is known.
/// </remarks>
internal sealed class OpenIdDiscovery(string authority, TimeProvider clock, ILogger logger) : IDisposable
{
    /// <summary>Age at which the document is renewed.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromHours(1);

    /// <summary>Least time between two attempts after a failed one.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Least time between two refreshes for a missing key.</summary>
    public static readonly TimeSpan KeyRefreshAfter = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly DocumentRetriever documents = new(new Uri(authority));
    private volatile Known? known;
    private DateTimeOffset lastFailure = DateTimeOffset.MinValue;
    private DateTimeOffset lastKeyRefresh = DateTimeOffset.MinValue;

    /// <summary>The issuer's address as configured.</summary>
    public string Authority { get; } = authority;

    /// <summary>What was last fetched; null before the first time.</summary>
    public OpenIdConnectConfiguration? Last => known?.Document;

    /// <summary>The document, fetched or renewed when needed; null when the issuer does not answer and nothing is known.</summary>
    /// <param name="satisfies">False for a document in which the key looked for is missing.</param>
    /// <param name="cancel">Ends the waiting of this request.</param>
    public async ValueTask<OpenIdConnectConfiguration?> GetAsync(Func<OpenIdConnectConfiguration, bool> satisfies, CancellationToken cancel)
    {
        var seen = known;
        if (seen is not null && !IsDue(seen) && satisfies(seen.Document)) return seen.Document;
        if (seen is not null && IsDue(seen) && satisfies(seen.Document))
        {
            // Good enough to go on with while somebody else renews it.
            if (!gate.Wait(0, CancellationToken.None)) return seen.Document;
        }
        else
        {
            await gate.WaitAsync(cancel);
        }

        try
        {
            // Somebody may have fetched while this one waited.
            if (known is { } latest && !IsDue(latest) && (satisfies(latest.Document) || !MayRefreshKeys())) return latest.Document;
            if (clock.GetUtcNow() - lastFailure < RetryAfter) return known?.Document;
            if (known is { } current && !satisfies(current.Document)) lastKeyRefresh = clock.GetUtcNow();
            await FetchAsync(cancel);
            return known?.Document;
        }
        finally
        {
            gate.Release();
        }
    }

    private bool IsDue(Known state) => clock.GetUtcNow() - state.At >= MaxAge;

    private bool MayRefreshKeys() => clock.GetUtcNow() - lastKeyRefresh >= KeyRefreshAfter;

    private async Task FetchAsync(CancellationToken cancel)
    {
        try
        {
            var document = await OpenIdConnectConfigurationRetriever.GetAsync(Authority + "/.well-known/openid-configuration", documents, cancel);
            known = new Known(document, clock.GetUtcNow());
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            // The library answers every failure (no connection, 404, not JSON) with exceptions of its own; all mean the same here.
            lastFailure = clock.GetUtcNow();
            logger.LogWarning("The issuer {Authority} does not give its discovery document or keys: {Reason}", Authority, e.GetBaseException().Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        documents.Dispose();
        gate.Dispose();
    }

    private sealed record Known(OpenIdConnectConfiguration Document, DateTimeOffset At);

    /// <summary>GET of a document, over https or on loopback; never anywhere else, whatever <c>jwks_uri</c> says.</summary>
    private sealed class DocumentRetriever(Uri authority) : IDocumentRetriever, IDisposable
    {
        private readonly HttpClient http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseProxy = !ConfigurationReader.IsLoopback(authority),
        })
        {
            Timeout = TimeSpan.FromSeconds(10),
            MaxResponseContentBufferSize = 1 << 20,
        };

        public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
        {
            var uri = new Uri(address);
            if (uri.Scheme != Uri.UriSchemeHttps && !(uri.Scheme == Uri.UriSchemeHttp && ConfigurationReader.IsLoopback(uri) && ConfigurationReader.IsLoopback(authority)))
                throw new IOException($"{address} is not https.");
            return await http.GetStringAsync(uri, cancel);
        }

        public void Dispose() => http.Dispose();
    }
}
