using System.Buffers;
using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Interactions;

/// <summary>Checks that the URL and the body speak of the same resource.</summary>
public static class Targets
{
    /// <summary>The problem when the body's id is missing or another; null when they agree. Spec: https://hl7.org/fhir/R4/http.html#update.</summary>
    public static Problem? IdProblem(FhirElement resource, string id)
    {
        var stated = resource.Text("id");
        if (stated == id) return null;
        return Problems.BadRequest.With(
            stated is null ? "the resource has no id; an update names it in the body as in the URL" : "the id in the body is not the id in the URL",
            (resource.Type ?? "Resource") + ".id");
    }

    /// <summary>The problem when the body is of another type than the URL; null when they agree.</summary>
    public static Problem? TypeProblem(FhirElement resource, string type) => resource.Type == type
        ? null
        : Problems.BadRequest.With($"the body is a {resource.Type}, the URL names {type}", resource.Type);
}

/// <summary><c>Prefer: return=…</c>. Spec: https://hl7.org/fhir/R4/http.html#ops; without it writes return the representation (contract.md).</summary>
public static class Preferred
{
    private const string Outcome = "OperationOutcome";

    /// <summary>The body that the client prefers; empty for <c>minimal</c>. An OperationOutcome tells what the validation advises against.</summary>
    public static ReadOnlyMemory<byte> Body(FhirRequest request, Written written, Func<ReadOnlyMemory<byte>> representation) => request.PreferReturn switch
    {
        "minimal" => default,
        Outcome => Advice(written),
        _ => representation(),
    };

    /// <summary>What the validation said of what was written.</summary>
    public static ReadOnlyMemory<byte> Advice(Written written)
    {
        var buffer = new ArrayBufferWriter<byte>();
        OutcomeWriter.Write(buffer, written.Advice);
        return buffer.WrittenMemory;
    }

    /// <summary>True when the client prefers an OperationOutcome as the body of a write.</summary>
    public static bool IsAdvice(FhirRequest request) => request.PreferReturn == Outcome;
}
