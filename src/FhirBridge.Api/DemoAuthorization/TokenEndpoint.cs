using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FhirBridge.Api.Configuration;

namespace FhirBridge.Api.DemoAuthorization;

/// <summary><c>POST /auth/token</c>: authorization_code, refresh_token and client_credentials (RFC 6749 §4.1.3, §6, §4.4; errors §5.2).</summary>
internal sealed class TokenEndpoint(FhirBridgeOptions options, DemoCatalogue catalogue, AuthorizationCodes codes, DemoTokens tokens)
{
    public async Task<IResult> HandleAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (await OAuthRequest.ReadAsync(context) is not { } request) return Error("invalid_request", "The body must be application/x-www-form-urlencoded.");
        if (Credentials(context.Request, request) is not var (id, secret)) return Error("invalid_client", "The Authorization header cannot be read.", 401);
        if (id is null) return Error("invalid_client", "The client did not say who it is (client_id).", 401);
        var client = catalogue.Client(id);
        // A system of the catalogue proves itself; any other client is a public one, and has no secret.
        if (client is null ? secret is not null : !Same(client.Secret, secret ?? "")) return Error("invalid_client", "The client is unknown or its secret is wrong.", 401);

        var publicBase = options.Network.BaseFor(context.Request);
        return request["grant_type"] switch
        {
            "client_credentials" => ForClient(client, request, publicBase),
            "authorization_code" => await ForCodeAsync(id, request, publicBase, context.RequestAborted),
            "refresh_token" => await ForRefreshAsync(id, request, publicBase, context.RequestAborted),
            _ => Error("unsupported_grant_type", "grant_type must be authorization_code, refresh_token or client_credentials."),
        };
    }

    private IResult ForClient(DemoClient? client, OAuthRequest request, string publicBase)
    {
        if (client is null) return Error("unauthorized_client", "Only a system with a secret gets a token without a person.");
        var scope = GrantedScopes.Of(request["scope"], client.Scope, person: false);
        return scope.Length == 0 ? Error("invalid_scope", "None of the scopes may be given to this client.") : Answer(tokens.ForClient(client.Id, publicBase, scope), scope);
    }

    private async Task<IResult> ForCodeAsync(string client, OAuthRequest request, string publicBase, CancellationToken cancel)
    {
        if (codes.Take(request["code"]) is not { } code) return Error("invalid_grant", "The code is unknown, used or too old.");
        if (code.ClientId != client || code.RedirectUri != request["redirect_uri"]) return Error("invalid_grant", "The code was given to another client or redirect_uri.");
        if (!code.IsVerifiedBy(request["code_verifier"] ?? "")) return Error("invalid_grant", "The code_verifier does not fit the code_challenge.");
        return await ForPersonAsync(code.Persona, client, publicBase, code.Scope, code.Nonce, cancel);
    }

    private async Task<IResult> ForRefreshAsync(string client, OAuthRequest request, string publicBase, CancellationToken cancel)
    {
        if (request["refresh_token"] is not { } token || await tokens.ReadRefreshTokenAsync(token, client, publicBase) is not var (persona, granted))
            return Error("invalid_grant", "The refresh token is not valid.");
        var scope = GrantedScopes.Of(request["scope"], granted, person: false);
        return scope.Length == 0 ? Error("invalid_scope", "None of the scopes was granted before.") : await ForPersonAsync(persona, client, publicBase, scope, null, cancel);
    }

    private async Task<IResult> ForPersonAsync(DemoPersona persona, string client, string publicBase, string scope, string? nonce, CancellationToken cancel) =>
        await tokens.ForPersonAsync(persona, client, publicBase, scope, nonce, cancel) is { } made
            ? Answer(made.Access, scope, made)
            : Error("temporarily_unavailable", "This person is not in the network yet: the demo is still being loaded.", 503);

    private static IResult Answer(string access, string scope, PersonTokens? person = null)
    {
        var answer = new JsonObject
        {
            ["access_token"] = access,
            ["token_type"] = "Bearer",
            ["expires_in"] = (int)DemoTokens.Lifetime.TotalSeconds,
            ["scope"] = scope,
        };
        if (person?.Patient is { } patient) answer["patient"] = patient;
        if (person?.Id is { } id) answer["id_token"] = id;
        if (person?.Refresh is { } refresh) answer["refresh_token"] = refresh;
        return Results.Json(answer);
    }

    private static IResult Error(string error, string description, int status = 400) =>
        Results.Json(new JsonObject { ["error"] = error, ["error_description"] = description }, statusCode: status);

    /// <summary>client_secret_basic or client_secret_post (RFC 6749 §2.3.1); null when a Basic header cannot be read.</summary>
    private static (string? Id, string? Secret)? Credentials(HttpRequest http, OAuthRequest request)
    {
        if (http.Headers.Authorization.ToString() is not { Length: > 0 } header) return (request["client_id"], request["client_secret"]);
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return null;
        var buffer = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[6..].Trim(), buffer, out var length)) return null;
        var text = Encoding.UTF8.GetString(buffer, 0, length);
        var colon = text.IndexOf(':');
        return colon < 0 ? null : (WebUtility.UrlDecode(text[..colon]), WebUtility.UrlDecode(text[(colon + 1)..]));
    }

    private static bool Same(string expected, string sent) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(sent));
}
