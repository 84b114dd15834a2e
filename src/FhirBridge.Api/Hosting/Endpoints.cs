using FhirBridge.Api.Configuration;
using FhirBridge.Api.Http;
using FhirBridge.Api.Tokens;
using FhirBridge.Storage;

namespace FhirBridge.Api.Hosting;

/// <summary>Maps the surface tables and the few addresses beside them.</summary>
public static class Endpoints
{
    private const string SharedBase = "/fhir";
    private const string FacadeBase = "/members/{member}/fhir";

    /// <summary>Both faces; what is not in the tables answers with an OperationOutcome too.</summary>
    public static void MapFhir(this WebApplication app)
    {
        app.MapGet(SharedBase + "/.well-known/smart-configuration", SmartConfigurationAsync);
        Map(app, SharedBase, Surface.Shared, facade: false);
        Map(app, FacadeBase, Surface.Facade, facade: true);
    }

    /// <summary>Health.</summary>
    public static void MapOperations(this WebApplication app)
    {
        app.MapGet("/health/live", () => Results.Text("live"));
        app.MapGet("/health/ready", async (IVault vault, CancellationToken cancel) =>
            await vault.IsHealthyAsync(cancel).ConfigureAwait(false) ? Results.Text("ready") : Results.Text("the store does not answer", statusCode: 503));
    }

    private static void Map(WebApplication app, string root, Http.Route[] table, bool facade)
    {
        foreach (var route in table)
        {
            string[] methods = route.Method == "GET" ? ["GET", "HEAD"] : [route.Method];
            app.MapMethods($"{root}/{route.Template}".TrimEnd('/'), methods, (HttpContext http, Door door) => door.PassAsync(http, route, facade)).WithDisplayName($"{root} {route.Name}");
        }

        app.Map(root + "/{**rest}", (HttpContext http, Door door) =>
        {
            var answer = Unmapped.Answer(http, table, (string?)http.GetRouteValue("rest") ?? "", "this service has no such address; /fhir/metadata tells what it has");
            var row = new Http.Route(http.Request.Method, "{**rest}", "unknown", Access.Open, ' ', (_, _, _) => ValueTask.FromResult(answer));
            return door.PassAsync(http, row, facade);
        }).WithOrder(int.MaxValue);
    }

    private static async Task SmartConfigurationAsync(HttpContext http, SmartConfiguration smart, FhirBridgeOptions options)
    {
        var built = await smart.BuildAsync(options.Network.BaseFor(http.Request), http.RequestAborted).ConfigureAwait(false);
        if (!built.IsOk)
        {
            var failure = FhirResponse.Failure(built.Problems);
            await Counter.WriteAsync(http, failure, failure.Body, Formats.Json).ConfigureAwait(false);
            return;
        }

        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(built.Value.ToJsonString(), http.RequestAborted).ConfigureAwait(false);
    }
}
