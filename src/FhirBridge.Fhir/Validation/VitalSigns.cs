using System.Collections.Frozen;

namespace FhirBridge.Fhir.Validation;

/// <summary>The profiles that R4 asks Observations of the vital signs to follow, known by the LOINC code that they demand, by more exact ones, or by what SNOMED CT calls the same. Spec: https://hl7.org/fhir/R4/observation-vitalsigns.html.</summary>
internal static class VitalSigns
{
    private const string Base = "http://hl7.org/fhir/StructureDefinition/";

    private const string Loinc = "http://loinc.org";

    private const string Snomed = "http://snomed.info/sct";

    /// <summary>
    /// The code that the profile demands, then those that say the same more exactly (where, how, in which position): R4 asks that the general code stands beside them.
    /// </summary>
    private static readonly FrozenDictionary<Coding, string> Profiles = new (string Profile, string System, string[] Codes)[]
    {
        ("vitalspanel", Loinc, ["85353-1"]),
        ("resprate", Loinc, ["9279-1", "9303-9", "76170-0", "76172-6", "76270-8"]),
        ("heartrate", Loinc, ["8867-4", "8889-8", "40443-4", "68999-2", "69000-8", "69001-6", "76282-3"]),
        ("oxygensat", Loinc, ["2708-6", "2710-2", "51733-4", "59408-5", "59417-6"]),
        ("bodytemp", Loinc, ["8310-5", "8328-7", "8331-1", "8332-9", "8333-7", "60830-9", "61008-9", "75539-7", "76278-1"]),
        ("bodyheight", Loinc, ["8302-2", "3137-7", "3138-5", "8306-3", "8308-9"]),
        ("headcircum", Loinc, ["9843-4", "8287-5"]),
        ("bodyweight", Loinc, ["29463-7", "3141-9", "3142-7", "8335-2", "8350-1", "8351-9", "75292-3"]),
        ("bmi", Loinc, ["39156-5", "89270-3"]),
        ("bp", Loinc, ["85354-9", "8480-6", "35094-2", "55284-4", "76534-7", "96607-7"]),
        ("resprate", Snomed, ["86290005", "271625008"]),
        ("heartrate", Snomed, ["364075005"]),
        ("oxygensat", Snomed, ["431314004"]),
        ("bodytemp", Snomed, ["386725007", "276885007"]),
        ("bodyheight", Snomed, ["50373000"]),
        ("headcircum", Snomed, ["363812007"]),
        ("bodyweight", Snomed, ["27113001"]),
        ("bmi", Snomed, ["60621009"]),
        ("bp", Snomed, ["75367002"]),
    }
    .SelectMany(s => s.Codes.Select(c => (Code: new Coding(s.System, c), s.Profile)))
    .ToFrozenDictionary(s => s.Code, s => Base + s.Profile);

    /// <summary>Canonical of the profile; null when the resource has no code of the vital signs.</summary>
    internal static string? ProfileOf(FhirElement resource)
    {
        if (resource.Type != "Observation") return null;
        foreach (var coding in resource["code"].Children("coding"))
        {
            if (coding.Text("code") is { Length: > 0 } code && Profiles.TryGetValue(new Coding(coding.Text("system"), code), out var profile)) return profile;
        }

        return null;
    }
}
