using System.Buffers;
using System.Text;
using FhirBridge.Api.Audit;
using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Api.Interactions.Facade;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Bundles;

/// <summary>
/// transaction on a facade: all or nothing, about one patient. Specification: https://hl7.org/fhir/R4/http.html#transaction.
/// References by fullUrl (urn:uuid) are replaced by the ids that the entries get; reads run after the writes.
/// </summary>
internal static class Transaction
{
    /// <summary>Runs the entries as one.</summary>
    public static async ValueTask<FhirResponse> RunAsync(FhirRequest request, Bridge bridge, IReadOnlyList<BundleEntryView> entries, CancellationToken cancel)
    {
        if (request.Member is null) return FhirResponse.Failure(Problems.NotSupported.With("a transaction is posted on the member's facade; on /fhir send a batch"));
        if (FacadeRead.OwnGrant(request) is null) return FhirResponse.Failure(Problems.Forbidden.With("only the member itself writes on its facade"));
        for (var attempt = 1; ; attempt++)
        {
            var prepared = await PrepareAsync(request, bridge, entries, cancel).ConfigureAwait(false);
            if (!prepared.IsOk) return FhirResponse.Failure(prepared.Problems);
            var intents = prepared.Value.Select(p => p.Intent).OfType<WriteIntent>().ToList();
            var result = await bridge.Pipeline.WriteAsync(request, Contributor.Facade(request.Member), intents, cancel).ConfigureAwait(false);
            if (result.IsOk) return await AnswerAsync(request, bridge, prepared.Value, result.Value, cancel).ConfigureAwait(false);

            // A patch was made of a version that is no longer current: it is made again of the one that is.
            var patches = prepared.Value.Any(p => p.Request.Patch is not null && p.Request.IfMatch is null);
            if (!patches || attempt == FacadePatch.MaxAttempts || !FacadePatch.IsOvertaken(result.Problems)) return FhirResponse.Failure(result.Problems);
        }
    }

    private static async ValueTask<FhirResponse> AnswerAsync(FhirRequest request, Bridge bridge, List<Prepared> prepared, IReadOnlyList<Written> all, CancellationToken cancel)
    {
        var written = all.ToDictionary(w => w.Write.Key);
        var bundle = new BundleWriter("transaction-response", null, null, null);
        var audit = new List<AuditEntry>();
        foreach (var entry in prepared)
        {
            if (entry.Intent is null)
            {
                var response = await entry.Request.Route.Run(entry.Request, bridge, cancel).ConfigureAwait(false);
                audit.AddRange(response.Audit);
                Batch.Add(bundle, request, response);
            }
            else
            {
                AddWritten(bundle, request, entry.Intent, written.GetValueOrDefault(entry.Intent.Key));
            }
        }

        return FhirResponse.Resource(200, bundle.Finish(), audit: audit);
    }

    private static void AddWritten(BundleWriter bundle, FhirRequest request, WriteIntent intent, Written? written)
    {
        if (written is null || written.Write.Deleted)
        {
            bundle.AddResponse("204", null, written?.Version.ToString(), null, default, default);
            return;
        }

        var version = written.Version.ToString();
        var location = $"{request.OwnBase}/{intent.Key.Type}/{intent.Key.LocalId}/_history/{version}";
        var body = request.PreferReturn == "representation" || intent.Key.Type == "Patient" ? FacadeWrite.Render(request, written) : default;
        bundle.AddResponse(written.Created ? "201" : "200", location, version, written.Write.Provenance.Recorded, body, Preferred.IsAdvice(request) ? Preferred.Advice(written) : default);
    }

    private static async ValueTask<Result<List<Prepared>>> PrepareAsync(FhirRequest request, Bridge bridge, IReadOnlyList<BundleEntryView> entries, CancellationToken cancel)
    {
        var problems = new List<Problem>();
        var prepared = new List<Prepared>();
        var addresses = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var body = EntryBody.Of(entry);
            var routed = body.IsOk ? EntryRouter.Route(request, entry, body.Value.Resource) : Result<FhirRequest>.Fail(body.Problems);
            if (!routed.IsOk)
            {
                problems.AddRange(routed.Problems);
                continue;
            }

            var made = await IntentOfAsync(routed.Value, entry.Element, bridge, cancel).ConfigureAwait(false);
            problems.AddRange(made.Problems);
            var intent = made.Value;
            if (intent is { Verb: WriteVerb.Update } && Targets.IdProblem(intent.Resource!.Root, intent.Key.LocalId) is { } wrong) problems.Add(wrong with { Expression = entry.Element.Path + ".resource.id" });
            if (intent is not null && entry.FullUrl is { } fullUrl) addresses[fullUrl] = $"{intent.Key.Type}/{intent.Key.LocalId}";
            prepared.Add(new Prepared(routed.Value, intent));
        }

        foreach (var twice in prepared.Where(p => p.Intent is not null).GroupBy(p => p.Intent!.Key).Where(g => g.Count() > 1))
        {
            problems.Add(Problems.BadRequest.With($"{twice.Key.Type}/{twice.Key.LocalId} is written more than once in this transaction", "Bundle.entry"));
        }

        if (problems.Count > 0) return Result<List<Prepared>>.Fail(problems);
        return prepared.ConvertAll(p => p.Intent?.Resource is null ? p : p with { Intent = p.Intent with { Resource = WithAddresses(p.Intent.Resource, addresses) } });
    }

    private static async ValueTask<Result<WriteIntent?>> IntentOfAsync(FhirRequest entry, FhirElement element, Bridge bridge, CancellationToken cancel)
    {
        var where = element.Path + ".resource";
        if (entry.Patch is not null)
        {
            var patched = await FacadePatch.IntentAsync(entry, bridge, where, cancel).ConfigureAwait(false);
            return patched.IsOk ? Result<WriteIntent?>.Ok(patched.Value) : Result<WriteIntent?>.Fail(patched.Problems);
        }

        return Result<WriteIntent?>.Ok(entry.Route.Name switch
        {
            "create" => new WriteIntent(WriteVerb.Create, new ContributionKey(entry.Member!, entry.Type, bridge.Pipeline.Ids.NewLocal()), entry.Body, Where: where),
            "update" => new WriteIntent(WriteVerb.Update, new ContributionKey(entry.Member!, entry.Type, entry.Id), entry.Body, entry.IfMatch, Where: where),
            "delete" => new WriteIntent(WriteVerb.Delete, new ContributionKey(entry.Member!, entry.Type, entry.Id), null, entry.IfMatch, Where: element.Path),
            _ => null,
        });
    }

    /// <summary>The resource with references to entries of this Bundle replaced by their addresses.</summary>
    private static ElementTree WithAddresses(ElementTree resource, Dictionary<string, string> addresses)
    {
        var found = BodyCutter.FindReferences(resource).Where(r => addresses.ContainsKey(r.Value!) && r.Value != addresses[r.Value!]).ToList();
        if (found.Count == 0) return resource;
        var source = resource.Source.Span;
        var output = new ArrayBufferWriter<byte>(source.Length);
        var at = 0;
        foreach (var r in found)
        {
            output.Write(source[at..r.Start]);
            output.Write(Encoding.ASCII.GetBytes($"\"{addresses[r.Value!]}\""));
            at = r.Start + r.Length;
        }

        output.Write(source[at..]);
        return StoredJson.Read(output.WrittenMemory);
    }

    /// <param name="Request">What the entry asks for.</param>
    /// <param name="Intent">Its write; null for a read.</param>
    private sealed record Prepared(FhirRequest Request, WriteIntent? Intent);
}
