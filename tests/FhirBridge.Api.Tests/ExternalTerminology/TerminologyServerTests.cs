using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FhirBridge.Api.Configuration;
using FhirBridge.Api.ExternalTerminology;
using FhirBridge.Fhir;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FhirBridge.Api.Tests.ExternalTerminology;

/// <summary>How the terminology server of the network is asked, and what its answers are worth.</summary>
public sealed class TerminologyServerTests : IAsyncLifetime
{
    private static readonly TerminologyQuestion Good = new(null, StubTerminologyServer.Snomed, null, StubTerminologyServer.Good);
    private static readonly TerminologyQuestion Bad = Good with { Code = "1" };
    private static readonly TerminologyQuestion Elsewhere = Good with { System = "urn:nowhere" };

    private readonly ManualTime time = new();
    private readonly Messages log = new();
    private StubTerminologyServer stub = null!;
    private TerminologyServer server = null!;

    public async ValueTask InitializeAsync()
    {
        stub = await StubTerminologyServer.StartAsync();
        server = new TerminologyServer(new TerminologyOptions(stub.Address, TimeSpan.FromSeconds(5), "secret-token"), time, log);
    }

    [Fact]
    public async Task Questions_AreAnsweredYesNoAndUnknown_OnceEach()
    {
        var answers = await AskAsync(Good, Bad, Elsewhere);
        Assert.Equal((true, false, null), (answers[Good].IsValid, answers[Bad].IsValid, answers[Elsewhere].IsValid));
        Assert.Equal(StubTerminologyServer.Display, answers[Good].Display);
        Assert.Equal(3, stub.Asked.Count);
        Assert.All(stub.Asked, a => Assert.Equal("CodeSystem/$validate-code", a.Path));
        Assert.All(stub.Tokens, t => Assert.Equal("Bearer secret-token", t));
        await AskAsync(Good, Bad, Elsewhere);
        Assert.Equal(3, stub.Asked.Count);
        time.Advance(TerminologyServer.UnknownFor);
        await AskAsync(Good, Bad, Elsewhere);
        Assert.Equal(4, stub.Asked.Count);
        time.Advance(TerminologyServer.KnownFor);
        await AskAsync(Good, Bad, Elsewhere);
        Assert.Equal(7, stub.Asked.Count);
    }

    [Fact]
    public async Task Question_HoldsNothingButWhatIsAsked()
    {
        await AskAsync(new TerminologyQuestion("http://hl7.org/fhir/ValueSet/condition-code|4.0.1", StubTerminologyServer.Snomed, "http://snomed.info/sct/900000000000207008", "1", null));
        var (path, body) = Assert.Single(stub.Asked);
        Assert.Equal("ValueSet/$validate-code", path);
        Assert.Equal("""[{"name":"url","valueUri":"http://hl7.org/fhir/ValueSet/condition-code"},{"name":"valueSetVersion","valueString":"4.0.1"},{"name":"code","valueCode":"1"},{"name":"system","valueUri":"http://snomed.info/sct"},{"name":"systemVersion","valueString":"http://snomed.info/sct/900000000000207008"}]""", body["parameter"]!.ToJsonString());
    }

    [Fact]
    public async Task ValueSetOfTheNetwork_IsSentAlong_AsFarAsTheSystemIsConcerned()
    {
        FhirElement[] sets =
        [
            Resource("""{"resourceType":"ValueSet","id":"secret-id","url":"urn:ours","status":"active","description":"prose","compose":{"include":[{"system":"urn:local"},{"system":"http://snomed.info/sct","filter":[{"property":"concept","op":"is-a","value":"1"}]},{"valueSet":["urn:theirs"]}]}}"""),
            Resource("""{"resourceType":"ValueSet","url":"urn:theirs","status":"active","compose":{"include":[{"system":"http://loinc.org"},{"valueSet":["http://hl7.org/fhir/ValueSet/condition-code"]}]}}"""),
        ];
        await AskAsync(Definitions.R4.With(sets), new TerminologyQuestion("urn:ours", StubTerminologyServer.Snomed, null, "1"));
        var parameters = Assert.Single(stub.Asked).Body["parameter"]!.AsArray();
        Assert.Equal(["valueSet", "tx-resource", "code", "system"], parameters.Select(p => p!["name"]!.GetValue<string>()));
        Assert.Equal("""{"resourceType":"ValueSet","url":"urn:ours","status":"active","compose":{"include":[{"system":"http://snomed.info/sct","filter":[{"property":"concept","op":"is-a","value":"1"}]},{"valueSet":["urn:theirs"]}]}}""", parameters[0]!["resource"]!.ToJsonString());
        Assert.Equal("""{"resourceType":"ValueSet","url":"urn:theirs","status":"active","compose":{"include":[{"valueSet":["http://hl7.org/fhir/ValueSet/condition-code"]}]}}""", parameters[1]!["resource"]!.ToJsonString());
    }

    [Fact]
    public async Task ChangedValueSet_IsAskedAgain()
    {
        Definitions Of(string code) => Definitions.R4.With([Resource($$"""{"resourceType":"ValueSet","url":"urn:ours","status":"active","compose":{"include":[{"system":"http://snomed.info/sct","filter":[{"property":"concept","op":"is-a","value":"{{code}}"}]}]} }""")]);
        var question = new TerminologyQuestion("urn:ours", StubTerminologyServer.Snomed, null, "1");
        await AskAsync(Of("1"), question);
        await AskAsync(Of("1"), question);
        await AskAsync(Of("2"), question);
        Assert.Equal(2, stub.Asked.Count);
    }

    public static TheoryData<string> Failures => ["500", "401", "302", "html", "garbage", "empty", "huge", "no result", "another resource", "not found without outcome", "cut off"];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Failure_IsUnknown_AndTheServerIsLeftAloneForAWhile(string kind)
    {
        stub.Instead = context => Misbehave(context, kind);
        Assert.Null((await AskAsync(Good))[Good].IsValid);
        Assert.Null((await AskAsync(Bad))[Bad].IsValid);
        Assert.Single(stub.Asked);
        stub.Instead = null;
        time.Advance(TerminologyServer.RestAfterFailure);
        Assert.True((await AskAsync(Good))[Good].IsValid);
        Assert.Single(log.All);
        Assert.Contains(stub.Address, log.All[0], StringComparison.Ordinal);
        Assert.DoesNotContain(StubTerminologyServer.Good, log.All[0], StringComparison.Ordinal);
        Assert.DoesNotContain("secret", log.All[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefusalOfOneQuestion_IsUnknown_AndNoFailure()
    {
        stub.Instead = _ => Task.FromResult<IResult?>(StubTerminologyServer.Outcome(404));
        Assert.Null((await AskAsync(Good))[Good].IsValid);
        Assert.Null((await AskAsync(Bad))[Bad].IsValid);
        Assert.Equal(2, stub.Asked.Count);
        Assert.Empty(log.All);
    }

    [Fact]
    public async Task IssueOfTheServer_IsNoAnswerOnTheCode()
    {
        stub.Instead = _ => Task.FromResult<IResult?>(StubTerminologyServer.Fhir(JsonNode.Parse("""{"resourceType":"Parameters","parameter":[{"name":"result","valueBoolean":false},{"name":"issues","resource":{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found"}]}}]}""")!));
        Assert.Null((await AskAsync(Good))[Good].IsValid);
    }

    [Fact]
    public async Task SlowServer_KeepsNobodyWaitingBeyondTheLimit()
    {
        using var never = new SemaphoreSlim(0);
        stub.Instead = async context =>
        {
            await never.WaitAsync(context.RequestAborted);
            return null;
        };
        var asking = AskAsync(Good, Bad).AsTask();
        await stub.Arrived.WaitAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.All((await asking).Values, a => Assert.Null(a.IsValid));
        Assert.Contains("no answer in time", Assert.Single(log.All), StringComparison.Ordinal);
        var asked = stub.Asked.Count;
        await AskAsync(Good);
        Assert.Equal(asked, stub.Asked.Count);
    }

    [Fact]
    public async Task GoneServer_IsUnknown()
    {
        await stub.DisposeAsync();
        Assert.Null((await AskAsync(Good))[Good].IsValid);
        Assert.Single(log.All);
    }

    [Fact]
    public async Task CancelledRequest_IsCancelled_AndNoFaultOfTheServer()
    {
        using var cancel = new CancellationTokenSource();
        using var never = new SemaphoreSlim(0);
        stub.Instead = async context =>
        {
            await never.WaitAsync(context.RequestAborted);
            return null;
        };
        using var limit = server.Limit();
        var asking = server.AskAsync([Good], Definitions.R4, limit.Token, cancel.Token).AsTask();
        await stub.Arrived.WaitAsync(TestContext.Current.CancellationToken);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Empty(log.All);
    }

    public async ValueTask DisposeAsync()
    {
        server.Dispose();
        await stub.DisposeAsync();
    }

    private static async Task<IResult?> Misbehave(HttpContext context, string kind)
    {
        switch (kind)
        {
            case "500":
                return Results.StatusCode(500);
            case "401":
                return StubTerminologyServer.Outcome(401);
            case "302":
                return Results.Redirect("/r4/elsewhere");
            case "html":
                return Results.Text("<html/>", "text/html");
            case "garbage":
                return Results.Text("{\"resourceType\":", "application/fhir+json");
            case "empty":
                return Results.Text("", "application/fhir+json");
            case "huge":
                return Results.Text(new string(' ', 6_000_000), "application/fhir+json");
            case "no result":
                return Results.Text("""{"resourceType":"Parameters"}""", "application/fhir+json");
            case "another resource":
                return Results.Text("""{"resourceType":"Patient"}""", "application/json");
            case "not found without outcome":
                return Results.Text("nothing", "text/plain", Encoding.UTF8, (int)HttpStatusCode.NotFound);
            default:
                context.Response.ContentLength = 1000;
                context.Response.ContentType = "application/fhir+json";
                await context.Response.WriteAsync("{");
                context.Abort();
                return Results.Empty;
        }
    }

    private ValueTask<IReadOnlyDictionary<TerminologyQuestion, ForeignAnswer>> AskAsync(params TerminologyQuestion[] questions) => AskAsync(Definitions.R4, questions);

    private async ValueTask<IReadOnlyDictionary<TerminologyQuestion, ForeignAnswer>> AskAsync(Definitions definitions, params TerminologyQuestion[] questions)
    {
        using var limit = server.Limit();
        return await server.AskAsync(questions, definitions, limit.Token, TestContext.Current.CancellationToken);
    }

    private static FhirElement Resource(string json) => FhirJson.ReadTrusted(Encoding.UTF8.GetBytes(json)).Value!.Root;

    private sealed class Messages : ILogger<TerminologyServer>
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => All.Add(formatter(state, exception) + exception);
    }
}
