using System.Buffers;
using FhirBridge.Api.Contributions;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Http;

/// <summary>Media types of FHIR. Spec: https://hl7.org/fhir/R4/http.html#mime-type.</summary>
public static class Formats
{
    /// <summary>FHIR JSON.</summary>
    public const string Json = "application/fhir+json";

    /// <summary>FHIR XML.</summary>
    public const string Xml = "application/fhir+xml";

    /// <summary>The format of the answer: <c>_format</c> wins over <c>Accept</c>; null when none of what is accepted can be made.</summary>
    public static string? Negotiate(HttpRequest request)
    {
        if (request.Query.TryGetValue("_format", out var asked) && asked.Count > 0) return Known(asked[0]!.Replace(' ', '+'));
        var accept = request.Headers.Accept;
        if (accept.Count == 0) return Json;
        foreach (var part in string.Join(',', accept.ToArray()).Split(',', StringSplitOptions.TrimEntries))
        {
            if (Known(part.Split(';')[0].Trim()) is { } format) return format;
        }

        return null;
    }

    /// <summary>The format that a media type or short name means; null for another.</summary>
    public static string? Known(string mediaType) => mediaType.ToLowerInvariant() switch
    {
        "json" or "application/json" or "application/fhir+json" or "text/json" or "*/*" or "application/*" or "text/html" => Json,
        "xml" or "application/xml" or "application/fhir+xml" or "text/xml" => Xml,
        _ => null,
    };

    /// <summary>A resource in XML.</summary>
    public static ReadOnlyMemory<byte> ToXml(ReadOnlyMemory<byte> json)
    {
        var output = new ArrayBufferWriter<byte>(json.Length * 2);
        FhirXml.Write(StoredJson.Read(json).Root, output);
        return output.WrittenMemory;
    }
}
