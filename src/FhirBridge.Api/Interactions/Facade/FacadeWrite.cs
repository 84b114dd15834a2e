using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Fhir;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Facade;

/// <summary>
/// create, update and delete on a member facade: the owner writes its own resources under its own ids.
/// Specification: https://hl7.org/fhir/R4/http.html#create, #update, #delete.
/// </summary>
public static class FacadeWrite
{
    /// <summary>create: a new local id.</summary>
    public static ValueTask<FhirResponse> CreateAsync(FhirRequest request, Bridge bridge, CancellationToken cancel) =>
        WriteAsync(request, bridge, new WriteIntent(WriteVerb.Create, Key(request, bridge.Pipeline.Ids.NewLocal()), request.Body), cancel);

    /// <summary>update: create or replace under the id in the URL.</summary>
    public static ValueTask<FhirResponse> UpdateAsync(FhirRequest request, Bridge bridge, CancellationToken cancel) =>
        Targets.IdProblem(request.Body!.Root, request.Id) is { } problem
            ? ValueTask.FromResult(FhirResponse.Failure(problem))
            : WriteAsync(request, bridge, new WriteIntent(WriteVerb.Update, Key(request, request.Id), request.Body, request.IfMatch), cancel);

    /// <summary>delete: a tombstone; the versions stay in the history.</summary>
    public static ValueTask<FhirResponse> DeleteAsync(FhirRequest request, Bridge bridge, CancellationToken cancel) =>
        WriteAsync(request, bridge, new WriteIntent(WriteVerb.Delete, Key(request, request.Id), null, request.IfMatch), cancel);

    private static ContributionKey Key(FhirRequest request, string id) => new(request.Member!, request.Type, id);

    /// <summary>Writes, and answers with what was written.</summary>
    internal static async ValueTask<FhirResponse> WriteAsync(FhirRequest request, Bridge bridge, WriteIntent intent, CancellationToken cancel)
    {
        if (FacadeRead.OwnGrant(request) is null) return FhirResponse.Failure(Problems.Forbidden.With("only the member itself writes on its facade"));
        if (request.IfNoneExist is not null) return FhirResponse.Failure(Problems.NotSupported.With("conditional create is not offered; create under a chosen id with PUT"));
        var result = await bridge.Pipeline.WriteAsync(request, Contributor.Facade(request.Member!), [intent], cancel).ConfigureAwait(false);
        if (!result.IsOk) return FhirResponse.Failure(result.Problems);
        if (result.Value.Count == 0) return FhirResponse.Empty(204);
        var written = result.Value[0];
        if (written.Write.Deleted) return FhirResponse.Empty(204, written.Version.ToString());
        var version = written.Version.ToString();
        var location = $"{request.OwnBase}/{request.Type}/{intent.Key.LocalId}/_history/{version}";
        var status = written.Created ? 201 : 200;
        return Preferred.Body(request, written, () => Render(request, written)) is { IsEmpty: false } body
            ? FhirResponse.Resource(status, body, version, written.Write.Provenance.Recorded, location)
            : FhirResponse.Empty(status, version, written.Write.Provenance.Recorded, location);
    }

    /// <summary>What was written, as the facade shows it.</summary>
    public static ReadOnlyMemory<byte> Render(FhirRequest request, Written written) => LocalForm.Render(
        written.Write.Key, written.Write.Body, written.Version, written.Write.Provenance.Recorded,
        written.Write.Key.Type == "Patient" && written.Write.Record is { } record ? $"{request.SharedBase}/{record.Reference}" : null);
}
