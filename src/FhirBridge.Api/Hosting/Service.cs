using FhirBridge.Api.Configuration;
using FhirBridge.Api.Contributions;
using FhirBridge.Api.DemoAuthorization;
using FhirBridge.Api.ExternalTerminology;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Api.Tokens;
using FhirBridge.Fhir;
using FhirBridge.Portal;
using FhirBridge.Storage;
using Microsoft.AspNetCore.DataProtection;

namespace FhirBridge.Api.Hosting;

/// <summary>Puts the service together.</summary>
public static class Service
{
    private const string DefaultUrl = "http://localhost:5080";

    /// <summary>A Debug build is a developer's: it starts in Development unless told otherwise; a Release build in Production.</summary>
#if DEBUG
    private const string? DefaultEnvironment = "Development";
#else
    private const string? DefaultEnvironment = null;
#endif

    /// <summary>Builds the host; nothing is started yet.</summary>
    /// <param name="args">Command line, which is configuration too.</param>
    /// <param name="replace">Puts other services in the place of ours: a clock, a source of ids. Null: none.</param>
    /// <exception cref="InvalidConfigurationException">The configuration is wrong.</exception>
    public static WebApplication Build(string[] args, Action<IServiceCollection>? replace = null)
    {
        var isNamed = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") is not null || Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") is not null
            || args.Any(a => a.StartsWith("--environment", StringComparison.OrdinalIgnoreCase));
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(Service).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = isNamed ? null : DefaultEnvironment,
        });
        if (string.IsNullOrEmpty(builder.Configuration["urls"]) && string.IsNullOrEmpty(builder.Configuration["http_ports"])) builder.WebHost.UseUrls(DefaultUrl);
        // Style sheets are found beside the sources too, so that a build runs in every environment, published or not.
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // Above our own limit, so that what is too large is answered with an OperationOutcome.
            kestrel.Limits.MaxRequestBodySize = 64_000_000;
        });
        AddServices(builder);
        replace?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseCors();
        app.MapFhir();
        app.MapOperations();
        app.MapDemoAuthorization();
        app.MapPortal();
        app.UseApiDocumentation();
        return app;
    }

    /// <summary>Prepares the store and the operator's Organization, loads the demo at first start, and says where everything is.</summary>
    public static async Task WelcomeAsync(WebApplication app)
    {
        var bridge = app.Services.GetRequiredService<Bridge>();
        await bridge.Knowledge.LoadAsync(bridge.Vault, app.Lifetime.ApplicationStopping).ConfigureAwait(false);
        await bridge.Renewer.CatchUpAsync(app.Lifetime.ApplicationStopping).ConfigureAwait(false);
        await NetworkSeed.EnsureOperatorAsync(app.Services.GetRequiredService<Bridge>(), app.Lifetime.ApplicationStopping).ConfigureAwait(false);
        if (app.Services.GetRequiredService<FhirBridgeOptions>().DemoEnabled) await DemoHost.RunAsync(app).ConfigureAwait(false);
        else Console.WriteLine($"FhirBridge is ready at {string.Join(", ", app.Urls)}");
    }

    private static void AddServices(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var options = services.AddFhirBridgeOptions(builder.Configuration, builder.Environment);
        if (options.Storage.Provider != StorageProvider.Sqlite)
        {
            // Rather than keeping the data somewhere else than it was asked to be kept.
            throw new InvalidConfigurationException([$"Storage:Provider: the {options.Storage.Provider} store is not in this version; use Sqlite."]);
        }

        services.AddSingleton(NetworkDefinitions.Load(options, Console.Error.WriteLine));
        services.AddTokenValidation();
        services.AddDemoAuthorization(options);
        if (options.DemoEnabled) services.AddSingleton<IDemoDirectory, DemoDirectory>();
        services.AddPortal();
        services.AddApiDocumentation();
        services.AddSingleton<IPortalSource, PortalSource>();
        services.AddCors(c => c.AddDefaultPolicy(p => p.AllowAnyOrigin().AllowAnyMethod().AllowAnyHeader()
            .WithExposedHeaders("ETag", "Location", "Content-Location", "Last-Modified", "X-Request-Id", "WWW-Authenticate")));
        services.AddDataProtection().SetApplicationName("FhirBridge")
            .PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(Path.GetDirectoryName(options.Storage.SqlitePath)!, "keys")));
        services.AddSingleton<IVault>(p => SqliteVault.OpenAsync(
            new SqliteVaultOptions
            {
                Path = options.Storage.SqlitePath,
                Synchronous = options.Storage.SqliteSynchronous == Configuration.SqliteSynchronous.Full ? Storage.SqliteSynchronous.Full : Storage.SqliteSynchronous.Normal,
                Operator = options.Network.Operator,
            },
            options.Consent, p.GetRequiredService<TimeProvider>()).GetAwaiter().GetResult());
        if (options.Terminology is { } terminology) services.AddSingleton(p => new TerminologyServer(terminology, p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<TerminologyServer>>()));
        services.AddSingleton<IdSource>();
        services.AddSingleton(p => MakeBridge(p, options));
        services.AddSingleton<Door>();
    }

    private static Bridge MakeBridge(IServiceProvider p, FhirBridgeOptions options)
    {
        var vault = p.GetRequiredService<IVault>();
        var knowledge = new NetworkKnowledge(p.GetRequiredService<Definitions>(), options.Network.Operator);
        var server = p.GetService<TerminologyServer>();
        var validation = new NetworkValidation(() => knowledge.Definitions, server, options.Refuse);
        var renewer = new IndexRenewer(vault, () => knowledge.Definitions, p.GetRequiredService<ILogger<IndexRenewer>>(), p.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        var trusted = options.Identity.TrustedSystems.ToHashSet(StringComparer.Ordinal);
        return new Bridge(
            vault,
            new ComposedCache(),
            new ContributionPipeline(vault, trusted, options.Consent, p.GetRequiredService<IdSource>(), validation, written => Committed(written, knowledge, renewer)),
            new PageTokens(p.GetRequiredService<IDataProtectionProvider>(), p.GetRequiredService<TimeProvider>()),
            options.Consent,
            options.Network.Operator,
            trusted,
            knowledge,
            validation,
            server,
            renewer,
            p.GetRequiredService<TimeProvider>());
    }

    private static void Committed(IReadOnlyList<Written> written, NetworkKnowledge knowledge, IndexRenewer renewer)
    {
        var before = knowledge.Definitions.SearchStamp;
        knowledge.Take(written);
        renewer.Take(written, before);
    }
}
