using Microsoft.AspNetCore.Http;

namespace FhirBridge.Portal;

/// <summary>The security headers of every page.</summary>
internal static class PageHeaders
{
    /// <summary>Sets them. Nothing comes from elsewhere, nothing runs inline, nobody frames the page, no proxy keeps it.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="formTarget">An address that a form of the page leads to by a redirect: browsers hold <c>form-action</c> against that too.</param>
    public static void Apply(HttpResponse response, Uri? formTarget)
    {
        var form = formTarget is null ? "'self'" : $"'self' {formTarget.GetLeftPart(UriPartial.Authority)}";
        var headers = response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; script-src 'self'; "
            + $"form-action {form}; base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers.CacheControl = "no-store";
    }
}
