namespace FhirBridge.Api.Http;

/// <summary>The counter: a response value → the wire.</summary>
internal static class Counter
{
    /// <summary>The body in the format of the answer: made apart from writing it, so that what cannot be made is still answered as a failure.</summary>
    public static ReadOnlyMemory<byte> Body(FhirResponse response, string format, bool pretty)
    {
        if (response.Body.IsEmpty) return response.Body;
        if (format == Formats.Xml) return Formats.ToXml(response.Body, pretty);
        return pretty ? Formats.Indent(response.Body) : response.Body;
    }

    /// <summary>Writes status, headers and the body of <see cref="Body"/>; HEAD and 304 have no body.</summary>
    public static async Task WriteAsync(HttpContext http, FhirResponse response, ReadOnlyMemory<byte> body, string format)
    {
        var headers = http.Response.Headers;
        http.Response.StatusCode = response.Status;
        headers.CacheControl = "no-store";
        headers.Vary = "Authorization, Accept";
        if (response.VersionId is { } version) headers.ETag = $"W/\"{version}\"";
        if (response.LastModified is { } at) headers.LastModified = at.UtcDateTime.ToString("R");
        if (response.Location is { } location) headers.Location = location;
        if (response.ContentLocation is { } content) headers.ContentLocation = content;
        if (body.IsEmpty) return;
        http.Response.ContentType = format + "; charset=utf-8";
        http.Response.ContentLength = body.Length;
        if (HttpMethods.IsHead(http.Request.Method)) return;
        await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted).ConfigureAwait(false);
    }
}
