using System.Text.Json.Nodes;

namespace FhirBridge.Api.Demo;

/// <summary>Fills in the network ids that only the service knows.</summary>
internal static class DemoReferences
{
    /// <summary>Replaces every conditional reference (<c>Patient?identifier=system|value</c>) by the network reference.</summary>
    /// <exception cref="DemoLoadException">A conditional reference that nobody answers to.</exception>
    public static void Resolve(JsonNode? node, IReadOnlyDictionary<string, string> ids)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array) Resolve(item, ids);
        }
        else if (node is JsonObject element)
        {
            foreach (var (_, child) in element) Resolve(child, ids);
            if (element["reference"] is not JsonValue value || value.GetValue<string>() is not { } reference || !reference.Contains('?', StringComparison.Ordinal)) return;
            element["reference"] = ids.TryGetValue(reference, out var known) ? known : throw new DemoLoadException($"demo network: nobody is found as {reference}");
        }
    }
}
