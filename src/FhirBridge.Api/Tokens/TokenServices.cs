using FhirBridge.Api.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FhirBridge.Api.Tokens;

/// <summary>Registration of token checking.</summary>
public static class TokenServices
{
    /// <summary>Adds <see cref="TokenValidator"/> for the configured issuers, and <see cref="CallerFactory"/>. Needs the options registered.</summary>
    public static IServiceCollection AddTokenValidation(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IssuerDirectory>();
        services.AddSingleton<CallerFactory>();
        services.AddSingleton(p => new SmartConfiguration(p.GetRequiredService<FhirBridgeOptions>(), p.GetRequiredService<IssuerDirectory>()));
        // What is configured comes first: the demo judges what is left.
        services.AddSingleton(p => new TokenValidator(
            [.. p.GetRequiredService<IssuerDirectory>().Issuers, .. p.GetServices<ITokenIssuer>()], p.GetRequiredService<TimeProvider>()));
        return services;
    }
}

/// <summary>The configured issuers and their discovery documents.</summary>
internal sealed class IssuerDirectory : IDisposable
{
    private readonly List<OpenIdDiscovery> discoveries = [];

    public IssuerDirectory(FhirBridgeOptions options, TimeProvider clock, ILogger<IssuerDirectory> logger)
    {
        OpenIdDiscovery Discover(string authority)
        {
            var discovery = new OpenIdDiscovery(authority, clock, logger);
            discoveries.Add(discovery);
            return discovery;
        }

        var issuers = options.Issuers.Select(ITokenIssuer (o) => new OpenIdIssuer(o, Discover(o.Authority), logger)).ToList();
        if (options.Entra is { } entra) issuers.Add(new EntraIssuer(entra, Discover(EntraIssuer.Authority(entra))));
        Issuers = issuers;
    }

    /// <summary>In the order of configuration, Entra last.</summary>
    public IReadOnlyList<ITokenIssuer> Issuers { get; }

    /// <summary>Discovery of the first configured issuer; null when none is configured.</summary>
    public OpenIdDiscovery? First => discoveries.FirstOrDefault();

    /// <inheritdoc/>
    public void Dispose() => discoveries.ForEach(d => d.Dispose());
}
