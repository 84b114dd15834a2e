using FhirBridge.Api.Audit;
using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Api.Interactions.Shared;
using FhirBridge.Fhir.Search;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Facade;

/// <summary>
/// read, vread and history on a member facade. Specification: https://hl7.org/fhir/R4/http.html#read, #vread, #history.
/// The owner sees all of its own; another caller sees the current version as far as consent permits, and nothing else.
/// </summary>
public static class FacadeRead
{
    /// <summary>read.</summary>
    public static async ValueTask<FhirResponse> ReadAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        var subset = SearchDesk.Subset(request);
        if (!subset.IsOk) return FhirResponse.Failure(subset.Problems);
        var key = new ContributionKey(request.Member!, request.Type, request.Id);
        if (OwnGrant(request) is not { } own) return await ReadForOtherAsync(request, bridge, key, subset.Value, cancel).ConfigureAwait(false);
        return await bridge.Vault.ReadAsync(own, key, null, cancel).ConfigureAwait(false) is var (contribution, body)
            ? Answer(request, contribution, body, subset.Value)
            : FhirResponse.NotFound();
    }

    /// <summary>vread.</summary>
    public static async ValueTask<FhirResponse> VreadAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        var subset = SearchDesk.Subset(request);
        if (!subset.IsOk) return FhirResponse.Failure(subset.Problems);
        var key = new ContributionKey(request.Member!, request.Type, request.Id);
        if (OwnGrant(request) is not { } own) return await ReadForOtherAsync(request, bridge, key, subset.Value, cancel).ConfigureAwait(false);
        if (!long.TryParse(request.VersionId, out var version) || version < 1) return FhirResponse.NotFound();
        return await bridge.Vault.ReadAsync(own, key, version, cancel).ConfigureAwait(false) is var (contribution, body)
            ? Answer(request, contribution, body, subset.Value)
            : FhirResponse.NotFound();
    }

    /// <summary>history-instance: for the owner alone; for others it is as if the resource had none.</summary>
    public static async ValueTask<FhirResponse> HistoryAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        if (OwnGrant(request) is not { } own) return FhirResponse.NotFound();
        var key = new ContributionKey(request.Member!, request.Type, request.Id);
        var versions = await bridge.Vault.HistoryAsync(own, key, cancel).ConfigureAwait(false);
        if (versions.Count == 0) return FhirResponse.NotFound();
        var bundle = new BundleWriter("history", versions.Count, $"{request.OwnBase}/{request.Type}/{request.Id}/_history", null);
        foreach (var (c, body) in versions)
        {
            var method = c.Deleted ? "DELETE" : c.Version == 1 ? "POST" : "PUT";
            var json = c.Deleted ? default : LocalForm.Render(key, body, c.Version, c.LastUpdated, NetworkPatient(request, c));
            bundle.AddHistory($"{request.OwnBase}/{request.Type}/{request.Id}", json, method, $"{request.Type}/{request.Id}", c.Version.ToString(), c.LastUpdated);
        }

        return FhirResponse.Resource(200, bundle.Finish(), audit: Audited(request, versions[0].Contribution, "history"));
    }

    /// <summary>The grant of the owner; null for everybody else.</summary>
    public static AccessGrant? OwnGrant(FhirRequest request) => Counsel.ForOwnFacade(request.Caller, new MemberId(request.Member!));

    /// <summary>For a Patient: its address on <c>/fhir</c>; null for other types.</summary>
    public static string? NetworkPatient(FhirRequest request, Contribution contribution) =>
        contribution.Key.Type == "Patient" && contribution.Record is { } record ? $"{request.SharedBase}/{record.Reference}" : null;

    private static FhirResponse Answer(FhirRequest request, Contribution c, ContributionBody body, ResourceSubset subset)
    {
        var audit = Audited(request, c, request.Route.Name);
        if (c.Deleted) return FhirResponse.Failure(Problems.Gone.With("this resource was deleted"), audit);
        var version = c.Version.ToString();
        if (Conditional.NotModified(request, version, c.LastUpdated)) return FhirResponse.Empty(304, version, c.LastUpdated, audit: audit);
        return FhirResponse.Resource(200, subset.Of(LocalForm.Render(c.Key, body, c.Version, c.LastUpdated, NetworkPatient(request, c))), version, c.LastUpdated, audit: audit);
    }

    private static AuditEntry[] Audited(FhirRequest request, Contribution c, string interaction) => c.Record is null
        ? []
        : [AuditEntry.For(request, interaction, c.Record, permitted: true) with { Entities = [c.Facts.Reference], Basis = ["custodian"] }];

    private static async ValueTask<FhirResponse> ReadForOtherAsync(FhirRequest request, Bridge bridge, ContributionKey key, ResourceSubset subset, CancellationToken cancel)
    {
        var located = await bridge.Vault.LocateAsync(Counsel.ForSystem(SystemPurpose.Identity), [key], cancel).ConfigureAwait(false);
        var record = located.GetValueOrDefault(key)?.Record ?? new RecordId("0");
        var opened = await bridge.OpenAsync(request, record, cancel).ConfigureAwait(false);
        var c = opened.View.Contributions.FirstOrDefault(v => v.Key == key);
        var audit = AuditEntry.For(request, request.Route.Name, located.Count == 0 ? null : record, c is not null) with
        {
            Entities = [$"{key}"],
            PatientNotNamed = c is null ? true : null,
        };
        if (c is null || (request.VersionId is { } v && v != c.Version.ToString())) return FhirResponse.NotFound([audit with { Permitted = false }]);
        var bodies = await bridge.Vault.BodiesAsync(opened.View, [c], cancel).ConfigureAwait(false);
        var rendered = NetworkForm.RenderLocal(c, bodies[0], s => opened.View.Resolve(s) is { } target ? LocalLiteral(request, s, target) : null);
        if (rendered is null) return FhirResponse.NotFound([audit with { Permitted = false }]);
        if (Conditional.NotModified(request, rendered.VersionId, c.LastUpdated)) return FhirResponse.Empty(304, rendered.VersionId, c.LastUpdated, audit: [audit]);
        return FhirResponse.Resource(200, subset.Of(rendered.Json), rendered.VersionId, c.LastUpdated, audit: [audit]);
    }

    private static string LocalLiteral(FhirRequest request, string stored, string target) =>
        stored.StartsWith(request.Member + "/", StringComparison.Ordinal) && stored.Count(ch => ch == '/') == 2
            ? stored[(request.Member!.Length + 1)..]
            : $"{request.SharedBase}/{target}";
}
