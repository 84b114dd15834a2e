using System.Text.Json;

namespace FhirBridge.Fhir.Tests.FhirPath;

/// <summary>Reads JSON that is not FHIR into an untyped tree, as fhirpath.js does without a model: nulls are items, <c>_name</c> siblings are joined.</summary>
internal static class ForeignJson
{
    public static FhirElement Read(JsonElement json)
    {
        var builder = new ElementTreeBuilder();
        Add(builder, json.ValueKind == JsonValueKind.Array ? json[0] : json, default, "", -1);
        return builder.Build().Root;
    }

    private static void Add(ElementTreeBuilder builder, JsonElement json, JsonElement sibling, string name, int index)
    {
        var node = builder.Open(name, null, null, index);
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                AddObject(builder, node, json);
                break;
            case JsonValueKind.String:
                builder.SetValue(node, json.GetString()!);
                break;
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                builder.SetValue(node, json.GetRawText(), json.ValueKind);
                break;
        }

        if (sibling.ValueKind == JsonValueKind.Object) AddObject(builder, node, sibling);
        builder.Close();
    }

    private static void AddObject(ElementTreeBuilder builder, int node, JsonElement json)
    {
        foreach (var property in json.EnumerateObject())
        {
            if (property.Name == "resourceType" && property.Value.ValueKind == JsonValueKind.String)
            {
                builder.SetResource(node, property.Value.GetString()!);
                continue;
            }

            if (property.Name.StartsWith('_') && json.TryGetProperty(property.Name[1..], out _)) continue;
            var name = property.Name.TrimStart('_');
            var value = property.Name.StartsWith('_') ? default : property.Value;
            json.TryGetProperty("_" + name, out var sibling);
            AddProperty(builder, name, value, sibling);
        }
    }

    private static void AddProperty(ElementTreeBuilder builder, string name, JsonElement value, JsonElement sibling)
    {
        var array = value.ValueKind == JsonValueKind.Array || sibling.ValueKind == JsonValueKind.Array;
        if (!array)
        {
            if (value.ValueKind != JsonValueKind.Null || sibling.ValueKind == JsonValueKind.Object) Add(builder, value, sibling, name, -1);
            return;
        }

        var values = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [];
        var siblings = sibling.ValueKind == JsonValueKind.Array ? sibling.EnumerateArray().ToArray() : [];
        for (var i = 0; i < Math.Max(values.Length, siblings.Length); i++)
        {
            Add(builder, i < values.Length ? values[i] : default, i < siblings.Length ? siblings[i] : default, name, i);
        }
    }
}
