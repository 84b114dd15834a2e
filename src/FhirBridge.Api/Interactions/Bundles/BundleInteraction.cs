using FhirBridge.Api.Http;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Api.Interactions.Bundles;

/// <summary>batch and transaction. Specification: https://hl7.org/fhir/R4/http.html#transaction.</summary>
public static class BundleInteraction
{
    private const int MaxEntries = 5_000;

    /// <summary>POST on a base.</summary>
    public static ValueTask<FhirResponse> RunAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        var root = request.Body!.Root;
        if (root.Type != "Bundle") return ValueTask.FromResult(FhirResponse.Failure(Problems.BadRequest.With($"a Bundle is posted here; this is a {root.Type}", root.Type)));
        var bundle = new BundleView(root);
        var entries = bundle.Entry.ToList();
        if (entries.Count > MaxEntries) return ValueTask.FromResult(FhirResponse.Failure(Problems.TooLarge.With($"a Bundle holds at most {MaxEntries} entries", "Bundle.entry")));
        return bundle.Type switch
        {
            "transaction" => Transaction.RunAsync(request, bridge, entries, cancel),
            "batch" => Batch.RunAsync(request, bridge, entries, cancel),
            _ => ValueTask.FromResult(FhirResponse.Failure(Problems.BadRequest.With("the Bundle is of type transaction or batch", "Bundle.type"))),
        };
    }
}
