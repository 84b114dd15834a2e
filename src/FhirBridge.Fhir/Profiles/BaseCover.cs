using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Profiles;

/// <summary>
/// Marks in a profile what R4's own definition of the type asks as well: where the readers and <see cref="BaseRules"/> have checked a resource, that is not to be looked at again.
/// A snapshot repeats all of it.
/// </summary>
internal sealed class BaseCover(Definitions definitions)
{
    /// <summary>Marks the nodes of a profile on a type; of types that R4 does not define nothing is covered.</summary>
    internal void Mark(ProfileNode root, string type)
    {
        if (definitions.FindType(type) is not { } definition) return;
        root.OwnRules = Own(root, null, [type]);
        foreach (var child in root.Children) MarkElement(child, definition.Name);
    }

    private void MarkElement(ProfileNode node, string? around)
    {
        var element = around is null ? null : definitions.FindElement(around, node.Name);
        var types = element is null ? [] : node.Types.Length > 0 ? [.. node.Types.Select(t => t.Code).OfType<string>()] : element.Types.Select(t => t.Code).ToArray();
        if (element is not null) node.OwnRules = Own(node, element, types);
        node.HasTypesOfBase = element is not null && HasTypesOf(node, element);
        var below = element is null ? null : Inside(element, types);
        foreach (var child in node.Children) MarkElement(child, below);
        foreach (var slice in node.Slices) MarkElement(slice, around);
        node.IsAsBase = node is { HasTypesOfBase: true, OwnRules.Length: 0, Slices.Count: 0 } && node.Slicing is not { IsClosed: true } && node.SliceName is null
            && node.Min <= element!.Min && (node.Max is null || element.Max <= node.Max) && node.Children.All(c => c.IsAsBase);
    }

    /// <summary>Where what stands in the element is defined; null when that depends on its type.</summary>
    private string? Inside(ElementDefinition element, string[] types)
    {
        if (element.ContentReference is { } other) return other;
        if (definitions.Elements(element.Path).Count > 0) return element.Path;
        return types is [var only] ? only : null;
    }

    private IElementRule[] Own(ProfileNode node, ElementDefinition? element, string[] types)
    {
        var invariants = (element?.Invariants ?? []).Concat(types.Length == 1 ? OfType(types[0]) : []).Select(i => (i.Key, i.Expression)).ToHashSet();
        var own = node.Rules.Where(r => r switch
        {
            ContentRule or ContainedRule => false,
            InvariantRule invariant => !invariants.Contains((invariant.Key, invariant.Expression)),

            // The form of a language, or its system, was looked at, and no more can be said of it.
            BindingRule { ValueSet: BaseRules.AllLanguages } => false,
            BindingRule binding => !(element?.Binding is { } known && known.Strength == binding.Strength && known.ValueSet is { } set && binding.ValueSet.Split('|')[0] == set),
            _ => true,
        }).ToArray();
        return own.Length == node.Rules.Length ? node.Rules : own;
    }

    private IEnumerable<InvariantDefinition> OfType(string type)
    {
        for (string? at = type; at is not null && definitions.FindType(at) is { } found; at = found.BaseType)
        {
            foreach (var invariant in found.Invariants) yield return invariant;
        }
    }

    private static bool HasTypesOf(ProfileNode node, ElementDefinition element)
    {
        if (node.Types.Length == 0) return true;
        if (node.Types.Count(t => t.Code is not null) < element.Types.Count && node.Types.All(t => t.Code is not null)) return false;
        foreach (var type in node.Types)
        {
            if (type.Aggregation.Length > 0 || type.Versioning is not (null or "either")) return false;
            if (type.Code is null) continue;
            if (!element.TryGetType(type.Code, out var known) || !type.Profiles.All(p => p == SimpleQuantityRule.Profile)) return false;
            if (!type.TargetProfiles.Order(StringComparer.Ordinal).SequenceEqual(known.TargetProfiles.Order(StringComparer.Ordinal))) return false;
        }

        return true;
    }
}
