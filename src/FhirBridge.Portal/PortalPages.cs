using FhirBridge.Portal.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FhirBridge.Portal;

/// <summary>The pages for people: registration, routes, and the answer that every page is.</summary>
public static class PortalPages
{
    /// <summary>Adds what the pages need. The host adds an <see cref="IPortalSource"/>.</summary>
    public static IServiceCollection AddPortal(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddSingleton(Texts.English);
        return services;
    }

    /// <summary>Maps the pages and their style sheets and fonts. Open to anybody.</summary>
    public static IEndpointRouteBuilder MapPortal(this IEndpointRouteBuilder endpoints)
    {
        PortalAssets.Map(endpoints);
        endpoints.MapMethods("/", [HttpMethods.Get, HttpMethods.Head], async (HttpContext context, IPortalSource source, CancellationToken cancel) =>
            Page<WelcomePage>(context, new() { ["Model"] = await source.WelcomeAsync(context, cancel) }));
        return endpoints;
    }

    /// <summary>The page of the demo authorization server on which one chooses who to be.</summary>
    /// <param name="context">The request.</param>
    /// <param name="model">What it shows.</param>
    /// <param name="redirect">Where its form may lead, when that is another origin than this one.</param>
    public static IResult SignIn(HttpContext context, SignInModel model, Uri? redirect) =>
        Page<SignInPage>(context, new() { ["Model"] = model }, formTarget: redirect);

    /// <summary>The page that shows a demo token.</summary>
    public static IResult Token(HttpContext context, TokenModel model) => Page<TokenPage>(context, new() { ["Model"] = model });

    /// <summary>A page that says what went wrong.</summary>
    public static IResult Message(HttpContext context, int status, string text) => Page<MessagePage>(context, new() { ["Text"] = text }, status);

    private static RazorComponentResult<TPage> Page<TPage>(HttpContext context, Dictionary<string, object?> parameters, int status = 200, Uri? formTarget = null)
        where TPage : IComponent
    {
        PageHeaders.Apply(context.Response, formTarget);
        return new RazorComponentResult<TPage>(parameters) { PreventStreamingRendering = true, StatusCode = status };
    }
}
