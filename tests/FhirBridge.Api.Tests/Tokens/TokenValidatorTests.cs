using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FhirBridge.Api.Configuration;
using FhirBridge.Api.Tokens;
using FhirBridge.Fhir;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.Tokens;

namespace FhirBridge.Api.Tests.Tokens;

public sealed class TokenValidatorTests : IAsyncLifetime
{
    private readonly SteppedClock clock = new();
    private LocalIssuer issuer = null!;
    private TokenValidator validator = null!;

    public async ValueTask InitializeAsync()
    {
        issuer = await LocalIssuer.StartAsync();
        validator = ValidatorFor(new IssuerOptions(issuer.Authority, "fhirbridge"));
    }

    public ValueTask DisposeAsync() => issuer.DisposeAsync();

    private TokenValidator ValidatorFor(params IssuerOptions[] issuers) =>
        new(new IssuerDirectory(new FhirBridgeOptions { Issuers = [.. issuers] }, clock, NullLogger<IssuerDirectory>.Instance).Issuers, clock);

    private async Task<Result<ValidatedToken>> Validate(string token) => await validator.ValidateAsync(token, TestContext.Current.CancellationToken);

    private async Task Refuses(string token, string because)
    {
        var result = await Validate(token);
        Assert.False(result.IsOk);
        var problem = Assert.Single(result.Problems);
        Assert.Equal(Problems.Unauthenticated, problem.Kind);
        Assert.Contains(because, problem.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TokenOfTheIssuer_IsAccepted(bool rsa)
    {
        var result = await Validate(issuer.Token(clock, key: rsa ? issuer.Rsa : issuer.Ec));
        Assert.True(result.IsOk);
        Assert.Equal("someone", result.Value.Subject);
        Assert.Equal("ehr", result.Value.ClientId);
        Assert.Equal(issuer.Authority, result.Value.Issuer);
        Assert.Equal("system/*.rs", result.Value.Scopes.ToString());
    }

    [Fact]
    public async Task TokenWithoutKid_IsCheckedAgainstEveryKey()
    {
        var unnamed = new RsaSecurityKey(issuer.Rsa.Rsa);
        Assert.True((await Validate(issuer.Token(clock, key: unnamed))).IsOk);
    }

    [Fact]
    public async Task AudienceArray_ThatContainsOurs_IsAccepted() =>
        Assert.True((await Validate(issuer.Token(clock, c => c["aud"] = new JsonArray("other", "fhirbridge")))).IsOk);

    [Fact]
    public Task ForeignKeyUnderTheSameName_IsRefused() =>
        Refuses(issuer.Token(clock, key: new RsaSecurityKey(RSA.Create(2048)) { KeyId = issuer.Rsa.KeyId }), "signature");

    [Fact]
    public async Task ChangedPayload_IsRefused()
    {
        var parts = issuer.Token(clock).Split('.');
        var claims = JsonNode.Parse(Base64UrlEncoder.Decode(parts[1]))!;
        claims["scope"] = "system/*.cruds";
        await Refuses($"{parts[0]}.{Base64UrlEncoder.Encode(claims.ToJsonString())}.{parts[2]}", "signature");
    }

    [Theory]
    [InlineData("none", "not a signed JWT")]
    [InlineData("nonesigned", "algorithm")]
    public async Task AlgorithmNone_IsRefused(string form, string because)
    {
        var payload = issuer.Token(clock).Split('.')[1];
        var header = Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""");
        await Refuses($"{header}.{payload}.{(form == "none" ? "" : "AAAA")}", because);
    }

    [Fact]
    public async Task SharedSecretMadeOfThePublicKey_IsRefused()
    {
        var secret = Encoding.UTF8.GetBytes(issuer.Rsa.Rsa.ExportSubjectPublicKeyInfoPem());
        await Refuses(issuer.Token(clock, key: new SymmetricSecurityKey(secret) { KeyId = issuer.Rsa.KeyId }, algorithm: SecurityAlgorithms.HmacSha256), "algorithm");
    }

    [Theory]
    [InlineData(SecurityAlgorithms.RsaSha384)]
    [InlineData(SecurityAlgorithms.RsaSsaPssSha256)]
    public Task OtherAlgorithmOfAGoodKey_IsRefused(string algorithm) => Refuses(issuer.Token(clock, algorithm: algorithm), "algorithm");

    [Fact]
    public async Task WeakKeyOfTheIssuer_IsRefused()
    {
        var weak = new RsaSecurityKey(RSA.Create(1024)) { KeyId = "weak" };
        issuer.Publish(weak);
        var parts = issuer.Token(clock).Split('.');
        var signed = $"{Base64UrlEncoder.Encode("""{"alg":"RS256","kid":"weak"}""")}.{parts[1]}";
        var signature = weak.Rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        await Refuses($"{signed}.{Base64UrlEncoder.Encode(signature)}", "signature");
    }

    [Fact]
    public async Task HeaderWithCrit_IsRefused()
    {
        var parts = issuer.Token(clock).Split('.');
        var signed = $"{Base64UrlEncoder.Encode("""{"alg":"RS256","kid":"rsa-1","crit":["b64"],"b64":true}""")}.{parts[1]}";
        var signature = issuer.Rsa.Rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        await Refuses($"{signed}.{Base64UrlEncoder.Encode(signature)}", "crit");
    }

    [Fact]
    public Task Expired_IsRefused() => Refuses(issuer.Token(clock, c => c["exp"] = clock.Now.ToUnixTimeSeconds() - 11), "expired");

    [Fact]
    public async Task ExpiredWithinTheClockSkew_IsAccepted() =>
        Assert.True((await Validate(issuer.Token(clock, c => c["exp"] = clock.Now.ToUnixTimeSeconds() - 9))).IsOk);

    [Fact]
    public Task NotYetValid_IsRefused() => Refuses(issuer.Token(clock, c => c["nbf"] = clock.Now.ToUnixTimeSeconds() + 60), "not valid yet");

    [Fact]
    public Task WithoutExp_IsRefused() => Refuses(issuer.Token(clock, c => c.Remove("exp")), "lacks exp");

    [Fact]
    public Task WithoutSubjectAndClient_IsRefused() => Refuses(issuer.Token(clock, c => { c.Remove("sub"); c.Remove("client_id"); }), "lacks");

    [Fact]
    public Task OtherAudience_IsRefused() => Refuses(issuer.Token(clock, c => c["aud"] = "someone-else"), "audience");

    [Fact]
    public Task NoAudience_IsRefused() => Refuses(issuer.Token(clock, c => c.Remove("aud")), "audience");

    [Fact]
    public Task OtherIssuer_IsRefused() => Refuses(issuer.Token(clock, c => c["iss"] = "https://elsewhere.example"), "issuer");

    [Fact]
    public Task IssuerWithAnAddedSlash_IsRefused() => Refuses(issuer.Token(clock, c => c["iss"] = issuer.Authority + "/"), "issuer");

    [Fact]
    public async Task TokenOfOneIssuerUnderTheNameOfAnother_IsRefused()
    {
        await using var second = await LocalIssuer.StartAsync();
        second.Withdraw(second.Rsa);
        second.Publish(new RsaSecurityKey(RSA.Create(2048)) { KeyId = second.Rsa.KeyId });
        validator = ValidatorFor(new IssuerOptions(issuer.Authority, "fhirbridge"), new IssuerOptions(second.Authority, "fhirbridge"));
        await Refuses(issuer.Token(clock, c => c["iss"] = second.Authority), "signature");
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("a.b.c")]
    [InlineData("..")]
    [InlineData("e30.e30.e30")]
    [InlineData("a.b.c.d.e")]
    public async Task NotAToken_IsRefused(string token)
    {
        var result = await Validate(token);
        Assert.Equal(Problems.Unauthenticated, Assert.Single(result.Problems).Kind);
    }

    [Fact]
    public Task VeryLongToken_IsRefused() => Refuses(new string('a', 20_000), "too long");

    [Fact]
    public async Task KnownToken_ExpiresWhileCached()
    {
        var token = issuer.Token(clock);
        var first = await Validate(token);
        Assert.Same(first.Value, (await Validate(token)).Value);
        clock.Now += TimeSpan.FromSeconds(311);
        await Refuses(token, "expired");
    }

    [Fact]
    public async Task KnownToken_NeedsNoIssuer()
    {
        var token = issuer.Token(clock);
        await Validate(token);
        var asked = issuer.Requests;
        issuer.IsDown = true;
        Assert.True((await Validate(token)).IsOk);
        Assert.Equal(asked, issuer.Requests);
    }

    [Fact]
    public async Task IssuerDown_IsTransient_NotUnauthenticated()
    {
        issuer.IsDown = true;
        var result = await Validate(issuer.Token(clock));
        Assert.Equal(Problems.Transient, Assert.Single(result.Problems).Kind);

        issuer.IsDown = false;
        clock.Now += OpenIdDiscovery.RetryAfter;
        Assert.True((await Validate(issuer.Token(clock))).IsOk);
    }

    [Fact]
    public async Task IssuerDown_IsAskedOncePerRetryTime()
    {
        issuer.IsDown = true;
        var asked = issuer.Requests;
        for (var i = 0; i < 5; i++) await Validate(issuer.Token(clock, c => c["jti"] = "t" + i));
        Assert.Equal(asked + 1, issuer.Requests);
    }

    [Fact]
    public async Task NewKey_IsFetchedAtOnce_AndThenNotTooOften()
    {
        await Validate(issuer.Token(clock));
        var next = new RsaSecurityKey(RSA.Create(2048)) { KeyId = "rsa-2" };
        issuer.Publish(next);
        Assert.True((await Validate(issuer.Token(clock, key: next))).IsOk);

        var asked = issuer.Requests;
        var invented = new RsaSecurityKey(next.Rsa) { KeyId = "invented" };
        for (var i = 0; i < 5; i++) await Refuses(issuer.Token(clock, c => c["jti"] = "t" + i, key: invented), "signature");
        Assert.Equal(asked, issuer.Requests);

        clock.Now += OpenIdDiscovery.KeyRefreshAfter;
        await Refuses(issuer.Token(clock, key: invented), "signature");
        Assert.True(issuer.Requests > asked);
    }

    [Fact]
    public async Task WithdrawnKey_StopsWorkingWhenTheDocumentIsRenewed()
    {
        Assert.True((await Validate(issuer.Token(clock))).IsOk);
        issuer.Withdraw(issuer.Rsa);
        clock.Now += OpenIdDiscovery.MaxAge;
        await Refuses(issuer.Token(clock), "signature");
    }

    [Fact]
    public async Task IssuerThatStopsAnswering_KeepsItsKnownKeys()
    {
        await Validate(issuer.Token(clock));
        issuer.IsDown = true;
        clock.Now += OpenIdDiscovery.MaxAge * 2;
        Assert.True((await Validate(issuer.Token(clock))).IsOk);
    }

    [Fact]
    public async Task DiscoveryThatNamesAnotherIssuer_IsTransient()
    {
        var token = issuer.Token(clock);
        issuer.Name = "https://elsewhere.example";
        Assert.Equal(Problems.Transient, Assert.Single((await Validate(token)).Problems).Kind);
    }
}
