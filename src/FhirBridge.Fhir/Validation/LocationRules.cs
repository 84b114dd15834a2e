using System.Globalization;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Validation;

/// <summary>The position of a Location is on the earth (WGS84). Spec: https://hl7.org/fhir/R4/location-definitions.html#Location.position.</summary>
internal sealed class LocationRules : IResourceRules
{
    /// <inheritdoc/>
    public string Type => "Location";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        Within(resource["position"]["longitude"], 180, run);
        Within(resource["position"]["latitude"], 90, run);
    }

    private static void Within(FhirElement degrees, int most, ValidationRun run)
    {
        if (NumberText.TryDecimal(degrees.Value, NumberStyles.Float, out var value) && Math.Abs(value) > most) run.Fault($"the {degrees.Name} is between -{most} and {most}, found {degrees.Value}", degrees);
    }
}
