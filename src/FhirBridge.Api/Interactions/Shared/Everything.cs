using FhirBridge.Api.Audit;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Api.Interactions.Shared;

/// <summary>
/// Patient/$everything: the union of what the caller may see one by one, nothing through a path of its own (consent.md §9).
/// Specification: https://hl7.org/fhir/R4/patient-operation-everything.html.
/// </summary>
public static class Everything
{
    /// <summary>The operation on one Patient, paged.</summary>
    public static async ValueTask<FhirResponse> RunAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        var desk = Parse(request, bridge);
        if (!desk.IsOk) return FhirResponse.Failure(desk.Problems);
        var (count, types, since, position) = desk.Value;
        var record = new RecordId(request.Id);
        var opened = await bridge.OpenAsync(request, record, cancel).ConfigureAwait(false);
        var audit = AuditEntry.For(request, "everything", record, !opened.IsEmpty) with { Type = "Patient", Entities = [record.Reference] };
        if (opened.IsEmpty) return FhirResponse.NotFound([audit]);

        var all = await AllAsync(opened, cancel).ConfigureAwait(false);
        var chosen = all.Where(i => (types.Count == 0 || types.Contains(i.Type)) && (since is null || i.LastUpdated >= since)).ToList();
        var start = SearchDesk.StartOf(position, chosen.FindIndex(i => i.Reference == position?.Id));
        var page = chosen.Skip(start).Take(count).ToList();
        var path = $"{request.SharedBase}/Patient/{request.Id}/$everything";
        var next = start + page.Count < chosen.Count
            ? SearchDesk.PageUrl(path, bridge.Pages.Seal(request.Caller, new PagePosition(path, string.Join('&', request.Query.Where(q => q.Key != "_page").Select(q => $"{Uri.EscapeDataString(q.Key)}={Uri.EscapeDataString(q.Value)}")), count, 0, page[^1].Reference, start + page.Count)))
            : null;
        var bodies = await RenderAsync(request, bridge, opened, page, cancel).ConfigureAwait(false);
        var bundle = new BundleWriter("searchset", chosen.Count, path, next);
        foreach (var item in page)
        {
            if (bodies.TryGetValue(item.Reference, out var json)) bundle.AddMatch($"{request.SharedBase}/{item.Reference}", json, "match");
        }

        return FhirResponse.Resource(200, bundle.Finish(), audit: [audit with { Basis = Basis.Of(opened) }]);
    }

    private static Result<(int Count, HashSet<string> Types, DateTimeOffset? Since, PagePosition? Position)> Parse(FhirRequest request, Bridge bridge)
    {
        var query = request.Query;
        PagePosition? position = null;
        if (query.FirstOrDefault(q => q.Key == "_page").Value is { } token)
        {
            position = bridge.Pages.Open(request.Caller, token);
            if (position is null || position.Path != $"{request.SharedBase}/Patient/{request.Id}/$everything") return Problems.NotFound.With("Not found");
            query = SearchDesk.ParseQuery(position.Query);
        }

        var count = SharedSearch.DefaultCount;
        var types = new HashSet<string>();
        DateTimeOffset? since = null;
        foreach (var (name, value) in query)
        {
            switch (name)
            {
                case "_count" when int.TryParse(value, out var n) && n > 0:
                    count = Math.Min(n, SharedSearch.MaxCount);
                    break;
                case "_type" when value.Split(',').All(Definitions.R4.IsResource):
                    types.UnionWith(value.Split(','));
                    break;
                case "_since" when DateTimeOffset.TryParse(value, out var at):
                    since = at;
                    break;
                case "_format" or "_pretty":
                    break;
                case "_count" or "_type" or "_since":
                    return Problems.InvalidParameter.With($"the value of '{name}' is not one that it takes");
                default:
                    return Problems.UnknownParameter.With($"$everything does not know the parameter '{name}'");
            }
        }

        return (count, types, since, position);
    }

    /// <summary>Patient first, then the other composed resources, then what is passed through, then the directory entries that they name.</summary>
    private static async ValueTask<List<Item>> AllAsync(OpenedRecord opened, CancellationToken cancel)
    {
        var items = new List<Item>();
        foreach (var kind in ComposedKind.OfContributions)
        {
            var composed = await opened.ComposeAsync(kind, cancel).ConfigureAwait(false);
            items.AddRange(composed.Entries.OrderBy(e => e.Resource.Reference, StringComparer.Ordinal)
                .Select(e => new Item(e.Resource.Reference, e.Resource.Type, e.Resource.LastUpdated, e.IndexBy(opened.Definitions), e.Resource.Json)));
        }

        var passed = opened.View.Contributions.Where(c => !SharedTypes.IsUnified(c.Key.Type)).ToList();
        var rendered = passed.Where(c => VisibleIndex.MayLoseElements(opened, c)).ToList();
        var valid = (await opened.RenderAsync(rendered, cancel).ConfigureAwait(false)).Select(r => r.Reference).ToHashSet(StringComparer.Ordinal);
        foreach (var c in passed)
        {
            if (rendered.Contains(c) && !valid.Contains(c.Facts.Reference)) continue;
            items.Add(new Item(c.Facts.Reference, c.Key.Type, c.LastUpdated, VisibleIndex.Of(opened, c, opened.Request), null));
        }

        var entries = items.SelectMany(i => i.Index.Entries).Where(e => e is { Type: SearchParameterType.Reference, Value: not null, System: null })
            .Select(e => e.Value!).Where(r => r.Contains('/') && SharedTypes.IsDirectory(r[..r.IndexOf('/')])).Distinct().Order(StringComparer.Ordinal).ToList();
        items.AddRange(entries.Select(r => new Item(r, r[..r.IndexOf('/')], DateTimeOffset.MaxValue, SearchIndex.Empty, null)));
        return items;
    }

    private static async ValueTask<Dictionary<string, ReadOnlyMemory<byte>>> RenderAsync(
        FhirRequest request, Bridge bridge, OpenedRecord opened, List<Item> page, CancellationToken cancel)
    {
        var bodies = page.Where(i => i.Json is not null).ToDictionary(i => i.Reference, i => i.Json!.Value, StringComparer.Ordinal);
        var contributions = page.Where(i => i.Json is null && !SharedTypes.IsDirectory(i.Type)).Select(i => opened.View.Find(i.Reference)[0]).ToList();
        foreach (var r in await opened.RenderAsync(contributions, cancel).ConfigureAwait(false)) bodies[r.Reference] = r.Json;
        foreach (var i in page.Where(i => SharedTypes.IsDirectory(i.Type)))
        {
            if (await Directory.FindAsync(request, bridge, i.Type, i.Reference[(i.Type.Length + 1)..], cancel).ConfigureAwait(false) is { } entry) bodies[i.Reference] = entry.Json;
        }

        return bodies;
    }

    private sealed record Item(string Reference, string Type, DateTimeOffset LastUpdated, SearchIndex Index, ReadOnlyMemory<byte>? Json);
}
