using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FhirBridge.Api.Tests.Tokens;

/// <summary>An OpenID Connect issuer on loopback: discovery and keys, which tests rotate, and which can be switched off.</summary>
internal sealed class LocalIssuer : IAsyncDisposable
{
    // Made once: no test changes it, and making one takes longer than a test.
    private static readonly RSA SharedRsa = RSA.Create(2048);
    private readonly WebApplication app;
    private readonly List<SecurityKey> keys = [];

    private LocalIssuer(WebApplication app) => this.app = app;

    public string Authority => app.Urls.First();

    public string DiscoveryPath { get; set; } = "";

    /// <summary>What the discovery document says of itself; the address by default.</summary>
    public string? Name { get; set; }

    public bool IsDown { get; set; }

    public int Requests { get; private set; }

    public RsaSecurityKey Rsa { get; } = new(SharedRsa) { KeyId = "rsa-1" };

    public ECDsaSecurityKey Ec { get; } = new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "ec-1" };

    /// <summary>Extra members of the published keys (Entra's <c>issuer</c>).</summary>
    public string? KeyIssuer { get; set; }

    public JsonObject Extra { get; } = [];

    public static async Task<LocalIssuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var issuer = new LocalIssuer(builder.Build());
        issuer.Publish(issuer.Rsa);
        issuer.Publish(issuer.Ec);
        issuer.app.MapFallback(issuer.Answer);
        await issuer.app.StartAsync();
        return issuer;
    }

    public void Publish(SecurityKey key) => keys.Add(key);

    public void Withdraw(SecurityKey key) => keys.Remove(key);

    /// <summary>A token with claims that are all right, changed by <paramref name="change"/>.</summary>
    public string Token(TimeProvider clock, Action<JsonObject>? change = null, SecurityKey? key = null, string? algorithm = null)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["iss"] = Name ?? Authority, ["aud"] = "fhirbridge", ["sub"] = "someone", ["client_id"] = "ehr", ["scope"] = "system/*.rs", ["exp"] = now + 300, ["nbf"] = now,
        };
        change?.Invoke(claims);
        key ??= Rsa;
        algorithm ??= key is ECDsaSecurityKey ? SecurityAlgorithms.EcdsaSha256 : SecurityAlgorithms.RsaSha256;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(claims.ToJsonString(), new SigningCredentials(key, algorithm));
    }

    private IResult Answer(HttpContext context)
    {
        Requests++;
        if (IsDown) return Results.StatusCode(500);
        var path = context.Request.Path.Value;
        if (path == DiscoveryPath + "/.well-known/openid-configuration")
        {
            var document = new JsonObject { ["issuer"] = Name ?? Authority, ["jwks_uri"] = Authority + "/keys", ["token_endpoint"] = Authority + "/token" };
            foreach (var (name, value) in Extra) document[name] = value?.DeepClone();
            return Results.Json(document);
        }

        return path == "/keys" ? Results.Json(new JsonObject { ["keys"] = new JsonArray([.. keys.Select(Jwk)]) }) : Results.NotFound();
    }

    private JsonObject Jwk(SecurityKey key)
    {
        var jwk = new JsonObject { ["kid"] = key.KeyId, ["use"] = "sig" };
        if (KeyIssuer is not null) jwk["issuer"] = KeyIssuer;
        if (key is RsaSecurityKey rsa)
        {
            var p = rsa.Rsa.ExportParameters(false);
            (jwk["kty"], jwk["n"], jwk["e"]) = ("RSA", Base64UrlEncoder.Encode(p.Modulus!), Base64UrlEncoder.Encode(p.Exponent!));
        }
        else
        {
            var p = ((ECDsaSecurityKey)key).ECDsa.ExportParameters(false);
            var curve = ((ECDsaSecurityKey)key).KeySize == 256 ? "P-256" : "P-384";
            (jwk["kty"], jwk["crv"], jwk["x"], jwk["y"]) = ("EC", curve, Base64UrlEncoder.Encode(p.Q.X!), Base64UrlEncoder.Encode(p.Q.Y!));
        }

        return jwk;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
