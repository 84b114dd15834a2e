using System.Collections.Concurrent;
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

        var source = new IndexEntry("_source", SearchParameterType.Uri, Value: NetworkForm.SourceUrl(request.PublicBase, contribution.Key));
        return new SearchIndex([.. (changed ?? entries).Where(e => e.Parameter is not ("_source" or "_security")), source]);
    }

    /// <summary>The index of a composed resource; when the search asks by <c>_source</c>, with the address of every contribution in it.</summary>
    public static SearchIndex WithSources(ComposedKind.Entry entry, SearchQuery query, FhirRequest request)
    {
        if (!query.Criteria.Any(c => c is ParameterCriterion { Parameter: "_source" })) return entry.Index;
        var sources = entry.Sources.Select(c => new IndexEntry("_source", SearchParameterType.Uri, Value: NetworkForm.SourceUrl(request.PublicBase, c.Key)));
        return new SearchIndex([.. entry.Index.Entries, .. sources]);
    }

    /// <summary>True when a reference that leads nowhere could leave nothing valid of the whole resource (<see cref="Contributions.ReferencePruner"/>).</summary>
    public static bool MayVanish(OpenedRecord opened, Contribution contribution) =>
        HasRequiredReference(contribution.Key.Type) && contribution.Facts.References.Any(r => opened.View.Resolve(r) is null);

    private static bool HasRequiredReference(string path) => RequiredReference.GetOrAdd(path, static p => Requires(p, 0));

    private static bool Requires(string path, int depth) => depth < 6 && Definitions.R4.Elements(path).Any(e =>
        e.Min > 0 && (e.Types.Any(t => t.Code == "Reference") || Requires($"{path}.{e.Name}", depth + 1)));
}
