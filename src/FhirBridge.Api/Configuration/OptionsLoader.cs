using System.Collections.Immutable;
using System.Globalization;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Api.Configuration;

/// <summary>Configuration to <see cref="FhirBridgeOptions"/>: one method a section; all faults together.</summary>
public static class OptionsLoader
{
    /// <summary>Default policies that counsel knows (consent.md §4 L5); the first ships as the default.</summary>
    private static readonly string[] Policies =
    [
        "https://profiles.ihe.net/ITI/PCF/Policy-deny",
        "https://profiles.ihe.net/ITI/PCF/Policy-break-glass-only",
        "https://profiles.ihe.net/ITI/PCF/Policy-basic-normal",
        "https://profiles.ihe.net/ITI/PCF/Policy-all-normal",
        "https://fhirbridge.org/policy/careteam-treat",
    ];

    /// <summary>Reads and validates everything.</summary>
    /// <param name="configuration">The host's configuration.</param>
    /// <param name="environment">Decides the default of <c>Demo:Enabled</c>, and where relative paths begin.</param>
    /// <exception cref="InvalidConfigurationException">Something is wrong or missing; it names every fault with its key.</exception>
    public static FhirBridgeOptions Load(IConfiguration configuration, IHostEnvironment environment)
    {
        var read = new ConfigurationReader(configuration);
        var network = Network(read);
        var options = new FhirBridgeOptions
        {
            Storage = Storage(read, environment.ContentRootPath),
            Issuers = Issuers(read),
            Entra = Entra(read),
            Network = network,
            Consent = Consent(read, network.TimeZone),
            BreakGlassEnabled = read.Flag("Consent:BreakGlass:Enabled", false),
            Identity = Identity(read),
            DefinitionsFolder = DefinitionsFolder(read, environment.ContentRootPath),
            Refuse = Validation(read),
            Terminology = Terminology(read),
            DemoEnabled = Demo(read, environment),
        };
        return read.Errors.Count == 0 ? options : throw new InvalidConfigurationException(read.Errors);
    }

    private static StorageOptions Storage(ConfigurationReader read, string contentRoot)
    {
        read.OnlyKnownKeys("Storage", "Provider", "Sqlite:Path", "Sqlite:Synchronous",
            "Cosmos:ConnectionString", "Cosmos:Endpoint", "Cosmos:Database", "Cosmos:ConnectionMode");
        var options = new StorageOptions
        {
            Provider = read.Choice("Storage:Provider", StorageProvider.Sqlite),
            SqlitePath = SqlitePath(read, contentRoot),
            SqliteSynchronous = read.Choice("Storage:Sqlite:Synchronous", SqliteSynchronous.Full),
            CosmosConnectionString = CosmosConnectionString(read),
            CosmosEndpoint = read.Text("Storage:Cosmos:Endpoint") is { } text && read.Address("Storage:Cosmos:Endpoint", text, secure: true) is { } endpoint
                ? new Uri(endpoint) : null,
            CosmosDatabase = read.Text("Storage:Cosmos:Database") ?? "fhirbridge",
            CosmosConnectionMode = read.Choice("Storage:Cosmos:ConnectionMode", CosmosConnectionMode.Gateway),
        };
        var (byString, byEndpoint) = (read.Text("Storage:Cosmos:ConnectionString") is not null, read.Text("Storage:Cosmos:Endpoint") is not null);
        if (options.Provider == StorageProvider.Cosmos && !byString && !byEndpoint)
            read.Fault("Storage:Cosmos:ConnectionString", "is missing, and so is Storage:Cosmos:Endpoint: the provider Cosmos needs one of them.");
        if (byString && byEndpoint)
            read.Fault("Storage:Cosmos:Endpoint", "and Storage:Cosmos:ConnectionString are both set: keep one of them.");
        return options;
    }

    private static string SqlitePath(ConfigurationReader read, string contentRoot)
    {
        const string key = "Storage:Sqlite:Path";
        var text = read.Text(key) ?? new StorageOptions().SqlitePath;
        var path = Path.GetFullPath(text, contentRoot);
        if (Path.EndsInDirectorySeparator(text) || Directory.Exists(path)) read.Fault(key, $"'{text}' is a directory; it must name a file.");
        return path;
    }

    private static string? CosmosConnectionString(ConfigurationReader read)
    {
        // The value is a secret: a fault never repeats it.
        const string key = "Storage:Cosmos:ConnectionString";
        if (read.Text(key) is not { } text) return null;
        var parts = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var endpoint = parts.FirstOrDefault(p => p.StartsWith("AccountEndpoint=", StringComparison.OrdinalIgnoreCase))?["AccountEndpoint=".Length..];
        if (endpoint is null || !parts.Any(p => p.StartsWith("AccountKey=", StringComparison.OrdinalIgnoreCase) && p.Length > "AccountKey=".Length))
            read.Fault(key, "is not of the form AccountEndpoint=…;AccountKey=…;");
        else
            read.Address(key, endpoint, secure: true);
        return text;
    }

    private static ImmutableArray<IssuerOptions> Issuers(ConfigurationReader read)
    {
        read.OnlyKnownKeys("Authentication", "Issuers:*:Authority", "Issuers:*:Audience");
        var issuers = ImmutableArray.CreateBuilder<IssuerOptions>();
        foreach (var place in read.Places("Authentication:Issuers"))
        {
            string authorityKey = place + ":Authority", audienceKey = place + ":Audience";
            var (authority, audience) = (read.Text(authorityKey), read.Text(audienceKey));
            if (authority is null) read.Fault(authorityKey, "is missing: the address of the OpenID Connect issuer.");
            if (audience is null) read.Fault(audienceKey, "is missing: the aud that tokens for this service carry.");
            var address = authority is null ? null : read.Address(authorityKey, authority, secure: true);
            if (address is null || audience is null) continue;
            if (issuers.Any(i => i.Authority == address)) read.Fault(authorityKey, $"'{address}' is configured twice.");
            issuers.Add(new IssuerOptions(address, audience));
        }

        return issuers.ToImmutable();
    }

    private static EntraOptions? Entra(ConfigurationReader read)
    {
        // Other keys of this section belong to Microsoft.Identity.Web (Domain, CallbackPath …) and may stay.
        if (!read.Has("AzureAd")) return null;
        var tenant = read.Text("AzureAd:TenantId");
        var client = read.Text("AzureAd:ClientId");
        if (tenant is null) read.Fault("AzureAd:TenantId", "is missing: the id of the tenant, or common or organizations.");
        else if (!tenant.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.')) read.Fault("AzureAd:TenantId", $"'{tenant}' is neither a tenant's id nor a domain.");
        if (client is null) read.Fault("AzureAd:ClientId", "is missing: the application (client) id of this service.");
        var instance = read.Address("AzureAd:Instance", read.Text("AzureAd:Instance") ?? "https://login.microsoftonline.com", secure: true);
        return tenant is null || client is null || instance is null ? null : new EntraOptions(instance, tenant, client);
    }

    private static NetworkOptions Network(ConfigurationReader read)
    {
        read.OnlyKnownKeys("Network", "Operator", "PublicBaseUrl", "TimeZone");
        var id = read.Text("Network:Operator") ?? "network";
        if (!FhirId.IsValid(id)) read.Fault("Network:Operator", $"'{id}' is not an id (1 to 64 letters, digits, '-' or '.').");
        return new NetworkOptions
        {
            Operator = id,
            PublicBaseUrl = read.Text("Network:PublicBaseUrl") is { } url ? read.Address("Network:PublicBaseUrl", url, secure: false) : null,
            TimeZone = TimeZone(read),
        };
    }

    private static TimeZoneInfo TimeZone(ConfigurationReader read)
    {
        const string key = "Network:TimeZone";
        var id = read.Text(key) ?? "Europe/Amsterdam";
        if (TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone)) return zone;
        read.Fault(key, $"'{id}' is not a time zone of this machine (an IANA name such as Europe/Amsterdam; the package tzdata brings them).");
        return TimeZoneInfo.Utc;
    }

    private static ConsentOptions Consent(ConfigurationReader read, TimeZoneInfo zone)
    {
        read.OnlyKnownKeys("Consent", "DefaultPolicy", "Combining", "BreakGlass:Enabled", "DataPeriod", "Untyped", "OrganizationHierarchy",
            "RequireVerification", "RecognisedPolicies:*", "TrustedSources:*");
        var recognised = read.List("Consent:RecognisedPolicies");
        foreach (var (key, value) in recognised)
        {
            if (!Uri.TryCreate(value, UriKind.Absolute, out _)) read.Fault(key, $"'{value}' is not an absolute URI.");
        }

        var trusted = read.List("Consent:TrustedSources");
        foreach (var (key, value) in trusted)
        {
            if (!FhirId.IsValid(value)) read.Fault(key, $"'{value}' is not the id of a member.");
        }

        return new ConsentOptions
        {
            DefaultPolicy = read.Choice("Consent:DefaultPolicy", Policies),
            Combining = read.Choice("Consent:Combining", "deny-overrides", "specific-then-deny"),
            DataPeriod = read.Choice("Consent:DataPeriod", "strict", "pcf-any"),
            Untyped = read.Choice("Consent:Untyped", "hold", "ignore"),
            OrganizationHierarchy = read.Choice("Consent:OrganizationHierarchy", "none", "down"),
            RequireVerification = read.Flag("Consent:RequireVerification", false),
            RecognisedPolicies = [.. recognised.Select(p => p.Value)],
            TrustedSources = [.. trusted.Select(t => t.Value)],
            TimeZone = zone,
        };
    }

    private static IdentityOptions Identity(ConfigurationReader read)
    {
        read.OnlyKnownKeys("Identity", "TrustedSystems:*");
        var systems = read.List("Identity:TrustedSystems");
        foreach (var (key, value) in systems)
        {
            if (!Uri.TryCreate(value, UriKind.Absolute, out _)) read.Fault(key, $"'{value}' is not an absolute URI.");
        }

        return systems.IsEmpty ? new IdentityOptions() : new IdentityOptions { TrustedSystems = [.. systems.Select(s => s.Value)] };
    }

    private static string? DefinitionsFolder(ConfigurationReader read, string contentRoot)
    {
        const string key = "Definitions:Folder";
        read.OnlyKnownKeys("Definitions", "Folder");
        if (read.Text(key) is not { } text) return null;
        var path = Path.GetFullPath(text, contentRoot);
        if (!Directory.Exists(path)) read.Fault(key, $"'{text}' is not a folder.");
        return path;
    }

    private static Refusals Validation(ConfigurationReader read)
    {
        read.OnlyKnownKeys("Validation", "RefuseMarkup", "RefuseExamples");
        return (read.Flag("Validation:RefuseMarkup", false) ? Refusals.Markup : Refusals.None) | (read.Flag("Validation:RefuseExamples", false) ? Refusals.Examples : Refusals.None);
    }

    private static TerminologyOptions? Terminology(ConfigurationReader read)
    {
        read.OnlyKnownKeys("Terminology", "Server", "Timeout", "Token");
        var token = read.Text("Terminology:Token");
        var seconds = 5;
        if (read.Text("Terminology:Timeout") is { } text && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seconds) && seconds is >= 1 and <= 60))
            read.Fault("Terminology:Timeout", $"'{text}' is not a whole number of seconds from 1 to 60.");

        // The value is a secret: a fault never repeats it.
        if (token is not null && !token.All(c => char.IsAsciiLetterOrDigit(c) || "-._~+/=".Contains(c, StringComparison.Ordinal))) read.Fault("Terminology:Token", "is no bearer token (RFC 6750 §2.1); give it without the word Bearer.");
        if (read.Text("Terminology:Server") is { } server) return read.Address("Terminology:Server", server, secure: true) is { } address ? new TerminologyOptions(address, TimeSpan.FromSeconds(seconds), token) : null;
        if (read.Has("Terminology")) read.Fault("Terminology:Server", "is missing: the other keys of the section are about it.");
        return null;
    }

    private static bool Demo(ConfigurationReader read, IHostEnvironment environment)
    {
        read.OnlyKnownKeys("Demo", "Enabled");
        var enabled = read.Flag("Demo:Enabled", environment.IsDevelopment());
        if (enabled && !environment.IsDevelopment())
            read.Fault("Demo:Enabled", $"is true, but the environment is {environment.EnvironmentName}: the demo, whose sign-ins have no password, runs in Development only.");
        return enabled;
    }
}
