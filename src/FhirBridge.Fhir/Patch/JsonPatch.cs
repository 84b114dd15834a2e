using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Patch;

/// <summary>JSON Patch (RFC 6902) on any JSON document. Numbers keep their text, properties their order.</summary>
internal sealed class JsonPatch : ResourcePatch
{
    private readonly IReadOnlyList<JsonOperation> operations;

    private JsonPatch(IReadOnlyList<JsonOperation> operations) => this.operations = operations;

    /// <summary>Reads the array of operations (RFC 6902 §3, §4).</summary>
    internal static Result<JsonPatch> Read(ReadOnlyMemory<byte> utf8)
    {
        var parsed = JsonNodes.Parse(utf8);
        if (!parsed.IsOk) return Result<JsonPatch>.Fail(parsed.Problems);
        if (parsed.Value is not JsonArray all) return Problems.MalformedPatch.With("a JSON Patch is an array of operations: [{\"op\": …, \"path\": …}]");
        if (PatchBudget.OfCount(all.Count) is { } tooMany) return tooMany;
        var operations = new List<JsonOperation>(all.Count);
        var problems = new List<Problem>();
        for (var i = 0; i < all.Count; i++)
        {
            var operation = JsonOperation.Read(all[i], i + 1);
            if (operation.IsOk) operations.Add(operation.Value);
            else problems.AddRange(operation.Problems);
        }

        return problems.Count > 0 ? Result<JsonPatch>.Fail(problems) : new JsonPatch(operations);
    }

    /// <summary>The document with all operations done. The given nodes are changed, also when it fails.</summary>
    internal Result<JsonNode?> ApplyTo(JsonNode? document)
    {
        var budget = new PatchBudget();
        foreach (var operation in operations)
        {
            if (Apply(operation, ref document, budget) is { } problem) return Result<JsonNode?>.Fail(problem);
        }

        return Result<JsonNode?>.Ok(document);
    }

    /// <inheritdoc/>
    private protected override Result<ReadOnlyMemory<byte>> Change(ElementTree resource)
    {
        var patched = ApplyTo(JsonNodes.Of(resource.Root));
        if (!patched.IsOk) return Result<ReadOnlyMemory<byte>>.Fail(patched.Problems);
        var bytes = JsonNodes.Bytes(patched.Value);
        return bytes.Span.IndexOf("\"_"u8) >= 0 && Repetition.FillOut(patched.Value) ? JsonNodes.Bytes(patched.Value) : bytes;
    }

    private static Problem? Apply(JsonOperation operation, ref JsonNode? document, PatchBudget budget) => operation.Op switch
    {
        "add" => Put(operation, ref document, operation.Value?.DeepClone(), grows: true, budget),
        "remove" => Remove(operation, operation.Path, ref document, budget, out _),
        "replace" => Replace(operation, ref document, budget),
        "move" => Move(operation, ref document, budget),
        "copy" => Copy(operation, ref document, budget),
        _ => Test(operation, document, budget),
    };

    /// <summary>RFC 6902 §4.1: a member is added or replaced, an item is inserted.</summary>
    private static Problem? Put(JsonOperation operation, ref JsonNode? document, JsonNode? value, bool grows, PatchBudget budget)
    {
        var path = operation.Path;
        var (bytes, depth) = JsonNodes.Measure(value);
        if (!(grows ? budget.Grow(bytes) : budget.Look(bytes))) return PatchBudget.Spent(operation.ToString());
        if (path.Tokens.Length + depth > ReadLimits.Default.MaxDepth) return Problems.PatchBudget.With($"{operation}: the result would be nested deeper than {ReadLimits.Default.MaxDepth}");
        if (path.Tokens.Length == 0)
        {
            document = value;
            return null;
        }

        if (!path.TryFindParent(document, out var parent)) return operation.Fails($"there is nothing at '{PatchBudget.Shown(path.ParentText)}' to put it in");
        switch (parent)
        {
            case JsonObject o:
                o[path.Last] = value;
                return null;
            case JsonArray a:
                if (path.IndexIn(a, ends: true) is not { } index) return operation.Fails(path.WrongIndex(a));
                if (!budget.Look(a.Count)) return PatchBudget.Spent(operation.ToString());
                a.Insert(index, value);
                return null;
            default:
                return operation.Fails($"what is at '{PatchBudget.Shown(path.ParentText)}' holds nothing: it is neither an object nor an array");
        }
    }

    private static Problem? Remove(JsonOperation operation, JsonPointer path, ref JsonNode? document, PatchBudget budget, out JsonNode? removed)
    {
        removed = document;
        if (path.Tokens.Length == 0) return operation.Fails("the whole document cannot be removed");
        if (!path.TryFind(document, out removed)) return operation.NothingAt(path);
        path.TryFindParent(document, out var parent);

        // Behind a member that is removed every other gets another place.
        if (!budget.Look(parent is JsonArray array ? array.Count : 10L * ((JsonObject)parent!).Count)) return PatchBudget.Spent(operation.ToString());
        if (parent is JsonArray a) a.RemoveAt(path.IndexIn(a, ends: false)!.Value);
        else ((JsonObject)parent!).Remove(path.Last);
        return null;
    }

    private static Problem? Replace(JsonOperation operation, ref JsonNode? document, PatchBudget budget)
    {
        var value = operation.Value?.DeepClone();
        if (!operation.Path.TryFind(document, out _)) return operation.NothingAt(operation.Path);
        if (operation.Path.Tokens.Length == 0 || !operation.Path.TryFindParent(document, out var parent) || parent is not JsonArray a) return Put(operation, ref document, value, grows: true, budget);
        a.RemoveAt(operation.Path.IndexIn(a, ends: false)!.Value);
        return Put(operation, ref document, value, grows: true, budget);
    }

    private static Problem? Move(JsonOperation operation, ref JsonNode? document, PatchBudget budget)
    {
        var from = operation.From!;
        if (from.IsAbove(operation.Path)) return operation.Fails("a value cannot be moved into itself");
        if (from.Tokens.Length == 0) return null;
        return Remove(operation, from, ref document, budget, out var moved) ?? Put(operation, ref document, moved, grows: false, budget);
    }

    private static Problem? Copy(JsonOperation operation, ref JsonNode? document, PatchBudget budget)
    {
        if (!operation.From!.TryFind(document, out var found)) return operation.NothingAt(operation.From);

        // What it costs is asked before it is made.
        return budget.Look(JsonNodes.Measure(found).Bytes) ? Put(operation, ref document, found?.DeepClone(), grows: true, budget) : PatchBudget.Spent(operation.ToString());
    }

    /// <summary>RFC 6902 §4.6: strings by character, numbers by value, members in any order.</summary>
    private static Problem? Test(JsonOperation operation, JsonNode? document, PatchBudget budget)
    {
        if (!operation.Path.TryFind(document, out var found)) return Problems.PatchTestFailed.With($"{operation}: there is nothing at '{PatchBudget.Shown(operation.Path.Text)}'");
        if (!budget.Look(JsonNodes.Measure(found).Bytes + JsonNodes.Measure(operation.Value).Bytes)) return PatchBudget.Spent(operation.ToString());
        return AreEqual(found, operation.Value) ? null : Problems.PatchTestFailed.With($"{operation}: the value there is another");
    }

    private static bool AreEqual(JsonNode? found, JsonNode? value)
    {
        try
        {
            return JsonNode.DeepEquals(found, value);
        }
        catch (ArgumentOutOfRangeException)
        {
            // A number whose exponent .NET does not hold (1e99999999999) is compared with nothing.
            return false;
        }
    }
}
