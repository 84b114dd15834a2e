using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FhirBridge.Consent;
using Microsoft.AspNetCore.DataProtection;

namespace FhirBridge.Api.Http;

/// <summary>
/// The continuation of a search: encrypted, bound to the caller and the query, short-lived, and no evidence of permission: every page is decided anew
/// (consent.md §9, paging).
/// </summary>
public sealed class PageTokens(IDataProtectionProvider protection, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);
    private readonly IDataProtector protector = protection.CreateProtector("FhirBridge.Page.v1");

    /// <summary>Seals a position.</summary>
    public string Seal(Caller caller, PagePosition position)
    {
        var sealedPosition = new Sealed(KeyOf(caller), (time.GetUtcNow() + Lifetime).ToUnixTimeSeconds(), position);
        return Convert.ToBase64String(protector.Protect(JsonSerializer.SerializeToUtf8Bytes(sealedPosition))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    /// <summary>Opens a position; null when it is not one of ours, has expired, or was made for another caller.</summary>
    public PagePosition? Open(Caller caller, string token)
    {
        try
        {
            var base64 = token.Replace('-', '+').Replace('_', '/');
            var bytes = protector.Unprotect(Convert.FromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '=')));
            var opened = JsonSerializer.Deserialize<Sealed>(bytes);
            return opened is not null && opened.Caller == KeyOf(caller) && opened.Expires >= time.GetUtcNow().ToUnixTimeSeconds() ? opened.Position : null;
        }
        catch (Exception e) when (e is FormatException or CryptographicException or JsonException)
        {
            return null;
        }
    }

    private static string KeyOf(Caller caller) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{caller.Subject}\n{caller.ClientId}\n{caller.DecisionKey}"))[..12]);

    private sealed record Sealed(string Caller, long Expires, PagePosition Position);
}

/// <summary>Where a page ended.</summary>
/// <param name="Path">Type searched, or the path of the operation.</param>
/// <param name="Query">The query in canonical form.</param>
/// <param name="Count">Matches a page.</param>
/// <param name="Ticks">Last update of the last match.</param>
/// <param name="Id">Reference of the last match, or the vault's position.</param>
/// <param name="Offset">Matches so far.</param>
public sealed record PagePosition(string Path, string Query, int Count, long Ticks, string Id, int Offset);
