namespace FhirBridge.Fhir.Validation;

/// <summary>The texts that a code may be shown by, as a code system or a value set states them. Spec: https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.compose.include.concept.display.</summary>
internal static class StatedDisplays
{
    /// <summary>True when the value set itself gives the code that display or designation.</summary>
    internal static bool Has(FhirElement valueSet, Coding coding, string display)
    {
        foreach (var include in valueSet["compose"].Children("include"))
        {
            if (include.Text("system") != coding.System) continue;
            foreach (var concept in include.Children("concept"))
            {
                if (concept.Text("code") == coding.Code && IsOf(concept, display)) return true;
            }
        }

        return IsListed(valueSet["expansion"], coding, display);
    }

    /// <summary>The same text, whatever its case, and however it is spaced.</summary>
    internal static bool Same(string a, string b) =>
        string.Equals(a, b, StringComparison.OrdinalIgnoreCase) || string.Equals(Spaced(a), Spaced(b), StringComparison.OrdinalIgnoreCase);

    /// <summary>True when the display of the concept, or one of its designations, is that text.</summary>
    internal static bool IsOf(FhirElement concept, string display)
    {
        if (concept.Text("display") is { } stated && Same(stated, display)) return true;
        foreach (var designation in concept.Children("designation"))
        {
            if (designation.Text("value") is { } value && Same(value, display)) return true;
        }

        return false;
    }

    private static bool IsListed(FhirElement around, Coding coding, string display)
    {
        foreach (var item in around.Children("contains"))
        {
            if (item.Text("code") == coding.Code && item.Text("system") == coding.System && IsOf(item, display)) return true;
            if (IsListed(item, coding, display)) return true;
        }

        return false;
    }

    private static string Spaced(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
