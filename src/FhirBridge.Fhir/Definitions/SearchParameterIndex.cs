using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace FhirBridge.Fhir;

/// <summary>Search parameters by resource type and code.</summary>
internal sealed class SearchParameterIndex
{
    private readonly Definitions definitions;
    private readonly FrozenDictionary<string, SearchParameterDefinition> byUrl;
    private readonly ILookup<string, SearchParameterDefinition> byBase;
    private readonly ConcurrentDictionary<string, (IReadOnlyList<SearchParameterDefinition> All, FrozenDictionary<string, SearchParameterDefinition> ByCode)> byType = new();

    internal SearchParameterIndex(Definitions definitions, IReadOnlyList<SearchParameterDefinition> all)
    {
        this.definitions = definitions;
        All = all;
        byUrl = all.ToFrozenDictionary(p => p.Url, StringComparer.Ordinal);
        byBase = all.SelectMany(p => p.Base.Select(b => (b, p))).ToLookup(x => x.b, x => x.p, StringComparer.Ordinal);
    }

    internal IReadOnlyList<SearchParameterDefinition> All { get; }

    /// <summary>
    /// More parameters behind those that are there. One of the same canonical takes the place of the older one, unless that is R4's; of two with the same code
    /// the first one is found by it.
    /// </summary>
    internal static IReadOnlyList<SearchParameterDefinition> Joined(IReadOnlyList<SearchParameterDefinition> below, IReadOnlyList<SearchParameterDefinition> more)
    {
        var added = more.Where(p => Definitions.R4.FindSearchParameter(p.Url) is null).ToList();
        var replaced = added.Select(p => p.Url).ToHashSet(StringComparer.Ordinal);
        return [.. below.Where(p => !replaced.Contains(p.Url)), .. added];
    }

    internal IReadOnlyList<SearchParameterDefinition> Of(string type) => Index(type).All;

    internal SearchParameterDefinition? Find(string type, string code) => Index(type).ByCode.GetValueOrDefault(code);

    internal SearchParameterDefinition? FindByUrl(string url) => byUrl.GetValueOrDefault(url);

    private (IReadOnlyList<SearchParameterDefinition> All, FrozenDictionary<string, SearchParameterDefinition> ByCode) Index(string type)
    {
        if (byType.TryGetValue(type, out var index)) return index;
        var found = new SortedDictionary<string, SearchParameterDefinition>(StringComparer.Ordinal);
        for (var t = type; t is not null; t = definitions.FindType(t)?.BaseType)
        {
            foreach (var p in byBase[t]) found.TryAdd(p.Code, p);
        }

        index = (found.Values.ToArray(), found.ToFrozenDictionary(StringComparer.Ordinal));

        // Only names of types are kept, so that made-up names cannot fill the memory.
        if (definitions.FindType(type) is not null) byType[type] = index;
        return index;
    }
}
