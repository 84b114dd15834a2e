using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FhirBridge.Api.Tokens;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FhirBridge.Api.DemoAuthorization;

/// <summary>Makes the tokens of the demo, with the claims of contract.md ("Tokens").</summary>
public sealed class DemoTokens
{
    /// <summary>How long an access token is valid.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private static readonly TimeSpan RefreshLifetime = TimeSpan.FromDays(30);
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly DemoKey key;
    private readonly SigningCredentials signing;
    private readonly DemoCatalogue catalogue;
    private readonly IDemoDirectory directory;
    private readonly TimeProvider clock;

    internal DemoTokens(DemoKey key, DemoCatalogue catalogue, IDemoDirectory directory, TimeProvider clock)
    {
        this.key = key;
        signing = new SigningCredentials(key.Key, SecurityAlgorithms.RsaSha256);
        this.catalogue = catalogue;
        this.directory = directory;
        this.clock = clock;
    }

    /// <summary>An access token of a demo system: for its client credentials, and for the loader of the demo.</summary>
    /// <param name="clientId">Id of a client of <see cref="DemoCatalogue.Clients"/>.</param>
    /// <param name="publicBase">Public base, without a trailing slash.</param>
    /// <param name="scope">Scopes granted; null for all that the client may have.</param>
    public string ForClient(string clientId, string publicBase, string? scope = null)
    {
        var client = catalogue.Client(clientId) ?? throw new ArgumentException($"the demo has no client '{clientId}'", nameof(clientId));
        var claims = Claims(publicBase, publicBase + "/fhir", client.Id, Lifetime);
        claims["sub"] = client.Id;
        claims["scope"] = scope ?? client.Scope;
        AddExtensions(claims, client.Name, client.Member, client.Purpose, client.Roles ?? []);
        return Sign(claims, DemoIssuer.AccessTokenType);
    }

    /// <summary>An access token of a person, with what else the answer of the token endpoint carries; null while the demo is not loaded.</summary>
    internal async ValueTask<PersonTokens?> ForPersonAsync(DemoPersona persona, string clientId, string publicBase, string scope, string? nonce, CancellationToken cancel)
    {
        string? user = null, patient = null;
        if (persona.FhirUser is { } who && (user = await FindAsync(who.Type, who.Identifier, cancel)) is null) return null;
        var scopes = GrantedScopes.Split(scope);
        if (persona.Patient is { } launch && scopes.Any(s => s == "launch/patient" || s.StartsWith("patient/", StringComparison.Ordinal)))
        {
            if (await FindAsync("Patient", launch, cancel) is not { } found) return null;
            patient = found["Patient/".Length..];
        }

        var claims = Claims(publicBase, publicBase + "/fhir", clientId, Lifetime);
        claims["sub"] = persona.Id;
        claims["scope"] = scope;
        claims["fhirUser"] = user;
        claims["patient"] = patient;
        AddExtensions(claims, persona.Name, persona.Member, persona.Purpose, persona.Roles ?? []);
        return new PersonTokens(
            Sign(claims, DemoIssuer.AccessTokenType),
            scopes.Contains("openid") ? IdToken(persona, clientId, publicBase, nonce, scopes.Contains("fhirUser") || scopes.Contains("profile") ? user : null) : null,
            scopes.Contains("offline_access") || scopes.Contains("online_access") ? RefreshToken(persona, clientId, publicBase, scope) : null,
            patient);
    }

    /// <summary>What a refresh token stands for; null when it is not one of ours, not this client's, or has expired.</summary>
    internal async Task<(DemoPersona Persona, string Scope)?> ReadRefreshTokenAsync(string token, string clientId, string publicBase)
    {
        var now = clock.GetUtcNow();
        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKey = key.Key,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            ValidTypes = ["refresh+jwt"],
            ValidIssuer = publicBase + DemoIssuer.Path,
            ValidAudience = publicBase + DemoIssuer.Path + "/token",
            LifetimeValidator = (_, expires, _, _) => expires > now.UtcDateTime,
        });
        if (!result.IsValid) return null;
        string? Claim(string name) => result.Claims.TryGetValue(name, out var value) ? value as string : null;
        return Claim("client_id") == clientId && catalogue.Persona(Claim("sub")) is { } persona && Claim("scope") is { } scope ? (persona, scope) : null;
    }

    private string IdToken(DemoPersona persona, string clientId, string publicBase, string? nonce, string? user)
    {
        var claims = Claims(publicBase, clientId, clientId, Lifetime);
        claims["sub"] = persona.Id;
        claims["name"] = persona.Name;
        claims["nonce"] = nonce;
        // In an id token the person is an address (SMART App Launch 2.2, "fhirUser").
        claims["fhirUser"] = user is null ? null : $"{publicBase}/fhir/{user}";
        return Sign(claims, "JWT");
    }

    private string RefreshToken(DemoPersona persona, string clientId, string publicBase, string scope)
    {
        var claims = Claims(publicBase, publicBase + DemoIssuer.Path + "/token", clientId, RefreshLifetime);
        claims["sub"] = persona.Id;
        claims["scope"] = scope;
        return Sign(claims, "refresh+jwt");
    }

    private JsonObject Claims(string publicBase, string audience, string clientId, TimeSpan lifetime)
    {
        var now = clock.GetUtcNow();
        return new JsonObject
        {
            ["iss"] = publicBase + DemoIssuer.Path,
            ["aud"] = audience,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + lifetime).ToUnixTimeSeconds(),
            ["jti"] = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(16)),
            ["client_id"] = clientId,
        };
    }

    /// <summary>The extension of IHE IUA (ITI-71, "JSON Web Token Option").</summary>
    private static void AddExtensions(JsonObject claims, string name, string? member, string? purpose, IReadOnlyList<string> roles)
    {
        var iua = new JsonObject { ["subject_name"] = name };
        if (member is not null) iua["subject_organization_id"] = "Organization/" + member;
        if (purpose is not null) iua["purpose_of_use"] = new JsonArray(new JsonObject { ["system"] = TokenClaims.ActReason, ["code"] = purpose });
        if (roles.Count > 0)
            iua["subject_role"] = new JsonArray([.. roles.Select(r => new JsonObject { ["system"] = TokenClaims.RoleSystem, ["code"] = r })]);
        claims["extensions"] = new JsonObject { ["ihe_iua"] = iua };
    }

    private string Sign(JsonObject claims, string type)
    {
        foreach (var absent in claims.Where(c => c.Value is null).Select(c => c.Key).ToList()) claims.Remove(absent);
        return Handler.CreateToken(claims.ToJsonString(), signing, new Dictionary<string, object> { ["typ"] = type });
    }

    private ValueTask<string?> FindAsync(string type, string identifier, CancellationToken cancel)
    {
        var bar = identifier.IndexOf('|');
        return directory.FindAsync(type, identifier[..bar], identifier[(bar + 1)..], cancel);
    }
}

/// <summary>What the token endpoint answers for a person.</summary>
/// <param name="Access">Access token.</param>
/// <param name="Id">Id token, when <c>openid</c> was granted.</param>
/// <param name="Refresh">Refresh token, when <c>offline_access</c> or <c>online_access</c> was granted.</param>
/// <param name="Patient">Launch patient, when one was asked for.</param>
internal sealed record PersonTokens(string Access, string? Id, string? Refresh, string? Patient);
