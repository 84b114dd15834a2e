using System.Text.Json.Nodes;
using FhirBridge.Api.Configuration;
using FhirBridge.Api.Tokens;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FhirBridge.Api.DemoAuthorization;

/// <summary>The demo authorization server: registration and its routes, all below <c>/auth</c>. Without the demo there is nothing of it: no key, no route.</summary>
public static class DemoAuthorizationServer
{
    /// <summary>
    /// Adds the server when the demo is on. The host adds an <see cref="IDemoDirectory"/>. Needs the options registered.
    /// </summary>
    public static IServiceCollection AddDemoAuthorization(this IServiceCollection services, FhirBridgeOptions options)
    {
        if (!options.DemoEnabled) return services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(DemoCatalogue.Load(options.Network.Operator));
        services.AddSingleton(p => new DemoKey(p.GetRequiredService<FhirBridgeOptions>()));
        services.AddSingleton<ITokenIssuer, DemoIssuer>();
        services.AddSingleton(p => new DemoTokens(
            p.GetRequiredService<DemoKey>(), p.GetRequiredService<DemoCatalogue>(), p.GetRequiredService<IDemoDirectory>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<AuthorizationCodes>();
        services.AddSingleton<AuthorizeEndpoint>();
        services.AddSingleton<TokenEndpoint>();
        services.AddSingleton<TryEndpoint>();
        return services;
    }

    /// <summary>Maps the routes when the demo is on.</summary>
    public static IEndpointRouteBuilder MapDemoAuthorization(this IEndpointRouteBuilder endpoints)
    {
        var options = endpoints.ServiceProvider.GetRequiredService<FhirBridgeOptions>();
        if (!options.DemoEnabled) return endpoints;
        string[] getAndPost = [HttpMethods.Get, HttpMethods.Post];
        var auth = endpoints.MapGroup(DemoIssuer.Path);
        auth.MapGet("/.well-known/openid-configuration", (HttpContext c) => Results.Json(Metadata(options.Network.BaseFor(c.Request))));
        auth.MapGet("/jwks", (DemoKey key) => Results.Json(KeySet(key)));
        auth.MapMethods("/authorize", getAndPost, (HttpContext c, AuthorizeEndpoint e) => e.HandleAsync(c));
        auth.MapPost("/token", (HttpContext c, TokenEndpoint e) => e.HandleAsync(c));
        auth.MapMethods("/try", getAndPost, (HttpContext c, TryEndpoint e) => e.HandleAsync(c));
        return endpoints;
    }

    /// <summary>OpenID Connect Discovery 1.0 §3; RFC 8414.</summary>
    internal static JsonObject Metadata(string publicBase)
    {
        var auth = publicBase + DemoIssuer.Path;
        return new JsonObject
        {
            ["issuer"] = auth,
            ["authorization_endpoint"] = auth + "/authorize",
            ["token_endpoint"] = auth + "/token",
            ["jwks_uri"] = auth + "/jwks",
            ["response_types_supported"] = new JsonArray("code"),
            ["response_modes_supported"] = new JsonArray("query"),
            ["grant_types_supported"] = new JsonArray("authorization_code", "refresh_token", "client_credentials"),
            ["code_challenge_methods_supported"] = new JsonArray("S256"),
            ["token_endpoint_auth_methods_supported"] = new JsonArray("none", "client_secret_basic", "client_secret_post"),
            ["subject_types_supported"] = new JsonArray("public"),
            ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
            ["scopes_supported"] = new JsonArray("openid", "fhirUser", "launch/patient", "offline_access", "online_access", "patient/*.cruds", "user/*.cruds", "system/*.cruds"),
            ["claims_supported"] = new JsonArray("sub", "name", "fhirUser"),
            ["authorization_response_iss_parameter_supported"] = true,
        };
    }

    private static JsonObject KeySet(DemoKey key) => new()
    {
        ["keys"] = new JsonArray(new JsonObject
        {
            ["kty"] = "RSA",
            ["use"] = "sig",
            ["alg"] = "RS256",
            ["kid"] = key.Key.KeyId,
            ["n"] = key.Modulus,
            ["e"] = key.Exponent,
        }),
    };
}
