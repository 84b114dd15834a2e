using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.StaticWebAssets;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FhirBridge.Portal;

/// <summary>Style sheets, fonts and pictures of the pages.</summary>
internal static class PortalAssets
{
    /// <summary>Path under which they are served, as for every Razor library.</summary>
    public const string Root = "_content/FhirBridge.Portal";

    /// <summary>Maps them, compressed, with entity tags.</summary>
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        // A published folder holds them in wwwroot; a build output only points to them, and the host follows that by itself in Development alone.
        var services = endpoints.ServiceProvider;
        StaticWebAssetsLoader.UseStaticWebAssets(services.GetRequiredService<IWebHostEnvironment>(), services.GetRequiredService<IConfiguration>());
        endpoints.MapStaticAssets();
    }
}
