namespace FhirBridge.Fhir.Validation;

/// <summary>What R4 asks of resources of one type in its prose, so that no StructureDefinition states it.</summary>
internal interface IResourceRules
{
    /// <summary>The resource type that the rules are about.</summary>
    string Type { get; }

    /// <summary>Reports what is wrong with a resource of that type, wherever it stands (at the root, contained, in a Bundle).</summary>
    void Check(FhirElement resource, ValidationRun run);
}
