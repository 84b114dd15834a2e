using FhirBridge.Fhir.Search;
using static FhirBridge.Fhir.Tests.Search.TestSearch;

namespace FhirBridge.Fhir.Tests.Search;

public sealed class SearchIndexerTests
{
    [Fact]
    public void Names_give_each_part_once()
    {
        var index = View("""{"resourceType":"Patient","name":[{"use":"official","text":"Dr Eve Doe","family":"Doe","given":["Eve","Ève"],"prefix":["Dr"]}]}""").Index;

        Assert.Equal(["Dr Eve Doe", "Doe", "Eve", "Ève", "Dr"], index.Of("name").Select(e => e.Value));
        Assert.Equal(["dr eve doe", "doe", "eve", "eve", "dr"], index.Of("name").Select(e => e.Folded));
        Assert.Equal(["Doe"], index.Of("family").Select(e => e.Value));
    }

    [Fact]
    public void Addresses_give_their_parts_without_use_and_period()
    {
        var index = View("""{"resourceType":"Patient","address":[{"use":"home","line":["Main 1"],"city":"Ghent","country":"BE","period":{"start":"2020"}}]}""").Index;

        Assert.Equal(["Main 1", "Ghent", "BE"], index.Of("address").Select(e => e.Value));
        Assert.Equal(["Ghent"], index.Of("address-city").Select(e => e.Value));
    }

    [Fact]
    public void Concepts_give_their_codings_and_their_text()
    {
        var index = View("""{"resourceType":"Condition","subject":{"reference":"Patient/1"},"code":{"coding":[{"system":"s","code":"a","display":"Ä"},{"code":"b"}],"text":"Text"}}""").Index;

        Assert.Equal([("s", "a", "a"), ("", "b", null), (null, null, "text")], index.Of("code").Select(e => (e.System, e.Value, e.Folded)));
    }

    [Fact]
    public void Codes_have_the_system_of_their_required_binding()
    {
        var index = View("""{"resourceType":"Patient","gender":"male","active":true}""").Index;

        Assert.Equal(("http://hl7.org/fhir/administrative-gender", "male"), index.Of("gender").Select(e => (e.System, e.Value)).Single());
        Assert.Equal((null, "true"), index.Of("active").Select(e => (e.System, e.Value)).Single());
        Assert.Equal("false", index.Of("deceased").Single().Value);
    }

    [Fact]
    public void References_give_type_and_id_base_and_identifier()
    {
        var index = View(
            """
            {"resourceType":"CareTeam","subject":{"reference":"Patient/p1/_history/4"},"participant":[
             {"member":{"reference":"https://a.example/fhir/Practitioner/x","identifier":{"system":"s","value":"V"}}},
             {"member":{"identifier":{"value":"only"}}},{"member":{"reference":"urn:uuid:c1"}},{"member":{"display":"nobody"}}]}
            """).Index;

        Assert.Equal("Patient/p1", index.Of("subject").Single().Value);
        Assert.Equal("Patient/p1", index.Of("patient").Single().Value);
        Assert.Equal(
            [("https://a.example/fhir", "Practitioner/x", "s|V"), (null, null, "|only"), (null, "urn:uuid:c1", null)],
            index.Of("participant").Select(e => (e.System, e.Value, e.Folded)));
    }

    [Fact]
    public void Dates_are_intervals_in_UTC()
    {
        var index = View("""{"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},"period":{"start":"2026-01-01T01:00:00+02:00","end":"2026-02"}}""").Index;

        var entry = index.Of("date").Single();
        Assert.Equal(new DateTime(2025, 12, 31, 23, 0, 0, DateTimeKind.Utc).Ticks, entry.Low);
        Assert.Equal(new DateTime(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc).Ticks, entry.High);
    }

    [Fact]
    public void Composites_are_left_out_when_a_component_has_no_value()
    {
        var index = View("""{"resourceType":"Observation","status":"final","code":{"coding":[{"code":"a"}]},"valueString":"x"}""").Index;

        Assert.Equal(("a", "x"), (index.Of("code-value-string$0").Single().Value, index.Of("code-value-string$1").Single().Value));
        Assert.Equal(index.Of("code-value-string$0").Single().Group, index.Of("code-value-string$1").Single().Group);
        Assert.Empty(index.Of("code-value-quantity$0"));
    }

    [Fact]
    public void Meta_is_indexed_for_every_type()
    {
        var index = View("""{"resourceType":"Binary","meta":{"lastUpdated":"2020-01-01T00:00:00Z","tag":[{"system":"t","code":"a"}],"security":[{"system":"c","code":"R"}],"profile":["http://p"],"source":"urn:s"},"contentType":"text/plain"}""").Index;

        Assert.Equal(["_profile", "_security", "_source", "_tag"], index.Entries.Select(e => e.Parameter));
        Assert.Equal(["http://p", "R", "urn:s", "a"], index.Entries.Select(e => e.Value));
    }

    [Fact]
    public void Resources_inside_a_bundle_are_references()
    {
        var index = View("""{"resourceType":"Bundle","type":"document","entry":[{"resource":{"resourceType":"Composition","id":"c1","status":"final","type":{"text":"x"},"date":"2020","author":[{"display":"a"}],"title":"t"}}]}""").Index;

        Assert.Equal("Composition/c1", index.Of("composition").Single().Value);
    }

    [Fact]
    public void Extensions_are_indexed_by_their_value()
    {
        var index = View("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/observation-geneticsDnaVariant","valueString":"Var"},{"url":"http://other","valueString":"no"}]}""").Index;

        Assert.Equal(["Var"], index.Of("dna-variant").Select(e => e.Value));
    }

    [Fact]
    public void What_is_no_resource_has_no_values() => Assert.Same(SearchIndex.Empty, SearchIndexer.Extract(default));
}
