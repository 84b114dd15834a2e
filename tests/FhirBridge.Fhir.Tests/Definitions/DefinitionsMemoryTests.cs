using System.IO.Compression;

namespace FhirBridge.Fhir.Tests;

/// <summary>Runs alone: what other tests allocate meanwhile would be counted.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public class Alone;

[Collection("alone")]
public class DefinitionsMemoryTests
{
    /// <summary>60 MB with every section read and every resource unpacked and parsed once.</summary>
    [Fact]
    public void Definitions_EverythingReadOnce_KeepLessThan60MB()
    {
        var file = new MemoryStream();
        DefinitionsFile.Write(Definitions.R4, file, CompressionLevel.Fastest);

        // What other tests left behind, and what hangs on its finalizers, goes first.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var definitions = DefinitionsFile.Read(file.ToArray());
        var read = definitions.Types.Count + definitions.AllSearchParameters.Count + definitions.CodeSets.Count + definitions.Compartments.Count + definitions.Operations.Count;
        foreach (var entry in definitions.ConformanceTypes.SelectMany(definitions.Resources))
        {
            read += definitions.FindResource(entry.Type, entry.Canonical).Tree!.Count;
            if (entry.Type == "CodeSystem") Assert.NotNull(definitions.Terminology.FindCodeSystem(entry.Url));
        }

        var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(read > 700_000);
        Assert.InRange(kept, 1_000_000, 60_000_000);
        GC.KeepAlive(definitions);
    }
}
