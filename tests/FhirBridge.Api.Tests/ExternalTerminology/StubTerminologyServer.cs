using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FhirBridge.Api.Tests.ExternalTerminology;

/// <summary>A terminology server on loopback that knows one code of SNOMED CT, and misbehaves as it is told.</summary>
internal sealed class StubTerminologyServer : IAsyncDisposable
{
    public const string Snomed = "http://snomed.info/sct";
    public const string Good = "73211009";
    public const string Display = "Diabetes mellitus";

    private readonly WebApplication app;

    private StubTerminologyServer(WebApplication app) => this.app = app;

    public string Address => app.Urls.First() + "/r4";

    /// <summary>All that was asked: path and Parameters.</summary>
    public ConcurrentQueue<(string Path, JsonNode Body)> Asked { get; } = new();

    public ConcurrentQueue<string?> Tokens { get; } = new();

    /// <summary>Answers in the place of the usual one; null: the usual one.</summary>
    public Func<HttpContext, Task<IResult?>>? Instead { get; set; }

    /// <summary>Set when a request has come; for those that are kept waiting.</summary>
    public SemaphoreSlim Arrived { get; } = new(0);

    public static async Task<StubTerminologyServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var stub = new StubTerminologyServer(builder.Build());
        stub.app.MapFallback((Delegate)stub.AnswerAsync);
        await stub.app.StartAsync();
        return stub;
    }

    private async Task<IResult> AnswerAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        Asked.Enqueue((context.Request.Path.Value!["/r4/".Length..], body));
        Tokens.Enqueue(context.Request.Headers.Authorization);
        Arrived.Release();
        if (Instead is { } instead && await instead(context) is { } other) return other;
        return context.Request.Path.Value!.Split('$')[^1] switch
        {
            "validate-code" => Fhir(Validate(body)),
            "expand" => Fhir(new JsonObject { ["resourceType"] = "ValueSet", ["status"] = "active", ["expansion"] = new JsonObject { ["timestamp"] = "2026-01-01", ["contains"] = new JsonArray(new JsonObject { ["system"] = Snomed, ["code"] = Good, ["display"] = Display }) } }),
            "lookup" when Text(body, "code") == Good => Fhir(Parameters(("name", "valueString", "SNOMED CT"), ("display", "valueString", Display))),
            "subsumes" => Fhir(Parameters(("outcome", "valueCode", "subsumes"))),
            _ => Outcome(404),
        };
    }

    public static IResult Fhir(JsonNode json, int status = 200) => Results.Text(json.ToJsonString(), "application/fhir+json", Encoding.UTF8, status);

    public static IResult Outcome(int status) => Fhir(JsonNode.Parse("""{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found","diagnostics":"no such code here"}]}""")!, status);

    public static string? Text(JsonNode parameters, string name) =>
        parameters["parameter"]!.AsArray().FirstOrDefault(p => p!["name"]!.GetValue<string>() == name)?.AsObject().FirstOrDefault(p => p.Key.StartsWith("value", StringComparison.Ordinal)).Value?.ToString();

    /// <summary>Yes to the one code (and its display), no to others of the system; another system is not known.</summary>
    private static JsonObject Validate(JsonNode body)
    {
        var coding = body["parameter"]!.AsArray().FirstOrDefault(p => p!["name"]!.GetValue<string>() == "coding")?["valueCoding"];
        var system = coding is null ? Text(body, "system") ?? Text(body, "url") : coding["system"]!.ToString();
        var code = coding is null ? Text(body, "code") : coding["code"]!.ToString();
        if (system != Snomed) return Parameters(("result", "valueBoolean", "false"), ("x-unknown-system", "valueCanonical", system!));
        if (code != Good) return Parameters(("result", "valueBoolean", "false"), ("message", "valueString", "unknown code"));
        return Text(body, "display") is { } display && display != Display
            ? Parameters(("result", "valueBoolean", "false"), ("display", "valueString", Display))
            : Parameters(("result", "valueBoolean", "true"), ("display", "valueString", Display));
    }

    private static JsonObject Parameters(params (string Name, string Type, string Value)[] parameters) => new JsonObject
    {
        ["resourceType"] = "Parameters",
        ["parameter"] = new JsonArray([.. parameters.Select(p => new JsonObject { ["name"] = p.Name, [p.Type] = p.Type == "valueBoolean" ? JsonValue.Create(p.Value == "true") : JsonValue.Create(p.Value) })]),
    };

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Arrived.Dispose();
    }
}

/// <summary>A clock that is moved by hand, with the timers that wait for it.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock turn = new();
    private readonly List<Timer> timers = [];
    private DateTimeOffset now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => now;

    public void Advance(TimeSpan by)
    {
        List<Timer> due;
        lock (turn)
        {
            now += by;
            due = [.. timers.Where(t => t.Due <= now)];
            due.ForEach(t => timers.Remove(t));
        }

        due.ForEach(t => t.Run());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Run() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.turn)
            {
                time.timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = time.now + dueTime;
                time.timers.Add(this);
                return true;
            }
        }

        public void Dispose()
        {
            lock (time.turn) time.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
