using FhirBridge.Fhir;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FhirBridge.Api.Tokens;

/// <summary>An issuer whose tokens are accepted: an OpenID Connect server, Entra ID, or the demo in this process.</summary>
internal interface ITokenIssuer
{
    /// <summary>True when tokens with this <c>iss</c> (not verified yet) are for this issuer to judge.</summary>
    bool Issues(string iss);

    /// <summary>
    /// Keys that may have signed a token: those named <paramref name="kid"/>, or all when it is null. A name that is not known refreshes the keys, within limits;
    /// empty when it is not known then either.
    /// </summary>
    /// <returns>Keys, or <see cref="Problems.Transient"/> when the issuer cannot be asked.</returns>
    ValueTask<Result<IReadOnlyList<SecurityKey>>> KeysAsync(string? kid, CancellationToken cancel);

    /// <summary>Why a token with a good signature of this issuer is refused for its <c>iss</c> or <c>aud</c>; null when it is accepted.</summary>
    string? Refuse(JsonWebToken token, SecurityKey signedWith);
}
