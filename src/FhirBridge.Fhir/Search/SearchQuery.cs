namespace FhirBridge.Fhir.Search;

/// <summary>A parsed search.</summary>
public sealed record SearchQuery(string ResourceType);
