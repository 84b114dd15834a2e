using System.Text;
using System.Text.Json.Nodes;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Fhir.Tests.Search;

/// <summary>https://hl7.org/fhir/R4/search.html#summary and #elements.</summary>
public sealed class ResourceSubsetTests
{
    private const string Narrative = "{\"status\":\"generated\",\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">x</div>\"}";

    private static readonly string Observation =
        $$$"""
        {"resourceType":"Observation","id":"o","meta":{"versionId":"7","tag":[{"system":"t","code":"a"}]},"implicitRules":"urn:r","language":"nl","text":{{{Narrative}}},
         "contained":[{"resourceType":"Patient","id":"p"}],"extension":[{"url":"urn:e","valueString":"e"}],"modifierExtension":[{"url":"urn:m","valueString":"m"}],
         "identifier":[{"extension":[{"url":"urn:e","valueString":"e"}],"use":"usual","value":"1"}],"status":"final","_status":{"id":"s"},
         "category":[{"text":"c"}],"code":{"coding":[{"code":"a","userSelected":true,"extension":[{"url":"urn:e","valueString":"e"}]}],"text":"x"},
         "issued":"2026-01-01T00:00:00Z","valueQuantity":{"value":1.50,"unit":"mg"},"interpretation":[{"text":"i"}],"note":[{"text":"n"}],
         "referenceRange":[{"text":"r"}],"component":[{"code":{"text":"cc"},"valueString":"v","interpretation":[{"text":"ci"}],"referenceRange":[{"text":"cr"}]},{"id":"c2","code":{"text":"c2"}}]}
        """;

    private static JsonObject Of(string json, SummaryMode? summary, params string[] elements)
    {
        var part = new ResourceSubset(summary, elements).Of(Encoding.UTF8.GetBytes(json));
        Assert.True(FhirJson.ReadTrusted(part).IsOk);
        return JsonNode.Parse(part.Span)!.AsObject();
    }

    private static string Names(JsonObject o) => string.Join(' ', o.Select(p => p.Key));

    [Fact]
    public void A_summary_has_what_the_definitions_mark_and_what_must_be_there()
    {
        var part = Of(Observation, SummaryMode.True);

        Assert.Equal("resourceType id meta implicitRules modifierExtension identifier status _status code issued valueQuantity component", Names(part));
        Assert.Equal("""{"use":"usual","value":"1"}""", part["identifier"]![0]!.ToJsonString());
        Assert.Equal("""{"coding":[{"code":"a","userSelected":true}],"text":"x"}""", part["code"]!.ToJsonString());
        Assert.Equal("""{"value":1.50,"unit":"mg"}""", part["valueQuantity"]!.ToJsonString());
        Assert.Equal("""[{"code":{"text":"cc"},"valueString":"v"},{"code":{"text":"c2"}}]""", part["component"]!.ToJsonString());
    }

    [Fact]
    public void A_part_is_marked_and_keeps_its_version_and_tags()
    {
        Assert.Equal(
            """{"versionId":"7","tag":[{"system":"t","code":"a"},{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]}""",
            Of(Observation, SummaryMode.True)["meta"]!.ToJsonString());
        var without = Of("""{"resourceType":"Basic","code":{"text":"x"}}""", SummaryMode.Data);
        Assert.Equal("SUBSETTED", without["meta"]!["tag"]![0]!["code"]!.GetValue<string>());
        Assert.Equal(without.ToJsonString(), Of(without.ToJsonString(), SummaryMode.Data).ToJsonString());
    }

    [Theory]
    [InlineData(SummaryMode.Text, "resourceType id meta text status _status code")]
    [InlineData(SummaryMode.Data, "resourceType id meta implicitRules language contained extension modifierExtension identifier status _status category code issued valueQuantity interpretation note referenceRange component")]
    public void Text_and_data_are_each_others_rest(SummaryMode mode, string names) => Assert.Equal(names, Names(Of(Observation, mode)));

    [Theory]
    [InlineData("note", "resourceType id meta implicitRules modifierExtension status _status code note")]
    [InlineData("value", "resourceType id meta implicitRules modifierExtension status _status code valueQuantity")]
    [InlineData("valueQuantity", "resourceType id meta implicitRules modifierExtension status _status code valueQuantity")]
    [InlineData("text", "resourceType id meta implicitRules text modifierExtension status _status code")]
    public void Elements_come_with_what_is_mandatory_or_a_modifier(string element, string names) => Assert.Equal(names, Names(Of(Observation, null, element)));

    [Fact]
    public void Elements_are_taken_whole() => Assert.Equal(4, Of(Observation, null, "component")["component"]![0]!.AsObject().Count);

    [Theory]
    [InlineData(null)]
    [InlineData(SummaryMode.False)]
    public void The_whole_is_the_bytes_themselves(SummaryMode? mode)
    {
        ReadOnlyMemory<byte> bytes = Encoding.UTF8.GetBytes(Observation);

        Assert.True(new ResourceSubset(mode, []).Of(bytes).Equals(bytes));
    }

    // What has nothing but an extension says so with it (data-absent-reason).
    [Fact]
    public void What_would_be_left_empty_stays()
    {
        const string absent = """{"resourceType":"Observation","status":"final","code":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}}""";

        Assert.NotNull(Of(absent, SummaryMode.True)["code"]!["extension"]);
    }

    [Fact]
    public void Parts_of_every_example_are_R4_and_say_nothing_else() => OfficialExamples.AssertEach(example =>
    {
        var faults = new List<string>();
        foreach (var mode in new[] { SummaryMode.True, SummaryMode.Text, SummaryMode.Data })
        {
            var part = new ResourceSubset(mode, []).Of(FhirJson.Canonical(example.Root));
            var read = FhirJson.Read(part);

            // Nothing that was not there, and nothing that R4 asks for is missing: but for what contains and is contained.
            if (!read.IsOk) faults.AddRange(read.Problems.Where(p => !FhirJson.Read(FhirJson.Canonical(example.Root)).Problems.Any(o => o.Kind == p.Kind)).Select(p => $"{mode}: {p}"));
            else if (!IsPartOf(JsonNode.Parse(part.Span)!, JsonNode.Parse(FhirJson.Canonical(example.Root))!)) faults.Add($"{mode}: says something else");
        }

        return faults;
    });

    private static bool IsPartOf(JsonNode? part, JsonNode? whole) => (part, whole) switch
    {
        (JsonObject p, JsonObject w) => p.All(x => x.Key is "meta" || (w.ContainsKey(x.Key) && IsPartOf(x.Value, w[x.Key]))),
        (JsonArray p, JsonArray w) => p.Count == w.Count && p.Zip(w).All(x => IsPartOf(x.First, x.Second)),
        _ => JsonNode.DeepEquals(part, whole),
    };
}
