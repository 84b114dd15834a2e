using System.Net;
using System.Text.Json.Nodes;
using FhirBridge.Api.Demo;

namespace FhirBridge.Api.Tests.Demo;

public sealed class DemoLoaderTests : IDisposable
{
    private readonly DemoStub service = new();
    private readonly StringWriter output = new();

    [Fact]
    public async Task EmptyService_IsLoaded_InTheOrderThatTheContractAllows()
    {
        var loaded = await LoadAsync();

        Assert.True(loaded.LoadedNow);
        Assert.StartsWith("net-", loaded.AnnaId);
        var requests = service.Requests.ToList();
        var register = Last(r => r.Method == "PUT" && r.Token == DemoNetwork.Operator.Id);
        var facades = requests.FindIndex(r => r.Path.StartsWith("/members/", StringComparison.Ordinal) && r.Method == "POST");
        Assert.True(register < facades, "a facade exists when the operator has registered its member");
        Assert.Equal(8, requests.Count(r => r.Method == "PUT"));
        Assert.Equal(36, requests.Count(r => r is { Method: "POST", Path: "/fhir/Consent", Token: "consent-desk" }));
        Assert.Equal(4, requests.Count(r => r is { Method: "POST", Path: "/fhir/Consent", Token: "persona:anna" }));
        Assert.Equal(1, requests.Count(r => r is { Method: "POST", Path: "/fhir/Goal", Token: "persona:anna" }));
        Assert.Equal(("GET", "/members/gp/fhir/CarePlan/diabetes", "socialcare-ehr"), requests[^1]);
        Assert.Equal(("POST", "/members/socialcare/fhir", "socialcare-ehr"), requests[^2]);

        int Last(Predicate<(string Method, string Path, string Token)> match) => requests.FindLastIndex(match);
    }

    [Fact]
    public async Task Transactions_AreSentByTheirMember_WithItsOwnToken()
    {
        await LoadAsync();

        var transactions = service.Requests.Where(r => r.Method == "POST" && r.Path.StartsWith("/members/", StringComparison.Ordinal)).ToList();
        Assert.True(transactions.Count >= 112, $"{transactions.Count} transactions");
        Assert.All(transactions, t => Assert.Equal(DemoNetwork.Members.Single(m => t.Path == $"/members/{m.Id}/fhir").Client.Id, t.Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Consents_NameNetworkIds_WhetherTheWriteToldThemOrTheyWereSearched(bool told)
    {
        service.TellsNetworkId = told;

        var loaded = await LoadAsync();

        Assert.DoesNotContain(service.Posted, p => p.ToJsonString().Contains("?identifier=", StringComparison.Ordinal));
        var annas = service.Posted.Where(p => (p["patient"] ?? p["subject"])!["reference"]!.GetValue<string>() == $"Patient/{loaded.AnnaId}").ToList();
        Assert.Equal(5, annas.Count);
        Assert.Contains(annas, c => c["provision"]?["actor"]?[0]?["reference"]?["reference"]?.GetValue<string>() == "RelatedPerson/net-sofie");
        Assert.Equal(36, service.Posted.Where(p => !annas.Contains(p)).Select(p => p["patient"]!["reference"]!.GetValue<string>()).Distinct().Count());
    }

    [Fact]
    public async Task LoadedService_IsLeftAsItIs()
    {
        var first = await LoadAsync();
        service.Requests.Clear();

        var second = await LoadAsync();

        Assert.Equal(first with { LoadedNow = false }, second);
        Assert.DoesNotContain(service.Requests, r => r.Method != "GET" && r.Path != "/auth/token");
    }

    [Fact]
    public async Task BrokenOffLoad_IsCompleted_WithoutWritingAnythingTwice()
    {
        var consents = 0;
        service.Intercept = (method, path) => method == HttpMethod.Post && path == "/fhir/Consent" && Interlocked.Increment(ref consents) > 38 ? new(HttpStatusCode.ServiceUnavailable) : null;
        await Assert.ThrowsAsync<DemoLoadException>(LoadAsync);
        service.Intercept = (_, _) => null;

        var loaded = await LoadAsync();

        Assert.True(loaded.LoadedNow);
        Assert.Equal(40, service.Posted.Count(p => p["resourceType"]!.GetValue<string>() == "Consent"));
        Assert.Equal(40, service.Posted.Where(p => p["resourceType"]!.GetValue<string>() == "Consent").Select(DemoData.IdentifierOf).Distinct().Count());
        Assert.Single(service.Posted, p => p["resourceType"]!.GetValue<string>() == "Goal");
    }

    [Fact]
    public async Task RefusedTransaction_Stops_NamingRequestAndReason()
    {
        var outcome = new JsonObject
        {
            ["resourceType"] = "OperationOutcome",
            ["issue"] = new JsonArray(new JsonObject
            {
                ["severity"] = "error", ["code"] = "required", ["details"] = new JsonObject { ["coding"] = new JsonArray(new JsonObject { ["code"] = "required" }) },
                ["expression"] = new JsonArray("CarePlan.intent"), ["diagnostics"] = "intent is missing",
            }),
        };
        service.Intercept = (method, path) => method == HttpMethod.Post && path == "/members/homecare/fhir" ? new(HttpStatusCode.UnprocessableEntity) { Content = new StringContent(outcome.ToJsonString()) } : null;

        var fault = await Assert.ThrowsAsync<DemoLoadException>(LoadAsync);

        Assert.Contains("POST /members/homecare/fhir (Organization/self", fault.Message, StringComparison.Ordinal);
        Assert.Contains("422: required CarePlan.intent intent is missing", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnreachableService_Stops_NamingTheRequest()
    {
        service.Intercept = (_, path) => path == "/fhir/Organization/hospital" ? throw new HttpRequestException("connection refused") : null;

        var fault = await Assert.ThrowsAsync<DemoLoadException>(LoadAsync);

        Assert.Equal("demo network: GET /fhir/Organization/hospital failed: connection refused", fault.Message);
    }

    [Fact]
    public async Task RefusedLook_ThatIsAnswered_IsAFault()
    {
        service.Intercept = (method, path) => method == HttpMethod.Get && path == "/members/gp/fhir/CarePlan/diabetes" ? new(HttpStatusCode.OK) { Content = new StringContent("{}") } : null;

        var fault = await Assert.ThrowsAsync<DemoLoadException>(LoadAsync);

        Assert.Contains("GET /members/gp/fhir/CarePlan/diabetes", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_IsAFewLines()
    {
        await LoadAsync();

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 3, 6);
        Assert.All(lines, l => Assert.StartsWith("Demo network: ", l));
        Assert.Contains("40 people, 36 consents", output.ToString(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        service.Dispose();
        output.Dispose();
    }

    private async Task<DemoLoaded> LoadAsync()
    {
        using var http = new HttpClient(service, disposeHandler: false) { BaseAddress = new Uri("http://test/") };
        return await new DemoLoader(http, service, output).LoadAsync(TestContext.Current.CancellationToken);
    }
}
