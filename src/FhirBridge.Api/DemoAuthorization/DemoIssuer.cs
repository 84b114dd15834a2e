using FhirBridge.Api.Configuration;
using FhirBridge.Api.Tokens;
using FhirBridge.Fhir;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FhirBridge.Api.DemoAuthorization;

/// <summary>
/// The demo as an issuer of tokens, with its key in this process: no discovery over HTTP. Its name is <c>{public base}/auth</c>, and where no public base is
/// configured, that of the request by which the token came; the signature is what counts.
/// </summary>
internal sealed class DemoIssuer(DemoKey key, FhirBridgeOptions options) : ITokenIssuer
{
    /// <summary>Path of the authorization server below the public base.</summary>
    public const string Path = "/auth";

    /// <summary><c>typ</c> of access tokens (RFC 9068): an id token or a refresh token is no access token.</summary>
    public const string AccessTokenType = "at+jwt";

    private readonly IReadOnlyList<SecurityKey> keys = [key.Key];

    /// <inheritdoc/>
    public bool Issues(string iss) => options.Network.PublicBaseUrl is { } configured ? iss == configured + Path : iss.EndsWith(Path, StringComparison.Ordinal);

    /// <inheritdoc/>
    public ValueTask<Result<IReadOnlyList<SecurityKey>>> KeysAsync(string? kid, CancellationToken cancel) =>
        new(Result<IReadOnlyList<SecurityKey>>.Ok(kid is null || kid == key.Key.KeyId ? keys : []));

    /// <inheritdoc/>
    public string? Refuse(JsonWebToken token, SecurityKey signedWith) =>
        token.Typ != AccessTokenType ? "it is no access token"
        : !token.Audiences.Contains(token.Issuer[..^Path.Length] + "/fhir", StringComparer.Ordinal) ? "it is meant for another audience"
        : null;
}
