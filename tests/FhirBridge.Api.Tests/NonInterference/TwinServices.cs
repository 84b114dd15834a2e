using System.Text;
using System.Text.Json.Nodes;
using FhirBridge.Api.Contributions;
using FhirBridge.Api.Tests.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FhirBridge.Api.Tests.NonInterference;

/// <summary>
/// Two services that differ in nothing but what their stores hold: the same public base, clock and source of ids. What one of them answers, the other
/// must answer: status, headers and body, to the byte.
/// </summary>
internal sealed class TwinServices : IAsyncDisposable
{
    private static readonly string[] NotCompared = ["Date", "Transfer-Encoding"];
    private readonly WorldClock clock;
    private int asked;

    private TwinServices(WorldClock clock, TestService all, TestService permitted) => (this.clock, All, Permitted) = (clock, all, permitted);

    /// <summary>Holds everything.</summary>
    public TestService All { get; }

    /// <summary>Holds only what the visitor may see.</summary>
    public TestService Permitted { get; }

    public Store AllStore => Store.Of(All.Services.GetRequiredService<Bridge>());

    public Store PermittedStore => Store.Of(Permitted.Services.GetRequiredService<Bridge>());

    public IEnumerable<TestService> Both => [All, Permitted];

    public static async Task<TwinServices> StartAsync(params string[] settings)
    {
        var clock = new WorldClock();
        Task<TestService> OneAsync() => TestService.StartWithAsync(
            clock, s => s.AddSingleton<IdSource>(new TwinIds()),
            ["--Network:PublicBaseUrl=" + Names.Base, "--Network:TimeZone=UTC", "--Identity:TrustedSystems:0=" + Names.Link, "--Identity:TrustedSystems:1=" + Names.Ssn, .. settings]);
        return new TwinServices(clock, await OneAsync(), await OneAsync());
    }

    /// <summary>Puts members into both networks.</summary>
    public async Task<TwinServices> WithMembersAsync(params string[] members)
    {
        foreach (var service in Both) await service.WithMembersAsync(members);

        return this;
    }

    /// <summary>Moves the one clock on.</summary>
    public void Tick() => clock.Now = clock.Now.AddMilliseconds(10);

    /// <summary>The token with which the visitor comes to that service.</summary>
    public static string TokenOf(TestService service, Visitor visitor) => service.Token(c =>
    {
        c["sub"] = visitor.Person ?? visitor.Member ?? "nobody";
        c["client_id"] = Visitor.Client;
        c["jti"] = "token";
        c["scope"] = visitor.Scope;
        if (visitor.Person is not null) c["fhirUser"] = visitor.Person;
        if (visitor.Launch is not null) c["patient"] = visitor.Launch;
        var iua = new JsonObject { ["purpose_of_use"] = new JsonArray([.. visitor.Purposes.Select(p => (JsonNode)new JsonObject { ["system"] = Names.ActReason, ["code"] = p })]) };
        if (visitor.Member is not null) iua["subject_organization_id"] = "Organization/" + visitor.Member;
        if (visitor.Roles.Count > 0) iua["subject_role"] = new JsonArray([.. visitor.Roles.Select(r => (JsonNode)r)]);
        c["extensions"] = new JsonObject { ["ihe_iua"] = iua };
    });

    /// <summary>Asks both, compares what they say, and returns what the first one said.</summary>
    public async Task<Answer> AskAsync(Visitor visitor, Ask ask, string context = "") => (await AskAsync(visitor, ask, ask, context)).All;

    /// <summary>Asks both, follows the pages to the end, and returns all of the first one's.</summary>
    public async Task<IReadOnlyList<Answer>> AskPagesAsync(Visitor visitor, Ask ask, string context = "", Func<Task>? betweenPages = null)
    {
        var pages = new List<Answer>();
        for (var (one, two) = (ask, ask); pages.Count < 80;)
        {
            var (all, permitted) = await AskAsync(visitor, one, two, $"{context} page {pages.Count + 1}");
            pages.Add(all);
            if (Next(all) is not { } next) return pages;
            (one, two) = (new Ask("GET", next), new Ask("GET", Next(permitted)!));
            if (betweenPages is not null) await betweenPages();
            betweenPages = null;
        }

        throw new InvalidOperationException($"{context}: {ask} has no last page");
    }

    /// <summary>Where the next page is; null at the end.</summary>
    public static string? Next(Answer answer) => Heard.Of(answer.Status, "", answer.Text).Next;

    public async ValueTask DisposeAsync()
    {
        await All.DisposeAsync();
        await Permitted.DisposeAsync();
    }

    private async Task<(Answer All, Answer Permitted)> AskAsync(Visitor visitor, Ask one, Ask two, string context)
    {
        Tick();
        var id = $"request-{++asked}";
        var all = await SendAsync(All, visitor, one, id);
        var permitted = await SendAsync(Permitted, visitor, two, id);
        var (heard, expected) = (Normal(all), Normal(permitted));
        Assert.True(heard.Text == expected.Text, $"{context} {visitor}: {one}\n{heard.DifferenceTo(expected)}");
        return (all, permitted);
    }

    private static Task<Answer> SendAsync(TestService service, Visitor visitor, Ask ask, string id) => service.SendAsync(
        new HttpMethod(ask.Method), ask.Path, TokenOf(service, visitor), ask.Body is null ? null : Encoding.UTF8.GetBytes(ask.Body.ToJsonString()), ask.Body is null ? null : "application/fhir+json",
        [("X-Request-Id", id), .. ask.Headers]);

    // Page tokens are sealed with a random nonce, and their lengths tell nothing but the query's.
    private static Heard Normal(Answer answer)
    {
        var hasToken = answer.Text.Contains("_page=", StringComparison.Ordinal);
        var headers = answer.Headers.Where(h => !NotCompared.Contains(h.Key) && !(hasToken && h.Key == "Content-Length")).OrderBy(h => h.Key, StringComparer.Ordinal);
        return Heard.Of(answer.Status, string.Join('\n', headers.Select(h => $"{h.Key}: {h.Value}")), answer.Text);
    }
}
