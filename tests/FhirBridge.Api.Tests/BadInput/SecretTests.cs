using System.Reflection;
using System.Text;
using FhirBridge.Api.Http;
using FhirBridge.Api.Configuration;
using FhirBridge.Api.Tests.Http;
using FhirBridge.Api.Tokens;
using FhirBridge.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Route = FhirBridge.Api.Http.Route;

namespace FhirBridge.Api.Tests.BadInput;

/// <summary>A bug or a broken store speaks of what it was doing; neither the client nor the log may hear it.</summary>
public sealed class SecretTests
{
    private const string Secret = "Anna-de-Vries-999-11-1111";

    [Theory]
    [InlineData(typeof(InvalidOperationException), 500, "internal")]
    [InlineData(typeof(ArgumentException), 500, "internal")]
    [InlineData(typeof(IOException), 500, "internal")]
    [InlineData(typeof(VaultUnavailableException), 503, "transient")]
    public async Task Exception_WithASecret_ReachesNeitherResponseNorLog(Type thrown, int status, string code)
    {
        await using var service = await TestService.StartAsync();
        foreach (var route in new[] { Surface.Shared[0], Surface.Facade.Single(r => r.Name == "vread") })
        {
            var vault = FailingVault.Make(() => (Exception)Activator.CreateInstance(thrown, Secret + " in the message", new InvalidOperationException(Secret + " within"))!);
            var (answer, log) = await AskAsync(service, vault, route);
            answer.Is(status, code);
            Assert.DoesNotContain(Secret, answer.Text);
            Assert.DoesNotContain("   at ", answer.Text);
            Assert.DoesNotContain("FhirBridge.", answer.Text);
            Assert.Contains("a-request-that-fails", answer.Text);
            Assert.Contains("a-request-that-fails", log);
            Assert.DoesNotContain(Secret, log);
        }
    }

    [Fact]
    public async Task Answer_ThatCannotBeWrittenInXml_IsA500WithoutAWordOfIt()
    {
        await using var service = await TestService.StartAsync();
        var broken = new Route("GET", "metadata", "capabilities", Access.Open, ' ', (_, _, _) => ValueTask.FromResult(FhirResponse.Resource(200, Encoding.UTF8.GetBytes(Secret))));
        var (answer, log) = await AskAsync(service, service.Services.GetRequiredService<IVault>(), broken, "application/fhir+xml");
        Assert.Equal(500, answer.Status);
        Assert.DoesNotContain(Secret, answer.Text);
        Assert.Contains("OperationOutcome", answer.Text);
        Assert.DoesNotContain(Secret, log);
        Assert.Contains("a-request-that-fails", log);
    }

    private static async Task<(Answer Answer, string Log)> AskAsync(TestService service, IVault vault, Route route, string accept = "application/fhir+json")
    {
        var log = new Listener();
        var p = service.Services;
        var door = new Door(p.GetRequiredService<Bridge>() with { Vault = vault }, p.GetRequiredService<TokenValidator>(), p.GetRequiredService<CallerFactory>(), p.GetRequiredService<FhirBridgeOptions>(), log);
        var http = new DefaultHttpContext { RequestServices = p };
        using var body = new MemoryStream();
        http.Response.Body = body;
        (http.Request.Method, http.Request.Scheme, http.Request.Host) = ("GET", "http", new HostString("localhost"));
        http.Request.Headers["X-Request-Id"] = "a-request-that-fails";
        http.Request.Headers.Accept = accept;
        await door.PassAsync(http, route, facade: false);
        await http.Response.BodyWriter.FlushAsync(TestContext.Current.CancellationToken);
        return (new Answer("GET " + route.Template, http.Response.StatusCode, new Dictionary<string, string>(), body.ToArray()), log.Text.ToString());
    }

    /// <summary>A vault of which every call fails.</summary>
    public class FailingVault : DispatchProxy
    {
        private Func<Exception> make = null!;

        internal static IVault Make(Func<Exception> exception)
        {
            var vault = Create<IVault, FailingVault>();
            ((FailingVault)(object)vault).make = exception;
            return vault;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw make();
    }

    private sealed class Listener : ILogger<Door>
    {
        public StringBuilder Text { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Text.AppendLine(formatter(state, exception)).AppendLine(exception?.ToString());
    }
}
