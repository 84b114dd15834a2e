using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace FhirBridge.Fhir.Search;

/// <summary>A search parameter as search uses it: resolved against the definitions, with its expression compiled when first needed.</summary>
internal sealed class SearchParameterInfo
{
    // R4 writes "any type" as the list of all types.
    private const int AnyType = 100;

    private readonly Lazy<ElementSelector?> selector;

    internal SearchParameterInfo(string code, SearchParameterType type, string? expression, IReadOnlyList<string> targets, IReadOnlyList<SearchParameterComponent> components)
    {
        Code = code;
        Type = type;
        Targets = targets;
        Components = components;
        ComponentNames = [.. components.Select((_, i) => IndexNames.Component(code, i))];
        OfTypeName = IndexNames.OfType(code);
        selector = new(() => expression is null ? null : ElementSelector.Compile(expression));
    }

    internal string Code { get; }

    internal SearchParameterType Type { get; }

    internal IReadOnlyList<string> Targets { get; }

    internal IReadOnlyList<SearchParameterComponent> Components { get; }

    internal IReadOnlyList<string> ComponentNames { get; }

    internal string OfTypeName { get; }

    /// <summary>Selects the elements that hold the values; null when the expression does not compile.</summary>
    internal ElementSelector? Selector => selector.Value;

    /// <summary>False when the definition lets the reference point at any type.</summary>
    internal bool HasStatedTargets => Targets.Count is > 0 and < AnyType;

    internal bool MayRefer(string type) => HasStatedTargets ? Targets.Contains(type) : SearchParameterCatalogue.IsResourceType(type);
}

/// <summary>One component of a composite.</summary>
/// <param name="Parameter">The parameter whose type the component has.</param>
/// <param name="Selector">Selects the values relative to what the composite selects.</param>
internal sealed record SearchParameterComponent(SearchParameterInfo Parameter, Lazy<ElementSelector?> Selector);

/// <summary>Names under which index values stand that belong to a parameter but are not its values.</summary>
internal static class IndexNames
{
    internal static string Component(string code, int index) => $"{code}${index}";

    internal static string OfType(string code) => code + ":of-type";
}

/// <summary>The search parameters of R4 by resource type, built for a type when it is first asked for.</summary>
internal static class SearchParameterCatalogue
{
    private static readonly ConcurrentDictionary<string, TypeParameters> ByType = new(StringComparer.Ordinal);

    internal static bool IsResourceType(string type) => Definitions.R4.IsResource(type);

    /// <summary>The parameters of a type that have an expression, in ordinal order of their codes; none for an unknown type.</summary>
    internal static IReadOnlyList<SearchParameterInfo> Of(string type) => Parameters(type).All;

    /// <summary>The parameter of that code when all the types have it with the same type of value; for no types those of every resource.</summary>
    internal static SearchParameterInfo? Find(IReadOnlyList<string> types, string code)
    {
        if (types.Count == 0) return Parameters("Resource").ByCode.GetValueOrDefault(code);
        var found = Parameters(types[0]).ByCode.GetValueOrDefault(code);
        for (var i = 1; i < types.Count && found is not null; i++)
        {
            if (Parameters(types[i]).ByCode.GetValueOrDefault(code)?.Type != found.Type) found = null;
        }

        return found;
    }

    private static TypeParameters Parameters(string type)
    {
        if (ByType.TryGetValue(type, out var known)) return known;
        var built = new TypeParameters([.. Definitions.R4.SearchParameters(type).Where(IsUsable).Select(p => Build(p))]);

        // Only names of types are kept, so that made-up names cannot fill the memory.
        return type == "Resource" || IsResourceType(type) ? ByType.GetOrAdd(type, built) : built;
    }

    private static bool IsUsable(SearchParameterDefinition p) => p.Expression is not null && p.Type != SearchParameterType.Special;

    private static SearchParameterInfo Build(SearchParameterDefinition p) =>
        new(p.Code, p.Type, p.Expression, p.Targets, [.. p.Components.Select(Component).OfType<SearchParameterComponent>()]);

    private static SearchParameterComponent? Component(SearchComponent component) =>
        Definitions.R4.FindSearchParameter(component.Definition) is { } definition
            ? new SearchParameterComponent(Build(definition), new(() => ElementSelector.Compile(Expression(component))))
            : null;

    // NOTE: R4 has the expressions of the two components of DocumentReference 'relationship' the wrong way round.
    private static string Expression(SearchComponent component) => component.Definition switch
    {
        "http://hl7.org/fhir/SearchParameter/DocumentReference-relatesto" => "target",
        "http://hl7.org/fhir/SearchParameter/DocumentReference-relation" => "code",
        _ => component.Expression,
    };

    private sealed record TypeParameters(IReadOnlyList<SearchParameterInfo> All)
    {
        internal FrozenDictionary<string, SearchParameterInfo> ByCode { get; } = All.ToFrozenDictionary(p => p.Code, StringComparer.Ordinal);
    }
}
