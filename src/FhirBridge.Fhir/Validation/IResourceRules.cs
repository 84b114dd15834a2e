using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>What R4 asks of resources of one type in its prose, so that no StructureDefinition states it. Called for each, wherever it stands (at the root, contained, in a Bundle).</summary>
internal interface IResourceRules : IElementRule
{
    /// <summary>The resource type that the rules are about.</summary>
    string Type { get; }
}
