using System.Text.Json;
using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Patch;

/// <summary>One operation of a JSON Patch (RFC 6902 §4).</summary>
/// <param name="Number">Its place in the patch, from 1.</param>
/// <param name="Op">add, remove, replace, move, copy or test.</param>
/// <param name="Path">What it is done to.</param>
/// <param name="From">move and copy: where the value is taken from.</param>
/// <param name="Value">add, replace and test: the value, which may be JSON's null.</param>
internal sealed record JsonOperation(int Number, string Op, JsonPointer Path, JsonPointer? From, JsonNode? Value)
{
    /// <summary>Reads one; members that the operation does not have are ignored, as the RFC says.</summary>
    internal static Result<JsonOperation> Read(JsonNode? node, int number)
    {
        Problem Wrong(string what) => Problems.MalformedPatch.With($"operation {number}: {what}");
        if (node is not JsonObject o) return Wrong("an operation is an object with 'op' and 'path'");
        if (Text(o, "op") is not { } op) return Wrong("'op' is missing or is no string");
        if (op is not ("add" or "remove" or "replace" or "move" or "copy" or "test")) return Wrong($"'{PatchBudget.Shown(op)}' is no operation; there are add, remove, replace, move, copy and test");
        if (Text(o, "path") is not { } pathText) return Wrong("'path' is missing or is no string");
        if (JsonPointer.Parse(pathText) is not { } path) return Wrong($"'{PatchBudget.Shown(pathText)}' is no JSON Pointer: it is empty or starts with '/', and '~' stands before 0 or 1");
        JsonPointer? from = null;
        if (op is "move" or "copy")
        {
            if (Text(o, "from") is not { } fromText) return Wrong($"{op} needs 'from', a string");
            from = JsonPointer.Parse(fromText);
            if (from is null) return Wrong($"'{PatchBudget.Shown(fromText)}' is no JSON Pointer: it is empty or starts with '/', and '~' stands before 0 or 1");
        }

        var hasValue = o.TryGetPropertyValue("value", out var value);
        if (op is "add" or "replace" or "test" && !hasValue) return Wrong($"{op} needs a 'value'");
        return new JsonOperation(number, op, path, from, value);
    }

    /// <summary>That it cannot be done here.</summary>
    internal Problem Fails(string why) => Problems.PatchFailed.With($"{this}: {why}");

    /// <summary>That what it is to be done to is not there.</summary>
    internal Problem NothingAt(JsonPointer path) => Fails($"there is nothing at '{PatchBudget.Shown(path.Text)}'");

    /// <inheritdoc/>
    public override string ToString() => $"operation {Number} ({Op} {PatchBudget.Shown(Path.Text)})";

    private static string? Text(JsonObject o, string name) => o[name] is JsonValue v && v.GetValueKind() == JsonValueKind.String ? v.GetValue<string>() : null;
}

/// <summary>A JSON Pointer (RFC 6901).</summary>
/// <param name="Text">As written.</param>
/// <param name="Tokens">Its reference tokens, unescaped; none for the whole document.</param>
internal sealed record JsonPointer(string Text, string[] Tokens)
{
    /// <summary>The last token.</summary>
    internal string Last => Tokens[^1];

    /// <summary>Without the last token.</summary>
    internal string ParentText => Text[..Text.LastIndexOf('/')];

    /// <summary>The pointer; null when the text is none.</summary>
    internal static JsonPointer? Parse(string text)
    {
        if (text.Length == 0) return new JsonPointer(text, []);
        if (text[0] != '/') return null;
        for (var at = text.IndexOf('~'); at >= 0; at = text.IndexOf('~', at + 1))
        {
            if (at + 1 == text.Length || text[at + 1] is not ('0' or '1')) return null;
        }

        // ~01 is the text "~1": the order matters.
        return new JsonPointer(text, [.. text[1..].Split('/').Select(t => t.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]);
    }

    /// <summary>Follows all tokens; a null that is found is JSON's null.</summary>
    internal bool TryFind(JsonNode? document, out JsonNode? found) => Follow(document, Tokens, out found);

    /// <summary>Follows all tokens but the last.</summary>
    internal bool TryFindParent(JsonNode? document, out JsonNode? found) => Follow(document, Tokens.AsSpan(0, Tokens.Length - 1), out found);

    /// <summary>True when the other one points into what this one points at.</summary>
    internal bool IsAbove(JsonPointer other) => other.Tokens.Length > Tokens.Length && other.Tokens.AsSpan(0, Tokens.Length).SequenceEqual(Tokens);

    /// <summary>The last token as an index of the array; null when it is none.</summary>
    /// <param name="array">The array.</param>
    /// <param name="ends">True to take the place behind the last item, also as <c>-</c>.</param>
    internal int? IndexIn(JsonArray array, bool ends) => ends && Last == "-" ? array.Count : Index(Last, array.Count + (ends ? 1 : 0));

    /// <summary>Why the last token is no index of the array.</summary>
    internal string WrongIndex(JsonArray array) => $"'{PatchBudget.Shown(Last)}' is no place in an array of {array.Count}: 0 to {array.Count}, or - for its end";

    private static bool Follow(JsonNode? document, ReadOnlySpan<string> tokens, out JsonNode? found)
    {
        found = document;
        foreach (var token in tokens)
        {
            switch (found)
            {
                case JsonObject o when o.TryGetPropertyValue(token, out found):
                    break;
                case JsonArray a when Index(token, a.Count) is { } index:
                    found = a[index];
                    break;
                default:
                    found = null;
                    return false;
            }
        }

        return true;
    }

    /// <summary>RFC 6901 §4: digits without a leading zero.</summary>
    private static int? Index(string token, int count)
    {
        if (token.Length is 0 or > 9 || (token[0] == '0' && token.Length > 1)) return null;
        var index = 0;
        foreach (var c in token)
        {
            if (!char.IsAsciiDigit(c)) return null;
            index = (index * 10) + (c - '0');
        }

        return index < count ? index : null;
    }
}
