using System.Collections.Concurrent;
using System.Text.Json;

namespace FhirBridge.Fhir.Tests.FhirPath;

/// <summary>The vector files and the ledger of exceptions.</summary>
internal static class Vectors
{
    public static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "FhirPath", "data");

    private static readonly ConcurrentDictionary<(string, bool), FhirElement> Trees = new();

    /// <summary>Case id to reason.</summary>
    public static IReadOnlyDictionary<string, string> Ledger { get; } = ReadLedger();

    public static JsonElement Json(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file)));
        return document.RootElement.Clone();
    }

    /// <summary>A file as a tree: typed by the R4 definitions, or as foreign JSON.</summary>
    public static FhirElement Tree(string file, bool typed) => Trees.GetOrAdd((file, typed), static key =>
    {
        if (!key.Item2) return ForeignJson.Read(Json(key.Item1));
        var bytes = File.ReadAllBytes(Path.Combine(Folder, key.Item1));
        var read = key.Item1.EndsWith(".xml", StringComparison.Ordinal) ? FhirXml.Read(bytes) : FhirJson.ReadTrusted(bytes);
        return read.IsOk ? read.Value.Root : throw new InvalidOperationException($"{key.Item1}: {read.Problems[0]}");
    });

    /// <summary>Fails when a case fails that is not in the ledger, and when one passes that is.</summary>
    public static void Judge(string id, string? failure)
    {
        if (Ledger.TryGetValue(id, out var reason)) Assert.True(failure is not null, $"{id} passes: take it out of the ledger ({reason})");
        else Assert.True(failure is null, $"{id}: {failure}");
    }

    private static Dictionary<string, string> ReadLedger()
    {
        var ledger = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in Json("ledger.json").EnumerateArray())
        {
            foreach (var id in entry.GetProperty("cases").EnumerateArray()) ledger.Add(id.GetString()!, entry.GetProperty("reason").GetString()!);
        }

        return ledger;
    }
}
