using System.Buffers;
using System.Text.Json;
using FhirBridge.Api.Audit;
using FhirBridge.Api.ExternalTerminology;
using FhirBridge.Api.Http;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Interactions.Operations;

/// <summary>
/// $expand, $validate-code, $lookup, $subsumes, $translate: asked of the definitions of the network as they are when the request starts. Parameters come in
/// the query or in the body. Specification: https://hl7.org/fhir/R4/terminology-service.html.
/// </summary>
public static class TerminologyOperation
{
    private delegate TerminologyAnswer Question(TerminologyOperations operations, FhirElement parameters, FhirElement resource, string? language);

    /// <summary>ValueSet/$expand.</summary>
    public static ValueTask<FhirResponse> ExpandAsync(FhirRequest request, Bridge bridge, CancellationToken cancel) =>
        AnswerAsync(request, bridge, static (o, p, r, l) => o.Expand(p, r, l), cancel);

    /// <summary>ValueSet/$validate-code.</summary>
    public static ValueTask<FhirResponse> ValidateInValueSetAsync(FhirRequest request, Bridge bridge, CancellationToken cancel) =>
        AnswerAsync(request, bridge, static (o, p, r, l) => o.ValidateInValueSet(p, r, l), cancel);

    /// <summary>CodeSystem/$validate-code.</summary>
    public static ValueTask<FhirResponse> ValidateInCodeSystemAsync(FhirRequest request, Bridge bridge, CancellationToken cancel) =>
        AnswerAsync(request, bridge, static (o, p, r, l) => o.ValidateInCodeSystem(p, r, l), cancel);

    /// <summary>CodeSystem/$lookup.</summary>
    public static ValueTask<FhirResponse> LookupAsync(FhirRequest request, Bridge bridge, CancellationToken cancel) =>
        AnswerAsync(request, bridge, static (o, p, r, l) => o.Lookup(p, r, l), cancel);

    /// <summary>CodeSystem/$subsumes.</summary>
    public static ValueTask<FhirResponse> SubsumesAsync(FhirRequest request, Bridge bridge, CancellationToken cancel) =>
        AnswerAsync(request, bridge, static (o, p, r, l) => o.Subsumes(p, r, l), cancel);

    /// <summary>ConceptMap/$translate.</summary>
    public static ValueTask<FhirResponse> TranslateAsync(FhirRequest request, Bridge bridge, CancellationToken cancel) =>
        AnswerAsync(request, bridge, static (o, p, r, l) => o.Translate(p, r, l), cancel);

    /// <summary>ValueSet/$batch-validate-code.</summary>
    public static async ValueTask<FhirResponse> ValidateBatchAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        var parameters = request.Body!.Root;
        if (parameters.Type != "Parameters") return NoParameters(request, parameters);
        var definitions = bridge.Definitions;
        var operations = new TerminologyOperations(definitions, bridge.Time);
        var parts = TerminologyOperations.Split(parameters);
        var answers = parts?.Select(p => operations.Validate(p, request.AcceptLanguage)).ToArray();
        if (answers is not null && bridge.Terminology is { } server)
        {
            using var limit = server.Limit();
            var open = Enumerable.Range(0, answers.Length).Where(i => answers[i].IsOpen);
            await Parallel.ForEachAsync(open, new ParallelOptions { MaxDegreeOfParallelism = TerminologyServer.AtOnce, CancellationToken = cancel }, async (i, ended) =>
            {
                var operation = TerminologyOperations.IsOfSystem(parts![i]) ? "CodeSystem/$validate-code" : "ValueSet/$validate-code";
                answers[i] = await ForeignOperation.AskAsync(server, operation, parts[i], default, request.AcceptLanguage, definitions, limit.Token, ended).ConfigureAwait(false) ?? answers[i];
            }).ConfigureAwait(false);
        }

        return Response(TerminologyOperations.Joined(answers));
    }

    private static async ValueTask<FhirResponse> AnswerAsync(FhirRequest request, Bridge bridge, Question question, CancellationToken cancel)
    {
        FhirElement resource = default;
        IReadOnlyList<AuditEntry> audit = [];
        if (request.Id.Length > 0)
        {
            var stored = await StoredAsync(request, bridge, cancel).ConfigureAwait(false);
            if (stored.Status != 200) return stored;
            (resource, audit) = (FhirJson.ReadTrusted(stored.Body).Value!.Root, stored.Audit);
        }

        var parameters = request.Body is { } body ? body.Root : FromQuery(request.Query);
        if (parameters.Type != "Parameters") return NoParameters(request, parameters, audit);
        var definitions = bridge.Definitions;
        var answer = question(new TerminologyOperations(definitions, bridge.Time, request.TooCostlyThreshold), parameters, resource, request.AcceptLanguage);
        if (answer.IsOpen && bridge.Terminology is { } server)
        {
            using var limit = server.Limit();
            answer = await ForeignOperation.AskAsync(server, $"{request.Type}/${request.Route.Name}", parameters, resource, request.AcceptLanguage, definitions, limit.Token, cancel).ConfigureAwait(false) ?? answer;
        }

        return Response(answer, audit);
    }

    /// <summary>The resource of the address: an entry of the directory, or on a facade what the member stored under its own id.</summary>
    private static async ValueTask<FhirResponse> StoredAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        // The whole resource, whatever of it the client has or wants to see: it is the question's.
        if (request.Member is not null) return await Facade.FacadeRead.ReadAsync(request with { Query = [], IfNoneMatch = null, IfModifiedSince = null }, bridge, cancel).ConfigureAwait(false);
        return await Shared.Directory.FindAsync(request, bridge, request.Type, request.Id, cancel).ConfigureAwait(false) is { } found ? FhirResponse.Resource(200, found.Json) : FhirResponse.NotFound();
    }

    private static FhirResponse Response(TerminologyAnswer answer, IReadOnlyList<AuditEntry>? audit = null) =>
        FhirResponse.Resource(answer.IsOk ? 200 : answer.IsMalformed ? 400 : 422, answer.Json, audit: audit);

    private static FhirResponse NoParameters(FhirRequest request, FhirElement body, IReadOnlyList<AuditEntry>? audit = null) =>
        FhirResponse.Failure(Problems.BadRequest.With($"${request.Route.Name} takes Parameters; this is a {body.Type}", body.Type), audit);

    // Only the text of a parameter is looked at, so that its type does not matter.
    private static FhirElement FromQuery(IReadOnlyList<KeyValuePair<string, string>> query)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var w = new Utf8JsonWriter(output, JsonOptions.Writer))
        {
            w.WriteStartObject();
            w.WriteString("resourceType", "Parameters");
            w.WriteStartArray("parameter");
            foreach (var (name, value) in query.Where(p => p.Value.Length > 0 && p.Key is not ("_format" or "_pretty")))
            {
                w.WriteStartObject();
                w.WriteString("name", name);
                w.WriteString("valueString", value);
                w.WriteEndObject();
            }

            w.WriteEndArray();
            w.WriteEndObject();
        }

        return FhirJson.ReadTrusted(output.WrittenMemory).Value!.Root;
    }
}
