using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Tests.Patch;

/// <summary>RFC 6902 in the plainest way: every operation makes a new document by copying the old one around the place.</summary>
internal static class NaiveJsonPatch
{
    /// <summary>All operations, or not ok.</summary>
    internal static (bool Ok, JsonNode? Document) Apply(JsonNode? document, JsonArray operations)
    {
        foreach (var operation in operations)
        {
            var path = Tokens(operation!["path"]!.GetValue<string>());
            var value = operation["value"];
            var from = operation["from"] is { } f ? Tokens(f.GetValue<string>()) : [];
            (bool Ok, JsonNode? Document) next;
            switch (operation["op"]!.GetValue<string>())
            {
                case "add":
                    next = Add(document, path, value);
                    break;
                case "remove":
                    next = path.Length == 0 ? (false, null) : Remove(document, path);
                    break;
                case "replace":
                    next = path.Length == 0 ? (true, value) : At(document, path).Ok ? Exchange(document, path, value) : (false, null);
                    break;
                case "copy":
                    next = At(document, from) is (true, var copied) ? Add(document, path, copied) : (false, null);
                    break;
                case "move":
                    var inside = path.Length > from.Length && path.Take(from.Length).SequenceEqual(from);
                    next = inside || At(document, from) is not (true, var moved) ? (false, null)
                        : from.Length == 0 ? (true, document)
                        : Remove(document, from) is (true, var rest) ? Add(rest, path, moved) : (false, null);
                    break;
                default:
                    next = (At(document, path) is (true, var found) && JsonNode.DeepEquals(found, value), document);
                    break;
            }

            if (!next.Ok) return (false, null);
            document = next.Document;
        }

        return (true, document);
    }

    /// <summary>What stands at a pointer.</summary>
    internal static (bool Ok, JsonNode? Found) Find(JsonNode? document, string pointer) => At(document, Tokens(pointer));

    private static string[] Tokens(string pointer) => [.. pointer.Split('/').Skip(1).Select(t => t.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];

    private static (bool Ok, JsonNode? Found) At(JsonNode? node, string[] path)
    {
        if (path.Length == 0) return (true, node);
        if (node is JsonObject o) return o.ContainsKey(path[0]) ? At(o[path[0]], path[1..]) : (false, null);
        return node is JsonArray a && Place(path[0]) is { } i && i < a.Count ? At(a[i], path[1..]) : (false, null);
    }

    private static (bool Ok, JsonNode? Document) Add(JsonNode? node, string[] path, JsonNode? value) => path.Length == 0 ? (true, value?.DeepClone()) : Around(node, path, (parent, last) =>
    {
        if (parent is JsonObject o)
        {
            if (o.ContainsKey(last)) return new JsonObject(o.Select(p => KeyValuePair.Create(p.Key, p.Key == last ? value?.DeepClone() : p.Value?.DeepClone())));
            return new JsonObject(o.Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())).Append(KeyValuePair.Create(last, value?.DeepClone())));
        }

        if (parent is not JsonArray a || (last == "-" ? a.Count : Place(last)) is not { } i || i > a.Count) return null;
        return new JsonArray([.. a.Take(i).Append(value).Concat(a.Skip(i)).Select(n => n?.DeepClone())]);
    });

    private static (bool Ok, JsonNode? Document) Remove(JsonNode? node, string[] path) => Around(node, path, (parent, last) => parent switch
    {
        JsonObject o when o.ContainsKey(last) => new JsonObject(o.Where(p => p.Key != last).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))),
        JsonArray a when Place(last) is { } i && i < a.Count => new JsonArray([.. a.Where((_, at) => at != i).Select(n => n?.DeepClone())]),
        _ => null,
    });

    private static (bool Ok, JsonNode? Document) Exchange(JsonNode? node, string[] path, JsonNode? value) => Around(node, path, (parent, last) => parent switch
    {
        JsonObject o => new JsonObject(o.Select(p => KeyValuePair.Create(p.Key, p.Key == last ? value?.DeepClone() : p.Value?.DeepClone()))),
        JsonArray a => new JsonArray([.. a.Select((n, at) => at == Place(last) ? value?.DeepClone() : n?.DeepClone())]),
        _ => null,
    });

    /// <summary>The document with the parent of the place changed; not ok when there is no parent, or it cannot be.</summary>
    private static (bool Ok, JsonNode? Document) Around(JsonNode? node, string[] path, Func<JsonNode?, string, JsonNode?> change)
    {
        if (path.Length == 1) return change(node, path[0]) is { } changed ? (true, changed) : (false, null);
        if (At(node, path[..1]) is not (true, var child) || Around(child, path[1..], change) is not (true, var inner)) return (false, null);
        return Exchange(node, path[..1], inner);
    }

    private static int? Place(string token) => token is "0" || (token.Length is > 0 and < 10 && token[0] != '0' && token.All(char.IsAsciiDigit)) ? int.Parse(token) : null;
}
