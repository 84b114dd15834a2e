using System.Buffers;
using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>A few resources that lie over definitions, by type and canonical. Immutable.</summary>
internal sealed class DefinitionsLayer
{
    private readonly Dictionary<(string Type, string Url), List<(ConformanceEntry Entry, FhirElement Resource)>> byUrl = [];

    internal DefinitionsLayer(IEnumerable<FhirElement> resources)
    {
        foreach (var resource in resources)
        {
            if (resource.Type is not { } type || resource.Text("url") is not { Length: > 0 } url) continue;
            var entry = ConformanceCompiler.Entry(resource, type, url);
            if (!byUrl.TryGetValue((type, url), out var versions)) byUrl.Add((type, url), versions = []);
            versions.RemoveAll(v => v.Entry.Version == entry.Version);
            versions.Add((entry, resource));
        }

        SearchParameters = [.. Entries("SearchParameter").GroupBy(e => e.Url).Select(g => SearchParameter(g.Key)).OfType<SearchParameterDefinition>().OrderBy(p => p.Url, StringComparer.Ordinal)];
    }

    /// <summary>The search parameters, by canonical.</summary>
    internal IReadOnlyList<SearchParameterDefinition> SearchParameters { get; }

    internal IEnumerable<string> Types => byUrl.Keys.Select(k => k.Type).Distinct();

    internal IEnumerable<ConformanceEntry> Entries(string type) => byUrl.Where(p => p.Key.Type == type).SelectMany(p => p.Value).Select(v => v.Entry);

    /// <summary>The versions of a canonical, in the order of adding.</summary>
    internal IReadOnlyList<(ConformanceEntry Entry, FhirElement Resource)> Versions(string type, string url) => byUrl.GetValueOrDefault((type, url)) ?? [];

    /// <summary>The latest version of a canonical, or (with <paramref name="version"/>) exactly that one; null when it is not here.</summary>
    internal (ConformanceEntry Entry, FhirElement Resource)? Find(string type, string url, string? version)
    {
        (ConformanceEntry Entry, FhirElement Resource)? found = null;
        foreach (var one in Versions(type, url))
        {
            if (version is not null ? one.Entry.Version == version : found is null || CanonicalVersion.Compare(one.Entry.Version, found.Value.Entry.Version) >= 0) found = one;
        }

        return found;
    }

    private SearchParameterDefinition? SearchParameter(string url)
    {
        if (Find("SearchParameter", url, null) is not { Entry.Status: not "retired" } latest) return null;
        var written = new ArrayBufferWriter<byte>();
        FhirJson.Write(latest.Resource, written);
        using var json = JsonDocument.Parse(written.WrittenMemory);
        return ConformanceCompiler.SearchParameter(json.RootElement, url);
    }
}
