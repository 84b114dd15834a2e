using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Api.Interactions.Facade;
using FhirBridge.Fhir;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Shared;

/// <summary>
/// Value sets of <c>:in</c> and <c>:not-in</c> that are named by their address on this server ("a URI (relative or absolute) that identifies a value set"): the
/// terminology knows them by their canonical. Spec: https://hl7.org/fhir/R4/search.html#token.
/// </summary>
internal static class ValueSetReferences
{
    /// <summary>The parameters with such a reference replaced by the canonical of what it leads to; one that leads nowhere for the caller stays, and is then not known.</summary>
    internal static async ValueTask<IReadOnlyList<KeyValuePair<string, string>>> ReplaceAsync(
        FhirRequest request, Bridge bridge, IReadOnlyList<KeyValuePair<string, string>> parameters, CancellationToken cancel)
    {
        if (!parameters.Any(p => IsAbout(p, request))) return parameters;
        var replaced = new List<KeyValuePair<string, string>>(parameters.Count);
        foreach (var p in parameters)
        {
            var url = IsAbout(p, request) ? await UrlOfAsync(request, bridge, FhirReference.Parse(p.Value)!.Id, cancel).ConfigureAwait(false) : null;
            replaced.Add(url is null ? p : new(p.Key, url.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal)));
        }

        return replaced;
    }

    private static bool IsAbout(KeyValuePair<string, string> parameter, FhirRequest request) =>
        (parameter.Key.EndsWith(":in", StringComparison.Ordinal) || parameter.Key.EndsWith(":not-in", StringComparison.Ordinal))
        && FhirReference.Parse(parameter.Value) is { Type: "ValueSet" } reference && (reference.Base is null || reference.Base == request.OwnBase);

    private static async ValueTask<string?> UrlOfAsync(FhirRequest request, Bridge bridge, string id, CancellationToken cancel)
    {
        if (request.Member is not { } member) return await Directory.FindAsync(request, bridge, "ValueSet", id, cancel).ConfigureAwait(false) is { } entry ? StoredJson.Read(entry.Json).Root.Text("url") : null;
        if (FacadeRead.OwnGrant(request) is not { } grant) return null;
        var own = await bridge.Vault.ReadAsync(grant, new ContributionKey(member, "ValueSet", id), null, cancel).ConfigureAwait(false);
        return own is { Contribution.Deleted: false, Body: var body } ? StoredJson.Read(body.Bare("ValueSet")).Root.Text("url") : null;
    }
}
