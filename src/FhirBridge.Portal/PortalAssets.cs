using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace FhirBridge.Portal;

/// <summary>Style sheets, fonts and pictures of the pages.</summary>
internal static class PortalAssets
{
    /// <summary>Path under which they are served, as for every Razor library.</summary>
    public const string Root = "_content/FhirBridge.Portal";

    /// <summary>Maps them, compressed, with entity tags.</summary>
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapStaticAssets();
}
