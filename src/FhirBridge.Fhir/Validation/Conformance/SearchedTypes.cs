namespace FhirBridge.Fhir.Validation;

/// <summary>Which data types a search parameter of a type finds values in. Spec: https://hl7.org/fhir/R4/search.html#table.</summary>
internal static class SearchedTypes
{
    private static readonly Dictionary<string, string[]> Complex = new(StringComparer.Ordinal)
    {
        ["token"] = ["Coding", "CodeableConcept", "Identifier", "ContactPoint"],
        ["string"] = ["HumanName", "Address", "CodeableConcept", "Coding", "Annotation"],
        ["date"] = ["Period", "Timing"],
        ["quantity"] = ["Quantity", "Money", "Range", "SampledData", "Ratio"],
        ["number"] = ["Range"],
        ["reference"] = ["Reference"],
    };

    /// <param name="search">Type of the search parameter: <c>token</c>.</param>
    /// <param name="type">A FHIR type, or one of FHIRPath's (<c>System.Boolean</c>).</param>
    internal static bool Fits(string search, string type)
    {
        var name = type.StartsWith("System.", StringComparison.Ordinal) ? char.ToLowerInvariant(type[7]) + type[8..] : type;
        if (Complex.TryGetValue(search, out var complex) && complex.Any(c => Definitions.R4.IsOrSpecialises(name, c))) return true;
        return search switch
        {
            "token" or "string" => Definitions.R4.IsPrimitive(name),
            "date" => name is "date" or "dateTime" or "instant",
            "number" => name is "integer" or "decimal" or "positiveInt" or "unsignedInt" or "long",
            "uri" => name is "string" || Definitions.R4.IsOrSpecialises(name, "uri"),
            "reference" => name is "string" || Definitions.R4.IsOrSpecialises(name, "uri") || Definitions.R4.IsOrSpecialises(name, "Resource"),
            _ => true,
        };
    }
}
