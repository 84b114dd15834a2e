using System.Text.Json;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Fhir;

/// <summary>Turns conformance resources in JSON into their index entry and into the definitions that are used as .NET values.</summary>
internal static class ConformanceCompiler
{
    private static readonly HashSet<string> Types =
        ["StructureDefinition", "ValueSet", "CodeSystem", "SearchParameter", "CompartmentDefinition", "OperationDefinition", "ConceptMap"];

    /// <summary>True for the resource types that definitions are made of.</summary>
    internal static bool IsConformance(string? type) => type is not null && Types.Contains(type);

    /// <summary>
    /// True for the specification's examples of conformance resources (<c>http://hl7.org/fhir/ValueSet/example-extensional</c>,
    /// <c>…/CompartmentDefinition/example</c>): they define nothing, and some contradict R4. Others may name theirs as they like.
    /// </summary>
    internal static bool IsExampleOfSpecification(string url)
    {
        // One of the examples has a misspelt host. Guides have a path of their own: http://hl7.org/fhir/us/core/StructureDefinition/…
        if (url.Split('/') is not ["http:", "", "hl7.org" or "h7.org", "fhir", _, var name]) return false;
        return name.StartsWith("example", StringComparison.Ordinal) && (name.Length == 7 || name[7] == '-' || char.IsAsciiDigit(name[7]));
    }

    internal static ConformanceEntry Entry(JsonElement r, string type, string url) => Entry(name => r.Text(name), type, url);

    internal static ConformanceEntry Entry(FhirElement r, string type, string url) =>
        Entry(name => name is "sourceCanonical" or "sourceUri" ? r["source"].SourceName == name ? r.Text("source") : null : r.Text(name), type, url);

    private static ConformanceEntry Entry(Func<string, string?> text, string type, string url) =>
        new(type, url, text("version"), text("id"), text("name"), text("title"), text("status"), text(type switch
        {
            "StructureDefinition" => "type",
            "CodeSystem" => "valueSet",
            "ConceptMap" => text("sourceCanonical") is null ? "sourceUri" : "sourceCanonical",
            _ => "code",
        }));

    internal static SearchParameterDefinition? SearchParameter(JsonElement r, string url)
    {
        // Drafts without a base are no parameters.
        if (r.Text("code") is not { } code || r.Strings("base") is not { Length: > 0 } bases) return null;
        if (!Enum.TryParse<SearchParameterType>(r.Text("type"), ignoreCase: true, out var type) || !Enum.IsDefined(type)) return null;
        return new SearchParameterDefinition(
            url,
            code,
            bases,
            type,
            r.Text("expression"),
            r.Strings("target"),
            [.. r.Items("component").Select(c => new SearchComponent(c.Text("definition") ?? "", c.Text("expression") ?? ""))],
            r.Flag("multipleOr"),
            r.Flag("multipleAnd"),
            r.Strings("comparator"),
            r.Strings("modifier"),
            r.Text("description") ?? "");
    }

    internal static CompartmentDefinition? Compartment(JsonElement r, string url)
    {
        if (r.Text("code") is not { } code) return null;
        var members = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var member in r.Items("resource"))
        {
            if (member.Text("code") is { } type && member.Strings("param") is { Length: > 0 } parameters) members[type] = parameters;
        }

        return new CompartmentDefinition(url, code, members);
    }

    internal static OperationHeader? Operation(JsonElement r, string url)
    {
        if (r.Text("code") is not { } code) return null;
        return new OperationHeader(
            url, code, r.Text("kind") == "query", r.Flag("affectsState"), r.Strings("resource"), r.Flag("system") == true, r.Flag("type") == true, r.Flag("instance") == true);
    }
}

/// <summary>Short ways to read conformance JSON; what has another kind than expected is not there.</summary>
internal static class JsonElementReading
{
    internal static JsonElement Object(this JsonElement e, string name) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.Object ? v : default;

    internal static string? Text(this JsonElement e, string name) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.String ? v.GetString() : null;

    internal static bool? Flag(this JsonElement e, string name) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var v) && (v.ValueKind is JsonValueKind.True or JsonValueKind.False) ? v.GetBoolean() : null;

    internal static IEnumerable<JsonElement> Items(this JsonElement e, string name) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.Array ? v.EnumerateArray() : [];

    internal static string[] Strings(this JsonElement e, string name) =>
        [.. e.Items(name).Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)];
}
