using System.Collections.Frozen;

namespace FhirBridge.Fhir;

/// <summary>
/// Whether the parameters of a terminology operation are what the OperationDefinitions say: of their types, once, and one form of the code. What is not known by name is let be: other servers have more.
/// Spec: https://hl7.org/fhir/R4/operations.html, https://hl7.org/fhir/R4/valueset-operation-validate-code.html.
/// </summary>
internal static class ParameterCheck
{
    private static readonly FrozenSet<string> Flags = FrozenSet.Create(
        StringComparer.Ordinal,
        "activeOnly", "excludeNested", "includeDefinition", "includeDesignations", "excludeNotForUI", "excludePostCoordinated", "abstract", "inferSystem", "reverse", "lenient", "lenient-display-validation");

    private static readonly FrozenSet<string> Numbers = FrozenSet.Create(StringComparer.Ordinal, "count", "offset");

    private static readonly FrozenSet<string> Texts = FrozenSet.Create(
        StringComparer.Ordinal,
        "url", "valueSetVersion", "system", "systemVersion", "version", "code", "display", "displayLanguage", "filter", "date", "codeA", "codeB", "conceptMapVersion", "source", "target", "targetsystem",
        "sourceCode", "targetCode", "sourceSystem", "targetSystem", "sourceScope", "targetScope");

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["coding"] = "Coding", ["codingA"] = "Coding", ["codingB"] = "Coding", ["sourceCoding"] = "Coding", ["targetCoding"] = "Coding",
        ["codeableConcept"] = "CodeableConcept", ["sourceCodeableConcept"] = "CodeableConcept", ["targetCodeableConcept"] = "CodeableConcept",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Resources = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["valueSet"] = "ValueSet", ["codeSystem"] = "CodeSystem", ["conceptMap"] = "ConceptMap",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly string[][] OneOf =
    [
        ["code", "coding", "codeableConcept"], ["codeA", "codingA"], ["codeB", "codingB"],
        ["sourceCode", "sourceCoding", "sourceCodeableConcept", "targetCode", "targetCoding", "targetCodeableConcept"],
    ];

    /// <summary>What is wrong with the parameters; null when nothing is.</summary>
    internal static TerminologyIssue? Fault(FhirElement parameters)
    {
        var seen = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var parameter in parameters.Children("parameter"))
        {
            if (parameter.Text("name") is not { } name || !IsKnown(name)) continue;
            if (Wrong(name, parameter) is { } wrong) return Bad($"{name} is {wrong}");

            // The same text twice is no contradiction.
            var text = parameter["value"].Value;
            if (!seen.TryAdd(name, text) && (text is null || seen[name] != text)) return Bad($"{name} is given more than once");
        }

        var forms = OneOf.Select(names => names.Where(seen.ContainsKey).ToList()).FirstOrDefault(given => given.Count > 1);
        return forms is null ? null : Bad($"only one of {string.Join(", ", forms)} can be asked about");
    }

    private static TerminologyIssue Bad(string text) => TerminologyIssue.Bad(text, null, null, "invalid", null);

    private static bool IsKnown(string name) => Flags.Contains(name) || Numbers.Contains(name) || Texts.Contains(name) || Types.ContainsKey(name) || Resources.ContainsKey(name);

    /// <summary>What the parameter is to be and is not; null when it is that.</summary>
    private static string? Wrong(string name, FhirElement parameter)
    {
        var (value, resource) = (parameter["value"], parameter["resource"]);
        if (Types.TryGetValue(name, out var type)) return value.Type == type ? null : $"a {type}{Found(value.Type)}";
        if (Resources.TryGetValue(name, out type)) return resource.Type == type ? null : $"a {type}{Found(resource.Type)}";
        if (value.Value is not { } text) return value.Exists || resource.Exists || parameter["part"].Exists ? $"a simple value{Found(value.Type ?? resource.Type)}" : null;

        // An empty text says nothing.
        if (text.Length == 0) return null;
        if (Flags.Contains(name) && text is not ("true" or "false")) return $"true or false, found '{text}'";
        return Numbers.Contains(name) && TerminologyTerms.Count(text) is null ? $"a whole number that is not negative, found '{text}'" : null;
    }

    private static string Found(string? type) => type is null ? "" : $", found a {type}";
}
