using System.Collections.Frozen;

namespace FhirBridge.Fhir.Validation;

/// <summary>All rules that no StructureDefinition states.</summary>
internal static class ResourceRules
{
    /// <summary>By resource type.</summary>
    internal static FrozenDictionary<string, IResourceRules> All { get; } = new IResourceRules[]
    {
        new QuestionnaireResponseRules(),
        new QuestionnaireRules(),
        new MeasureReportRules(),
        new ValueSetRules(),
        new CodeSystemRules(),
        new StructureDefinitionRules(),
        new ConceptMapRules(),
        new OperationDefinitionRules(),
        new SearchParameterRules(),
        new ImplementationGuideRules(),
        new CapabilityStatementRules(),
        new NamingSystemRules(),
        new LibraryRules(),
        new MeasureRules(),
        new ActivityDefinitionRules(),
        new PlanDefinitionRules(),
        new GraphDefinitionRules(),
        new CompartmentDefinitionRules(),
        new MessageDefinitionRules(),
        new BundleRules(),
        new LocationRules(),
    }.ToFrozenDictionary(r => r.Type, StringComparer.Ordinal);
}
