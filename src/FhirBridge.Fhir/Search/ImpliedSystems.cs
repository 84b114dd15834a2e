using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace FhirBridge.Fhir.Search;

/// <summary>The system that the required binding of a <c>code</c> element implies, so that <c>gender=http://hl7.org/fhir/administrative-gender|male</c> finds.</summary>
internal static class ImpliedSystems
{
    private static readonly ConcurrentDictionary<string, FrozenDictionary<string, string?>> ByValueSet = new(StringComparer.Ordinal);

    /// <summary>The system of a code element's value; null when the binding does not enumerate it, or two systems have the code.</summary>
    internal static string? ImpliedBy(FhirElement code)
    {
        if (Definitions.R4.DefinitionOf(code)?.Binding is not { Strength: BindingStrength.Required, ValueSet: { } valueSet }) return null;
        var systems = ByValueSet.GetOrAdd(valueSet, Systems);
        return systems.GetValueOrDefault(code.Value!);
    }

    private static FrozenDictionary<string, string?> Systems(string valueSet) =>
        (Definitions.R4.RequiredCodes(valueSet)?.Codings ?? [])
            .GroupBy(c => c.Code, c => c.System, StringComparer.Ordinal)
            .ToFrozenDictionary(g => g.Key, g => g.Distinct().Count() == 1 ? g.First() : null, StringComparer.Ordinal);
}
