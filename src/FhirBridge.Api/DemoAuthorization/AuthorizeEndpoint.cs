using FhirBridge.Api.Configuration;
using FhirBridge.Portal;

namespace FhirBridge.Api.DemoAuthorization;

/// <summary>
/// <c>GET|POST /auth/authorize</c>: authorization code with PKCE (RFC 6749 §4.1, RFC 7636, SMART App Launch 2.2). The page of personas takes the place of
/// a password; choosing one posts the same request again, with <c>persona</c>.
/// </summary>
/// <remarks>
/// 1. Client and redirect address; without a good one, a page: nothing is sent anywhere.
/// 2. The rest of the request; a fault goes back to the application.
/// 3. Nobody chosen yet: the page.
/// 4. Scopes: what was asked for, as far as that person may give it.
/// 5. A code, back to the application.
/// Clients that the catalogue does not know are public ones: an application on the developer's own machine needs no registration.
/// </remarks>
internal sealed class AuthorizeEndpoint(FhirBridgeOptions options, DemoCatalogue catalogue, AuthorizationCodes codes)
{
    public async Task<IResult> HandleAsync(HttpContext context)
    {
        if (await OAuthRequest.ReadAsync(context) is not { } request) return PortalPages.Message(context, 400, "The request is not a form.");
        var publicBase = options.Network.BaseFor(context.Request);
        if (request["client_id"] is not { Length: <= 200 } client) return PortalPages.Message(context, 400, "The application did not say who it is (client_id).");
        if (RedirectUris.Accept(request["redirect_uri"], publicBase) is not { } redirect)
            return PortalPages.Message(context, 400, "The application's redirect_uri is missing, or is neither on this machine (localhost) nor a page of this service.");

        if (Fault(request, publicBase) is var (error, description)) return Back(redirect, request, publicBase, ("error", error), ("error_description", description));

        var persona = HttpMethods.IsPost(context.Request.Method) ? catalogue.Persona(request["persona"]) : null;
        if (persona is null) return Page(context, request, client, redirect);

        var scope = GrantedScopes.Of(request["scope"], persona.Scope, person: true);
        if (scope.Length == 0) return Back(redirect, request, publicBase, ("error", "invalid_scope"), ("error_description", "None of the scopes may be given by this person."));

        var code = codes.Add(expires => new AuthorizationCode(persona, client, request["redirect_uri"]!, scope, request["code_challenge"]!, request["nonce"], expires));
        return Back(redirect, request, publicBase, ("code", code));
    }

    private static (string Error, string Description)? Fault(OAuthRequest request, string publicBase) =>
        request["response_type"] != "code" ? ("unsupported_response_type", "response_type must be code.")
        : request["code_challenge"] is not { Length: 43 } || request["code_challenge_method"] != "S256" ? ("invalid_request", "PKCE is required: code_challenge with code_challenge_method S256.")
        : request["aud"] is { } aud && !IsOurs(aud.TrimEnd('/'), publicBase) ? ("invalid_request", $"aud must be {publicBase}/fhir.")
        : request["prompt"] == "none" ? ("login_required", "Nobody stays signed in here.")
        : null;

    private static bool IsOurs(string aud, string publicBase) =>
        aud == publicBase + "/fhir" || (aud.StartsWith(publicBase + "/members/", StringComparison.Ordinal) && aud.EndsWith("/fhir", StringComparison.Ordinal));

    private IResult Page(HttpContext context, OAuthRequest request, string client, Uri redirect) => PortalPages.SignIn(
        context,
        new SignInModel(
            catalogue.Client(client)?.Name ?? client, DemoIssuer.Path + "/authorize", [.. request.All.Where(p => p.Key != "persona")],
            [.. catalogue.Personas.Select(p => p.ToChoice())], GrantedScopes.Split(request["scope"] ?? "")),
        redirect);

    private static SeeOther Back(Uri redirect, OAuthRequest request, string publicBase, params ReadOnlySpan<(string, string?)> answer)
    {
        // iss: RFC 9207, against mixing up two servers. 303: the application gets a GET without the form.
        var location = RedirectUris.With(redirect, [.. answer, ("state", request["state"]), ("iss", publicBase + DemoIssuer.Path)]);
        return new SeeOther(location);
    }

    private sealed class SeeOther(string location) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = location;
            httpContext.Response.Headers.CacheControl = "no-store";
            httpContext.Response.Headers["Referrer-Policy"] = "no-referrer";
            return Task.CompletedTask;
        }
    }
}
