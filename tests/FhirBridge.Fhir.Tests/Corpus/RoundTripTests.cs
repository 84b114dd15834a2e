using FhirBridge.Corpus;

namespace FhirBridge.Fhir.Tests;

/// <summary>The official examples, all of them, through JSON and XML.</summary>
public class RoundTripTests
{
    [Fact]
    public void Examples_OfThePackage_AreAllThere()
    {
        Assert.Equal(5296, OfficialExamples.All.Count);
        Assert.Equal(5282, OfficialExamples.Good.Count());
        Assert.Equal(80_753_237 - OfficialExamples.All.Sum(e => System.Text.Encoding.UTF8.GetByteCount(e.Name) + 2L), OfficialExamples.All.Sum(e => (long)e.Json.Length));
    }

    [Fact]
    public void JsonToXmlToJson_EveryExample_IsTheSame()
    {
        var otherOrder = 0;

        OfficialExamples.AssertEach(example =>
        {
            if (!example.Result.IsOk) return example.Result.Problems.Select(p => p.ToString());
            var result = RoundTrip.Run(example.Root, example.Json);
            if (result.OtherOrder) Interlocked.Increment(ref otherOrder);
            return result.Fault is null ? [] : [result.Fault];
        });

        // 61 concept maps, 10 search parameters and one bundle have their properties in another order than R4 gives the elements.
        Assert.Equal(72, otherOrder);
    }

    [Fact]
    public void Read_ExamplesOfTheLedger_AreRefusedForTheReasonThatStandsThere() => Assert.All(Ledger.R4.Refused.Values, entry =>
    {
        var result = OfficialExamples.Get(entry.File).Result;

        Assert.False(result.IsOk, $"{entry.File} is read: take it out of the ledger");
        Assert.Contains(result.Problems, p => p.Kind.Code == entry.Problem && p.Expression == entry.Path && p.Line >= 1 && p.Column >= 1);
    });

    /// <summary>What is wrong in them is no reason to lose anything: read leniently they come back, too.</summary>
    [Fact]
    public void JsonToXmlToJson_ExamplesOfTheLedgerReadLeniently_AreTheSame() => Assert.All(Ledger.R4.Refused.Values, entry =>
    {
        var json = FhirJson.ReadLenient(OfficialExamples.Get(entry.File).Json);
        Assert.True(json.IsOk && json.Problems.Count > 0, entry.File);
        var xml = FhirXml.ReadLenient(System.Text.Encoding.UTF8.GetBytes(Examples.Xml(json.Value.Root)));
        Assert.True(xml.IsOk, entry.File + string.Join('\n', xml.Problems));
        Assert.Equal(json.Problems.Select(p => (p.Kind, p.Expression)).Order(), xml.Problems.Select(p => (p.Kind, p.Expression)).Order());
        Assert.Equal(Examples.Canonical(json.Value.Root), Examples.Canonical(xml.Value.Root));
    });

    [Theory]
    [InlineData("""{"resourceType":"Patient","gender":"unheard","birthDate":"soon","link":[{"type":"refer"}],"active":true}""", 3)]
    [InlineData("""{"resourceType":"Patient","activ":true}""", -1)]
    [InlineData("""{"resourceType":"Patient","active":"true"}""", -1)]
    [InlineData("""{"resourceType":"Patiant"}""", -1)]
    [InlineData("{", -1)]
    public void ReadLenient_TellsWhatIsWrong_AndRefusesWhatCannotBeRead(string json, int warnings)
    {
        var read = FhirJson.ReadLenient(System.Text.Encoding.UTF8.GetBytes(json));

        Assert.Equal(warnings >= 0, read.IsOk);
        Assert.NotEmpty(read.Problems);
        if (warnings >= 0) Assert.Equal((warnings, "true"), (read.Problems.Count, read.Value!.Root.Text("active")));
    }

    [Fact]
    public void ReadTrusted_EveryExample_GivesTheSameTree() => OfficialExamples.AssertEach(example =>
    {
        var trusted = FhirJson.ReadTrusted(example.Json).Value!;
        return trusted.Count == example.Result.Value!.Count && trusted.Root.Descendants().Zip(example.Root.Descendants()).All(p => Same(p.First, p.Second)) ? [] : ["another tree"];
    });

    private static bool Same(FhirElement a, FhirElement b) =>
        a.Name == b.Name && a.SourceName == b.SourceName && a.Type == b.Type && a.DefinitionPath == b.DefinitionPath && a.Index == b.Index
        && a.IsResource == b.IsResource && a.ValueKind == b.ValueKind && a.Raw.SequenceEqual(b.Raw) && a.RawSibling.SequenceEqual(b.RawSibling);
}
