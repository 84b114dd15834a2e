namespace FhirBridge.Api.Http;

/// <summary>The counter: a response value → the wire.</summary>
internal static class Counter
{
    /// <summary>Writes status, headers and body; HEAD and 304 have no body.</summary>
    public static async Task WriteAsync(HttpContext http, FhirResponse response, string format)
    {
        var headers = http.Response.Headers;
        http.Response.StatusCode = response.Status;
        headers.CacheControl = "no-store";
        headers.Vary = "Authorization, Accept";
        if (response.VersionId is { } version) headers.ETag = $"W/\"{version}\"";
        if (response.LastModified is { } at) headers.LastModified = at.UtcDateTime.ToString("R");
        if (response.Location is { } location) headers.Location = location;
        if (response.ContentLocation is { } content) headers.ContentLocation = content;
        if (response.Body.IsEmpty) return;
        var body = format == Formats.Xml ? Formats.ToXml(response.Body) : response.Body;
        http.Response.ContentType = format + "; charset=utf-8";
        http.Response.ContentLength = body.Length;
        if (HttpMethods.IsHead(http.Request.Method)) return;
        await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted).ConfigureAwait(false);
    }
}
