using System.Security.Cryptography;
using FhirBridge.Api.Tokens;
using FhirBridge.Consent;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Tests.Tokens;

public sealed class BearerTokenTests
{
    [Theory]
    [InlineData("Bearer abc")]
    [InlineData("bearer  abc ")]
    public void Header_WithAToken(string header) => Assert.Equal("abc", BearerToken.Read(header).Value);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Basic abc")]
    [InlineData("abc")]
    public void Header_WithoutAToken_IsUnauthenticated(string? header) => Assert.Equal(Problems.Unauthenticated, Assert.Single(BearerToken.Read(header).Problems).Kind);

    [Fact]
    public void Challenge_WithoutAToken_NamesNoError() =>
        Assert.Equal("Bearer realm=\"fhirbridge\"", BearerToken.Challenge(Problems.Unauthenticated.With("x"), tokenSent: false));

    [Fact]
    public void Challenge_WithAToken_SaysWhy_InTheCharactersAllowed()
    {
        Assert.Equal("Bearer realm=\"fhirbridge\", error=\"invalid_token\", error_description=\"it's 'a' b\"",
            BearerToken.Challenge(Problems.Unauthenticated.With("it’s \"a\" b"), tokenSent: true));
        Assert.Contains("insufficient_scope", BearerToken.Challenge(Problems.Forbidden.With("x"), tokenSent: true), StringComparison.Ordinal);
        Assert.Null(BearerToken.Challenge(Problems.Transient.With("x"), tokenSent: true));
    }

    [Fact]
    public void Cache_IsBounded_AndKeepsWhatIsUsed()
    {
        var cache = new TokenCache(100);
        ValidatedToken Make(int i) => new() { Issuer = "", Subject = i.ToString(), ClientId = "", Expires = default, Scopes = SmartScopes.Parse("") };
        TokenDigest Digest(int i) => TokenDigest.Of("token" + i);
        var used = Make(0);
        cache.Add(Digest(0), used);
        for (var i = 1; i <= 1000; i++)
        {
            cache.Add(Digest(i), Make(i));
            Assert.Same(used, cache.Find(Digest(0)));
        }

        Assert.InRange(Enumerable.Range(1, 1000).Count(i => cache.Find(Digest(i)) is not null), 1, 100);
        Assert.Equal(Convert.ToHexString(SHA256.HashData("token1"u8)), Convert.ToHexString([.. new[] { Digest(1).A, Digest(1).B, Digest(1).C, Digest(1).D }.SelectMany(BitConverter.GetBytes)]));
    }
}
