using System.Collections.Immutable;
using FhirBridge.Consent;
using FhirBridge.Fhir.Validation;
using FhirBridge.Mapping;

namespace FhirBridge.Api.Configuration;

/// <summary>
/// The whole configuration of the service, read once at start and validated together (<see cref="OptionsLoader"/>). Immutable.
/// Keys are those of ASP.NET Core configuration; in environment variables <c>:</c> is written <c>__</c>.
/// </summary>
public sealed record FhirBridgeOptions
{
    /// <summary>Where the vault keeps its data. Section <c>Storage</c>.</summary>
    public StorageOptions Storage { get; init; } = new();

    /// <summary>Whose tokens are accepted: <c>Authentication:Issuers:{n}</c>. Default: nobody's.</summary>
    public ImmutableArray<IssuerOptions> Issuers { get; init; } = [];

    /// <summary>Entra ID as one more issuer: section <c>AzureAd</c>. Null when the section is absent.</summary>
    public EntraOptions? Entra { get; init; }

    /// <summary>Section <c>Network</c>.</summary>
    public NetworkOptions Network { get; init; } = new();

    /// <summary>Section <c>Consent</c>, with the time zone of <c>Network:TimeZone</c>.</summary>
    public ConsentOptions Consent { get; init; } = new();

    /// <summary><c>Consent:BreakGlass:Enabled</c> (consent.md §11). Default false.</summary>
    public bool BreakGlassEnabled { get; init; }

    /// <summary>Section <c>Identity</c>.</summary>
    public IdentityOptions Identity { get; init; } = new();

    /// <summary>
    /// <c>Definitions:Folder</c>, as an absolute path: profiles, value sets, code systems and packages (<c>.json</c>, <c>.xml</c>, <c>.tgz</c>) that the network uses
    /// beside R4 and what ships with the service. Null: none.
    /// </summary>
    public string? DefinitionsFolder { get; init; }

    /// <summary>What is refused that R4 only advises against: <c>Validation:RefuseMarkup</c>, <c>Validation:RefuseExamples</c>. Default: nothing.</summary>
    public Refusals Refuse { get; init; }

    /// <summary>The terminology server that is asked for what is not here: section <c>Terminology</c>. Null: none.</summary>
    public TerminologyOptions? Terminology { get; init; }

    /// <summary><c>Demo:Enabled</c>: the demo network and the demo authorization server. Default: true in Development; true elsewhere is refused.</summary>
    public bool DemoEnabled { get; init; }
}

/// <summary>Section <c>Storage</c>.</summary>
public sealed record StorageOptions
{
    /// <summary><c>Storage:Provider</c>. Default <see cref="StorageProvider.Sqlite"/>.</summary>
    public StorageProvider Provider { get; init; } = StorageProvider.Sqlite;

    /// <summary>
    /// <c>Storage:Sqlite:Path</c>, as an absolute path: a relative one counts from the content root, so that the working directory does not
    /// matter. Default <c>data/fhirbridge.db</c>; created when missing.
    /// </summary>
    public string SqlitePath { get; init; } = "data/fhirbridge.db";

    /// <summary><c>Storage:Sqlite:Synchronous</c>. Default <see cref="SqliteSynchronous.Full"/>.</summary>
    public SqliteSynchronous SqliteSynchronous { get; init; } = SqliteSynchronous.Full;

    /// <summary><c>Storage:Cosmos:ConnectionString</c>; a secret, never logged. Null when <see cref="CosmosEndpoint"/> is used.</summary>
    public string? CosmosConnectionString { get; init; }

    /// <summary><c>Storage:Cosmos:Endpoint</c>, for access with an Azure identity. Null when a connection string is used.</summary>
    public Uri? CosmosEndpoint { get; init; }

    /// <summary><c>Storage:Cosmos:Database</c>. Default <c>fhirbridge</c>; created when missing.</summary>
    public string CosmosDatabase { get; init; } = "fhirbridge";

    /// <summary><c>Storage:Cosmos:ConnectionMode</c>. Default <see cref="CosmosConnectionMode.Gateway"/>; loopback addresses always use it.</summary>
    public CosmosConnectionMode CosmosConnectionMode { get; init; } = CosmosConnectionMode.Gateway;
}

/// <summary>The stores that exist.</summary>
public enum StorageProvider
{
    /// <summary>The embedded store, one file.</summary>
    Sqlite,

    /// <summary>Azure Cosmos DB.</summary>
    Cosmos,
}

/// <summary>When SQLite calls a commit durable (https://sqlite.org/pragma.html#pragma_synchronous).</summary>
public enum SqliteSynchronous
{
    /// <summary>After every commit has reached the disk.</summary>
    Full,

    /// <summary>After the operating system has it; a power cut may lose the last commits.</summary>
    Normal,
}

/// <summary>How the Cosmos client connects.</summary>
public enum CosmosConnectionMode
{
    /// <summary>HTTPS through the gateway.</summary>
    Gateway,

    /// <summary>TCP to the replicas.</summary>
    Direct,
}

/// <summary>One issuer of tokens: <c>Authentication:Issuers:{n}</c>.</summary>
/// <param name="Authority">OpenID Connect issuer, without a trailing slash; https, or http on loopback.</param>
/// <param name="Audience">The <c>aud</c> that a token must carry.</param>
public sealed record IssuerOptions(string Authority, string Audience);

/// <summary>Section <c>AzureAd</c>, as users of Microsoft.Identity.Web know it; other keys of that section are ignored.</summary>
/// <param name="Instance"><c>AzureAd:Instance</c>, without a trailing slash. Default <c>https://login.microsoftonline.com</c>.</param>
/// <param name="TenantId"><c>AzureAd:TenantId</c>: a tenant's id or domain, or <c>common</c>, <c>organizations</c> or <c>consumers</c>.</param>
/// <param name="ClientId"><c>AzureAd:ClientId</c>: the application's id; a token's <c>aud</c> is it or <c>api://{it}</c>.</param>
public sealed record EntraOptions(string Instance, string TenantId, string ClientId);

/// <summary>Section <c>Network</c>.</summary>
public sealed record NetworkOptions
{
    /// <summary><c>Network:Operator</c>: id of the Organization that runs the network. Default <c>network</c>.</summary>
    public string Operator { get; init; } = "network";

    /// <summary><c>Network:PublicBaseUrl</c>, without a trailing slash. Null (default): scheme and host of each request.</summary>
    public string? PublicBaseUrl { get; init; }

    /// <summary><c>Network:TimeZone</c>: an IANA name. Default <c>Europe/Amsterdam</c>.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>The public base for a request, without a trailing slash: as configured, else scheme and host of the request.</summary>
    public string BaseFor(HttpRequest request) => PublicBaseUrl ?? $"{request.Scheme}://{request.Host}{request.PathBase}";
}

/// <summary>Section <c>Terminology</c>.</summary>
/// <param name="Server"><c>Terminology:Server</c>: base address of a FHIR R4 terminology server, without a trailing slash; https, or http on loopback.</param>
/// <param name="Timeout"><c>Terminology:Timeout</c>: how long one request waits for it altogether. Default 5 seconds.</param>
/// <param name="Token"><c>Terminology:Token</c>: sent to it as a bearer token; a secret, never logged. Null: none.</param>
public sealed record TerminologyOptions(string Server, TimeSpan Timeout, string? Token)
{
    /// <inheritdoc/>
    public override string ToString() => Server;
}

/// <summary>Section <c>Identity</c>.</summary>
public sealed record IdentityOptions
{
    /// <summary><c>Identity:TrustedSystems:{n}</c>: patient identifier systems on which a match is certain. Default: the national person identifiers known to HL7.</summary>
    public ImmutableArray<string> TrustedSystems { get; init; } = PatientIdentity.DefaultTrustedSystems;
}
