using System.Collections.Frozen;

namespace FhirBridge.Fhir.Validation;

/// <summary>The profiles that R4 asks Observations of the vital signs to follow, known by the LOINC code that they demand or by what SNOMED CT calls the same. Spec: https://hl7.org/fhir/R4/observation-vitalsigns.html.</summary>
internal static class VitalSigns
{
    private const string Base = "http://hl7.org/fhir/StructureDefinition/";

    private static readonly FrozenDictionary<Coding, string> Profiles = new (string Profile, string Loinc, string? Snomed)[]
    {
        ("vitalspanel", "85353-1", null),
        ("resprate", "9279-1", "86290005"),
        ("heartrate", "8867-4", "364075005"),
        ("oxygensat", "2708-6", "431314004"),
        ("bodytemp", "8310-5", "386725007"),
        ("bodytemp", "8310-5", "276885007"),
        ("bodyheight", "8302-2", "50373000"),
        ("headcircum", "9843-4", "363812007"),
        ("bodyweight", "29463-7", "27113001"),
        ("bmi", "39156-5", "60621009"),
        ("bp", "85354-9", "75367002"),
    }
    .SelectMany(s => new[] { (Code: new Coding("http://loinc.org", s.Loinc), s.Profile), (Code: new Coding("http://snomed.info/sct", s.Snomed ?? ""), s.Profile) })
    .DistinctBy(s => s.Code)
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
