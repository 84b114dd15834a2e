using System.Collections.Frozen;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>All functions by name.</summary>
internal static class FunctionTable
{
    private static readonly FrozenDictionary<string, FunctionEntry> Entries = new[]
    {
        ExistenceFunctions.All, FilteringFunctions.All, SubsettingFunctions.All, ConversionFunctions.All, StringFunctions.All, RegexFunctions.All,
        MathFunctions.All, NavigationFunctions.All, UtilityFunctions.All, TemporalFunctions.All, TypeFunctions.All, AggregateFunctions.All, FhirFunctions.All, TerminologyFunctions.All,
    }.SelectMany(e => e).ToFrozenDictionary(e => e.Name, StringComparer.Ordinal);

    public static FunctionEntry? Find(string name) => Entries.GetValueOrDefault(name);
}
