using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FhirBridge.Fhir;

namespace FhirBridge.Mapping;

/// <summary>
/// Makes a contribution fit to stand beside others. Ids that hold within one resource only (of elements, of contained resources) may be the
/// same in two contributions: they are hashed with the contribution's reference. And nobody but composition says who contributed what: its
/// extensions are taken out of what contributors send (an echo of a unified resource, or a forgery).
/// </summary>
internal static class Preparation
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = UnifiedWriter.JsonOptions.Encoder };

    private static readonly HashSet<string> Reserved =
        new(StringComparer.Ordinal) { Extensions.Contributor, Extensions.ContributionStatus, Extensions.Statement, Extensions.Plan };

    /// <summary>The resource itself when there is nothing to do, as nearly always; else a changed copy.</summary>
    public static FhirElement Prepare(FhirElement resource, string reference)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var isReserved = false;
        foreach (var element in resource.Descendants())
        {
            if (element.Name == "id" && element.HasValue && element.Parent != resource) ids.Add(element.Value);
            else if (element.Name == "url" && element.HasValue && Reserved.Contains(element.Value)) isReserved = true;
        }

        if (ids.Count == 0 && !isReserved) return resource;
        var json = JsonNode.Parse(resource.Raw)!.AsObject();
        Change(json, isRoot: true, reference, ids);
        var read = FhirJson.ReadTrusted(Encoding.UTF8.GetBytes(json.ToJsonString(Compact)));
        return read.IsOk ? read.Value.Root : throw new InvalidOperationException("a stored contribution cannot be read again");
    }

    private static void Change(JsonObject json, bool isRoot, string reference, HashSet<string> ids)
    {
        foreach (var (name, value) in json.ToList())
        {
            switch (value)
            {
                case JsonObject child:
                    Change(child, false, reference, ids);
                    if (child.Count == 0) json.Remove(name);
                    break;
                case JsonArray items:
                    Change(items, name, reference, ids);
                    if (items.All(i => i is null)) json.Remove(name);
                    break;
                case JsonValue text when text.GetValueKind() == JsonValueKind.String:
                    if (Unique((string)text!, name == "id" && !isRoot, reference, ids) is { } unique) json[name] = unique;
                    break;
            }
        }
    }

    private static void Change(JsonArray items, string name, string reference, HashSet<string> ids)
    {
        for (var i = items.Count - 1; i >= 0; i--)
        {
            if (items[i] is JsonObject item)
            {
                if (name is "extension" or "modifierExtension" && (string?)item["url"] is { } url && Reserved.Contains(url)) item.Clear();
                Change(item, false, reference, ids);
                if (item.Count > 0) continue;
                if (name[0] == '_') items[i] = null; // stands for the value at the same place
                else items.RemoveAt(i);
            }
            else if (items[i] is JsonValue text && text.GetValueKind() == JsonValueKind.String && Unique((string)text!, false, reference, ids) is { } unique)
            {
                items[i] = unique;
            }
        }
    }

    private static string? Unique(string text, bool isId, string reference, HashSet<string> ids)
    {
        if (isId) return Hash(text, reference);
        return text.Length > 1 && text[0] == '#' && ids.Contains(text[1..]) ? "#" + Hash(text[1..], reference) : null;
    }

    private static string Hash(string id, string reference) => "i" + ContentHash.Of($"{reference}#{id}");
}
