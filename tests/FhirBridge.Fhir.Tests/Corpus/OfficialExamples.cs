using System.Collections.Concurrent;
using FhirBridge.Corpus;

namespace FhirBridge.Fhir.Tests;

/// <summary>The official examples of R4 (data/NOTICE.md): loaded once, each read once, for all tests of the process.</summary>
internal static class OfficialExamples
{
    private static readonly Lazy<IReadOnlyList<OfficialExample>> Loaded = new(Load);
    private static readonly Lazy<ILookup<string, OfficialExample>> ByType = new(() => Good.ToLookup(e => e.Root.Type!));

    /// <summary>All of them, in ordinal order of their names.</summary>
    internal static IReadOnlyList<OfficialExample> All => Loaded.Value;

    /// <summary>Those that follow R4, as far as the reader can tell.</summary>
    internal static IEnumerable<OfficialExample> Good => All.Where(e => !Ledger.R4.Refused.ContainsKey(e.Name));

    /// <summary>Good examples of one resource type.</summary>
    internal static IEnumerable<OfficialExample> OfType(string type) => ByType.Value[type];

    /// <summary>One by its file name.</summary>
    internal static OfficialExample Get(string name) => All.Single(e => e.Name == name);

    /// <summary>
    /// A small sample for slower tests: of every resource type the shortest and the longest under <paramref name="bytes"/>.
    /// </summary>
    internal static IReadOnlyList<OfficialExample> Sample(int bytes) =>
        [.. ByType.Value.SelectMany(g => g.Where(e => e.Json.Length < bytes).OrderBy(e => e.Json.Length).ToArray() is { Length: > 0 } all ? new[] { all[0], all[^1] }.Distinct() : [])];

    /// <summary>Looks at all good examples on all cores. Fails with what <paramref name="faults"/> says of any of them.</summary>
    internal static void AssertEach(Func<OfficialExample, IEnumerable<string>> faults)
    {
        var found = new ConcurrentBag<string>();
        Parallel.ForEach(Good, example =>
        {
            foreach (var fault in faults(example)) found.Add($"{example.Name}: {fault}");
        });
        Assert.True(found.IsEmpty, $"{found.Count} faults\n" + string.Join('\n', found.Order(StringComparer.Ordinal).Take(40)));
    }

    private static OfficialExample[] Load()
    {
        using var stream = typeof(OfficialExamples).Assembly.GetManifestResourceStream("corpus/r4-examples.br")!;
        return [.. CorpusFile.Read(stream).Select(e => new OfficialExample(e.Name, e.Json)).OrderBy(e => e.Name, StringComparer.Ordinal)];
    }
}

/// <summary>One official example.</summary>
internal sealed class OfficialExample(string name, ReadOnlyMemory<byte> json)
{
    private readonly Lazy<Result<ElementTree>> read = new(() => FhirJson.Read(json));

    /// <summary>Name of its file in the package.</summary>
    internal string Name => name;

    /// <summary>Its bytes.</summary>
    internal ReadOnlyMemory<byte> Json => json;

    /// <summary>What the reader says of it.</summary>
    internal Result<ElementTree> Result => read.Value;

    /// <summary>The resource; asked for good examples only.</summary>
    internal FhirElement Root => Result.IsOk ? Result.Value.Root : throw new InvalidOperationException($"{name}: {Result.Problems[0]}");
}
