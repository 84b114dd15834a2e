using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace FhirBridge.Api.Tokens;

/// <summary>SHA-256 of a token: what the cache knows it by, so that no token lies in memory longer than its request.</summary>
internal readonly record struct TokenDigest(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>The digest of a token's text.</summary>
    public static TokenDigest Of(string token)
    {
        Span<byte> utf8 = token.Length <= 4096 ? stackalloc byte[token.Length * 3] : new byte[token.Length * 3];
        Span<ulong> hash = stackalloc ulong[4];
        SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(token, utf8)], MemoryMarshal.AsBytes(hash));
        return new TokenDigest(hash[0], hash[1], hash[2], hash[3]);
    }
}

/// <summary>
/// Validated tokens by digest, in two generations: when the young one is full, it becomes the old one and the old one is dropped. Bounded, no timers,
/// and what is in use moves to the young generation with its next use.
/// </summary>
/// <param name="capacity">Tokens kept at most, over both generations.</param>
internal sealed class TokenCache(int capacity)
{
    private volatile ConcurrentDictionary<TokenDigest, ValidatedToken> young = new();
    private volatile ConcurrentDictionary<TokenDigest, ValidatedToken> old = new();
    private int count;

    /// <summary>The token, when it was validated before and is still kept; its validity in time is for the caller to check.</summary>
    public ValidatedToken? Find(TokenDigest digest)
    {
        if (young.TryGetValue(digest, out var token)) return token;
        if (!old.TryGetValue(digest, out token)) return null;
        Add(digest, token);
        return token;
    }

    /// <summary>Keeps a token.</summary>
    public void Add(TokenDigest digest, ValidatedToken token)
    {
        if (!young.TryAdd(digest, token)) return;
        if (Interlocked.Increment(ref count) <= capacity / 2) return;
        // Two threads may turn the generation at once: then more is forgotten than needed, never anything wrong remembered.
        Interlocked.Exchange(ref count, 0);
        old = young;
        young = new();
    }
}
