using FhirBridge.Api.Configuration;
using FhirBridge.Api.Hosting;

namespace FhirBridge.Api.Tests.Hosting;

public sealed class ServiceTests
{
    [Fact]
    public void Build_ForAStoreThatThisVersionLacks_IsRefused()
    {
        var refused = Assert.Throws<InvalidConfigurationException>(() => Service.Build(
            ["--environment=Production", "--Storage:Provider=Cosmos", "--Storage:Cosmos:ConnectionString=AccountEndpoint=https://localhost/;AccountKey=eA=="]));
        Assert.StartsWith("Storage:Provider:", Assert.Single(refused.Errors));
    }
}
