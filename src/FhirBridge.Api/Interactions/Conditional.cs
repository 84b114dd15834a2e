using FhirBridge.Api.Http;

namespace FhirBridge.Api.Interactions;

/// <summary>Conditional reads. Specification: https://hl7.org/fhir/R4/http.html#cread. Evaluated only after the caller was found permitted.</summary>
public static class Conditional
{
    /// <summary>True when the client's copy is current: 304. <c>If-None-Match</c> wins over <c>If-Modified-Since</c>.</summary>
    public static bool NotModified(FhirRequest request, string versionId, DateTimeOffset lastUpdated)
    {
        if (request.IfNoneMatch is { } tags)
        {
            return tags.Split(',', StringSplitOptions.TrimEntries).Any(t => t == "*" || Unquote(t) == versionId);
        }

        return request.IfModifiedSince is { } since && lastUpdated.ToUnixTimeSeconds() <= since.ToUnixTimeSeconds();
    }

    /// <summary>The version in an entity tag: <c>W/"3"</c> → <c>3</c>.</summary>
    public static string Unquote(string tag)
    {
        var t = tag.Trim();
        if (t.StartsWith("W/", StringComparison.Ordinal)) t = t[2..];
        return t.Length >= 2 && t[0] == '"' && t[^1] == '"' ? t[1..^1] : t;
    }
}
