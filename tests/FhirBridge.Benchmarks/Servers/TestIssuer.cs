using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FhirBridge.Benchmarks.Servers;

/// <summary>An OpenID Connect issuer on loopback with a key of its own: discovery document, keys, and RS256 tokens as members' clients have them.</summary>
internal sealed class TestIssuer : IAsyncDisposable
{
    public const string Audience = "fhirbridge-benchmarks";
    private const string KeyId = "bench";
    private readonly RSA key = RSA.Create(2048);
    private readonly WebApplication app;

    private TestIssuer(Uri authority)
    {
        Authority = authority.ToString().TrimEnd('/');
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Authority);
        app = builder.Build();
        app.Run(AnswerAsync);
        ConsentDesk = Token(Data.SyntheticNetwork.Owner, role: "consent-recorder");
    }

    /// <summary>A token of somebody who records patients' consents.</summary>
    public string ConsentDesk { get; }

    public string Authority { get; }

    public static async Task<TestIssuer> StartAsync()
    {
        var issuer = new TestIssuer(ServerProcess.FreeAddress());
        await issuer.app.StartAsync();
        return issuer;
    }

    /// <summary>A token of a member's system client for treatment, valid for a day.</summary>
    /// <param name="member">Id of the member's Organization.</param>
    /// <param name="number">Tokens of one member with other numbers are other tokens.</param>
    /// <param name="role">A role code; null for none.</param>
    public string Token(string member, int number = 0, string? role = null)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var iua = new Dictionary<string, object> { ["subject_organization_id"] = $"Organization/{member}", ["purpose_of_use"] = new[] { "TREAT" } };
        if (role is not null) iua["subject_role"] = new[] { role };
        var claims = new Dictionary<string, object>
        {
            ["iss"] = Authority, ["aud"] = Audience, ["sub"] = $"{member}-client", ["client_id"] = $"{member}-client", ["scope"] = "system/*.cruds",
            ["iat"] = now, ["nbf"] = now - 5, ["exp"] = now + 86_400, ["jti"] = $"{member}-{number}-{role}",
            ["extensions"] = new Dictionary<string, object> { ["ihe_iua"] = iua },
        };
        var text = $"{Encoded(JsonSerializer.SerializeToUtf8Bytes(new { alg = "RS256", typ = "JWT", kid = KeyId }))}.{Encoded(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{text}.{Encoded(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        key.Dispose();
    }

    private Task AnswerAsync(HttpContext http)
    {
        var parameters = key.ExportParameters(false);
        return http.Request.Path.Value switch
        {
            "/.well-known/openid-configuration" => http.Response.WriteAsJsonAsync(new
            {
                issuer = Authority, jwks_uri = Authority + "/keys", token_endpoint = Authority + "/token", authorization_endpoint = Authority + "/authorize",
                response_types_supported = new[] { "code" }, subject_types_supported = new[] { "public" }, id_token_signing_alg_values_supported = new[] { "RS256" },
            }),
            "/keys" => http.Response.WriteAsJsonAsync(new
            {
                keys = new[] { new { kty = "RSA", use = "sig", alg = "RS256", kid = KeyId, n = Encoded(parameters.Modulus!), e = Encoded(parameters.Exponent!) } },
            }),
            _ => Missing(http),
        };
    }

    private static Task Missing(HttpContext http)
    {
        http.Response.StatusCode = 404;
        return Task.CompletedTask;
    }

    private static string Encoded(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
