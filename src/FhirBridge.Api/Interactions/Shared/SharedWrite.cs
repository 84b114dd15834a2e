using FhirBridge.Api.Audit;
using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Shared;

/// <summary>
/// create, update, patch and delete on the shared record: contributions of the caller (a member, a patient, a carer), Consents, and the operator's directory.
/// Specification: https://hl7.org/fhir/R4/http.html#create, #update, #patch, #delete; contract.md, Contributing.
/// </summary>
public static class SharedWrite
{
    /// <summary>create: a contribution of the caller.</summary>
    public static async ValueTask<FhirResponse> CreateAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        if (request.IfNoneExist is not null) return FhirResponse.Failure(Problems.NotSupported.With("conditional create is not offered"));
        if (Refusal(request) is { } refusal) return FhirResponse.Failure(refusal);
        var contributor = Contributor.Shared(request.Caller)!.Value;
        var local = bridge.Pipeline.Ids.NewLocal();
        return await WriteAsync(request, bridge, contributor, new WriteIntent(WriteVerb.Create, new ContributionKey(contributor.Value, request.Type, local), request.Body), cancel).ConfigureAwait(false);
    }

    /// <summary>update: of the caller's own contribution, or (directory, by the operator) under an id of its choice.</summary>
    public static async ValueTask<FhirResponse> UpdateAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        if (Refusal(request) is { } refusal) return FhirResponse.Failure(refusal);
        if (Targets.IdProblem(request.Body!.Root, request.Id) is { } problem) return FhirResponse.Failure(problem);
        return SharedTypes.IsDirectory(request.Type)
            ? await UpdateDirectoryAsync(request, bridge, cancel).ConfigureAwait(false)
            : await ChangeOwnAsync(request, bridge, WriteVerb.Update, cancel).ConfigureAwait(false);
    }

    /// <summary>patch: of the caller's own contribution as it sees it, or of the operator's entry of the directory.</summary>
    public static async ValueTask<FhirResponse> PatchAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        if (Refusal(request) is { } refusal) return FhirResponse.Failure(refusal);
        return SharedTypes.IsDirectory(request.Type)
            ? await PatchDirectoryAsync(request, bridge, cancel).ConfigureAwait(false)
            : await ChangeOwnAsync(request, bridge, WriteVerb.Update, cancel).ConfigureAwait(false);
    }

    /// <summary>delete: withdraws the caller's own contribution. A Consent is never deleted (consent.md §13).</summary>
    public static async ValueTask<FhirResponse> DeleteAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        if (request.Type == "Consent") return FhirResponse.Failure(Problems.NotSupported.With("a Consent is not deleted: set its status to inactive, so that what was agreed stays on record"));
        if (Refusal(request) is { } refusal) return FhirResponse.Failure(refusal);
        return SharedTypes.IsDirectory(request.Type)
            ? await UpdateDirectoryAsync(request, bridge, cancel).ConfigureAwait(false)
            : await ChangeOwnAsync(request, bridge, WriteVerb.Delete, cancel).ConfigureAwait(false);
    }

    /// <summary>What is refused before any look-up; null when nothing is.</summary>
    private static Problem? Refusal(FhirRequest request)
    {
        if (Contributor.Shared(request.Caller) is null) return Problems.Forbidden.With("the token names no active member and no patient or carer to contribute for");
        if (request.Type is "AuditEvent" or "Provenance") return Problems.NotSupported.With($"{request.Type} is written by the service itself");
        if (request.Type == "Patient") return Problems.NotSupported.With("a Patient is contributed on the member's facade: PUT /members/{member}/fhir/Patient/{id}");
        if (request.Route.Name != "create" && SharedTypes.IsUnified(request.Type)) return Problems.NotSupported.With($"a unified {request.Type} is changed through the contribution it is made of, on its owner's facade");
        if (!SharedTypes.IsDirectory(request.Type)) return null;
        return SharedTypes.IsOperators(request.Type) && request.Caller.IsOperator
            ? null
            : Problems.Forbidden.With("the directory on /fhir is written by the network operator; a member contributes its entries on its own facade");
    }

    private static async ValueTask<FhirResponse> UpdateDirectoryAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        var contributor = new Contributor(bridge.Operator, IsMember: true, ThroughFacade: false);
        var key = new ContributionKey(contributor.Value, request.Type, request.Id);
        var current = await Directory.FindAsync(request, bridge, request.Type, request.Id, cancel).ConfigureAwait(false);
        if (current is not null && Precondition(request, current) is { } wrong) return FhirResponse.Failure(wrong);
        if (request.Route.Name == "delete") return await WriteAsync(request, bridge, contributor, new WriteIntent(WriteVerb.Delete, key, null), cancel).ConfigureAwait(false);
        var entry = current is null ? [] : await EntryAsync(request, bridge, cancel).ConfigureAwait(false);
        var resource = entry is [var (own, body)] && own.Key == key ? DirectoryForm(request, bridge, own, body).Replaced(request.Body!) : request.Body!;
        if (!resource.IsOk) return FhirResponse.Failure(resource.Problems);
        return await WriteAsync(request, bridge, contributor, new WriteIntent(WriteVerb.Update, key, resource.Value, NetworkId: request.Id), cancel).ConfigureAwait(false);
    }

    /// <summary>Finds the contribution through what the caller may see, so that absent and denied answer alike; then checks whose it is.</summary>
    private static async ValueTask<FhirResponse> ChangeOwnAsync(FhirRequest request, Bridge bridge, WriteVerb verb, CancellationToken cancel)
    {
        var record = new RecordId(NetworkIds.RecordOf(request.Id));
        var opened = await bridge.OpenAsync(request, record, cancel).ConfigureAwait(false);
        var reference = $"{request.Type}/{request.Id}";
        var current = await opened.FindAsync(request.Type, request.Id, cancel).ConfigureAwait(false);
        var contribution = opened.View.Find(reference).FirstOrDefault(c => c.NetworkId == request.Id);
        var denied = AuditEntry.For(request, request.Route.Name, record, permitted: false) with { Entities = [reference] };
        if (current is null || contribution is null) return FhirResponse.NotFound([denied]);
        var contributor = Contributor.Shared(request.Caller)!.Value;
        if (contribution.Key.Contributor != contributor.Value && !(request.Type == "Consent" && request.Caller.Roles.Contains(Roles.ConsentRecorder)))
        {
            return FhirResponse.Failure(Problems.NotYours.With("somebody else contributed this; propose the change to its owner", request.Type), [denied]);
        }

        if (contribution.Imported)
        {
            return FhirResponse.Failure(Problems.NotYours.With($"this was contributed through a facade; change it there: {NetworkForm.SourceUrl(request.PublicBase, contribution.Key)}", request.Type), [denied]);
        }

        if (Precondition(request, current) is { } wrong) return FhirResponse.Failure(wrong, [denied]);
        var owner = new Contributor(contribution.Key.Contributor, !contribution.Key.Contributor.Contains('/'), ThroughFacade: false);
        var intent = new WriteIntent(verb, contribution.Key, request.Body, contribution.Version.ToString());
        if (verb == WriteVerb.Delete) return await WriteAsync(request, bridge, owner, intent, cancel).ConfigureAwait(false);
        var bodies = await bridge.Vault.BodiesAsync(opened.View, [contribution], cancel).ConfigureAwait(false);
        var form = new OwnForm(request, contribution, bodies[0], opened.View.Resolve, request.Caller.Roles.Contains(Roles.LabelReader));
        var changed = request.Patch is null ? form.Replaced(request.Body!) : form.Patched(request.Patch, current);
        return changed.IsOk
            ? await WriteAsync(request, bridge, owner, intent with { Resource = changed.Value }, cancel).ConfigureAwait(false)
            : FhirResponse.Failure(changed.Problems);
    }

    private static async ValueTask<FhirResponse> PatchDirectoryAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        var current = await Directory.FindAsync(request, bridge, request.Type, request.Id, cancel).ConfigureAwait(false);
        if (current is null) return FhirResponse.NotFound();
        var entry = await EntryAsync(request, bridge, cancel).ConfigureAwait(false);
        if (!entry.Any(c => c.Contribution.Key.Contributor == bridge.Operator)) return FhirResponse.Failure(Problems.NotYours.With("members contributed this entry; it is changed on their facades", request.Type));
        if (Precondition(request, current) is { } wrong) return FhirResponse.Failure(wrong);

        // A patch says what to change in what is seen; here that is made of the contributions of several.
        if (entry.Count > 1) return FhirResponse.Failure(Problems.Conflict.With("members contributed to this entry too, so that it cannot be told what of it a patch changes; send the operator's own part with PUT", request.Type));
        var (own, body) = entry[0];
        var patched = DirectoryForm(request, bridge, own, body).Patched(request.Patch!, current);
        if (!patched.IsOk) return FhirResponse.Failure(patched.Problems);
        var intent = new WriteIntent(WriteVerb.Update, own.Key, patched.Value, own.Version.ToString(), NetworkId: request.Id);
        return await WriteAsync(request, bridge, new Contributor(bridge.Operator, IsMember: true, ThroughFacade: false), intent, cancel).ConfigureAwait(false);
    }

    private static ValueTask<IReadOnlyList<(Contribution Contribution, ContributionBody Body)>> EntryAsync(FhirRequest request, Bridge bridge, CancellationToken cancel) =>
        bridge.Vault.ReadDirectoryAsync(Counsel.ForDirectory(request.Caller, "u"), request.Type, request.Id, cancel);

    private static OwnForm DirectoryForm(FhirRequest request, Bridge bridge, Contribution own, ContributionBody body) => new(request, own, body, bridge.Vault.ResolveDirectory, ShowLabels: true);

    /// <summary>Why a change of what is there cannot be: on <c>/fhir</c> it names the version that it is of.</summary>
    private static Problem? Precondition(FhirRequest request, RenderedResource current)
    {
        if (request.IfMatch is null) return Problems.PreconditionRequired.With("send If-Match with the version you read");
        return request.IfMatch == current.VersionId ? null : Problems.VersionConflict.With("the resource is not at the version that If-Match names; read it again and repeat the change");
    }

    private static async ValueTask<FhirResponse> WriteAsync(FhirRequest request, Bridge bridge, Contributor contributor, WriteIntent intent, CancellationToken cancel)
    {
        if (request.Type == "Consent" && intent.Resource is not null && await ConsentWriting.CheckAsync(request, bridge, intent.Resource.Root, cancel).ConfigureAwait(false) is { Count: > 0 } faults)
        {
            return FhirResponse.Failure(faults);
        }

        var result = await bridge.Pipeline.WriteAsync(request, contributor, [intent], cancel).ConfigureAwait(false);
        if (!result.IsOk) return FhirResponse.Failure(result.Problems);
        if (result.Value.Count == 0 || result.Value[0].Write.Deleted) return FhirResponse.Empty(204);
        return await AnswerAsync(request, bridge, result.Value[0], cancel).ConfigureAwait(false);
    }

    /// <summary>The written contribution as the caller sees it: the unified resource for unified types.</summary>
    private static async ValueTask<FhirResponse> AnswerAsync(FhirRequest request, Bridge bridge, Written written, CancellationToken cancel)
    {
        var reference = written.Write.Facts.Unified ?? written.Write.Facts.Reference;
        var id = reference[(reference.IndexOf('/') + 1)..];
        RenderedResource? seen;
        if (written.Write.Record is { } record)
        {
            var opened = await bridge.OpenAsync(request, record, cancel).ConfigureAwait(false);
            seen = await opened.FindAsync(request.Type, id, cancel).ConfigureAwait(false);
        }
        else
        {
            seen = await Directory.FindAsync(request, bridge, request.Type, id, cancel).ConfigureAwait(false);
        }

        var status = written.Created ? 201 : 200;
        var location = $"{request.SharedBase}/{reference}";
        if (seen is null) return FhirResponse.Empty(status, location: location);
        var body = Preferred.Body(request, written, () => seen.Json);
        return body.IsEmpty
            ? FhirResponse.Empty(status, seen.VersionId, seen.LastUpdated, location)
            : FhirResponse.Resource(status, body, seen.VersionId, seen.LastUpdated, location);
    }
}
