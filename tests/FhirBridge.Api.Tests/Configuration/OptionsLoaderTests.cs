using FhirBridge.Api.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace FhirBridge.Api.Tests.Configuration;

public sealed class OptionsLoaderTests
{
    private static readonly string ContentRoot = Path.GetTempPath();

    private static FhirBridgeOptions Load(string environment, params (string Key, string? Value)[] values) => OptionsLoader.Load(
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => KeyValuePair.Create(v.Key, v.Value))).Build(), new Host(environment));

    [Fact]
    public void NothingConfigured_GivesTheDefaultsOfTheContract()
    {
        var options = Load("Production");
        Assert.Equal(StorageProvider.Sqlite, options.Storage.Provider);
        Assert.Equal(Path.Combine(ContentRoot, "data", "fhirbridge.db"), options.Storage.SqlitePath);
        Assert.Equal(SqliteSynchronous.Full, options.Storage.SqliteSynchronous);
        Assert.Equal("fhirbridge", options.Storage.CosmosDatabase);
        Assert.Equal(CosmosConnectionMode.Gateway, options.Storage.CosmosConnectionMode);
        Assert.Empty(options.Issuers);
        Assert.Null(options.Entra);
        Assert.Equal("network", options.Network.Operator);
        Assert.Null(options.Network.PublicBaseUrl);
        Assert.Equal("https://profiles.ihe.net/ITI/PCF/Policy-deny", options.Consent.DefaultPolicy);
        Assert.Equal("deny-overrides", options.Consent.Combining);
        Assert.Equal(("strict", "hold", "none", false), (options.Consent.DataPeriod, options.Consent.Untyped, options.Consent.OrganizationHierarchy, options.Consent.RequireVerification));
        Assert.False(options.BreakGlassEnabled);
        Assert.Equal(4, options.Identity.TrustedSystems.Length);
        Assert.Null(options.DefinitionsFolder);
        Assert.False(options.DemoEnabled);
    }

    [Fact]
    public void DefinitionsFolder_CountsFromTheContentRoot_AndMustBeThere()
    {
        Assert.Equal(AppContext.BaseDirectory, Load("Production", ("Definitions:Folder", AppContext.BaseDirectory)).DefinitionsFolder);
        Assert.StartsWith("Definitions:Folder: 'nowhere-at-all'", Assert.Single(Assert.Throws<InvalidConfigurationException>(() => Load("Production", ("Definitions:Folder", "nowhere-at-all"))).Errors));
    }

    [Fact]
    public void TerminologyServer_IsHttpsOrLoopback_AndItsSecretIsNotRepeated()
    {
        Assert.Null(Load("Production").Terminology);
        Assert.Equal(new TerminologyOptions("https://tx.example/r4", TimeSpan.FromSeconds(5), null), Load("Production", ("Terminology:Server", "https://tx.example/r4/")).Terminology);
        var whole = Load("Production", ("Terminology:Server", "http://127.0.0.1:8080/fhir"), ("Terminology:Timeout", "12"), ("Terminology:Token", "abc.DEF-1_2=")).Terminology!;
        Assert.Equal(("http://127.0.0.1:8080/fhir", TimeSpan.FromSeconds(12), "abc.DEF-1_2="), (whole.Server, whole.Timeout, whole.Token));
        Assert.DoesNotContain("abc", whole.ToString(), StringComparison.Ordinal);
        (string Key, string? Value)[][] wrong =
        [
            [("Terminology:Server", "http://tx.example/r4")], [("Terminology:Server", "tx.example")], [("Terminology:Server", "https://tx.example/r4?x=1")],
            [("Terminology:Server", "https://tx.example"), ("Terminology:Timeout", "0")], [("Terminology:Server", "https://tx.example"), ("Terminology:Timeout", "5s")],
            [("Terminology:Server", "https://tx.example"), ("Terminology:Token", "two words")], [("Terminology:Token", "secret")], [("Terminology:Servr", "https://tx.example")],
        ];
        foreach (var values in wrong)
        {
            var errors = Assert.Throws<InvalidConfigurationException>(() => Load("Production", values)).Errors;
            Assert.All(errors, e => Assert.StartsWith("Terminology:", e, StringComparison.Ordinal));
            Assert.All(errors, e => Assert.DoesNotContain("two words", e, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void TimeZone_IsAmsterdam_AlsoWithInvariantGlobalization()
    {
        var zone = Load("Production").Consent.TimeZone;
        Assert.Equal(TimeSpan.FromHours(1), zone.GetUtcOffset(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Equal(TimeSpan.FromHours(2), zone.GetUtcOffset(new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public void EveryKey_IsRead()
    {
        var options = Load("Development",
            ("Storage:Provider", "cosmos"), ("Storage:Cosmos:Endpoint", "https://x.documents.azure.com:443/"), ("Storage:Cosmos:Database", "d"), ("Storage:Cosmos:ConnectionMode", "Direct"),
            ("Storage:Sqlite:Path", "/tmp/fb/x.db"), ("Storage:Sqlite:Synchronous", "normal"),
            ("Authentication:Issuers:0:Authority", "https://a.example/realm/"), ("Authentication:Issuers:0:Audience", "aud"),
            ("Authentication:Issuers:1:Authority", "http://127.0.0.1:9000"), ("Authentication:Issuers:1:Audience", "aud"),
            ("AzureAd:TenantId", "common"), ("AzureAd:ClientId", "c"), ("AzureAd:CallbackPath", "/x"),
            ("Network:Operator", "op"), ("Network:PublicBaseUrl", "https://b.example/"), ("Network:TimeZone", "Europe/London"),
            ("Consent:DefaultPolicy", "https://fhirbridge.org/policy/careteam-treat"), ("Consent:Combining", "specific-then-deny"), ("Consent:DataPeriod", "pcf-any"),
            ("Consent:Untyped", "ignore"), ("Consent:OrganizationHierarchy", "down"), ("Consent:RequireVerification", "true"), ("Consent:BreakGlass:Enabled", "true"),
            ("Consent:RecognisedPolicies:0", "urn:p"), ("Consent:TrustedSources:0", "gp"), ("Consent:TrustedSources:1", "hospital"),
            ("Identity:TrustedSystems:0", "urn:s"), ("Demo:Enabled", "false"));
        Assert.Equal(StorageProvider.Cosmos, options.Storage.Provider);
        Assert.Equal(CosmosConnectionMode.Direct, options.Storage.CosmosConnectionMode);
        Assert.Equal("/tmp/fb/x.db", options.Storage.SqlitePath);
        Assert.Equal(SqliteSynchronous.Normal, options.Storage.SqliteSynchronous);
        Assert.Equal([new IssuerOptions("https://a.example/realm", "aud"), new IssuerOptions("http://127.0.0.1:9000", "aud")], options.Issuers);
        Assert.Equal(new EntraOptions("https://login.microsoftonline.com", "common", "c"), options.Entra);
        Assert.Equal(("op", "https://b.example"), (options.Network.Operator, options.Network.PublicBaseUrl));
        Assert.Equal("specific-then-deny", options.Consent.Combining);
        Assert.Equal(("pcf-any", "ignore", "down", true), (options.Consent.DataPeriod, options.Consent.Untyped, options.Consent.OrganizationHierarchy, options.Consent.RequireVerification));
        Assert.Equal(["urn:p"], options.Consent.RecognisedPolicies);
        Assert.Equal(["gp", "hospital"], options.Consent.TrustedSources);
        Assert.True(options.BreakGlassEnabled);
        Assert.Equal(["urn:s"], options.Identity.TrustedSystems);
        Assert.False(options.DemoEnabled);
    }

    [Theory]
    [InlineData("Storage:Provider", "Mongo", "Sqlite, Cosmos")]
    [InlineData("Storage:Provider", "1", "Sqlite, Cosmos")]
    [InlineData("Storage:Sqlite:Synchronous", "Off", "Full, Normal")]
    [InlineData("Storage:Sqlite:Path", "data/", "directory")]
    [InlineData("Storage:Cosmos:ConnectionMode", "Fast", "Gateway, Direct")]
    [InlineData("Storage:Cosmos:ConnectionString", "AccountKey=secret;", "AccountEndpoint")]
    [InlineData("Storage:Cosmos:ConnectionString", "AccountEndpoint=http://cosmos.example/;AccountKey=secret;", "https")]
    [InlineData("Storage:Cosmos:Endpoint", "http://cosmos.example", "https")]
    [InlineData("AzureAd:TenantId", "a/b", "tenant")]
    [InlineData("AzureAd:Instance", "http://login.example", "https")]
    [InlineData("Network:Operator", "my network", "id")]
    [InlineData("Network:PublicBaseUrl", "bridge.example", "absolute")]
    [InlineData("Network:PublicBaseUrl", "https://bridge.example/?x=1", "query")]
    [InlineData("Network:TimeZone", "Europe/Atlantis", "time zone")]
    [InlineData("Consent:DefaultPolicy", "https://profiles.ihe.net/ITI/PCF/Policy-Deny", "Policy-all-normal")]
    [InlineData("Consent:Combining", "newest-wins", "deny-overrides, specific-then-deny")]
    [InlineData("Consent:DataPeriod", "any", "strict, pcf-any")]
    [InlineData("Consent:Untyped", "permit", "hold, ignore")]
    [InlineData("Consent:OrganizationHierarchy", "up", "none, down")]
    [InlineData("Consent:RequireVerification", "yes", "true, false")]
    [InlineData("Consent:BreakGlass:Enabled", "1", "true, false")]
    [InlineData("Consent:RecognisedPolicies:0", "not a uri", "absolute URI")]
    [InlineData("Consent:RecognisedPolicies", "urn:p", "Consent:RecognisedPolicies:0")]
    [InlineData("Consent:TrustedSources:0", "Organization/gp", "id of a member")]
    [InlineData("Consent:TrustedSources:first", "gp", "Consent:TrustedSources:0")]
    [InlineData("Identity:TrustedSystems:0", "bsn", "absolute URI")]
    [InlineData("Demo:Enabled", "maybe", "true, false")]
    [InlineData("Demo:Enabled", "true", "Development")]
    [InlineData("Storage:Providr", "Sqlite", "Provider")]
    [InlineData("Storage:Sqlite:File", "x.db", "Path, Synchronous")]
    [InlineData("Authentication:Issuer:0:Authority", "https://a.example", "Issuers")]
    [InlineData("Network:Operater", "x", "Operator")]
    [InlineData("Consent:Combinning", "deny-overrides", "Combining")]
    [InlineData("Consent:BreakGlass:Enable", "true", "Known here: Enabled")]
    [InlineData("Identity:Systems:0", "urn:s", "TrustedSystems")]
    [InlineData("Demo:Enable", "true", "Enabled")]
    public void WrongOrUnknownValue_IsNamedByItsKey(string key, string value, string hint)
    {
        var fault = Assert.Throws<InvalidConfigurationException>(() => Load("Production", (key, value)));
        Assert.Contains(fault.Errors, e => (e.StartsWith(key + ":", StringComparison.Ordinal) || key.StartsWith(e.Split(": ")[0], StringComparison.Ordinal)) && e.Contains(hint, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Authentication:Issuers:0:Authority", "https://a.example", "Authentication:Issuers:0:Audience")]
    [InlineData("Authentication:Issuers:0:Audience", "aud", "Authentication:Issuers:0:Authority")]
    [InlineData("AzureAd:ClientId", "c", "AzureAd:TenantId")]
    [InlineData("AzureAd:TenantId", "common", "AzureAd:ClientId")]
    [InlineData("Storage:Provider", "Cosmos", "Storage:Cosmos:ConnectionString")]
    public void MissingValue_IsNamedByItsKey(string key, string value, string missing)
    {
        var fault = Assert.Throws<InvalidConfigurationException>(() => Load("Production", (key, value)));
        Assert.StartsWith(missing + ": is missing", Assert.Single(fault.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://issuer.example")]
    [InlineData("http://10.0.0.1")]
    [InlineData("http://localhost.example")]
    [InlineData("ftp://127.0.0.1")]
    public void InsecureAuthority_IsRefused(string authority)
    {
        var fault = Assert.Throws<InvalidConfigurationException>(() => Load("Development", ("Authentication:Issuers:0:Authority", authority), ("Authentication:Issuers:0:Audience", "a")));
        Assert.StartsWith("Authentication:Issuers:0:Authority:", Assert.Single(fault.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:8080/realms/x")]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("http://[::1]:8080")]
    public void LoopbackAuthority_MayUseHttp(string authority) =>
        Assert.Equal(authority, Assert.Single(Load("Production", ("Authentication:Issuers:0:Authority", authority), ("Authentication:Issuers:0:Audience", "a")).Issuers).Authority);

    [Fact]
    public void AllFaults_AreToldTogether()
    {
        var fault = Assert.Throws<InvalidConfigurationException>(() => Load("Production",
            ("Network:Operator", "a b"), ("Consent:Combining", "x"), ("Demo:Enabled", "true"), ("Storage:Provider", "x"), ("Authentication:Issuers:0:Audience", "a")));
        Assert.Equal(5, fault.Errors.Count);
        foreach (var key in (string[])["Network:Operator", "Consent:Combining", "Demo:Enabled", "Storage:Provider", "Authentication:Issuers:0:Authority"])
            Assert.Contains("\n  " + key + ": ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SameIssuerTwice_IsRefused() => Assert.Throws<InvalidConfigurationException>(() => Load("Production",
        ("Authentication:Issuers:0:Authority", "https://a.example"), ("Authentication:Issuers:0:Audience", "a"),
        ("Authentication:Issuers:1:Authority", "https://a.example/"), ("Authentication:Issuers:1:Audience", "b")));

    [Fact]
    public void EmptyValue_CountsAsAbsent() => Assert.Equal("network", Load("Production", ("Network:Operator", "")).Network.Operator);

    [Fact]
    public void VariableThatHappensToHaveTheNameOfASection_DoesNoHarm() => Assert.Equal("network", Load("Production", ("NETWORK", "host"), ("DEMO", "1")).Network.Operator);

    [Fact]
    public void Demo_IsOnInDevelopmentAlone() => Assert.True(Load("Development").DemoEnabled);

    private sealed class Host(string environment) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = environment;

        public string ApplicationName { get; set; } = "test";

        public string ContentRootPath { get; set; } = ContentRoot;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
