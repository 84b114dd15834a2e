using System.Collections.Frozen;

namespace FhirBridge.Api.Records;

/// <summary>How resource types are treated on <c>/fhir</c> (design.md §2).</summary>
public static class SharedTypes
{
    private static readonly FrozenSet<string> Unified = new[] { "Patient", "CarePlan", "CareTeam", "Goal" }.ToFrozenSet();

    private static readonly FrozenSet<string> DirectoryTypes = new[]
    {
        "Organization", "OrganizationAffiliation", "Practitioner", "PractitionerRole", "Location", "HealthcareService", "Endpoint",
        "Medication", "Substance", "Questionnaire", "PlanDefinition", "ActivityDefinition", "Library", "Measure", "Group",
        "StructureMap", "ConceptMap", "StructureDefinition", "ValueSet", "CodeSystem", "NamingSystem", "OperationDefinition", "SearchParameter",
        "CapabilityStatement", "ImplementationGuide", "GraphDefinition", "MessageDefinition", "CompartmentDefinition", "ExampleScenario", "TestScript", "TestReport",
        "EventDefinition", "ResearchStudy", "ResearchDefinition", "ResearchElementDefinition", "Evidence", "EvidenceVariable", "EffectEvidenceSynthesis",
        "RiskEvidenceSynthesis", "ChargeItemDefinition", "InsurancePlan", "MedicationKnowledge", "MedicinalProduct", "DeviceDefinition", "ObservationDefinition",
        "SpecimenDefinition", "SubstanceSpecification", "TerminologyCapabilities", "CatalogEntry",
    }.ToFrozenSet();

    private static readonly FrozenSet<string> OperatorTypes = new[]
    {
        "Organization", "OrganizationAffiliation", "Endpoint", "StructureMap", "ConceptMap", "StructureDefinition", "ValueSet", "CodeSystem", "NamingSystem", "Questionnaire", "SearchParameter", "ImplementationGuide", "Measure", "Library",
    }.ToFrozenSet();

    /// <summary>Types that are shown composed only: Patient, CarePlan, CareTeam, Goal.</summary>
    public static bool IsUnified(string type) => Unified.Contains(type);

    /// <summary>Types of which composed resources exist, besides contributed ones for some (DetectedIssue, Provenance).</summary>
    public static bool IsComposed(string type) => Unified.Contains(type) || type is "DetectedIssue" or "Provenance";

    /// <summary>Types about no patient: the directory, catalogues and definitions. Readable by every caller with a scope; consent is not applied (consent.md §7.4).</summary>
    public static bool IsDirectory(string type) => DirectoryTypes.Contains(type);

    /// <summary>Directory types that the network operator writes under ids of its choice (contract.md, Tokens).</summary>
    public static bool IsOperators(string type) => OperatorTypes.Contains(type);
}
