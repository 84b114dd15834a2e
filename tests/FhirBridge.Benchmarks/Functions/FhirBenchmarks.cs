using System.Text;
using BenchmarkDotNet.Attributes;
using FhirBridge.Benchmarks.Data;
using FhirBridge.Fhir;
using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Benchmarks.Functions;

/// <summary>The language: reading, FHIRPath and index values of a CarePlan of about 3 KB.</summary>
public class FhirBenchmarks
{
    private readonly byte[] bytes = Encoding.UTF8.GetBytes(SyntheticNetwork.CarePlan("p-1", "p-1-plan", SyntheticNetwork.GoalReferences("p-1")));
    private readonly FhirPathExpression path = FhirPathExpression.Compile("CarePlan.activity.detail.code").Value!;
    private FhirElement plan;

    [GlobalSetup]
    public void Read() => plan = FhirJson.Read(bytes).Value!.Root;

    /// <summary>Reads and checks the resource against the definitions.</summary>
    [Benchmark]
    public ElementTree FhirJsonRead() => FhirJson.Read(bytes).Value!;

    /// <summary>Reads it as stored bytes are read.</summary>
    [Benchmark]
    public ElementTree FhirJsonReadTrusted() => FhirJson.ReadTrusted(bytes).Value!;

    /// <summary>Evaluates a plain path.</summary>
    [Benchmark]
    public IReadOnlyList<FhirElement> FhirPathPlainPath() => path.Select(plan).Value!;

    /// <summary>Extracts all index values.</summary>
    [Benchmark]
    public SearchIndex SearchIndexerExtract() => SearchIndexer.Extract(plan);
}
