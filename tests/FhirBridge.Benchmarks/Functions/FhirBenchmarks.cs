using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;
using FhirBridge.Fhir;
using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Benchmarks.Functions;

/// <summary>
/// The language, on the official CarePlan example (3.4 KB as published, 2.2 KB without white space), against a bare pass of <see cref="Utf8JsonReader"/> over the same bytes. Bars: read within 5 passes; read with all
/// index values within 15, allocating at most twice the document; JSON to XML within 20; read and validated within 40; the expression under 3 µs; each match under 1 µs.
/// </summary>
public class FhirBenchmarks
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private byte[] bytes = [];
    private readonly FhirPathExpression path = FhirPathExpression.Compile("CarePlan.activity.detail.code").Value!;
    private readonly FhirPathExpression filter = FhirPathExpression.Compile("CarePlan.activity.detail.where(status='in-progress').code.coding.code", "CarePlan").Value!;
    private readonly ArrayBufferWriter<byte> output = new(16 * 1024);
    private byte[] xml = [];
    private FhirElement plan;
    private ResourceView view = null!;
    private readonly SearchQuery token = Query("status", "active");
    private readonly SearchQuery date = Query("date", "ge2010");
    private readonly SearchQuery reference = Query("subject", "Patient/example");
    private readonly SearchQuery boolean = Query("_filter", "status eq active and not (date lt 2010 or subject ne Patient/example)");

    private readonly SearchQuery words = Query("_content", "weight and (obesity or \"not there\")");

    /// <summary>As published, or without white space between the tokens.</summary>
    [Params(false, true)]
    public bool Compact { get; set; }

    [GlobalSetup]
    public void Read()
    {
        using var file = typeof(FhirBenchmarks).Assembly.GetManifestResourceStream("CarePlan-example.json")!;
        bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        if (Compact) bytes = JsonSerializer.SerializeToUtf8Bytes(JsonNode.Parse(bytes), Relaxed);
        plan = FhirJson.Read(bytes).Value!.Root;
        view = new ResourceView("CarePlan", "example", DateTimeOffset.UnixEpoch, SearchIndexer.Extract(plan));
        FhirXml.Write(plan, output);
        xml = output.WrittenSpan.ToArray();
        Console.WriteLine($"// the CarePlan: {bytes.Length} bytes, {plan.Tree!.Count} nodes, {SearchIndexer.Extract(plan).Entries.Count} index values, {xml.Length} bytes of XML");
    }

    /// <summary>The ruler: every token, nothing kept.</summary>
    [Benchmark(Baseline = true)]
    public long BarePass()
    {
        var reader = new Utf8JsonReader(bytes);
        long tokens = 0;
        while (reader.Read()) tokens++;
        return tokens;
    }

    /// <summary>Reads and checks the resource against the definitions: parse and structural index.</summary>
    [Benchmark]
    public ElementTree FhirJsonRead() => FhirJson.Read(bytes).Value!;

    /// <summary>Reads it as stored bytes are read.</summary>
    [Benchmark]
    public ElementTree FhirJsonReadTrusted() => FhirJson.ReadTrusted(bytes).Value!;

    /// <summary>Reads, checks, and extracts the values of all search parameters.</summary>
    [Benchmark]
    public SearchIndex FhirJsonReadAndIndex() => SearchIndexer.Extract(FhirJson.Read(bytes).Value!.Root);

    /// <summary>Reads and validates: structure, bindings, references, and every invariant.</summary>
    [Benchmark]
    public IReadOnlyList<Problem> FhirJsonReadAndValidate() => Definitions.R4.Validator.Validate(FhirJson.Read(bytes).Value!.Root);

    /// <summary>Reads, and checks it against a profile: the definition of CarePlan itself, as a tree of rules with everything in it.</summary>
    [Benchmark]
    public IReadOnlyList<Problem> FhirJsonReadAndCheckProfile() => Definitions.R4.Profiles.Check(FhirJson.Read(bytes).Value!.Root, "http://hl7.org/fhir/StructureDefinition/CarePlan").Value!;

    /// <summary>JSON to XML: reads, checks, and writes.</summary>
    [Benchmark]
    public int FhirJsonToXml()
    {
        output.ResetWrittenCount();
        FhirXml.Write(FhirJson.Read(bytes).Value!.Root, output);
        return output.WrittenCount;
    }

    /// <summary>Reads and checks XML.</summary>
    [Benchmark]
    public ElementTree FhirXmlRead() => FhirXml.Read(xml).Value!;

    /// <summary>Evaluates a plain path.</summary>
    [Benchmark]
    public IReadOnlyList<FhirElement> FhirPathPlainPath() => path.Select(plan).Value!;

    /// <summary>Evaluates a path with a filter.</summary>
    [Benchmark]
    public IReadOnlyList<FhirElement> FhirPathFilter() => filter.Select(plan).Value!;

    /// <summary>Extracts all index values.</summary>
    [Benchmark]
    public SearchIndex SearchIndexerExtract() => SearchIndexer.Extract(plan);

    /// <summary>One resource against a token.</summary>
    [Benchmark]
    public bool QueryMatcherToken() => QueryMatcher.Matches(token, view);

    /// <summary>One resource against a date with a prefix.</summary>
    [Benchmark]
    public bool QueryMatcherDate() => QueryMatcher.Matches(date, view);

    /// <summary>One resource against a reference.</summary>
    [Benchmark]
    public bool QueryMatcherReference() => QueryMatcher.Matches(reference, view);

    /// <summary>One resource against a filter of three tests.</summary>
    [Benchmark]
    public bool QueryMatcherFilter() => QueryMatcher.Matches(boolean, view);

    /// <summary>One stored resource against words: it is read, and its words are taken from it.</summary>
    [Benchmark]
    public bool QueryMatcherContent() => QueryMatcher.Matches(words, view with { Content = new ResourceContent(() => FhirJson.ReadTrusted(bytes).Value!.Root) });

    private static SearchQuery Query(string name, string value) => SearchQueryParser.Parse("CarePlan", [new(name, value)]).Value!;
}
