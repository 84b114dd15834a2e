using System.Text.Json.Nodes;
using FhirBridge.Api.Configuration;
using FhirBridge.Api.DemoAuthorization;
using FhirBridge.Fhir;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace FhirBridge.Api.Tokens;

/// <summary>
/// The document <c>/fhir/.well-known/smart-configuration</c>
/// (https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html): where tokens come from, and what is true about that.
/// </summary>
public sealed class SmartConfiguration
{
    private readonly FhirBridgeOptions options;
    private readonly IssuerDirectory issuers;

    internal SmartConfiguration(FhirBridgeOptions options, IssuerDirectory issuers)
    {
        this.options = options;
        this.issuers = issuers;
    }

    /// <summary>The document.</summary>
    /// <param name="publicBase">Public base of the service, without a trailing slash.</param>
    /// <param name="cancel">Ends the waiting for an issuer.</param>
    /// <returns>
    /// The demo server's endpoints when the demo is on, else those that the first configured issuer tells;
    /// <see cref="Problems.NotFound"/> when there is no issuer, <see cref="Problems.Transient"/> when it does not answer.
    /// </returns>
    public async ValueTask<Result<JsonObject>> BuildAsync(string publicBase, CancellationToken cancel)
    {
        if (options.DemoEnabled) return ForDemo(publicBase);
        if (issuers.First is not { } discovery) return Problems.NotFound.With("This service has no authorization server configured.");
        return await discovery.GetAsync(_ => true, cancel) is { } document ? ForIssuer(document)
            : Problems.Transient.With($"The authorization server {discovery.Authority} does not answer. Try again later.");
    }

    private static JsonObject ForDemo(string publicBase)
    {
        var document = DemoAuthorizationServer.Metadata(publicBase);
        document["capabilities"] = new JsonArray(
            "launch-standalone", "authorize-post", "client-public", "client-confidential-symmetric", "sso-openid-connect",
            "context-standalone-patient", "permission-patient", "permission-user", "permission-offline", "permission-online", "permission-v1", "permission-v2");
        return document;
    }

    private static JsonObject ForIssuer(OpenIdConnectConfiguration issuer)
    {
        var document = new JsonObject { ["issuer"] = issuer.Issuer, ["jwks_uri"] = issuer.JwksUri };
        Add(document, "authorization_endpoint", issuer.AuthorizationEndpoint);
        Add(document, "token_endpoint", issuer.TokenEndpoint);
        Add(document, "introspection_endpoint", issuer.IntrospectionEndpoint);
        Add(document, "registration_endpoint", issuer.RegistrationEndpoint);
        Add(document, "grant_types_supported", issuer.GrantTypesSupported);
        Add(document, "response_types_supported", issuer.ResponseTypesSupported);
        Add(document, "scopes_supported", issuer.ScopesSupported);
        Add(document, "code_challenge_methods_supported", issuer.CodeChallengeMethodsSupported);
        Add(document, "token_endpoint_auth_methods_supported", issuer.TokenEndpointAuthMethodsSupported);
        document["capabilities"] = new JsonArray([.. Capabilities(issuer).Select(c => JsonValue.Create(c))]);
        return document;
    }

    /// <summary>What the issuer says of its clients, and what this service itself does with scopes; nothing about launches, which nobody told us of.</summary>
    private static IEnumerable<string> Capabilities(OpenIdConnectConfiguration issuer)
    {
        var methods = issuer.TokenEndpointAuthMethodsSupported;
        if (methods.Contains("none")) yield return "client-public";
        if (methods.Contains("client_secret_basic") || methods.Contains("client_secret_post")) yield return "client-confidential-symmetric";
        if (methods.Contains("private_key_jwt")) yield return "client-confidential-asymmetric";
        foreach (var own in (string[])["permission-patient", "permission-user", "permission-v1", "permission-v2"]) yield return own;
    }

    private static void Add(JsonObject document, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value)) document[name] = value;
    }

    private static void Add(JsonObject document, string name, ICollection<string> values)
    {
        if (values.Count > 0) document[name] = new JsonArray([.. values.Select(v => JsonValue.Create(v))]);
    }
}
