using System.Collections.Frozen;

namespace FhirBridge.Fhir.Validation;

/// <summary>The rules of R4's prose, by resource type.</summary>
internal static class ResourceRules
{
    /// <summary>At most one set of rules a type.</summary>
    internal static FrozenDictionary<string, IResourceRules> All { get; } = new IResourceRules[] { new BundleRules() }.ToFrozenDictionary(r => r.Type, StringComparer.Ordinal);
}
