using FhirBridge.Api.Configuration;
using FhirBridge.Fhir;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace FhirBridge.Api.Tokens;

/// <summary>An OpenID Connect issuer of <c>Authentication:Issuers</c>.</summary>
internal sealed class OpenIdIssuer(IssuerOptions options, OpenIdDiscovery discovery, ILogger logger) : ITokenIssuer
{
    /// <inheritdoc/>
    public bool Issues(string iss) => iss.TrimEnd('/') == options.Authority;

    /// <inheritdoc/>
    public async ValueTask<Result<IReadOnlyList<SecurityKey>>> KeysAsync(string? kid, CancellationToken cancel)
    {
        var document = await discovery.GetAsync(d => kid is null || Keys.Named(d, kid).Count > 0, cancel);
        if (document is null) return Keys.Unavailable(options.Authority);
        // Discovery §4.3: another name means that this is not the issuer that was configured.
        if (document.Issuer?.TrimEnd('/') == options.Authority) return Result<IReadOnlyList<SecurityKey>>.Ok(Keys.Named(document, kid));
        logger.LogError("The discovery document of {Authority} names another issuer, {Issuer}.", options.Authority, document.Issuer);
        return Keys.Unavailable(options.Authority);
    }

    /// <inheritdoc/>
    public string? Refuse(JsonWebToken token, SecurityKey signedWith) =>
        token.Issuer != discovery.Last?.Issuer ? "it is from another issuer"
        : !token.Audiences.Contains(options.Audience, StringComparer.Ordinal) ? "it is meant for another audience"
        : null;
}

/// <summary>
/// Entra ID (section <c>AzureAd</c>), v2 tokens. With <c>common</c>, <c>organizations</c> or a template issuer, every tenant has an issuer of its own:
/// the <c>tid</c> claim put into the template must give the token's <c>iss</c>, and so must the issuer of the signing key
/// (https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-issuer). <c>Microsoft.Identity.Web</c>, which does this, does
/// not restore from the registry that this product is built from; this class can give way to it.
/// </summary>
internal sealed class EntraIssuer(EntraOptions options, OpenIdDiscovery discovery) : ITokenIssuer
{
    private const string Template = "{tenantid}";

    /// <summary>The tenant of personal Microsoft accounts.</summary>
    private const string Consumers = "9188040d-6c67-4c5b-b112-36a304b66dad";

    /// <summary>Where the discovery document of a configured tenant is.</summary>
    public static string Authority(EntraOptions options) => $"{options.Instance}/{options.TenantId}/v2.0";

    /// <inheritdoc/>
    public bool Issues(string iss) =>
        iss.StartsWith(options.Instance + "/", StringComparison.Ordinal) && iss.EndsWith("/v2.0", StringComparison.Ordinal);

    /// <inheritdoc/>
    public async ValueTask<Result<IReadOnlyList<SecurityKey>>> KeysAsync(string? kid, CancellationToken cancel)
    {
        var document = await discovery.GetAsync(d => kid is null || Keys.Named(d, kid).Count > 0, cancel);
        return document is null ? Keys.Unavailable(discovery.Authority) : Result<IReadOnlyList<SecurityKey>>.Ok(Keys.Named(document, kid));
    }

    /// <inheritdoc/>
    public string? Refuse(JsonWebToken token, SecurityKey signedWith)
    {
        if (!token.Audiences.Any(a => a == options.ClientId || a == "api://" + options.ClientId)) return "it is meant for another audience";
        if (discovery.Last is not { Issuer: { } issuer } document) return "it is from another issuer";
        if (!issuer.Contains(Template, StringComparison.Ordinal)) return token.Issuer == issuer ? null : "it is from another issuer";
        if (!token.TryGetPayloadValue<string>("tid", out var tenant) || !Guid.TryParseExact(tenant, "D", out _)) return "it names no tenant";
        if (token.Issuer != issuer.Replace(Template, tenant, StringComparison.Ordinal)) return "its issuer is not that of its tenant";
        var personal = tenant.Equals(Consumers, StringComparison.OrdinalIgnoreCase);
        if ((options.TenantId == "organizations" && personal) || (options.TenantId == "consumers" && !personal)) return "its tenant is not accepted";
        return KeyIssuer(document, signedWith.KeyId) is { } of && of.Replace(Template, tenant, StringComparison.Ordinal) != token.Issuer
            ? "its key belongs to another tenant" : null;
    }

    private static string? KeyIssuer(OpenIdConnectConfiguration document, string? kid) =>
        document.JsonWebKeySet?.Keys.FirstOrDefault(k => k.Kid == kid) is { } key && key.AdditionalData.TryGetValue("issuer", out var issuer) ? issuer?.ToString() : null;
}

/// <summary>What both kinds share.</summary>
internal static class Keys
{
    /// <summary>The signing keys of that name, or all.</summary>
    public static IReadOnlyList<SecurityKey> Named(OpenIdConnectConfiguration document, string? kid) =>
        kid is null ? [.. document.SigningKeys] : [.. document.SigningKeys.Where(k => k.KeyId == kid)];

    /// <summary>The issuer does not answer: the token may be good, so this is no 401.</summary>
    public static Problem Unavailable(string authority) =>
        Problems.Transient.With($"The token cannot be checked now, because its issuer {authority} does not answer. Try again later.");
}
