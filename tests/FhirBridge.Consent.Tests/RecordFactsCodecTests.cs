using System.Collections;
using FhirBridge.Consent.Tests.Properties;
using FhirBridge.Consent.Tests.World;
using FhirBridge.Fhir;

namespace FhirBridge.Consent.Tests;

public sealed class RecordFactsCodecTests
{
    [Fact]
    public void Facts_WrittenAndRead_AreTheSame() => Seeds.Check(2_000, Random.Shared.Next(1_000_000_000), seed =>
    {
        foreach (var facts in new RandomWorld(seed).Contributions) AssertSame(facts, RecordFactsCodec.Read(RecordFactsCodec.Write(facts)));
    });

    [Fact]
    public void Facts_WithExtremeValues_AreTheSame() => AssertSame(Extreme, RecordFactsCodec.Read(RecordFactsCodec.Write(Extreme)));

    [Fact]
    public void Facts_MinimalResource_TakeFewBytes() => Assert.InRange(RecordFactsCodec.Write(Callers.Facts("Goal/anna-1")).Length, 20, 80);

    [Fact]
    public void Blob_CutAnywhereOrExtended_IsRefused()
    {
        var blob = RecordFactsCodec.Write(Extreme);

        for (var length = 0; length < blob.Length; length++) Assert.Throws<InvalidDataException>(() => RecordFactsCodec.Read(blob.AsSpan(0, length)));
        Assert.Throws<InvalidDataException>(() => RecordFactsCodec.Read([.. blob, 0]));
        Assert.Throws<InvalidDataException>(() => RecordFactsCodec.Read([9, .. blob.AsSpan(1)]));
    }

    private static RecordFacts Extreme => Callers.Facts("Goal/anna-1") with
    {
        Unified = "Goal/anna",
        Codes = [new Coding(null, "é漢𝄞"), new Coding("", " "), new Coding("s", new string('x', 5000))],
        Dates = [new Interval(null, null), new Interval(DateTimeOffset.MinValue, DateTimeOffset.MaxValue), new Interval(Callers.Now, null)],
        References = [.. Enumerable.Range(0, 300).Select(i => "CarePlan/" + i)],
    };

    private static void AssertSame(RecordFacts expected, RecordFacts actual)
    {
        foreach (var property in typeof(RecordFacts).GetProperties())
        {
            var (e, a) = (property.GetValue(expected), property.GetValue(actual));
            Assert.True(e is IEnumerable list and not string ? list.Cast<object>().SequenceEqual(((IEnumerable)a!).Cast<object>()) : Equals(e, a), property.Name);
        }
    }
}
