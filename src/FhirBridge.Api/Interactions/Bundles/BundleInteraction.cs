using FhirBridge.Api.Http;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Interactions.Bundles;

/// <summary>batch and transaction. Specification: https://hl7.org/fhir/R4/http.html#transaction.</summary>
public static class BundleInteraction
{
    private const int MaxEntries = 5_000;

    /// <summary>POST on a base.</summary>
    public static ValueTask<FhirResponse> RunAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        var bundle = request.Body!.Root;
        if (bundle.Type != "Bundle") return ValueTask.FromResult(FhirResponse.Failure(Problems.BadRequest.With($"a Bundle is posted here; this is a {bundle.Type}", bundle.Type)));
        var entries = bundle.Children("entry").ToList();
        if (entries.Count > MaxEntries) return ValueTask.FromResult(FhirResponse.Failure(Problems.TooLarge.With($"a Bundle holds at most {MaxEntries} entries", "Bundle.entry")));
        return bundle.Text("type") switch
        {
            "transaction" => Transaction.RunAsync(request, bridge, entries, cancel),
            "batch" => Batch.RunAsync(request, bridge, entries, cancel),
            _ => ValueTask.FromResult(FhirResponse.Failure(Problems.BadRequest.With("the Bundle is of type transaction or batch", "Bundle.type"))),
        };
    }
}
