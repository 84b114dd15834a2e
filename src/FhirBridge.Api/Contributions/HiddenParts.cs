using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Contributions;

/// <summary>
/// What of a contribution its writer does not see on <c>/fhir</c>: references that lead nowhere for it, what went with them, labels. When the writer changes the
/// rest, these parts stay as they are (consent.md §9: "a PUT/patch must not overwrite elements redacted for the caller").
/// </summary>
/// <remarks>
/// The stored and the shown form are walked side by side with the changed one. Where a hidden part cannot be put back beyond doubt, or another value stands in
/// its place, the write is refused. What was not changed stays as it was written, its references too.
/// </remarks>
internal sealed class HiddenParts
{
    private readonly HashSet<string> gone;
    private readonly HashSet<string> withHidden = new(StringComparer.Ordinal);
    private readonly List<Problem> problems = [];
    private readonly string type;

    private HiddenParts(string type, HashSet<string> gone)
    {
        (this.type, this.gone) = (type, gone);
        foreach (var at in gone)
        {
            for (var end = at.LastIndexOf('/'); end > 0 && withHidden.Add(at[..end]);) end = at.LastIndexOf('/', end - 1);
        }
    }

    /// <summary>The changed resource with the hidden parts of what is stored.</summary>
    /// <param name="stored">The resource as it was written, with all that it has.</param>
    /// <param name="network">The same as its writer sees it, but references that lead nowhere still in it as <see cref="BodySplicer.Absent"/>.</param>
    /// <param name="changed">What the writer made of what is shown.</param>
    public static Result<ElementTree> Keep(ElementTree stored, ElementTree network, ElementTree changed)
    {
        var gone = ReferencePruner.Absent(network).SelectMany(Pointers).ToHashSet(StringComparer.Ordinal);
        var (before, seen) = (Node(stored), Node(network));

        // What is sent without meta says nothing about what is hidden of it.
        var now = Node(changed);
        now["meta"] ??= new JsonObject();
        var parts = new HiddenParts(stored.Root.Type!, gone);
        var merged = parts.Merge(before, seen, now, "")!.AsObject();
        if (merged["meta"] is JsonObject { Count: 0 }) merged.Remove("meta");
        return parts.problems.Count > 0 ? Result<ElementTree>.Fail(parts.problems) : FhirJson.Read(Encoding.UTF8.GetBytes(ListAlignment.Text(merged)!));
    }

    private JsonNode? Merge(JsonNode? before, JsonNode? seen, JsonNode? now, string at) => (before, seen, now) switch
    {
        (JsonObject b, JsonObject s, JsonObject n) => Merge(b, s, n, at),
        (JsonArray b, JsonArray s, JsonArray n) => Merge(b, s, n, at),
        _ => IsSame(seen, now) ? before?.DeepClone() : now?.DeepClone(),
    };

    private JsonObject Merge(JsonObject before, JsonObject seen, JsonObject now, string at)
    {
        var merged = new JsonObject();
        foreach (var name in now.Select(m => m.Key).Union(before.Select(m => m.Key)))
        {
            if (MergeMember(before, seen, now, name, at) is { } value) merged[name] = value;
        }

        return merged;
    }

    private JsonNode? MergeMember(JsonObject before, JsonObject seen, JsonObject now, string name, string at)
    {
        var here = $"{at}/{name}";
        if (!before.TryGetPropertyValue(name, out var value)) return now[name]?.DeepClone();
        if (name[0] == '_' && HasHidden(here)) return BesideValue(before, seen, now, name, here);
        var isThere = now.TryGetPropertyValue(name, out var current);
        var isShown = seen.TryGetPropertyValue(name, out var shown) && !gone.Contains(here);
        if (value is JsonArray all && (current is null or JsonArray) && !(isShown && !isThere && !HasHidden(here)))
        {
            var list = Merge(all, isShown ? shown!.AsArray() : [], current as JsonArray ?? [], here);
            return list.Count > 0 ? list : null;
        }

        if (isThere && isShown) return Merge(value, shown, current, here);
        if (!isThere) return isShown ? null : value?.DeepClone();
        if (!IsSame(value, current)) Refuse(here, "another value, which is not shown to you, stands there");
        return current?.DeepClone();
    }

    /// <summary>What a primitive has beside its value stays with the value.</summary>
    private JsonNode? BesideValue(JsonObject before, JsonObject seen, JsonObject now, string name, string at)
    {
        if (before[name] is not JsonArray list)
        {
            var isRemoved = seen.ContainsKey(name[1..]) && !now.ContainsKey(name[1..]) && !now.ContainsKey(name);
            return isRemoved ? null : Of(before[name], seen[name], now[name], at);
        }

        if (!IsSame(seen[name[1..]], now[name[1..]]))
        {
            Refuse(at, "an item has parts that are not shown to you, and it cannot be told which one it is now");
            return null;
        }

        var items = now[name] as JsonArray;
        return new JsonArray([.. list.Select((b, i) => Of(b, seen[name]![i], items?.ElementAtOrDefault(i), $"{at}/{i}"))]);

        JsonObject? Of(JsonNode? b, JsonNode? s, JsonNode? n, string here) =>
            Merge(b as JsonObject ?? [], s as JsonObject ?? [], n as JsonObject ?? [], here) is { Count: > 0 } merged ? merged : null;
    }

    private JsonArray Merge(JsonArray before, JsonArray seen, JsonArray now, string at)
    {
        var shown = Enumerable.Range(0, before.Count).Where(i => i < seen.Count && !gone.Contains($"{at}/{i}")).ToList();
        var alignment = ListAlignment.Of([.. shown.Select(i => Visible(seen[i], $"{at}/{i}"))], [.. now]);
        if (alignment.Doubtful.Any(s => HasHidden($"{at}/{shown[s]}"))) Refuse(at, "an item has parts that are not shown to you, and it cannot be told which one it is now");
        var items = now.Select((n, i) => alignment.ShownOf(i) is { } s ? Merge(before[shown[s]], seen[shown[s]], n, $"{at}/{shown[s]}") : n?.DeepClone()).ToList();

        // A hidden item stands behind the one that it stood behind, as far as that is still there.
        var (isShown, there) = (shown.ToHashSet(), items.Select(ListAlignment.Text).ToHashSet());
        var behind = new List<JsonNode?>[items.Count + 1];
        var place = -1;
        for (var (i, s) = (0, 0); i < before.Count; i++)
        {
            if (isShown.Contains(i))
            {
                place = alignment.NowOf(s++) ?? place;
                continue;
            }

            if (!there.Contains(ListAlignment.Text(before[i]))) (behind[place + 1] ??= []).Add(before[i]?.DeepClone());
        }

        return [.. behind[0] ?? [], .. items.SelectMany((item, i) => (behind[i + 1] ?? []).Prepend(item))];
    }

    private JsonNode? Visible(JsonNode? node, string at)
    {
        if (!HasHidden(at)) return node;
        if (node is not JsonArray list) return new JsonObject(Members().Where(m => m.Value is not (null or JsonArray { Count: 0 } or JsonObject { Count: 0 })));
        return new JsonArray([.. list.Select((n, i) => (Item: n, At: $"{at}/{i}")).Where(i => !gone.Contains(i.At)).Select(i => Visible(i.Item, i.At)?.DeepClone())]);

        IEnumerable<KeyValuePair<string, JsonNode?>> Members() =>
            node!.AsObject().Where(m => !gone.Contains($"{at}/{m.Key}")).Select(m => KeyValuePair.Create(m.Key, Visible(m.Value, $"{at}/{m.Key}")?.DeepClone()));
    }

    private bool HasHidden(string at) => withHidden.Contains(at);

    private void Refuse(string at, string why) =>
        problems.Add(Problems.Conflict.With($"{why}; send it as it is shown", type + string.Concat(at[1..].Split('/').Select(t => int.TryParse(t, out var i) ? $"[{i}]" : "." + t))));

    private static bool IsSame(JsonNode? a, JsonNode? b) => ListAlignment.Text(a) == ListAlignment.Text(b);

    /// <summary>Where an element stands in JSON; a primitive has its value and the rest in two places.</summary>
    private static IEnumerable<string> Pointers(FhirElement element)
    {
        var at = "";
        for (var e = element.Parent; e.Parent.Exists; e = e.Parent) at = Step(e, e.HasValue || Definitions.R4.IsPrimitive(e.Type)) + at;
        yield return at + Step(element, besideValue: false);
        if (element.HasValue || Definitions.R4.IsPrimitive(element.Type)) yield return at + Step(element, besideValue: true);
    }

    private static string Step(FhirElement e, bool besideValue) => $"/{(besideValue ? "_" : "")}{e.SourceName}{(e.Index < 0 ? "" : "/" + e.Index)}";

    private static JsonNode Node(ElementTree tree)
    {
        var output = new ArrayBufferWriter<byte>();
        FhirJson.Write(tree.Root, output);
        return JsonNode.Parse(output.WrittenSpan, documentOptions: new() { MaxDepth = 1_000 })!;
    }
}
