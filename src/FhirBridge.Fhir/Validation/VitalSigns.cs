using System.Collections.Frozen;

namespace FhirBridge.Fhir.Validation;

/// <summary>The profiles that R4 asks Observations with certain LOINC codes to follow. Spec: https://hl7.org/fhir/R4/observation-vitalsigns.html.</summary>
internal static class VitalSigns
{
    private const string Base = "http://hl7.org/fhir/StructureDefinition/";

    private static readonly FrozenDictionary<string, string> Profiles = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["85353-1"] = Base + "vitalspanel",
        ["9279-1"] = Base + "resprate",
        ["8867-4"] = Base + "heartrate",
        ["2708-6"] = Base + "oxygensat",
        ["8310-5"] = Base + "bodytemp",
        ["8302-2"] = Base + "bodyheight",
        ["9843-4"] = Base + "headcircum",
        ["29463-7"] = Base + "bodyweight",
        ["39156-5"] = Base + "bmi",
        ["85354-9"] = Base + "bp",
    }.ToFrozenDictionary();

    /// <summary>Canonical of the profile; null when the resource has no code of the vital signs.</summary>
    internal static string? ProfileOf(FhirElement resource)
    {
        if (resource.Type != "Observation") return null;
        foreach (var coding in resource["code"].Children("coding"))
        {
            if (coding.Text("system") == "http://loinc.org" && coding.Text("code") is { } code && Profiles.TryGetValue(code, out var profile)) return profile;
        }

        return null;
    }
}
