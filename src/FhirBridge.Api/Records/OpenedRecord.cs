using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Mapping;
using FhirBridge.Storage;

namespace FhirBridge.Api.Records;

/// <summary>A record as one caller may see it, for the length of one request.</summary>
public sealed class OpenedRecord(Bridge bridge, FhirRequest request, RecordId record, RecordView view)
{
    /// <summary>The request that opened it.</summary>
    public FhirRequest Request => request;

    /// <summary>The record.</summary>
    public RecordId Record => record;

    /// <summary>The definitions now.</summary>
    public Definitions Definitions => bridge.Definitions;

    /// <summary>The permitted contributions.</summary>
    public RecordView View => view;

    /// <summary>True when nothing in the record is permitted: it is then as if it did not exist.</summary>
    public bool IsEmpty => view.Contributions.Count == 0;

    /// <summary>What is composed of exactly the permitted contributions, of the kind that the type is of; cached by what is visible.</summary>
    public ValueTask<ComposedKind> ComposeAsync(string type, CancellationToken cancel) => bridge.Composed.GetAsync(this, ComposedKind.Of(type), cancel);

    /// <summary>Contributions in network form, in the same order; those of which nothing valid is left for the caller are missing.</summary>
    public async ValueTask<IReadOnlyList<RenderedResource>> RenderAsync(IReadOnlyList<Contribution> contributions, CancellationToken cancel)
    {
        var bodies = await bridge.Vault.BodiesAsync(view, contributions, cancel).ConfigureAwait(false);
        var showLabels = request.Caller.Roles.Contains(Roles.LabelReader);
        var rendered = new List<RenderedResource>(contributions.Count);
        for (var i = 0; i < contributions.Count; i++)
        {
            var source = NetworkForm.SourceUrl(request.PublicBase, contributions[i].Key);
            if (NetworkForm.Render(contributions[i], bodies[i], view.Resolve, source, showLabels) is { } resource) rendered.Add(resource);
        }

        return rendered;
    }

    /// <summary>One resource by its network reference: unified, composed provenance, or a contribution; null when there is none for this caller.</summary>
    public async ValueTask<RenderedResource?> FindAsync(string type, string id, CancellationToken cancel)
    {
        if (IsEmpty) return null;
        if (SharedTypes.IsComposed(type))
        {
            var composed = await ComposeAsync(type, cancel).ConfigureAwait(false);
            if (composed.Find($"{type}/{id}") is { } unified) return unified;
            if (SharedTypes.IsUnified(type)) return null;
        }

        var own = view.Find($"{type}/{id}").FirstOrDefault(c => c.NetworkId == id);
        if (own is null) return null;
        var rendered = await RenderAsync([own], cancel).ConfigureAwait(false);
        return rendered.Count == 0 ? null : rendered[0];
    }

    /// <summary>The visible contributions of a unified type, as composition takes them.</summary>
    internal async ValueTask<IReadOnlyList<VisibleContribution>> PartsAsync(string type, CancellationToken cancel)
    {
        var parts = view.Contributions.Where(c => c.Key.Type == type && c.Facts.Unified is not null).ToList();
        var bodies = await bridge.Vault.BodiesAsync(view, parts, cancel).ConfigureAwait(false);
        var visible = new List<VisibleContribution>(parts.Count);
        for (var i = 0; i < parts.Count; i++)
        {
            var c = parts[i];
            var source = NetworkForm.SourceUrl(request.PublicBase, c.Key);
            if (NetworkForm.Render(c, bodies[i], view.Resolve, source, showLabels: false) is not { } rendered) continue;
            var name = request.Network.Members.TryGetValue(c.Key.Contributor, out var member) ? member.Name : null;
            visible.Add(new VisibleContribution(c.Facts.Reference, c.Facts.Unified!, c.Facts.Custodian, name, source, c.LastUpdated, StoredJson.Read(rendered.Json).Root));
        }

        return visible;
    }
}
