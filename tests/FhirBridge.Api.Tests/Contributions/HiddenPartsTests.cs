using System.Text;
using System.Text.Json.Nodes;
using FhirBridge.Api.Contributions;
using FhirBridge.Corpus;
using FhirBridge.Fhir;
using FsCheck;
using FsCheck.Fluent;

namespace FhirBridge.Api.Tests.Contributions;

/// <summary>A writer changes what it sees; what it does not see stays (consent.md §9).</summary>
public sealed class HiddenPartsTests
{
    private const string Group = """{"resourceType":"Observation","status":"final","code":{"text":"c"},"hasMember":[{"reference":"Observation/a"},{"reference":"Observation/hidden1","display":"x"},{"reference":"Observation/b"},{"reference":"Observation/hidden2"}]}""";

    [Theory]
    [InlineData("""["a","b"]""", """["a","hidden1","b","hidden2"]""")]
    [InlineData("""["b"]""", """["hidden1","b","hidden2"]""")]
    [InlineData("""["a"]""", """["a","hidden1","hidden2"]""")]
    [InlineData("""[]""", """["hidden1","hidden2"]""")]
    [InlineData("""["c","a","b","d"]""", """["c","a","hidden1","b","hidden2","d"]""")]
    [InlineData("""["b","a"]""", """["b","hidden2","a","hidden1"]""")]
    [InlineData("""["a","c"]""", """["a","hidden1","c","hidden2"]""")]
    public void HiddenItems_StayBehindWhatTheyStoodBehind(string now, string expected)
    {
        var changed = JsonNode.Parse("""{"resourceType":"Observation","status":"final","code":{"text":"c"}}""")!;
        var items = JsonNode.Parse(now)!.AsArray();
        if (items.Count > 0) changed["hasMember"] = new JsonArray([.. items.Select(i => new JsonObject { ["reference"] = "Observation/" + i!.GetValue<string>() })]);
        var kept = Keep(Group, changed.ToJsonString(), "Observation/hidden1", "Observation/hidden2");
        Assert.Equal(JsonNode.Parse(expected)!.AsArray().Select(e => "Observation/" + e!.GetValue<string>()), kept["hasMember"]!.AsArray().Select(m => m!["reference"]!.GetValue<string>()));
        Assert.Contains("\"display\":\"x\"", kept.ToJsonString());
    }

    [Fact]
    public void SentInFull_ByAWriterThatRemembersWhatItWrote_IsNotThereTwice() =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Group), Keep(Group, Group, "Observation/hidden1", "Observation/hidden2")));

    [Fact]
    public void HiddenValue_StaysWhereNothingStands_AndIsRefusedWhereAnotherDoes()
    {
        const string stored = """{"resourceType":"Observation","status":"final","code":{"text":"c"},"encounter":{"reference":"Encounter/hidden"},"method":{"text":"m"}}""";
        var kept = Keep(stored, """{"resourceType":"Observation","status":"amended","code":{"text":"c"}}""", "Encounter/hidden");
        Assert.Equal("""{"resourceType":"Observation","status":"amended","code":{"text":"c"},"encounter":{"reference":"Encounter/hidden"}}""", kept.ToJsonString());
        var refused = Merge(stored, """{"resourceType":"Observation","status":"final","code":{"text":"c"},"encounter":{"reference":"Encounter/other"}}""", ["Encounter/hidden"]);
        var problem = Assert.Single(refused.Problems);
        Assert.Equal((Problems.Conflict, "Observation.encounter"), (problem.Kind, problem.Expression));
    }

    [Fact]
    public void HiddenPart_OfAnItem_GoesWithTheItem_AndIsRefusedWhereItCannotBeTold()
    {
        const string stored = """{"resourceType":"Encounter","status":"planned","class":{"code":"AMB"},"participant":[{"period":{"start":"2020"},"individual":{"reference":"Practitioner/hidden"}},{"period":{"start":"2021"},"individual":{"reference":"Practitioner/b"}}]}""";
        const string first = """{"period":{"start":"2020"}}""";
        const string second = """{"period":{"start":"2021"},"individual":{"reference":"Practitioner/b"}}""";
        string Of(params string[] participants) => $$"""{"resourceType":"Encounter","status":"planned","class":{"code":"AMB"},"participant":[{{string.Join(',', participants)}}]}""";
        JsonNode? Individual(JsonNode encounter, int at) => encounter["participant"]![at]!["individual"]?["reference"];
        var moved = Keep(stored, Of(first.Replace("2020", "2018", StringComparison.Ordinal), second), "Practitioner/hidden");
        Assert.Equal("Practitioner/hidden", Individual(moved, 0)!.GetValue<string>());
        Assert.DoesNotContain("hidden", Keep(stored, Of(second), "Practitioner/hidden").ToJsonString());
        var changed = Keep(stored, Of("""{"period":{"start":"2020","end":"2022"}}""", second), "Practitioner/hidden");
        Assert.Equal("Practitioner/hidden", Individual(changed, 0)!.GetValue<string>());
        Assert.Equal("2022", changed["participant"]![0]!["period"]!["end"]!.GetValue<string>());
        var (swapped, added) = (Keep(stored, Of(second, first), "Practitioner/hidden"), Keep(stored, Of("""{"period":{"start":"2019"}}""", first, second), "Practitioner/hidden"));
        Assert.Equal("Practitioner/hidden", Individual(swapped, 1)!.GetValue<string>());
        Assert.Equal("Practitioner/hidden", Individual(added, 1)!.GetValue<string>());
        var doubtful = Merge(stored, Of("""{"period":{"start":"2019"}}""", """{"period":{"start":"2020","end":"2022"}}""", second), ["Practitioner/hidden"]);
        Assert.Equal("Encounter.participant", Assert.Single(doubtful.Problems).Expression);
    }

    [Fact]
    public void Numbers_KeepTheirDigits_WhoeverChangesWhat()
    {
        const string stored = """{"resourceType":"Observation","status":"final","code":{"text":"c"},"encounter":{"reference":"Encounter/hidden"},"valueQuantity":{"value":1.00,"unit":"kg"},"component":[{"code":{"text":"c"},"valueQuantity":{"value":2.50}}]}""";
        var kept = Keep(stored, """{"resourceType":"Observation","status":"final","code":{"text":"c"},"valueQuantity":{"value":1.0,"unit":"kg"},"component":[{"code":{"text":"c"},"valueQuantity":{"value":2.50}},{"code":{"text":"c"},"valueQuantity":{"value":3.000}}]}""", "Encounter/hidden").ToJsonString();
        Assert.Contains("1.0,", kept);
        Assert.Contains("2.50", kept);
        Assert.Contains("3.000", kept);
    }

    [Fact]
    public void Primitives_LoseWhatIsHiddenBesideTheirValue_AndKeepTheValue()
    {
        const string extension = """{"extension":[{"url":"urn:by","valueReference":{"reference":"Practitioner/hidden"}}]}""";
        const string stored = $$"""{"resourceType":"Patient","birthDate":"1950","_birthDate":{{extension}},"name":[{"given":["A","B"],"_given":[null,{{extension}}]}]}""";
        var (_, network) = Network(stored, ["Practitioner/hidden"]);
        var shown = Encoding.UTF8.GetString(ReferencePruner.PruneAbsent(network.Source)!.Value.Span);
        Assert.Equal("""{"resourceType":"Patient","birthDate":"1950","name":[{"given":["A","B"]}]}""", shown);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(stored), Keep(stored, shown, "Practitioner/hidden")));
    }

    /// <summary>Official examples with references that lead nowhere by chance: sent back as shown, all is as it was; with something added to what is shown, that too.</summary>
    [Fact]
    public void WhatIsShown_SentBack_IsWhatIsStored()
    {
        using var stream = typeof(HiddenPartsTests).Assembly.GetManifestResourceStream("corpus/r4-examples.br")!;
        var examples = CorpusFile.Read(stream).Where(e => e.Json.Length < 30_000).Select(e => Encoding.UTF8.GetString(e.Json.Span)).Where(j => j.Contains("\"reference\"", StringComparison.Ordinal) && FhirJson.Read(Encoding.UTF8.GetBytes(j)).IsOk).ToList();
        var hiding = 0;
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var json = examples[random.Next(examples.Count)];
            var all = BodyCutter.FindReferences(StoredJson.Read(Encoding.UTF8.GetBytes(json))).Select(r => r.Value!).Distinct();
            var (stored, network) = Network(json, [.. all.Where(_ => random.Next(2) == 0)]);
            if (ReferencePruner.PruneAbsent(network.Source) is not { } shown) return;
            hiding += shown.Length < network.Source.Length ? 1 : 0;
            var changed = JsonNode.Parse(shown.Span)!;
            var expected = JsonNode.Parse(stored.Source.Span)!;
            if (random.Next(2) == 0)
            {
                changed["language"] = "nl";
                expected["language"] = "nl";
            }

            var kept = HiddenParts.Keep(stored, network, StoredJson.Read(Encoding.UTF8.GetBytes(changed.ToJsonString())));
            Assert.True(kept.IsOk, json + string.Join('\n', kept.Problems));
            Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(kept.Value.Source.Span)), $"{json}\n{Encoding.UTF8.GetString(kept.Value.Source.Span)}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
        Assert.True(hiding > 200);
    }

    private static JsonNode Keep(string stored, string changed, params string[] hidden)
    {
        var kept = Merge(stored, changed, hidden);
        Assert.True(kept.IsOk, kept.IsOk ? "" : kept.Problems[0].Diagnostics);
        return JsonNode.Parse(kept.Value.Source.Span)!;
    }

    private static Result<ElementTree> Merge(string stored, string changed, string[] hidden)
    {
        var (before, network) = Network(stored, hidden);
        return HiddenParts.Keep(before, network, StoredJson.Read(Encoding.UTF8.GetBytes(changed)));
    }

    private static (ElementTree Stored, ElementTree Network) Network(string stored, string[] hidden)
    {
        var network = JsonNode.Parse(stored)!;
        foreach (var reference in References(network).ToList())
        {
            if (reference["reference"] is JsonValue v && hidden.Contains(v.GetValue<string>())) reference["reference"] = BodySplicer.Absent;
        }

        return (StoredJson.Read(Encoding.UTF8.GetBytes(stored)), StoredJson.Read(Encoding.UTF8.GetBytes(network.ToJsonString())));
    }

    private static IEnumerable<JsonObject> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => References(p.Value)).Concat(o.ContainsKey("reference") ? [o] : []),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };
}
