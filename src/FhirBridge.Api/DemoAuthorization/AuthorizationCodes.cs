using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace FhirBridge.Api.DemoAuthorization;

/// <summary>What an authorization code stands for.</summary>
/// <param name="Persona">Who signed in.</param>
/// <param name="ClientId">For which application.</param>
/// <param name="RedirectUri">Where the code was sent.</param>
/// <param name="Scope">Scopes granted.</param>
/// <param name="Challenge">PKCE challenge (S256).</param>
/// <param name="Nonce">For the id token; null when none.</param>
/// <param name="Expires">When it ends.</param>
internal sealed record AuthorizationCode(DemoPersona Persona, string ClientId, string RedirectUri, string Scope, string Challenge, string? Nonce, DateTimeOffset Expires)
{
    /// <summary>True when the verifier is the one whose hash came first (RFC 7636 §4.6).</summary>
    public bool IsVerifiedBy(string verifier) => verifier.Length is >= 43 and <= 128 && CryptographicOperations.FixedTimeEquals(
        Encoding.ASCII.GetBytes(Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))), Encoding.ASCII.GetBytes(Challenge));
}

/// <summary>Codes given out and not yet used: each works once, for a minute.</summary>
internal sealed class AuthorizationCodes(TimeProvider clock)
{
    /// <summary>How long a code works.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, AuthorizationCode> codes = new(StringComparer.Ordinal);

    /// <summary>A code for it.</summary>
    public string Add(Func<DateTimeOffset, AuthorizationCode> make)
    {
        var now = clock.GetUtcNow();
        foreach (var (used, old) in codes)
        {
            if (old.Expires <= now) codes.TryRemove(used, out _);
        }

        var code = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        codes[code] = make(now + Lifetime);
        return code;
    }

    /// <summary>Takes the code, which then works no more; null when it is unknown, used or too old.</summary>
    public AuthorizationCode? Take(string? code) =>
        code is not null && codes.TryRemove(code, out var taken) && taken.Expires > clock.GetUtcNow() ? taken : null;
}
