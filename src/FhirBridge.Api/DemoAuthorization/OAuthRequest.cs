using System.Net;
using FhirBridge.Api.Configuration;
using Microsoft.Extensions.Primitives;

namespace FhirBridge.Api.DemoAuthorization;

/// <summary>The parameters of an OAuth request: of the query, or of the form. One that is sent twice counts as absent (RFC 6749 §3.1).</summary>
internal sealed class OAuthRequest(IEnumerable<KeyValuePair<string, StringValues>> parameters)
{
    private readonly Dictionary<string, string> values = parameters.Where(p => p.Value.Count == 1 && !string.IsNullOrEmpty(p.Value[0]))
        .ToDictionary(p => p.Key, p => p.Value[0]!, StringComparer.Ordinal);

    /// <summary>A parameter; null when absent.</summary>
    public string? this[string name] => values.GetValueOrDefault(name);

    /// <summary>All of them, as they came.</summary>
    public IEnumerable<KeyValuePair<string, string>> All => values;

    /// <summary>The form of a POST; the query of a GET. Null when a POST has no form.</summary>
    public static async Task<OAuthRequest?> ReadAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method)) return new OAuthRequest(context.Request.Query);
        if (!context.Request.HasFormContentType) return null;
        try
        {
            return new OAuthRequest(await context.Request.ReadFormAsync(context.RequestAborted));
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}

/// <summary>Where codes may be sent: to this machine (RFC 8252 §7.3), or to pages of this service itself.</summary>
internal static class RedirectUris
{
    /// <summary>The address, when codes may be sent there; null otherwise.</summary>
    public static Uri? Accept(string? text, string publicBase) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0
        && (ConfigurationReader.IsLoopback(uri) || uri.GetLeftPart(UriPartial.Authority) == new Uri(publicBase).GetLeftPart(UriPartial.Authority))
            ? uri : null;

    /// <summary>The address with parameters added to its query.</summary>
    public static string With(Uri uri, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var text = uri.AbsoluteUri;
        foreach (var (name, value) in parameters)
        {
            if (value is not null) text += $"{(text.Contains('?') ? '&' : '?')}{name}={WebUtility.UrlEncode(value)}";
        }

        return text;
    }
}
