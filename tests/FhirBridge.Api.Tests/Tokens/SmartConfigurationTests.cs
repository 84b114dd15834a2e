using System.Text.Json.Nodes;
using FhirBridge.Api.Configuration;
using FhirBridge.Api.Tokens;
using FhirBridge.Fhir;
using Microsoft.Extensions.Logging.Abstractions;

namespace FhirBridge.Api.Tests.Tokens;

public sealed class SmartConfigurationTests
{
    private readonly SteppedClock clock = new();

    private async Task<Result<JsonObject>> Build(FhirBridgeOptions options)
    {
        using var issuers = new IssuerDirectory(options, clock, NullLogger<IssuerDirectory>.Instance);
        return await new SmartConfiguration(options, issuers).BuildAsync("https://bridge.example", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task ConfiguredIssuer_IsToldAsItTellsOfItself()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        issuer.Extra["token_endpoint_auth_methods_supported"] = new JsonArray("private_key_jwt");
        issuer.Extra["authorization_endpoint"] = issuer.Authority + "/authorize";
        var document = (await Build(new FhirBridgeOptions { Issuers = [new IssuerOptions(issuer.Authority, "a")] })).Value!;
        Assert.Equal(issuer.Authority + "/token", (string?)document["token_endpoint"]);
        Assert.Equal(issuer.Authority + "/authorize", (string?)document["authorization_endpoint"]);
        var capabilities = document["capabilities"]!.AsArray().Select(c => (string)c!).ToList();
        Assert.Contains("client-confidential-asymmetric", capabilities);
        Assert.DoesNotContain("client-public", capabilities);
        Assert.DoesNotContain("launch-standalone", capabilities);
    }

    [Fact]
    public async Task IssuerThatDoesNotAnswer_IsTransient()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        issuer.IsDown = true;
        Assert.Equal(Problems.Transient, (await Build(new FhirBridgeOptions { Issuers = [new IssuerOptions(issuer.Authority, "a")] })).Problems[0].Kind);
    }

    [Fact]
    public async Task NoIssuer_IsNotFound() => Assert.Equal(Problems.NotFound, (await Build(new FhirBridgeOptions())).Problems[0].Kind);
}
