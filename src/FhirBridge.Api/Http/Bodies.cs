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
        return bytes.IsOk ? Read(format, bytes.Value, kind) : Result<ElementTree>.Fail(bytes.Problems);
    }

    /// <summary>The resource in bytes of that format.</summary>
    public static Result<ElementTree> Read(string format, ReadOnlyMemory<byte> bytes, BodyKind kind)
    {
        if (format == Formats.Json) return kind == BodyKind.Asked ? Asked(bytes) : kind == BodyKind.Evaluated ? Evaluated(FhirJson.ReadLenient(bytes)) : FhirJson.Read(bytes);
        var xml = kind is BodyKind.Evaluated or BodyKind.Asked ? Evaluated(FhirXml.ReadLenient(bytes)) : FhirXml.Read(bytes);
        if (!xml.IsOk) return xml;
        var json = new ArrayBufferWriter<byte>(bytes.Length);
        FhirJson.Write(xml.Value.Root, json);
        return kind is BodyKind.Evaluated or BodyKind.Asked ? FhirJson.ReadLenient(json.WrittenMemory) : FhirJson.Read(json.WrittenMemory);
    }

    /// <summary>The resource in the body as far as it can be read, and all that is wrong with it; neither when nothing was sent. Problems are those of the request.</summary>
    public static async ValueTask<Result<(ElementTree? Tree, IReadOnlyList<Problem> Faults)>> ReadJudgedAsync(HttpRequest request, CancellationToken cancel)
    {
        var bytes = await ReadAsync(request, cancel).ConfigureAwait(false);
        if (!bytes.IsOk) return Result<(ElementTree?, IReadOnlyList<Problem>)>.Fail(bytes.Problems);
        if (bytes.Value.IsEmpty) return (null, []);
        var format = Formats.OfBody(request.ContentType);
        if (format is null) return Problems.UnsupportedMediaType.With("send application/fhir+json or application/fhir+xml, of R4 and in UTF-8");
        if (format == Formats.Json)
        {
            var json = FhirJson.ReadLenient(bytes.Value);
            return (json.Value, json.Problems);
        }

        var xml = FhirXml.ReadLenient(bytes.Value);
        if (!xml.IsOk) return (null, xml.Problems);
        var written = new ArrayBufferWriter<byte>(bytes.Value.Length);
        FhirJson.Write(xml.Value.Root, written);
        return (FhirJson.ReadLenient(written.WrittenMemory).Value, xml.Problems);
    }

    /// <summary>Leniency is for the resource that is looked at, not for the Parameters around it.</summary>
    private static Result<ElementTree> Evaluated(Result<ElementTree> read)
    {
        var own = read.Problems.Where(p => !IsInResource(p)).ToList();
        return read.IsOk && own.Count > 0 ? Result<ElementTree>.Fail(own) : read;
    }

    private static Result<ElementTree> Asked(ReadOnlyMemory<byte> json)
    {
        var read = Evaluated(FhirJson.ReadLenient(json));
        if (read.IsOk || !read.Problems.All(p => IsInResource(p) ? p.Kind == Problems.UnknownElement || p.Kind == Problems.WrongType || IsOfContent(p) : p.Kind == Problems.WrongType && p.Expression?.EndsWith(".value", StringComparison.Ordinal) == true)) return read;
        return FhirJson.ReadTrusted(json);
    }

    private static bool IsInResource(Problem problem) => problem.Expression?.Contains(".resource", StringComparison.Ordinal) == true;

    private static bool IsOfContent(Problem p) => p.Kind == Problems.Required || p.Kind == Problems.Cardinality || p.Kind == Problems.InvalidValue || p.Kind == Problems.CodeInvalid;

    /// <summary>The parameters of a POST search.</summary>
    public static async ValueTask<Result<List<KeyValuePair<string, string>>>> ReadFormAsync(HttpRequest request, CancellationToken cancel)
    {
        var mediaType = request.ContentType?.Split(';')[0].Trim();
        if (mediaType is not (null or "" or "application/x-www-form-urlencoded")) return Problems.UnsupportedMediaType.With("a search by POST sends application/x-www-form-urlencoded");
        var bytes = await ReadAsync(request, cancel).ConfigureAwait(false);
        return bytes.IsOk ? SearchDesk.ParseQuery(Encoding.UTF8.GetString(bytes.Value.Span)) : Result<List<KeyValuePair<string, string>>>.Fail(bytes.Problems);
    }

    /// <summary>The bytes, within the limit.</summary>
    public static async ValueTask<Result<ReadOnlyMemory<byte>>> ReadAsync(HttpRequest request, CancellationToken cancel)
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
