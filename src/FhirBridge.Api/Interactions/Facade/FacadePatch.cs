using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Facade;

/// <summary>
/// patch on a member facade: an update whose resource is made here, of what the owner would read. Specification: https://hl7.org/fhir/R4/http.html#patch.
/// </summary>
internal static class FacadePatch
{
    /// <summary>Without If-Match a patch is done on whatever is current; so often when others write at the same time.</summary>
    public const int MaxAttempts = 20;

    /// <summary>PATCH on an instance.</summary>
    public static async ValueTask<FhirResponse> PatchAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var intent = await IntentAsync(request, bridge, "", cancel).ConfigureAwait(false);
            if (!intent.IsOk) return FhirResponse.Failure(intent.Problems);
            var response = await FacadeWrite.WriteAsync(request, bridge, intent.Value, cancel).ConfigureAwait(false);
            if (request.IfMatch is not null || attempt == MaxAttempts || !IsOvertaken(response.Problems)) return response;
        }
    }

    /// <summary>True when a write failed only because what it was made of is no longer current.</summary>
    public static bool IsOvertaken(IReadOnlyList<Problem> problems) => problems.Count > 0 && problems.All(p => p.Kind == Problems.VersionConflict);

    /// <summary>The update that the patch comes to, on the version that it was made of and no other.</summary>
    /// <param name="request">The patch and its target.</param>
    /// <param name="bridge">Store.</param>
    /// <param name="where">FHIRPath of the entry's resource in a Bundle; empty for a single request.</param>
    /// <param name="cancel">Cancels.</param>
    public static async ValueTask<Result<WriteIntent>> IntentAsync(FhirRequest request, Bridge bridge, string where, CancellationToken cancel)
    {
        if (Counsel.ForOwnFacade(request.Caller, new MemberId(request.Member!), "u") is not { } own) return Problems.Forbidden.With("only the member itself writes on its facade");
        string? At(string? expression) => where.Length == 0 ? expression : where;
        var key = new ContributionKey(request.Member!, request.Type, request.Id);
        if (await bridge.Vault.ReadAsync(own, key, null, cancel).ConfigureAwait(false) is not var (contribution, body)) return Problems.NotFound.With("Not found", At(null));
        if (contribution.Deleted) return Problems.Gone.With("this resource was deleted", At(null));
        var version = contribution.Version.ToString();
        if (request.IfMatch is { } stated && stated != version) return Problems.VersionConflict.With("the resource is not at the version that If-Match names; read it again and repeat the change", At(request.Type));
        var shown = LocalForm.Render(key, body, contribution.Version, contribution.LastUpdated, FacadeRead.NetworkPatient(request, contribution));
        var patched = request.Patch!.Apply(StoredJson.Read(shown));
        return patched.IsOk
            ? new WriteIntent(WriteVerb.Update, key, patched.Value, version, Where: where)
            : Result<WriteIntent>.Fail(patched.Problems.Select(p => p with { Expression = At(p.Expression) }));
    }
}
