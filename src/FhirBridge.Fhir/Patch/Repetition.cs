using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Patch;

/// <summary>One occurrence of an element in FHIR JSON: its value and, for a primitive, the id and extensions beside it.</summary>
/// <remarks>Spec: https://hl7.org/fhir/R4/json.html#primitive. Two arrays in step hold what is one list; here it is one list.</remarks>
/// <param name="Value">The JSON value; null when the primitive has none.</param>
/// <param name="Sibling">The object in the <c>_</c> property; null when there is none.</param>
internal readonly record struct Repetition(JsonNode? Value, JsonNode? Sibling)
{
    /// <summary>Takes all occurrences of a property out of an object, for <see cref="Put"/>; the properties keep their place.</summary>
    internal static List<Repetition> Take(JsonObject parent, string property)
    {
        var (values, siblings) = (Items(parent, property), Items(parent, "_" + property));
        var all = new List<Repetition>(Math.Max(values.Count, siblings.Count));
        for (var i = 0; i < Math.Max(values.Count, siblings.Count); i++) all.Add(new Repetition(values.ElementAtOrDefault(i), siblings.ElementAtOrDefault(i)));
        return all;
    }

    /// <summary>Puts occurrences back; the properties that then have nothing to say are removed.</summary>
    internal static void Put(JsonObject parent, string property, List<Repetition> all, bool repeats)
    {
        Set(parent, property, [.. all.Select(r => r.Value)], repeats);
        Set(parent, "_" + property, [.. all.Select(r => r.Sibling is JsonObject { Count: 0 } ? null : r.Sibling)], repeats);
    }

    /// <summary>
    /// Fills out the shorter of two arrays in step with nulls, everywhere below a node: a JSON Patch changes one of them at a time.
    /// </summary>
    /// <returns>True when there was something to fill.</returns>
    internal static bool FillOut(JsonNode? node)
    {
        var filled = false;
        foreach (var child in node switch { JsonObject o => o.Select(p => p.Value), JsonArray a => a, _ => [] }) filled |= FillOut(child);
        if (node is not JsonObject parent) return filled;
        foreach (var (name, value) in parent)
        {
            if (value is not JsonArray { Count: > 0 } values || parent["_" + name] is not JsonArray { Count: > 0 } siblings || values.Count == siblings.Count) continue;
            while (siblings.Count > values.Count && siblings[^1] is null) siblings.RemoveAt(siblings.Count - 1);
            while (values.Count < siblings.Count) values.Add(null);
            while (siblings.Count < values.Count) siblings.Add(null);
            filled = true;
        }

        return filled;
    }

    private static List<JsonNode?> Items(JsonObject parent, string property)
    {
        if (!parent.TryGetPropertyValue(property, out var node)) return [];
        var items = node is JsonArray array ? array.ToList() : [node];
        if (node is JsonArray full) full.Clear();
        else parent[property] = null;
        return items;
    }

    private static void Set(JsonObject parent, string property, JsonNode?[] items, bool repeats)
    {
        if (items.All(i => i is null)) parent.Remove(property);
        else parent[property] = repeats ? new JsonArray(items) : items[0];
    }
}
