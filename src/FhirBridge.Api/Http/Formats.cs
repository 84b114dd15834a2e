using System.Buffers;
using System.Text.Json;
using FhirBridge.Api.Contributions;
using FhirBridge.Fhir;
using Microsoft.Net.Http.Headers;

namespace FhirBridge.Api.Http;

/// <summary>Media types of FHIR. Spec: https://hl7.org/fhir/R4/http.html#mime-type.</summary>
public static class Formats
{
    /// <summary>FHIR JSON.</summary>
    public const string Json = "application/fhir+json";

    /// <summary>FHIR XML.</summary>
    public const string Xml = "application/fhir+xml";

    /// <summary>JSON Patch (RFC 6902).</summary>
    public const string JsonPatch = "application/json-patch+json";

    /// <summary>XML Patch (RFC 5261).</summary>
    public const string XmlPatch = "application/xml-patch+xml";

    /// <summary>What a patch may be sent as; FHIR's own formats hold a FHIRPath Patch.</summary>
    public static readonly IReadOnlyList<string> Patches = [JsonPatch, XmlPatch, Json, Xml];

    /// <summary>The format of the answer: <c>_format</c> wins over <c>Accept</c>; null when none of what is accepted can be made.</summary>
    public static string? Negotiate(HttpRequest request)
    {
        if (request.Query.TryGetValue("_format", out var asked) && asked.Count > 0)
        {
            // A plus sign that was not escaped arrives as a blank.
            var named = asked[0]!.Replace(' ', '+');
            return MediaTypeHeaderValue.TryParse(named, out var type) ? IsOfR4(type) ? Known(type.MediaType.Value!) : null : Known(named);
        }

        var sent = string.Join(',', request.Headers.Accept.ToArray());
        if (sent.Trim(',', ' ').Length == 0) return Json;

        // One part that cannot be read does not spoil the others.
        var accepted = sent.Split(',').Select(p => MediaTypeHeaderValue.TryParse(p, out var range) ? range : null).OfType<MediaTypeHeaderValue>().ToList();
        var refused = accepted.Where(a => a.Quality == 0).Select(a => Exact(a.MediaType.Value!)).ToHashSet();
        foreach (var range in accepted.OrderByDescending(a => a.Quality ?? 1))
        {
            if (range.Quality == 0 || !IsOfR4(range)) continue;
            var format = Known(range.MediaType.Value!);
            if (format == Json && refused.Contains(Json)) format = Exact(range.MediaType.Value!) is null ? Xml : null;
            if (format is not null && !refused.Contains(format)) return format;
        }

        return null;
    }

    /// <summary>The format of a body: FHIR JSON or XML, in UTF-8 and of R4; null when it is neither. Spec: https://hl7.org/fhir/R4/http.html#mime-type.</summary>
    public static string? OfBody(string? contentType) => OfPatch(contentType) is { } format and (Json or Xml) ? format : null;

    /// <summary>The format of a patch, one of <see cref="Patches"/>; null when it is none of them.</summary>
    public static string? OfPatch(string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var sent) || !IsOfR4(sent)) return null;
        if (sent.Charset.HasValue && !sent.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) && sent.Charset != "\"utf-8\"") return null;
        var type = sent.MediaType.Value!.ToLowerInvariant();
        return type is JsonPatch or XmlPatch ? type : Exact(type);
    }

    /// <summary>The format that a media type, a range of them, or a short name means; null for another. A browser's <c>text/html</c> gets JSON.</summary>
    public static string? Known(string mediaType) => mediaType.ToLowerInvariant() is "*/*" or "application/*" or "text/*" or "text/html" or "html" ? Json : Exact(mediaType);

    private static string? Exact(string mediaType) => mediaType.ToLowerInvariant() switch
    {
        "json" or "application/json" or "application/fhir+json" or "text/json" => Json,
        "xml" or "application/xml" or "application/fhir+xml" or "text/xml" => Xml,
        _ => null,
    };

    /// <summary>False when the parameter <c>fhirVersion</c> asks for another version (https://hl7.org/fhir/R4/versioning.html#mt-version).</summary>
    private static bool IsOfR4(MediaTypeHeaderValue type) =>
        type.Parameters.FirstOrDefault(p => p.Name.Equals("fhirVersion", StringComparison.OrdinalIgnoreCase)) is not { } version || version.Value.ToString().Trim('"') is "4.0" or "4.0.0" or "4.0.1";

    /// <summary>True when <c>_pretty=true</c> asks for line breaks and indentation. Spec: https://hl7.org/fhir/R4/http.html#pretty.</summary>
    public static bool IsPretty(HttpRequest request) => request.Query.TryGetValue("_pretty", out var asked) && asked == "true";

    /// <summary>A resource in XML.</summary>
    public static ReadOnlyMemory<byte> ToXml(ReadOnlyMemory<byte> json, bool indented)
    {
        var output = new ArrayBufferWriter<byte>(json.Length * 2);
        FhirXml.Write(StoredJson.Read(json).Root, output, indented);
        return output.WrittenMemory;
    }

    /// <summary>The same JSON, indented; numbers keep their digits.</summary>
    public static ReadOnlyMemory<byte> Indent(ReadOnlyMemory<byte> json)
    {
        var output = new ArrayBufferWriter<byte>(json.Length * 2);
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1_000 });
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JsonOptions.Writer.Encoder, Indented = true, NewLine = "\n", MaxDepth = 1_000 });
        document.RootElement.WriteTo(writer);
        writer.Flush();
        return output.WrittenMemory;
    }
}
