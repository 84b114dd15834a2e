namespace FhirBridge.Mapping;

/// <summary>The extensions by which a unified resource says who stated what. Documented in docs/composition.md.</summary>
public static class Extensions
{
    /// <summary>On an element (or the resource): who contributed it. <c>valueReference</c> with display; one for each contributor.</summary>
    public const string Contributor = "https://fhirbridge.org/StructureDefinition/contributor";

    /// <summary>
    /// On an element: the status of the contributions that it comes from, when none of them has the status of the unified resource.
    /// <c>valueCode</c>.
    /// </summary>
    public const string ContributionStatus = "https://fhirbridge.org/StructureDefinition/contribution-status";

    /// <summary>
    /// On the resource: what a contributor states for an element that holds one value only, where the unified resource shows another or
    /// none. Parts: <c>element</c> (<c>valueString</c>, its name), <c>value</c> (its type), <c>contributor</c> (<c>valueReference</c>, repeating).
    /// </summary>
    public const string Statement = "https://fhirbridge.org/StructureDefinition/statement";

    /// <summary>
    /// On <c>CarePlan.activity</c>: the contributor's own plan that the activity is a part of. Parts: <c>title</c>, <c>status</c>,
    /// <c>intent</c>, <c>category</c> (repeating), <c>period</c>.
    /// </summary>
    public const string Plan = "https://fhirbridge.org/StructureDefinition/contributed-plan";

    /// <summary>HL7's: the element of the target, by its id, that a reference means. <c>valueUri</c>.</summary>
    public const string TargetElement = "http://hl7.org/fhir/StructureDefinition/targetElement";
}
