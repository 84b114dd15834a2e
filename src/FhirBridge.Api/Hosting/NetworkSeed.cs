using System.Text;
using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Storage;

namespace FhirBridge.Api.Hosting;

/// <summary>The operator's own Organization, which exists from the first start (contract.md, Tokens).</summary>
public static class NetworkSeed
{
    /// <summary>Writes it when it is missing.</summary>
    public static async Task EnsureOperatorAsync(Bridge bridge, CancellationToken cancel)
    {
        var key = new ContributionKey(bridge.Operator, "Organization", bridge.Operator);
        var located = await bridge.Vault.LocateAsync(Counsel.ForSystem(SystemPurpose.Identity), [key], cancel).ConfigureAwait(false);
        if (located.ContainsKey(key)) return;
        var json = Encoding.UTF8.GetBytes($$"""{"resourceType":"Organization","id":"{{bridge.Operator}}","active":true,"name":"Network operator"}""");
        var request = new FhirRequest
        {
            Route = Surface.Shared.Single(r => r.Name == "update"),
            MaybeCaller = new Caller { Subject = "fhirbridge", ClientId = "fhirbridge", Member = new MemberId(bridge.Operator), IsOperator = true, Scopes = SmartScopes.Parse("") },
            Network = await bridge.Vault.NetworkAsync(Counsel.ForSystem(SystemPurpose.Counsel), cancel).ConfigureAwait(false),
            Now = bridge.Time.GetUtcNow(),
            RequestId = "first-start",
            PublicBase = "",
        };
        var intent = new WriteIntent(WriteVerb.Update, key, FhirJson.Read(json).Value, NetworkId: bridge.Operator);
        var written = await bridge.Pipeline.WriteAsync(request, new Contributor(bridge.Operator, IsMember: true, ThroughFacade: false), [intent], cancel).ConfigureAwait(false);
        if (!written.IsOk) throw new InvalidOperationException("the operator's Organization cannot be written: " + written.Problems[0]);
    }
}
