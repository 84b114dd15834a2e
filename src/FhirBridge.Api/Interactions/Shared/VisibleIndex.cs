using System.Collections.Concurrent;
using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Shared;

/// <summary>
/// Index values as the caller sees the resource: references lead to what the caller may see, under the ids that the caller sees; the others are not
/// there, so that no condition on them can tell.
/// </summary>
public static class VisibleIndex
{
    private static readonly ConcurrentDictionary<string, bool> RequiredReference = new();
    private static readonly ConcurrentDictionary<string, bool> LosesElements = new();

    /// <summary>The index of a contribution in an opened record.</summary>
    public static SearchIndex Of(OpenedRecord opened, Contribution contribution, FhirRequest request)
    {
        var entries = contribution.Index.Entries;
        List<IndexEntry>? changed = null;
        for (var i = 0; i < entries.Count; i++)
        {
            var e = entries[i];
            var seen = e.Type == SearchParameterType.Reference && e.Value is not null ? opened.View.Resolve(e.Value) : e.Value;
            if (seen == e.Value)
            {
                changed?.Add(e);
                continue;
            }

            changed ??= [.. entries.Take(i)];
            if (seen is not null) changed.Add(e with { Value = seen });
        }

        return Shown(changed ?? entries, contribution, request);
    }

    /// <summary>The index of what is left of a contribution, when more than references may have been cut out of it.</summary>
    public static SearchIndex OfRendered(Candidate candidate, Definitions definitions, FhirRequest request) =>
        Shown(SearchIndexer.Extract(StoredJson.Read(candidate.Rendered!.Json).Root, definitions).Entries, candidate.Contribution!, request);

    // The source is the contribution's own address; labels are searched by those who may read them (consent.md §8.5).
    private static SearchIndex Shown(IReadOnlyList<IndexEntry> entries, Contribution contribution, FhirRequest request)
    {
        var showsLabels = request.Caller.Roles.Contains(Roles.LabelReader);
        var source = new IndexEntry("_source", SearchParameterType.Uri, Value: NetworkForm.SourceUrl(request.PublicBase, contribution.Key));
        return new SearchIndex([.. entries.Where(e => e.Parameter != "_source" && (showsLabels || e.Parameter != "_security")), source]);
    }

    /// <summary>The index of a composed resource; when the search asks by <c>_source</c>, with the address of every contribution in it.</summary>
    public static SearchIndex WithSources(ComposedKind.Entry entry, Definitions definitions, SearchQuery query, FhirRequest request)
    {
        var index = entry.IndexBy(definitions);
        if (!query.Criteria.Any(c => c is ParameterCriterion { Parameter: "_source" })) return index;
        var sources = entry.Sources.Select(c => new IndexEntry("_source", SearchParameterType.Uri, Value: NetworkForm.SourceUrl(request.PublicBase, c.Key)));
        return new SearchIndex([.. index.Entries, .. sources]);
    }

    /// <summary>
    /// True when a reference that leads nowhere could take more with it than itself: an element around it, a contained resource, or all
    /// (<see cref="Contributions.ReferencePruner"/>).
    /// </summary>
    public static bool MayLoseElements(OpenedRecord opened, Contribution contribution) =>
        (MayLoseElements(contribution.Key.Type) || contribution.Index.Entries.Any(e => e.Parameter.StartsWith('#'))) && contribution.Facts.References.Any(r => opened.View.Resolve(r) is null);

    /// <summary>True for a type of which nothing may be left when a reference leads nowhere.</summary>
    internal static bool HasRequiredReference(string type) => RequiredReference.GetOrAdd(type, static t => Requires(t, 0));

    /// <summary>True for a type in which an element, or all, may go with a reference that it must have.</summary>
    private static bool MayLoseElements(string type) => LosesElements.GetOrAdd(type, static t => Requires(t, 0) || Parts(t).Any(p => Requires(p, 0)));

    private static bool Requires(string path, int depth) => depth < 6 && Definitions.R4.Elements(path).Any(e =>
        e.Min > 0 && (e.Types.Any(t => t.Code == "Reference") || Requires($"{path}.{e.Name}", depth + 1)));

    // The backbone elements of a type, and the data types in it that are made of references.
    private static IEnumerable<string> Parts(string path) => Definitions.R4.Elements(path).SelectMany(e => e.Types.SelectMany(t => t.Code switch
    {
        "BackboneElement" or "Element" => Parts($"{path}.{e.Name}").Prepend($"{path}.{e.Name}"),
        "Signature" => [t.Code],
        _ => (IEnumerable<string>)[],
    }));
}
