using System.Text.Json.Nodes;
using FhirBridge.Api.Configuration;
using FhirBridge.Api.Tokens;
using Microsoft.Extensions.Logging.Abstractions;

namespace FhirBridge.Api.Tests.Tokens;

public sealed class EntraIssuerTests : IAsyncLifetime
{
    private const string Tenant = "11111111-2222-3333-4444-555555555555";
    private const string Consumers = "9188040d-6c67-4c5b-b112-36a304b66dad";
    private const string Application = "66666666-7777-8888-9999-000000000000";
    private readonly SteppedClock clock = new();
    private LocalIssuer issuer = null!;

    public async ValueTask InitializeAsync() => issuer = await LocalIssuer.StartAsync();

    public ValueTask DisposeAsync() => issuer.DisposeAsync();

    private async Task<string> Judge(string tenant, Action<JsonObject>? change = null)
    {
        issuer.DiscoveryPath = $"/{tenant}/v2.0";
        issuer.Name = $"{issuer.Authority}/{(tenant == Tenant ? Tenant : "{tenantid}")}/v2.0";
        var options = new FhirBridgeOptions { Entra = new EntraOptions(issuer.Authority, tenant, Application) };
        using var directory = new IssuerDirectory(options, clock, NullLogger<IssuerDirectory>.Instance);
        var token = issuer.Token(clock, c =>
        {
            (c["iss"], c["tid"], c["aud"]) = ($"{issuer.Authority}/{Tenant}/v2.0", Tenant, Application);
            change?.Invoke(c);
        });
        var result = await new TokenValidator(directory.Issuers, clock).ValidateAsync(token, TestContext.Current.CancellationToken);
        return result.IsOk ? "ok" : result.Problems[0].Diagnostics;
    }

    [Theory]
    [InlineData(Tenant)]
    [InlineData("common")]
    [InlineData("organizations")]
    public async Task TokenOfATenant_IsAccepted(string configured) => Assert.Equal("ok", await Judge(configured));

    [Fact]
    public async Task AudienceAsApplicationUri_IsAccepted() => Assert.Equal("ok", await Judge("common", c => c["aud"] = "api://" + Application));

    [Fact]
    public async Task OtherAudience_IsRefused() => Assert.Contains("audience", await Judge("common", c => c["aud"] = Tenant));

    [Fact]
    public async Task OtherTenant_IsRefusedWhereOneIsConfigured() =>
        Assert.Contains("issuer", await Judge(Tenant, c => (c["iss"], c["tid"]) = ($"{issuer.Authority}/{Consumers}/v2.0", Consumers)));

    [Fact]
    public async Task IssuerThatIsNotOfTheTenant_IsRefused() => Assert.Contains("tenant", await Judge("common", c => c["tid"] = Consumers));

    [Fact]
    public async Task NoTenant_IsRefused() => Assert.Contains("names no tenant", await Judge("common", c => c.Remove("tid")));

    [Fact]
    public async Task PersonalAccount_IsRefusedByOrganizations() =>
        Assert.Contains("tenant is not accepted", await Judge("organizations", c => (c["iss"], c["tid"]) = ($"{issuer.Authority}/{Consumers}/v2.0", Consumers)));

    [Fact]
    public async Task KeyOfAnotherTenant_IsRefused()
    {
        issuer.KeyIssuer = $"{issuer.Authority}/{Consumers}/v2.0";
        Assert.Contains("key belongs to another tenant", await Judge("common"));
    }

    [Fact]
    public async Task KeyOfEveryTenant_IsAccepted()
    {
        issuer.KeyIssuer = issuer.Authority + "/{tenantid}/v2.0";
        Assert.Equal("ok", await Judge("common"));
    }
}
