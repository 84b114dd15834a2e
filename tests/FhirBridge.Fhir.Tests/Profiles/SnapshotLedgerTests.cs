using System.Text.Json;
using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Tests;

/// <summary>Every StructureDefinition of R4 that has both: the snapshot made of the differential says what the published one says (data/snapshot-ledger.json).</summary>
public sealed class SnapshotLedgerTests
{
    private static readonly string Data = Path.Combine(AppContext.BaseDirectory, "Profiles", "data", "snapshot-ledger.json");

    [Fact]
    public void R4_Regenerated_SaysWhatIsPublished()
    {
        var ledger = JsonSerializer.Deserialize<List<Entry>>(File.ReadAllBytes(Data), JsonSerializerOptions.Web)!.ToDictionary(e => e.Id, StringComparer.Ordinal);
        var (faults, count) = (new List<string>(), 0);
        foreach (var entry in Definitions.R4.Resources("StructureDefinition"))
        {
            var source = Definitions.R4.FindResource("StructureDefinition", entry.Canonical);
            if (!source["snapshot"].Exists || !source["differential"].Exists) continue;
            count++;
            var made = SnapshotGenerator.Regenerate(source, Definitions.R4);
            List<string> differences = [.. made.IsOk ? SnapshotComparison.Differences(source, made.Value) : [], .. made.Problems.Select(p => p.ToString())];
            var known = ledger.GetValueOrDefault(entry.Id!);
            if (differences.Count != (known?.Differences ?? 0)) faults.Add($"{entry.Id}: {differences.Count} differences, {known?.Differences ?? 0} in the ledger\n  {string.Join("\n  ", differences.Take(40))}");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.Equal(649, count);
        Assert.True(ledger.Count * 100 <= count * 2, "98 % are the same");
    }

    /// <param name="Id">Logical id of the StructureDefinition.</param>
    /// <param name="Differences">How many properties are not the same, problems told included.</param>
    /// <param name="Reason">Why ours is right, or what R4 does otherwise.</param>
    private sealed record Entry(string Id, int Differences, string Reason);
}
