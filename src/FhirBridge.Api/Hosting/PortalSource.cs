using FhirBridge.Api.Configuration;
using FhirBridge.Api.Demo;
using FhirBridge.Api.DemoAuthorization;
using FhirBridge.Portal;

namespace FhirBridge.Api.Hosting;

/// <summary>Fills the pages that anybody may see.</summary>
internal sealed class PortalSource(FhirBridgeOptions options, IServiceProvider services) : IPortalSource
{
    public ValueTask<WelcomeModel> WelcomeAsync(HttpContext request, CancellationToken cancel)
    {
        var demo = services.GetService<DemoCatalogue>();
        IReadOnlyList<MemberLink> members = demo is null ? [] : [.. DemoNetwork.Members.Select(m => new MemberLink(m.Id, m.Name))];
        return ValueTask.FromResult(new WelcomeModel(options.Network.BaseFor(request.Request), members, HasApiDocumentation: true, demo?.ToModel()));
    }
}
