using FhirBridge.Fhir;
using FhirBridge.Fhir.Patch;

namespace FhirBridge.Api.Http;

/// <summary>Reads patches: from the body of a PATCH and from the entry of a Bundle. Spec: https://hl7.org/fhir/R4/http.html#patch.</summary>
internal static class PatchBodies
{
    /// <summary>The patch in the body; its media type says which of the three it is.</summary>
    public static async ValueTask<Result<ResourcePatch>> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        if (Formats.OfPatch(request.ContentType) is not { } format) return Unsupported(request.HttpContext);
        var bytes = await Bodies.ReadAsync(request, cancel).ConfigureAwait(false);
        return bytes.IsOk ? Read(format, bytes.Value) : Result<ResourcePatch>.Fail(bytes.Problems);
    }

    /// <summary>The patch in an entry: a Binary with a patch of any kind, or the Parameters of a FHIRPath Patch.</summary>
    /// <param name="resource">The entry's resource.</param>
    /// <param name="at">Its FHIRPath in the Bundle, for problems.</param>
    public static Result<ResourcePatch> Of(FhirElement resource, string at)
    {
        if (resource.Type == "Parameters")
        {
            var read = ResourcePatch.ReadParameters(resource);
            return read.IsOk ? read : Result<ResourcePatch>.Fail(read.Problems.Select(p => p with { Expression = at + p.Expression?["Parameters".Length..] }));
        }

        if (resource.Type != "Binary") return Problems.BadRequest.With("the patch in a Bundle is a Binary with its contentType, or Parameters", at);
        if (Formats.OfPatch(resource.Text("contentType")) is not { } format) return Unsupported(null) with { Expression = at + ".contentType" };
        var data = resource.Text("data") ?? "";
        var bytes = new byte[data.Length];
        if (data.Length == 0 || !Convert.TryFromBase64String(data, bytes, out var length)) return Problems.MalformedPatch.With("the Binary holds no patch", at + ".data");
        var patch = Read(format, bytes.AsMemory(0, length));
        return patch.IsOk ? patch : Result<ResourcePatch>.Fail(patch.Problems.Select(p => p with { Expression = at + ".data" }));
    }

    private static Result<ResourcePatch> Read(string format, ReadOnlyMemory<byte> bytes)
    {
        switch (format)
        {
            case Formats.JsonPatch:
                return ResourcePatch.ReadJson(bytes);
            case Formats.XmlPatch:
                return ResourcePatch.ReadXml(bytes);
            default:
                var parameters = Bodies.Read(format, bytes, BodyKind.Resource);
                return parameters.IsOk ? ResourcePatch.ReadParameters(parameters.Value.Root) : Result<ResourcePatch>.Fail(parameters.Problems);
        }
    }

    /// <summary>RFC 5789 §3.1: the answer says what would be accepted.</summary>
    private static Problem Unsupported(HttpContext? http)
    {
        var accepted = string.Join(", ", Formats.Patches);
        if (http is not null) http.Response.Headers["Accept-Patch"] = accepted;
        return Problems.UnsupportedMediaType.With($"a patch is sent as one of {accepted}, of R4 and in UTF-8");
    }
}
