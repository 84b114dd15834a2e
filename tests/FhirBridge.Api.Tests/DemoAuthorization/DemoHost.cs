using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using FhirBridge.Api.Configuration;
using FhirBridge.Api.DemoAuthorization;
using FhirBridge.Api.Tokens;
using FhirBridge.Portal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FhirBridge.Api.Tests.DemoAuthorization;

/// <summary>A host of these parts alone, in memory, with a directory in which everybody is found.</summary>
internal sealed class DemoHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private DemoHost(WebApplication app, string folder)
    {
        this.app = app;
        Folder = folder;
        Client = app.GetTestClient();
    }

    public string Folder { get; }

    public HttpClient Client { get; }

    public T Get<T>() where T : notnull => app.Services.GetRequiredService<T>();

    public static async Task<DemoHost> StartAsync(string environment = "Development", string? folder = null, bool isLoaded = true, params (string, string?)[] settings)
    {
        folder ??= Directory.CreateTempSubdirectory("fhirbridge").FullName;
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment, ApplicationName = "FhirBridge.Api", ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("Storage:Sqlite:Path", Path.Combine(folder, "x.db")), .. settings.Select(s => KeyValuePair.Create(s.Item1, s.Item2))]);
        var options = builder.Services.AddFhirBridgeOptions(builder.Configuration, builder.Environment);
        builder.Services.AddTokenValidation().AddDemoAuthorization(options).AddPortal();
        builder.Services.AddSingleton<IDemoDirectory>(new Everybody(isLoaded));
        builder.Services.AddSingleton<IPortalSource>(p => new Source(options, p.GetService<DemoCatalogue>()));
        var app = builder.Build();
        app.MapDemoAuthorization();
        app.MapPortal();
        await app.StartAsync();
        return new DemoHost(app, folder);
    }

    /// <summary>POST of a form; the answer as JSON.</summary>
    public async Task<(int Status, JsonObject Body)> PostAsync(string path, Dictionary<string, string> form, string? basic = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form) };
        if (basic is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(basic)));
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject());
    }

    public async Task<ValidatedToken?> ValidateAsync(string token) => (await Get<TokenValidator>().ValidateAsync(token, TestContext.Current.CancellationToken)).Value;

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }

    private sealed class Everybody(bool isLoaded) : IDemoDirectory
    {
        public ValueTask<string?> FindAsync(string type, string system, string value, CancellationToken cancel) => new(isLoaded ? $"{type}/{value}" : null);
    }

    private sealed class Source(FhirBridgeOptions options, DemoCatalogue? demo) : IPortalSource
    {
        public ValueTask<WelcomeModel> WelcomeAsync(HttpContext request, CancellationToken cancel) =>
            new(new WelcomeModel(options.Network.BaseFor(request.Request), [new MemberLink("hospital", "Utrecht hospital")], false, demo?.ToModel()));
    }
}

/// <summary>One host for the tests that change nothing in it.</summary>
public sealed class DemoHostFixture : IAsyncLifetime
{
    internal DemoHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await DemoHost.StartAsync();

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
