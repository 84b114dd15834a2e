using FhirBridge.Api.Configuration;
using FhirBridge.Portal;

namespace FhirBridge.Api.DemoAuthorization;

/// <summary><c>/auth/try</c>: choose a person, get a token and a command to paste. For people who look around; applications use <c>/auth/authorize</c>.</summary>
internal sealed class TryEndpoint(FhirBridgeOptions options, DemoCatalogue catalogue, DemoTokens tokens)
{
    private const string Client = "demo-visitor";

    public async Task<IResult> HandleAsync(HttpContext context)
    {
        var request = await OAuthRequest.ReadAsync(context);
        if (!HttpMethods.IsPost(context.Request.Method) || catalogue.Persona(request?["persona"]) is not { } persona)
            return PortalPages.SignIn(context, new SignInModel(null, DemoIssuer.Path + "/try", [], [.. catalogue.Personas.Select(p => p.ToChoice())], []), redirect: null);

        var publicBase = options.Network.BaseFor(context.Request);
        var made = await tokens.ForPersonAsync(persona, Client, publicBase, persona.Scope, nonce: null, context.RequestAborted);
        if (made is null) return PortalPages.Message(context, 503, "This person is not in the network yet: the demo is still being loaded. Try again in a moment.");
        return PortalPages.Token(context, new TokenModel(persona.ToChoice(), Call(persona, made, publicBase)));
    }

    private string Call(DemoPersona persona, PersonTokens made, string publicBase)
    {
        var get = "curl -s -H \"Authorization: Bearer $TOKEN\" --get " + publicBase + "/fhir/";
        var what = made.Patient is { } patient ? $"CarePlan --data-urlencode \"patient={patient}\""
            : persona.FhirUser is null ? "Organization"
            : $"Patient --data-urlencode \"identifier={catalogue.Patient.Identifier}\"";
        return $"TOKEN={made.Access}\n\n{get}{what}";
    }
}
