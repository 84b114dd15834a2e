using FhirBridge.Api.Audit;
using FhirBridge.Api.Http;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Api.Interactions.Bundles;

/// <summary>batch: each entry by itself; a denied entry answers as an absent one does. Specification: https://hl7.org/fhir/R4/http.html#transaction.</summary>
internal static class Batch
{
    /// <summary>Runs the entries in order.</summary>
    public static async ValueTask<FhirResponse> RunAsync(FhirRequest request, Bridge bridge, IReadOnlyList<BundleEntryView> entries, CancellationToken cancel)
    {
        var bundle = new BundleWriter("batch-response", null, null, null);
        var audit = new List<AuditEntry>();
        foreach (var entry in entries)
        {
            var response = await RunOneAsync(request, bridge, entry, cancel).ConfigureAwait(false);
            audit.AddRange(response.Audit);
            Add(bundle, request, response);
        }

        return FhirResponse.Resource(200, bundle.Finish(), audit: audit);
    }

    /// <summary>Adds a response as an entry.</summary>
    public static void Add(BundleWriter bundle, FhirRequest request, FhirResponse response)
    {
        var isOutcome = response.Problems.Count > 0 || (Preferred.IsAdvice(request) && response.Location is not null);
        bundle.AddResponse(response.Status.ToString(), response.Location, response.VersionId, response.LastModified, isOutcome ? default : response.Body, isOutcome ? response.Body : default);
    }

    private static async ValueTask<FhirResponse> RunOneAsync(FhirRequest request, Bridge bridge, BundleEntryView entry, CancellationToken cancel)
    {
        var body = EntryBody.Of(entry);
        if (!body.IsOk) return FhirResponse.Failure(body.Problems);
        var routed = EntryRouter.Route(request, entry, body.Value.Resource);
        return routed.IsOk ? await routed.Value.Route.Run(routed.Value, bridge, cancel).ConfigureAwait(false) : FhirResponse.Failure(routed.Problems);
    }
}

/// <summary>The resource of an entry as a tree of its own.</summary>
/// <param name="Resource">The resource; null when the entry has none.</param>
internal readonly record struct EntryBody(ElementTree? Resource)
{
    /// <summary>Reads it; the Bundle was checked as a whole, so this finds nothing new.</summary>
    public static Result<EntryBody> Of(BundleEntryView entry)
    {
        var resource = entry.Resource;
        if (!resource.Exists) return new EntryBody(null);
        var read = FhirJson.ReadTrusted(resource.Tree!.Source.Slice(resource.Start, resource.Length));
        return read.IsOk ? new EntryBody(read.Value) : Result<EntryBody>.Fail(read.Problems);
    }
}
