using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FhirBridge.Fhir;

namespace FhirBridge.Mapping;

/// <summary>
/// Makes a contribution fit to stand beside others. Ids that hold within one resource only may be the same in two contributions: those of
/// contained resources are hashed with the contribution's reference, those of elements are left out (composition gives its own). And nobody
/// but composition says who contributed what: its extensions are taken out of what contributors send (an echo of a unified resource, or a
/// forgery).
/// </summary>
internal sealed class Preparation
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = UnifiedWriter.JsonOptions.Encoder };

    private static readonly HashSet<string> Reserved =
        new(StringComparer.Ordinal) { Extensions.Contributor, Extensions.ContributionStatus, Extensions.Statement, Extensions.Plan };

    private readonly string reference;
    private readonly bool keepsLineIds;
    private readonly HashSet<string> contained = new(StringComparer.Ordinal);

    private Preparation(string reference, bool keepsLineIds)
    {
        this.reference = reference;
        this.keepsLineIds = keepsLineIds;
    }

    private enum Place
    {
        Root,
        Line,
        Contained,
        Inner,
    }

    /// <summary>The resource itself when there is nothing to do, as nearly always; else a changed copy.</summary>
    /// <param name="resource">The contribution.</param>
    /// <param name="reference">Its reference.</param>
    /// <param name="keepsLineIds">True to leave ids directly below the resource, because the writer replaces them.</param>
    public static FhirElement Prepare(FhirElement resource, string reference, bool keepsLineIds)
    {
        var preparation = new Preparation(reference, keepsLineIds);
        if (!preparation.IsNeeded(resource)) return resource;
        foreach (var one in resource.Children("contained")) preparation.contained.Add(one.Text("id") ?? "");
        var json = JsonNode.Parse(resource.Raw)!.AsObject();
        preparation.Change(json, Place.Root);
        var read = FhirJson.ReadTrusted(Encoding.UTF8.GetBytes(json.ToJsonString(Compact)));
        return read.IsOk ? read.Value.Root : throw new InvalidOperationException("a stored contribution cannot be read again");
    }

    private bool IsNeeded(FhirElement resource)
    {
        foreach (var element in resource.Descendants())
        {
            if (element.Name == "url" && element.HasValue && Reserved.Contains(element.Value)) return true;
            if (element.Name != "id" || element.Parent == resource) continue;
            var isLine = element.Parent.Parent == resource && PlaceOf(element.Parent.Name) == Place.Line;
            if (!isLine || !keepsLineIds) return true;
        }

        return false;
    }

    private static Place PlaceOf(string name) => name switch
    {
        "contained" => Place.Contained,
        "extension" or "modifierExtension" => Place.Inner,
        _ => Place.Line,
    };

    private void Change(JsonObject json, Place place)
    {
        if (place == Place.Inner || (place == Place.Line && !keepsLineIds)) json.Remove("id");
        else if (place == Place.Contained && (string?)json["id"] is { } id) json["id"] = Unique(id);
        foreach (var (name, value) in json.ToList())
        {
            var below = place == Place.Root ? PlaceOf(name) : Place.Inner;
            switch (value)
            {
                case JsonObject child:
                    Change(child, below);
                    if (child.Count == 0) json.Remove(name);
                    break;
                case JsonArray items:
                    Change(items, name, below);
                    if (items.All(i => i is null)) json.Remove(name);
                    break;
                case JsonValue text when Fragment(text) is { } fragment:
                    json[name] = fragment;
                    break;
            }
        }
    }

    private void Change(JsonArray items, string name, Place place)
    {
        for (var i = items.Count - 1; i >= 0; i--)
        {
            if (items[i] is JsonObject item)
            {
                if (name is "extension" or "modifierExtension" && (string?)item["url"] is { } url && Reserved.Contains(url)) item.Clear();
                Change(item, place);
                if (item.Count > 0) continue;
                if (name[0] == '_') items[i] = null; // stands for the value at the same place
                else items.RemoveAt(i);
            }
            else if (items[i] is JsonValue text && Fragment(text) is { } fragment)
            {
                items[i] = fragment;
            }
        }
    }

    /// <summary>The new form of a reference to a contained resource; null for any other value.</summary>
    private string? Fragment(JsonValue value) =>
        value.GetValueKind() == JsonValueKind.String && (string)value! is ['#', ..] text && contained.Contains(text[1..]) ? "#" + Unique(text[1..]) : null;

    private string Unique(string id) => "i" + ContentHash.Of($"{reference}#{id}");
}
