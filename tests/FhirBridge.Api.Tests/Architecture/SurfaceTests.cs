using FhirBridge.Api.Http;
using FhirBridge.Api.Tests.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FhirBridge.Api.Tests.Architecture;

/// <summary>The surface tables are the whole FHIR surface, and every row of them passes the door.</summary>
public sealed class SurfaceTests
{
    private const string Smart = "/fhir/.well-known/smart-configuration";

    [Fact]
    public async Task EveryEndpointUnderAFace_IsARowOfItsTable()
    {
        await using var service = await TestService.StartAsync();
        var mapped = service.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/'))
            .Where(p => p.StartsWith("/fhir", StringComparison.Ordinal) || p.StartsWith("/members", StringComparison.Ordinal)).ToList();
        var rows = Rows("/fhir", Surface.Shared).Concat(Rows("/members/{member}/fhir", Surface.Facade)).Append(Smart).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(rows, mapped.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task EveryRow_PassesTheDoor_WithoutATokenNoFurther()
    {
        await using var service = await (await TestService.StartAsync()).WithMembersAsync("hospital");
        foreach (var (root, table) in new[] { ("fhir", Surface.Shared), ("members/hospital/fhir", Surface.Facade) })
        {
            foreach (var row in table)
            {
                var path = $"{root}/{row.Template}".TrimEnd('/').Replace("{type}", "Observation").Replace("{id}", "x").Replace("{vid}", "1");
                foreach (var method in row.Method == "GET" ? new[] { "GET", "HEAD" } : [row.Method])
                {
                    var answer = await service.SendAsync(new HttpMethod(method), path, null, null, null, ("X-Request-Id", "through-the-door"));
                    Assert.Equal("through-the-door", answer.Headers["X-Request-Id"]);
                    answer.Is(row.Access == Access.Open ? 200 : 401);
                    if (row.Access != Access.Open) Assert.StartsWith("Bearer", answer.Headers["WWW-Authenticate"]);
                }
            }
        }
    }

    [Fact]
    public void OpenRows_AreMetadataAlone() =>
        Assert.All(Surface.Shared.Concat(Surface.Facade).Where(r => r.Access == Access.Open), r => Assert.Equal("metadata", r.Template));

    private static IEnumerable<string> Rows(string root, FhirBridge.Api.Http.Route[] table) => table.Select(r => $"{root}/{r.Template}".TrimEnd('/')).Append(root + "/{**rest}");
}
