namespace FhirBridge.Fhir.Views;

/// <summary>
/// A typed view of an element: names for what R4 defines below it, and nothing else. It holds the cursor alone, so that making one costs
/// nothing; what is missing is null, an empty list, or a view that does not exist. A view takes any element and never checks its type.
/// </summary>
public interface IElementView
{
    /// <summary>Where R4 defines what the view names: <c>CarePlan.activity</c> (<see cref="FhirElement.DefinitionPath"/>).</summary>
    static abstract string DefinitionPath { get; }

    /// <summary>The element.</summary>
    FhirElement Element { get; init; }
}
