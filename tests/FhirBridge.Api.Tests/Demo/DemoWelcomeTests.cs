using FhirBridge.Api.Demo;

namespace FhirBridge.Api.Tests.Demo;

public sealed class DemoWelcomeTests
{
    private static readonly string Text = DemoWelcome.Text(new Uri("http://localhost:5080/"), "abc123", [new("anna", "Anna de Vries", "Patient"), new("j-bakker", "Dr. J. Bakker", "General practitioner")]);

    [Theory]
    [InlineData("http://localhost:5080/\n")]
    [InlineData("http://localhost:5080/fhir ")]
    [InlineData("http://localhost:5080/members/{member}/fhir\n")]
    [InlineData("http://localhost:5080/swagger\n")]
    [InlineData("http://localhost:5080/health/ready\n")]
    [InlineData("'http://localhost:5080/fhir/CarePlan?patient=abc123'")]
    [InlineData("""sed 's/.*"access_token": *"\([^"]*\)".*/\1/'""")]
    public void Text_HasTheAddress(string part) => Assert.Contains(part, Text, StringComparison.Ordinal);

    [Fact]
    public void Text_NamesEverySignInAndClient()
    {
        Assert.Contains("  anna             Anna de Vries: Patient\n", Text, StringComparison.Ordinal);
        Assert.Contains("  j-bakker         Dr. J. Bakker: General practitioner\n", Text, StringComparison.Ordinal);
        Assert.All(DemoNetwork.Members, m => Assert.Matches($"  {m.Client.Id} +{m.Client.Secret} +{m.Name}: ", Text));
    }
}
