using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using FhirBridge.Fhir;

namespace FhirBridge.Benchmarks.Functions;

/// <summary>
/// Terminology on synthetic code systems of 50,000 concepts (flat; a tree with ten children each; a chain, each concept below the one before), against a bare pass of <see cref="Utf8JsonReader"/> over the flat one.
/// Bars: an expansion of 50,000 codes, with the system read and nothing known of it before, under 100 ms; the same again within 12 passes; a membership test under 1 µs.
/// </summary>
public class TerminologyBenchmarks
{
    private const int Size = 50_000;

    private byte[] flat = [];
    private byte[] tree = [];
    private byte[] chain = [];
    private byte[] sets = [];
    private Definitions warm = null!;
    private Definitions cold = null!;

    /// <summary>Warm: all has been asked for before.</summary>
    [GlobalSetup]
    public void Make()
    {
        flat = System("urn:flat", static _ => null);
        tree = System("urn:tree", static i => (i - 1) / 10);
        chain = System("urn:chain", static i => i - 1);
        sets = Encoding.UTF8.GetBytes($$"""
            {"resourceType":"Bundle","type":"collection","entry":[
            {"resource":{{Set("urn:all", """{"system":"urn:flat"}""")}}},
            {"resource":{{Set("urn:isa", """{"system":"urn:tree","filter":[{"property":"concept","op":"is-a","value":"c0"}]}""")}}},
            {"resource":{{Set("urn:deep", """{"system":"urn:chain","filter":[{"property":"concept","op":"is-a","value":"c0"}]}""")}}},
            {"resource":{{Set("urn:listed", $$"""{"system":"urn:flat","concept":[{{string.Join(',', Enumerable.Range(0, Size).Select(i => $$"""{"code":"c{{i}}"}"""))}}]}""")}}},
            {"resource":{{Set("urn:nested", """{"valueSet":["urn:isa"]}""", """{"system":"urn:tree","filter":[{"property":"concept","op":"is-a","value":"c9"}]}""")}}}
            ]}
            """);
        warm = Load();
        foreach (var set in new[] { "urn:all", "urn:isa", "urn:deep", "urn:listed", "urn:nested" })
        {
            if (!Expand(warm, set).IsOk) throw new InvalidOperationException(set + " has no expansion");
        }
    }

    /// <summary>Before each cold expansion: read anew, nothing asked for.</summary>
    [IterationSetup(Targets = [nameof(ExpandAllCold), nameof(ExpandIsACold), nameof(ExpandDeepCold), nameof(ExpandListedCold)])]
    public void Forget() => cold = Load();

    /// <summary>The ruler: every token of the flat system, nothing kept.</summary>
    [Benchmark(Baseline = true)]
    public long BarePass()
    {
        var reader = new Utf8JsonReader(flat);
        long tokens = 0;
        while (reader.Read()) tokens++;
        return tokens;
    }

    /// <summary>The whole flat system.</summary>
    [Benchmark]
    public int ExpandAllCold() => Expand(cold, "urn:all").Json.Length;

    /// <summary>All below the root of the tree, nested.</summary>
    [Benchmark]
    public int ExpandIsACold() => Expand(cold, "urn:isa").Json.Length;

    /// <summary>All below the top of the chain.</summary>
    [Benchmark]
    public int ExpandDeepCold() => Expand(cold, "urn:deep").Json.Length;

    /// <summary>50,000 codes one by one.</summary>
    [Benchmark]
    public int ExpandListedCold() => Expand(cold, "urn:listed").Json.Length;

    /// <summary>The flat system again.</summary>
    [Benchmark]
    public int ExpandAll() => Expand(warm, "urn:all").Json.Length;

    /// <summary>The tree again.</summary>
    [Benchmark]
    public int ExpandIsA() => Expand(warm, "urn:isa").Json.Length;

    /// <summary>The chain again.</summary>
    [Benchmark]
    public int ExpandDeep() => Expand(warm, "urn:deep").Json.Length;

    /// <summary>Is a code in the whole system?</summary>
    [Benchmark]
    public bool? IsInAll() => warm.Terminology.Contains("urn:all", new Coding("urn:flat", "c49999"));

    /// <summary>Is a code of the lowest level below the root?</summary>
    [Benchmark]
    public bool? IsInIsA() => warm.Terminology.Contains("urn:isa", new Coding("urn:tree", "c49999"));

    /// <summary>Is the last of the chain below the first?</summary>
    [Benchmark]
    public bool? IsInDeep() => warm.Terminology.Contains("urn:deep", new Coding("urn:chain", "c49999"));

    /// <summary>Is a code listed?</summary>
    [Benchmark]
    public bool? IsInListed() => warm.Terminology.Contains("urn:listed", new Coding("urn:flat", "c49999"));

    /// <summary>Is a code in an imported set and not below what is excluded?</summary>
    [Benchmark]
    public bool? IsInNested() => warm.Terminology.Contains("urn:nested", new Coding("urn:tree", "c49999"));

    private Definitions Load() => Definitions.R4.With([Read(flat), Read(tree), Read(chain), .. Read(sets).Children("entry").Select(e => e["resource"])]);

    private static FhirElement Read(byte[] json) => FhirJson.ReadTrusted(json).Value!.Root;

    private static TerminologyAnswer Expand(Definitions definitions, string set) => new TerminologyOperations(definitions, TimeProvider.System)
        .Expand(Read(Encoding.UTF8.GetBytes($$"""{"resourceType":"Parameters","parameter":[{"name":"url","valueUri":"{{set}}"}]}""")), default, null);

    private static string Set(string url, string include, string? exclude = null) =>
        $$"""{"resourceType":"ValueSet","url":"{{url}}","status":"active","compose":{"include":[{{include}}]{{(exclude is null ? "" : $",\"exclude\":[{exclude}]")}}} }""";

    /// <summary>Codes c0 to c49999; each says its parent where it has one.</summary>
    private static byte[] System(string url, Func<int, int?> parent)
    {
        var output = new ArrayBufferWriter<byte>(8_000_000);
        using (var w = new Utf8JsonWriter(output))
        {
            w.WriteStartObject();
            w.WriteString("resourceType", "CodeSystem");
            w.WriteString("url", url);
            w.WriteString("status", "active");
            w.WriteString("content", "complete");
            w.WriteStartArray("concept");
            for (var i = 0; i < Size; i++)
            {
                w.WriteStartObject();
                w.WriteString("code", "c" + i.ToString(CultureInfo.InvariantCulture));
                w.WriteString("display", "Concept number " + i.ToString(CultureInfo.InvariantCulture));
                if (i > 0 && parent(i) is { } above)
                {
                    w.WriteStartArray("property");
                    w.WriteStartObject();
                    w.WriteString("code", "parent");
                    w.WriteString("valueCode", "c" + above.ToString(CultureInfo.InvariantCulture));
                    w.WriteEndObject();
                    w.WriteEndArray();
                }

                w.WriteEndObject();
            }

            w.WriteEndArray();
            w.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }
}
