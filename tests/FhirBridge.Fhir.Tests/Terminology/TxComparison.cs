using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Tests;

/// <summary>Compares an answer with a template of the terminology ecosystem, as its page on test cases says.</summary>
internal static class TxComparison
{
    private const string Property = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.property";
    private const string ContainsProperty = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property";

    /// <summary>The templates are of R5: what R4 says in an extension becomes the element.</summary>
    public static JsonNode AsR5(JsonNode node)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array) AsR5(item!);
        }

        if (node is not JsonObject o) return node;
        foreach (var child in o.Select(p => p.Value).Where(v => v is not null).ToList()) AsR5(child!);
        if (o["extension"] is not JsonArray extensions) return node;
        foreach (var x in extensions.Where(x => (string?)x!["url"] is Property or ContainsProperty).ToList())
        {
            var property = new JsonObject();
            foreach (var part in x!["extension"]!.AsArray())
            {
                var value = part!.AsObject().Single(p => p.Key.StartsWith("value", StringComparison.Ordinal));
                var name = (string)part["url"]!;
                property[name == "value" ? value.Key : name] = value.Value!.DeepClone();
            }

            if (o["property"] is null) o["property"] = new JsonArray();
            o["property"]!.AsArray().Add(property);
            extensions.Remove(x);
        }

        if (extensions.Count == 0) o.Remove("extension");
        return node;
    }

    /// <summary>The first difference; null when there is none.</summary>
    public static string? Difference(JsonNode? expected, JsonNode? actual, string at)
    {
        switch (expected)
        {
            case JsonObject e:
                return actual is JsonObject a ? Objects(e, a, at) : $"{at}: an object is expected, not {actual?.ToJsonString()}";
            case JsonArray e:
                return actual is JsonArray list ? Arrays(e, list, at) : $"{at}: an array is expected, not {actual?.ToJsonString()}";
            case JsonValue e when e.TryGetValue(out string? text) && text.Contains('$', StringComparison.Ordinal):
                return Text(text, actual?.ToString() ?? "") ? null : $"{at}: '{text}' is expected, not '{actual}'";
            default:
                return JsonNode.DeepEquals(expected, actual) ? null : $"{at}: {expected?.ToJsonString()} is expected, not {actual?.ToJsonString()}";
        }
    }

    private static string? Objects(JsonObject expected, JsonObject actual, string at)
    {
        var optional = Names(expected, "$optional-properties$");
        var counted = Names(expected, "$count-arrays$");
        foreach (var (name, value) in expected)
        {
            if (name.StartsWith('$')) continue;
            if (!actual.ContainsKey(name))
            {
                if (optional.Contains(name) || optional.Contains("*") || IsOptional(value) || (value is JsonArray { Count: > 0 } list && list.All(IsOptional))) continue;
                return $"{at}.{name} is missing; expected {value?.ToJsonString()}";
            }

            if (counted.Contains(name))
            {
                if (((JsonArray)value!).Count != ((JsonArray)actual[name]!).Count) return $"{at}.{name} has another count";
                continue;
            }

            // Templates state compose of another value set here and there: nobody compares it.
            if (name == "compose") continue;
            if (Difference(value, actual[name], $"{at}.{name}") is { } difference) return difference;
        }

        foreach (var (name, value) in actual)
        {
            // Some templates have location beside expression, which says the same, and some have not.
            if (name == "location" && JsonNode.DeepEquals(value, actual["expression"])) continue;
            if (!expected.ContainsKey(name) && !optional.Contains(name) && name is not ("text" or "meta" or "compose")) return $"{at}.{name} is not expected: {value?.ToJsonString()}";
        }

        return null;
    }

    // The order of parameters, issues and properties means nothing; that of codes, as far as the template's own is one, neither.
    private static string? Arrays(JsonArray expected, JsonArray actual, string at)
    {
        var left = actual.ToList();
        string? last = null;
        foreach (var item in expected)
        {
            var found = left.FindIndex(a => Difference(item, a, at) is null);
            if (found >= 0)
            {
                left.RemoveAt(found);
                continue;
            }

            if (IsOptional(item)) continue;
            var near = left.Find(a => a is JsonObject o && item is JsonObject i && (string?)o["name"] == (string?)i["name"] && o["code"]?.ToString() == i["code"]?.ToString());
            last = near is null ? $"{at}: nothing like {item?.ToJsonString()} in {actual.ToJsonString()}" : Difference(item, near, at);
            break;
        }

        return last ?? (left.Count > 0 ? $"{at}: not expected: {left[0]?.ToJsonString()}" : null);
    }

    private static bool IsOptional(JsonNode? item) => item is JsonObject o && o["$optional$"] is { } mark && mark.ToString() switch
    {
        "true" or "version:4" or "!tx.fhir.org" => true,
        var text => text.StartsWith("warning:", StringComparison.Ordinal),
    };

    private static HashSet<string> Names(JsonObject o, string mark) => [.. (o[mark] as JsonArray ?? []).Select(n => (string)n!)];

    private static bool Text(string template, string text)
    {
        if (template is "$$" or "$string$" or "$id$" or "$token$") return text.Length > 0;
        if (template == "$uuid$") return Guid.TryParse(text.Replace("urn:uuid:", "", StringComparison.Ordinal), out _);
        if (template == "$instant$") return FhirPrimitive.IsValid("instant", text);
        if (template == "$version$") return text.StartsWith("4.0", StringComparison.Ordinal);
        if (template.StartsWith("$choice:", StringComparison.Ordinal)) return template[8..^1].Split('|').Contains(text);
        if (template.StartsWith("$fragments:", StringComparison.Ordinal)) return template[11..^1].Split('|').All(f => text.Contains(f, StringComparison.OrdinalIgnoreCase));
        if (template.StartsWith("$external:", StringComparison.Ordinal))
        {
            var rest = template[10..^1];
            var colon = rest.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 || text.Contains(rest[(colon + 1)..], StringComparison.OrdinalIgnoreCase);
        }

        return template.Replace("$version$", "4.0.1", StringComparison.Ordinal) == text;
    }
}
