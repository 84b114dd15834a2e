using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace FhirBridge.Fhir.Tests.Patch;

/// <summary>The vector files (data/NOTICE.md) and the ledger of exceptions.</summary>
internal static class PatchVectors
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Patch", "data");

    private static readonly Dictionary<string, string> Ledger = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllBytes(Path.Combine(Folder, "ledger.json")))!;

    internal static JsonArray Json(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, file)))!.AsArray();

    internal static List<XElement> Xml(string file) => [.. XDocument.Load(Path.Combine(Folder, file)).Root!.Elements()];

    /// <summary>Fails when a case fails that is not in the ledger, when one passes that is, and when the ledger names a case that is none.</summary>
    internal static void Judge(string file, IReadOnlyCollection<(string Id, string? Failure)> cases, int count)
    {
        Assert.Equal(count, cases.Count);
        var faults = new List<string>();
        foreach (var (id, failure) in cases)
        {
            if (Ledger.TryGetValue($"{file}: {id}", out var reason) == (failure is null)) faults.Add(failure is null ? $"{id} passes: take it out of the ledger ({reason})" : $"{id}: {failure}");
        }

        faults.AddRange(Ledger.Keys.Where(k => k.StartsWith(file + ": ", StringComparison.Ordinal) && !cases.Any(c => $"{file}: {c.Id}" == k)).Select(k => k + " is no case"));
        Assert.True(faults.Count == 0, $"{faults.Count} of {count}\n" + string.Join('\n', faults));
    }
}
