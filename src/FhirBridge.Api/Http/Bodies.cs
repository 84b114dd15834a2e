using System.Buffers;
using System.Text;
using FhirBridge.Api.Interactions.Shared;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Http;

/// <summary>Reads what a request sends, within limits.</summary>
internal static class Bodies
{
    /// <summary>The resource in the body; problems name line and element. What came as XML is kept as JSON.</summary>
    public static async ValueTask<Result<ElementTree>> ReadResourceAsync(HttpRequest request, BodyKind kind, CancellationToken cancel)
    {
        var format = Formats.OfBody(request.ContentType);
        if (format is null) return Problems.UnsupportedMediaType.With("send application/fhir+json or application/fhir+xml, of R4 and in UTF-8");
        var bytes = await ReadAsync(request, cancel).ConfigureAwait(false);
        if (!bytes.IsOk) return Result<ElementTree>.Fail(bytes.Problems);
        if (format == Formats.Json) return kind == BodyKind.Evaluated ? ReadEvaluated(bytes.Value) : FhirJson.Read(bytes.Value);
        var xml = FhirXml.Read(bytes.Value);
        if (!xml.IsOk) return xml;
        var json = new ArrayBufferWriter<byte>(bytes.Value.Length);
        FhirJson.Write(xml.Value.Root, json);
        return FhirJson.Read(json.WrittenMemory);
    }

    /// <summary>
    /// A resource that is evaluated and not kept: it must be well-formed and have no unknown elements, but what it lacks, and values outside of their grammar or value set,
    /// are no reason to refuse to look at it.
    /// </summary>
    public static Result<ElementTree> ReadEvaluated(ReadOnlyMemory<byte> json)
    {
        var read = FhirJson.Read(json);
        if (read.IsOk || read.Problems.Count >= ReadLimits.Default.MaxProblems) return read;
        return read.Problems.All(p => OfContent.Contains(p.Kind) && !IsOfParameters(p.Expression)) ? FhirJson.ReadTrusted(json) : read;
    }

    private static readonly HashSet<ProblemKind> OfContent = [Problems.Required, Problems.Cardinality, Problems.InvalidValue, Problems.CodeInvalid];

    private static bool IsOfParameters(string? path) => path is null || (path.StartsWith("Parameters", StringComparison.Ordinal) && !path.Contains(".resource.", StringComparison.Ordinal));

    /// <summary>The parameters of a POST search.</summary>
    public static async ValueTask<Result<List<KeyValuePair<string, string>>>> ReadFormAsync(HttpRequest request, CancellationToken cancel)
    {
        var mediaType = request.ContentType?.Split(';')[0].Trim();
        if (mediaType is not (null or "" or "application/x-www-form-urlencoded")) return Problems.UnsupportedMediaType.With("a search by POST sends application/x-www-form-urlencoded");
        var bytes = await ReadAsync(request, cancel).ConfigureAwait(false);
        return bytes.IsOk ? SearchDesk.ParseQuery(Encoding.UTF8.GetString(bytes.Value.Span)) : Result<List<KeyValuePair<string, string>>>.Fail(bytes.Problems);
    }

    private static async ValueTask<Result<ReadOnlyMemory<byte>>> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        var limit = ReadLimits.Default.MaxBytes;
        var tooLarge = Problems.TooLarge.With($"the body is larger than {limit / 1_000_000} MB; split it");
        if (request.ContentLength > limit) return tooLarge;
        var buffer = new ArrayBufferWriter<byte>((int)Math.Max(1024, request.ContentLength ?? 4096));
        while (true)
        {
            var read = await request.Body.ReadAsync(buffer.GetMemory(4096), cancel).ConfigureAwait(false);
            if (read == 0) return buffer.WrittenMemory;
            buffer.Advance(read);
            if (buffer.WrittenCount > limit) return tooLarge;
        }
    }
}
