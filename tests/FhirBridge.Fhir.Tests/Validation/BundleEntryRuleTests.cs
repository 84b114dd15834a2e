namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>Requests and responses in Bundles, and references that the rules of fullUrls lead astray.</summary>
public sealed class BundleEntryRuleTests
{
    private const string Patient = """{"resourceType":"Patient","id":"1"}""";

    [Theory]
    [InlineData("""{"request":{"method":"PUT","url":"Patient/1"},"resource":{"resourceType":"Patient","id":"1"}}""", "", "")]
    [InlineData("""{"request":{"method":"PUT","url":"Patient?identifier=x"},"resource":{"resourceType":"Patient"}}""", "", "")]
    [InlineData("""{"request":{"method":"POST","url":"Patient"},"resource":{"resourceType":"Patient"}}""", "", "")]
    [InlineData("""{"request":{"method":"POST","url":"Patient/$match"},"resource":{"resourceType":"Parameters"}}""", "", "")]
    [InlineData("""{"request":{"method":"DELETE","url":"Patient/1"}}""", "", "")]
    [InlineData("""{"request":{"method":"PUT","url":"Patient/2"},"resource":{"resourceType":"Patient","id":"1"}}""", "invalid-value Bundle.entry[0].request.url", "")]
    [InlineData("""{"request":{"method":"PUT","url":"Patient/2"},"resource":{"resourceType":"Patient"}}""", "invalid-value Bundle.entry[0].request.url", "")]
    [InlineData("""{"request":{"method":"PUT","url":"Patient"},"resource":{"resourceType":"Patient","id":"1"}}""", "invalid-value Bundle.entry[0].request.url", "")]
    [InlineData("""{"request":{"method":"POST","url":"Group"},"resource":{"resourceType":"Patient"}}""", "invalid-value Bundle.entry[0].request.url", "")]
    [InlineData("""{"request":{"method":"POST","url":"Patient/1"},"resource":{"resourceType":"Patient"}}""", "invalid-value Bundle.entry[0].request.url", "")]
    [InlineData("""{"request":{"method":"PUT","url":"Patient/1"}}""", "invalid-value Bundle.entry[0]", "")]
    [InlineData("""{"request":{"method":"GET","url":"Patient/1"},"resource":{"resourceType":"Patient","id":"1"}}""", "", "questionable Bundle.entry[0]")]
    [InlineData("""{"request":{"method":"DELETE","url":"Patient/1"},"resource":{"resourceType":"Patient","id":"1"}}""", "", "questionable Bundle.entry[0]")]
    [InlineData("""{"request":{"method":"PUT","url":"http://a.test/Patient/1"},"resource":{"resourceType":"Patient","id":"1"}}""", "", "questionable Bundle.entry[0].request.url")]
    [InlineData("""{"request":{"method":"PUT","url":"Patient/1","ifNoneExist":"identifier=x"},"resource":{"resourceType":"Patient","id":"1"}}""", "", "questionable Bundle.entry[0].request.ifNoneExist")]
    [InlineData("""{"request":{"method":"POST","url":"Patient","ifMatch":"W/\"1\""},"resource":{"resourceType":"Patient"}}""", "", "questionable Bundle.entry[0].request.ifMatch")]
    public void Request_OfAnEntry_FitsItsResource(string entry, string strict, string advice)
    {
        var bundle = $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{entry}}]}""";

        Assert.Equal(strict, Verdicts.Strict(bundle));
        Assert.Equal("", Verdicts.Mild(bundle));
        Assert.Equal(strict.Length > 0 ? strict.Replace("invalid-value", "questionable", StringComparison.Ordinal) : advice, Verdicts.Warnings(bundle));
    }

    [Theory]
    [InlineData("transaction", "Patient/1", "business-rule Bundle.entry[1].request.url")]
    [InlineData("transaction", "Patient/2", "")]
    [InlineData("batch", "Patient/1", "")]
    public void Transaction_ChangesAResource_Once(string kind, string second, string expected)
    {
        var bundle = $$"""{"resourceType":"Bundle","type":"{{kind}}","entry":[{"request":{"method":"PUT","url":"Patient/1"},"resource":{{Patient}}},{"request":{"method":"DELETE","url":"{{second}}"} }]}""";

        Assert.Equal(expected, Verdicts.Strict(bundle));
        Assert.Equal(expected, Verdicts.Mild(bundle));
    }

    [Theory]
    [InlineData("200", "W/\\\"1\\\"", "", "")]
    [InlineData("404 Not Found", "W/\\\"1\\\"", "", "")]
    [InlineData("Created", "W/\\\"1\\\"", "invalid-value Bundle.entry[0].response.status", "")]
    [InlineData("200", "1", "", "questionable Bundle.entry[0].response.etag")]
    public void Response_OfAnEntry_IsThatOfHttp(string status, string etag, string strict, string advice)
    {
        var bundle = $$"""{"resourceType":"Bundle","type":"batch-response","entry":[{"response":{"status":"{{status}}","etag":"{{etag}}"} }]}""";

        Assert.Equal(strict, Verdicts.Strict(bundle));
        Assert.Equal(strict.Length > 0 ? strict.Replace("invalid-value", "questionable", StringComparison.Ordinal) : advice, Verdicts.Warnings(bundle));
    }

    [Theory]
    [InlineData("http://a.test/Patient/1", "")]
    [InlineData("urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "reference-not-found Bundle.entry[0].resource.subject; business-rule Bundle.entry[1]; invalid-value Bundle.entry[0].resource.subject.reference")]
    [InlineData("http://b.test/Patient/1", "reference-not-found Bundle.entry[0].resource.subject; business-rule Bundle.entry[1]; invalid-value Bundle.entry[0].resource.subject.reference")]
    public void Document_RelativeReference_IsCompletedByTheFullUrl(string fullUrl, string expected)
    {
        var bundle = $$"""
            {"resourceType":"Bundle","type":"document","identifier":{"system":"urn:oid:1.2.3","value":"1"},"timestamp":"2020-01-01T00:00:00Z","entry":[
            {"fullUrl":"http://a.test/Composition/1","resource":{"resourceType":"Composition","id":"1","status":"final","type":{"text":"x"},"date":"2020","title":"x","author":[{"display":"x"}],"subject":{"reference":"Patient/1"} } },
            {"fullUrl":"{{fullUrl}}","resource":{{Patient}} }]}
            """;

        Assert.Equal(string.Join("; ", expected.Split("; ").Order()), string.Join("; ", Verdicts.Strict(bundle).Split("; ").Order()));
    }
}
