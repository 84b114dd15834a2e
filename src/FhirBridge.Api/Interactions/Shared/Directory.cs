using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Consent;
using FhirBridge.Mapping;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Shared;

/// <summary>The directory on <c>/fhir</c>: entries composed of the contributions that share a business identifier.</summary>
public static class Directory
{
    /// <summary>One entry; null when there is none for this caller.</summary>
    public static async ValueTask<RenderedResource?> FindAsync(FhirRequest request, Bridge bridge, string type, string id, CancellationToken cancel)
    {
        var contributions = await bridge.Vault.ReadDirectoryAsync(Counsel.ForDirectory(request.Caller), type, id, cancel).ConfigureAwait(false);
        if (contributions.Count == 0) return null;
        var parts = new List<VisibleContribution>(contributions.Count);
        foreach (var (c, body) in contributions)
        {
            var source = NetworkForm.SourceUrl(request.PublicBase, c.Key);
            if (NetworkForm.Render(c, body, s => Resolve(bridge.Vault, s), source, showLabels: true) is not { } rendered) continue;
            if (contributions.Count == 1) return rendered;
            var name = request.Network.Members.TryGetValue(c.Key.Contributor, out var member) ? member.Name : null;
            parts.Add(new VisibleContribution($"{c.Key}", $"{type}/{id}", c.Facts.Custodian, name, source, c.LastUpdated, StoredJson.Read(rendered.Json).Root));
        }

        if (parts.Count == 0) return null;
        var composed = DirectoryComposer.Compose(type, id, "Organization/" + bridge.Operator, parts);
        return composed is null ? null : new RenderedResource(composed.Reference, composed.VersionId, composed.LastUpdated, composed.Json);
    }

    /// <summary>A page of entries, in the query's order.</summary>
    public static async ValueTask<(IReadOnlyList<RenderedResource> Entries, bool More)> SearchAsync(
        FhirRequest request, Bridge bridge, Fhir.Search.SearchQuery query, PageRequest page, CancellationToken cancel)
    {
        var ids = await bridge.Vault.SearchDirectoryAsync(Counsel.ForDirectory(request.Caller), query, page with { Count = page.Count + 1 }, cancel).ConfigureAwait(false);
        var entries = new List<RenderedResource>(page.Count);
        foreach (var id in ids.Take(page.Count))
        {
            if (await FindAsync(request, bridge, query.Types[0], id, cancel).ConfigureAwait(false) is { } entry) entries.Add(entry);
        }

        return (entries, ids.Count > page.Count);
    }

    /// <summary>A directory resource refers to directory resources alone: whatever else it names is left out.</summary>
    private static string? Resolve(IVault vault, string stored) => vault.ResolveDirectory(stored);
}
