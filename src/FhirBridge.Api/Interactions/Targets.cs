using System.Buffers;
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
    /// <summary>The body that the client prefers; empty for <c>minimal</c>.</summary>
    public static ReadOnlyMemory<byte> Body(FhirRequest request, Func<ReadOnlyMemory<byte>> representation)
    {
        switch (request.PreferReturn)
        {
            case "minimal":
                return default;
            case "OperationOutcome":
                var buffer = new ArrayBufferWriter<byte>();
                OutcomeWriter.Write(buffer, []);
                return buffer.WrittenMemory;
            default:
                return representation();
        }
    }
}
