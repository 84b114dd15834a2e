using System.Text;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Tokens;

/// <summary>The <c>Authorization</c> header of a request and the challenge of an answer (RFC 6750 §2.1, §3).</summary>
public static class BearerToken
{
    /// <summary>The token of an <c>Authorization</c> header.</summary>
    /// <returns>The token, or <see cref="Problems.Unauthenticated"/> when there is none or another scheme was used.</returns>
    public static Result<string> Read(string? authorization)
    {
        if (string.IsNullOrWhiteSpace(authorization))
            return Problems.Unauthenticated.With("This needs an access token: send it as 'Authorization: Bearer …'.");
        var space = authorization.IndexOf(' ');
        if (space < 0 || !authorization.AsSpan(0, space).Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            return Problems.Unauthenticated.With("The Authorization header has another scheme than Bearer.");
        var token = authorization[(space + 1)..].Trim();
        return token.Length == 0 ? Problems.Unauthenticated.With("The Authorization header holds no token.") : token;
    }

    /// <summary>The value of <c>WWW-Authenticate</c> for a 401 or 403, or null when the problem asks for no other token.</summary>
    /// <param name="problem">What was wrong.</param>
    /// <param name="tokenSent">False when the request had no token: the challenge then says nothing about an error (RFC 6750 §3.1).</param>
    public static string? Challenge(Problem problem, bool tokenSent)
    {
        const string realm = "Bearer realm=\"fhirbridge\"";
        if (problem.Kind != Problems.Unauthenticated && problem.Kind != Problems.Forbidden) return null;
        if (!tokenSent) return realm;
        var error = problem.Kind == Problems.Forbidden ? "insufficient_scope" : "invalid_token";
        return $"{realm}, error=\"{error}\", error_description=\"{Quotable(problem.Diagnostics)}\"";
    }

    /// <summary>The characters that RFC 6750 allows in a description.</summary>
    private static string Quotable(string text)
    {
        var builder = new StringBuilder(text.Length);
        foreach (var c in text) builder.Append(c is >= ' ' and <= '~' and not '"' and not '\\' ? c : '\'');
        return builder.ToString();
    }
}
