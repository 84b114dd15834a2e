using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FhirBridge.Portal.Tests;

/// <summary>The pages alone, on loopback.</summary>
public sealed class PortalHost : IAsyncLifetime
{
    internal static readonly DemoModel Demo = new(
        [new("anna", "Anna <de> Vries", "Patient", "Sees everything."), new("l-vos", "Dr. L. Vos", "Doctor", "Sees some.")],
        [new("hospital-ehr", "demo-hospital", "EHR of the hospital")], "http://fhir.nl/fhir/NamingSystem/bsn|999990019", "Anna de Vries");

    private WebApplication app = null!;

    public HttpClient Client { get; } = new(new HttpClientHandler { AllowAutoRedirect = false });

    /// <summary>What <c>/</c> shows next.</summary>
    internal DemoModel? Shown { get; set; } = Demo;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = "FhirBridge.Portal", ContentRootPath = AppContext.BaseDirectory, EnvironmentName = "Production" });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddPortal();
        builder.Services.AddSingleton<IPortalSource>(new Source(this));
        app = builder.Build();
        app.MapPortal();
        app.MapGet("/sign-in", (HttpContext c) => PortalPages.SignIn(
            c, new SignInModel("<App>", "/auth/authorize", [new("state", "\"><script>")], Demo.People, ["patient/*.rs"]), new Uri("http://127.0.0.1:4711/callback")));
        app.MapGet("/token", (HttpContext c) => PortalPages.Token(c, new TokenModel(Demo.People[0], "TOKEN=abc")));
        app.MapGet("/message", (HttpContext c) => PortalPages.Message(c, 503, "Later <please>."));
        await app.StartAsync();
        Client.BaseAddress = new Uri(app.Urls.First());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }

    private sealed class Source(PortalHost host) : IPortalSource
    {
        public ValueTask<WelcomeModel> WelcomeAsync(HttpContext request, CancellationToken cancel) =>
            new(new WelcomeModel("https://bridge.example", host.Shown is null ? [] : [new("hospital", "Utrecht <hospital>")], true, host.Shown));
    }
}
