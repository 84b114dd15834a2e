using System.Text.Json;
using FhirBridge.Fhir;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FhirBridge.Api.Tokens;

/// <summary>
/// Checks bearer tokens: JWTs of configured issuers, signed with RS256 or ES256 (contract.md, "Tokens"; RFC 7519, RFC 8725).
/// </summary>
/// <remarks>
/// 1. A token checked before, known by its SHA-256, only has its times compared.
/// 2. Size, form, and the algorithm and <c>crit</c> of the header.
/// 3. The issuer that <c>iss</c> claims; its keys of that <c>kid</c>.
/// 4. Signature, with a key of the algorithm's own kind and size.
/// 5. <c>iss</c> and <c>aud</c>, by that issuer's rules.
/// 6. <c>exp</c> (required) and <c>nbf</c>, with <see cref="ClockSkew"/>.
/// </remarks>
public sealed class TokenValidator
{
    /// <summary>How far the clock of an issuer may be off.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(10);

    private const int MaxLength = 16 * 1024;
    private static readonly JsonWebTokenHandler Handler = new() { MaximumTokenSizeInBytes = MaxLength };
    private readonly TokenCache cache = new(20_000);
    private readonly IReadOnlyList<ITokenIssuer> issuers;
    private readonly TimeProvider clock;

    internal TokenValidator(IEnumerable<ITokenIssuer> issuers, TimeProvider clock)
    {
        this.issuers = [.. issuers];
        this.clock = clock;
    }

    /// <summary>Checks a token.</summary>
    /// <param name="bearer">The token alone, without its scheme (<see cref="BearerToken.Read"/>).</param>
    /// <param name="cancel">Ends the waiting for an issuer.</param>
    /// <returns>
    /// The token's claims; <see cref="Problems.Unauthenticated"/> when it is not valid (the reason is for the client's developer and repeats nothing of
    /// the token); <see cref="Problems.Transient"/> when its issuer cannot be asked for keys.
    /// </returns>
    public ValueTask<Result<ValidatedToken>> ValidateAsync(string bearer, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(bearer);
        if (bearer.Length > MaxLength) return new(Invalid("it is too long"));
        var digest = TokenDigest.Of(bearer);
        return cache.Find(digest) is { } known ? new(InTime(known)) : CheckAsync(bearer, digest, cancel);
    }

    private async ValueTask<Result<ValidatedToken>> CheckAsync(string bearer, TokenDigest digest, CancellationToken cancel)
    {
        if (Parse(bearer) is not { } token) return Invalid("it is not a signed JWT");
        if (token.Alg is not (SecurityAlgorithms.RsaSha256 or SecurityAlgorithms.EcdsaSha256)) return Invalid("its algorithm is not RS256 or ES256");
        if (token.TryGetHeaderValue<object>("crit", out _)) return Invalid("its header demands what this service does not know (crit)");
        if (issuers.FirstOrDefault(i => i.Issues(token.Issuer)) is not { } issuer) return Invalid("its issuer is not one that this service accepts");

        var keys = await issuer.KeysAsync(string.IsNullOrEmpty(token.Kid) ? null : token.Kid, cancel);
        if (!keys.IsOk) return Result<ValidatedToken>.Fail(keys.Problems);
        if (await SignerAsync(token, keys.Value) is not { } signer) return Invalid("its signature was not made with a key of its issuer");
        if (issuer.Refuse(token, signer) is { } refused) return Invalid(refused);

        if (Claims(token) is not { } claims) return Invalid("it lacks exp, or both sub and client_id");
        var result = InTime(claims);
        if (result.IsOk) cache.Add(digest, claims);
        return result;
    }

    private Result<ValidatedToken> InTime(ValidatedToken token)
    {
        var now = clock.GetUtcNow();
        return token.IsValidAt(now, ClockSkew) ? token
            : token.NotBefore is { } from && from > now ? Invalid("it is not valid yet")
            : Invalid("it has expired");
    }

    private static JsonWebToken? Parse(string bearer)
    {
        // Three parts with something in each: an empty third part is an unsigned token, five parts are an encrypted one.
        if (bearer.Count(c => c == '.') != 2 || bearer.EndsWith('.')) return null;
        try
        {
            return Handler.ReadJsonWebToken(bearer);
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The key that made the signature; null when none did.</summary>
    private static async Task<SecurityKey?> SignerAsync(JsonWebToken token, IReadOnlyList<SecurityKey> keys)
    {
        foreach (var key in keys.Where(k => Fits(k, token.Alg)))
        {
            var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
            {
                IssuerSigningKey = key,
                ValidAlgorithms = [token.Alg],
                RequireSignedTokens = true,
                TryAllIssuerSigningKeys = true,
                // The issuer's own rules and the injected clock follow in Refuse and InTime.
                ValidateIssuer = false,
                ValidateAudience = false,
                ValidateLifetime = false,
            });
            if (result.IsValid) return key;
        }

        return null;
    }

    /// <summary>Keys of the algorithm's own kind, never a shared secret; RSA of 2048 bits or more, P-256 for ES256.</summary>
    private static bool Fits(SecurityKey key, string algorithm) => algorithm switch
    {
        SecurityAlgorithms.RsaSha256 => key is RsaSecurityKey or X509SecurityKey && key.KeySize >= 2048,
        SecurityAlgorithms.EcdsaSha256 => key is ECDsaSecurityKey { KeySize: 256 },
        _ => false,
    };

    private static ValidatedToken? Claims(JsonWebToken token)
    {
        try
        {
            return TokenClaims.Read(Base64UrlEncoder.DecodeBytes(token.EncodedPayload));
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return null;
        }
    }

    private static Problem Invalid(string why) => Problems.Unauthenticated.With($"The access token is not accepted: {why}.");
}
