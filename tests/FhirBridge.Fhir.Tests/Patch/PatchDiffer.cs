using System.Text.Json;
using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Tests.Patch;

/// <summary>Finds a FHIRPath Patch that makes one resource of another: datatypes are replaced as a whole, backbone elements in their parts.</summary>
internal static class PatchDiffer
{
    private static readonly ElementDefinition AnyValue = Definitions.R4.FindElement("Parameters.parameter", "value")!;

    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = 500 };

    /// <summary>The Parameters.</summary>
    internal static ElementTree Between(FhirElement before, FhirElement after)
    {
        var operations = new JsonArray();
        Diff(before, after, before.Type!, operations);
        var parameters = new JsonObject { ["resourceType"] = "Parameters" };
        if (operations.Count > 0) parameters["parameter"] = operations;
        var read = FhirJson.Read(JsonSerializer.SerializeToUtf8Bytes(parameters, Deep));
        return read.IsOk ? read.Value : throw new InvalidOperationException(read.Problems[0].ToString());
    }

    private static void Diff(FhirElement before, FhirElement after, string path, JsonArray operations)
    {
        foreach (var name in before.Children().Concat(after.Children()).Select(c => c.Name).Distinct().ToList())
        {
            List<FhirElement> old = [.. before.Children(name).Where(c => c.Name == name)], now = [.. after.Children(name).Where(c => c.Name == name)];
            if (old.Concat(now).Any(c => c.Index >= 0)) DiffList(old, now, path, name, operations);
            else if (now.Count == 0) operations.Add(Operation("delete", $"{path}.{name}"));
            else if (old.Count == 0) operations.Add(Operation("add", path, Part("name", name), Value(now[0], "value")));
            else if (Same(old[0], now[0])) continue;
            else if (IsBackbone(old[0])) Diff(old[0], now[0], $"{path}.{name}", operations);
            else operations.Add(Operation("replace", $"{path}.{name}", Value(now[0], "value")));
        }
    }

    private static void DiffList(List<FhirElement> old, List<FhirElement> now, string path, string name, JsonArray operations)
    {
        // For each item as it shall be: where it is now, or -1.
        var from = Enumerable.Repeat(-1, now.Count).ToArray();
        for (var i = 0; i < now.Count; i++) from[i] = old.FindIndex(o => !from.Contains(old.IndexOf(o)) && Same(o, now[i]));
        for (var i = 0; i < Math.Min(now.Count, old.Count); i++)
        {
            if (from[i] >= 0 || from.Contains(i) || !IsBackbone(old[i])) continue;
            Diff(old[i], now[i], $"{path}.{name}[{i}]", operations);
            from[i] = i;
        }

        var working = Enumerable.Range(0, old.Count).ToList();
        for (var i = old.Count - 1; i >= 0; i--)
        {
            if (from.Contains(i)) continue;
            operations.Add(Operation("delete", $"{path}.{name}[{i}]"));
            working.RemoveAt(i);
        }

        for (var i = 0; i < now.Count; i++)
        {
            var at = from[i] < 0 ? -1 : working.IndexOf(from[i]);
            if (at == i) continue;
            if (at < 0 && i == working.Count) operations.Add(Operation("add", path, Part("name", name), Value(now[i], "value")));
            else if (at < 0) operations.Add(Operation("insert", $"{path}.{name}", Number("index", i), Value(now[i], "value")));
            else operations.Add(Operation("move", $"{path}.{name}", Number("source", at), Number("destination", i)));
            if (at >= 0) working.RemoveAt(at);
            working.Insert(i, from[i]);
        }
    }

    private static bool IsBackbone(FhirElement e) => e.Type is "BackboneElement" or "Element";

    private static bool Same(FhirElement a, FhirElement b) => a.SourceName == b.SourceName && Json(a, "x").ToJsonString() == Json(b, "x").ToJsonString();

    /// <summary>The element as a part of Parameters.</summary>
    private static JsonObject Value(FhirElement e, string name)
    {
        if (e.IsResource) return new JsonObject { ["name"] = name, ["resource"] = Json(e, "x")["x"]!.DeepClone() };
        if (e.Type == "xhtml") return new JsonObject { ["name"] = name, ["valueString"] = e.Value };
        if (AnyValue.TryGetType(e.Type ?? "", out var type))
        {
            var part = Json(e, AnyValue.PropertyName(type.Code));
            part.Insert(0, "name", name);
            return part;
        }

        return new JsonObject { ["name"] = name, ["part"] = new JsonArray([.. e.Children().Select(c => Value(c, c.Name))]) };
    }

    /// <summary>The value and its sibling under that property name.</summary>
    private static JsonObject Json(FhirElement e, string property)
    {
        var options = new JsonDocumentOptions { MaxDepth = 500 };
        var both = new JsonObject();
        var raw = new System.Buffers.ArrayBufferWriter<byte>();
        if (e.HasValue || !Definitions.R4.IsPrimitive(e.Type))
        {
            FhirJson.Write(e, raw);
            both[property] = JsonNode.Parse(raw.WrittenSpan, documentOptions: options);
        }

        if (!e.RawSibling.IsEmpty) both["_" + property] = JsonNode.Parse(e.RawSibling, documentOptions: options);
        else if (Definitions.R4.IsPrimitive(e.Type) && e.Children().Any()) both["_" + property] = JsonNode.Parse(Siblings(e), documentOptions: options);
        return both;
    }

    private static byte[] Siblings(FhirElement e)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            foreach (var name in e.Children().Select(c => c.Name).Distinct()) FhirJson.WriteProperty(writer, e, name);
            writer.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static JsonObject Operation(string type, string path, params JsonObject[] parts) => new()
    {
        ["name"] = "operation",
        ["part"] = new JsonArray([new JsonObject { ["name"] = "type", ["valueCode"] = type }, Part("path", path), .. parts]),
    };

    private static JsonObject Part(string name, string text) => new() { ["name"] = name, ["valueString"] = text };

    private static JsonObject Number(string name, int number) => new() { ["name"] = name, ["valueInteger"] = number };
}
