namespace FhirBridge.Api.Configuration;

/// <summary>Registration of the options.</summary>
public static class ConfigurationServices
{
    /// <summary>Reads and validates the whole configuration now and registers it: <see cref="FhirBridgeOptions"/>, and its <c>ConsentOptions</c>.</summary>
    /// <returns>The options, for what the host decides before it is built.</returns>
    /// <exception cref="InvalidConfigurationException">Something is wrong or missing; it names every fault with its key.</exception>
    public static FhirBridgeOptions AddFhirBridgeOptions(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        var options = OptionsLoader.Load(configuration, environment);
        services.AddSingleton(options);
        services.AddSingleton(options.Consent);
        return options;
    }
}
