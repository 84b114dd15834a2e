namespace FhirBridge.Fhir;

/// <summary>What the index says of one conformance resource without unpacking it; <see cref="Definitions.FindResource(string, string)"/> gives the resource.</summary>
/// <param name="Type">Resource type: <c>ValueSet</c>.</param>
/// <param name="Url">Canonical without version.</param>
/// <param name="Version">Business version; null when the resource states none.</param>
/// <param name="Id">Logical id; null when the resource has none.</param>
/// <param name="Name">Computable name; null when the resource has none.</param>
/// <param name="Title">Title for a person; null when the resource has none.</param>
/// <param name="Status">Publication status: <c>active</c>; null when the resource states none.</param>
/// <param name="Subject">
/// What it is about. StructureDefinition: the type that it defines or constrains; CodeSystem: canonical of the value set of all its codes;
/// SearchParameter, OperationDefinition and CompartmentDefinition: the code; ConceptMap: canonical of the source value set. Null otherwise.
/// </param>
public sealed record ConformanceEntry(string Type, string Url, string? Version, string? Id, string? Name, string? Title, string? Status, string? Subject)
{
    /// <summary><c>url|version</c>, or the url alone.</summary>
    public string Canonical => Version is null ? Url : $"{Url}|{Version}";
}
