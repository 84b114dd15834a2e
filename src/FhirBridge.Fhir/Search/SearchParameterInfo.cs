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

    /// <summary>True for R4's own parameters; false for what a package or the network defines beside them.</summary>
    internal bool IsOfR4 { get; init; } = true;

    /// <summary>False for a composite of which a part is not known.</summary>
    internal bool IsWhole { get; init; } = true;

    /// <summary>True when its values can be found: its expression compiles, and its parts are known.</summary>
    internal bool IsAnswerable => Selector is not null && IsWhole && (Type != SearchParameterType.Composite || (Components.Count > 0 && Components.All(c => c.Selector.Value is not null)));

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

    /// <summary>A contained resource, by its id.</summary>
    internal static string Contained(string id) => "#" + id;

    /// <summary>What the values of a contained resource stand under, before the parameter's own name.</summary>
    internal static string WithinContained(string id) => $"#{id}.";

    /// <summary>True for a name that is of a contained resource.</summary>
    internal static bool IsContained(string name) => name.Length > 0 && name[0] == '#';
}
