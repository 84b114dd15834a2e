using System.Text.Json.Nodes;

namespace FhirBridge.Mapping.Tests;

public class ProvenanceComposerTests
{
    private static readonly ContributionOrigin FromGp = new(
        "Goal/rec7-gp.1", "Organization/gp", "De Linde", "Practitioner/p1", "Dr. Smit", Contribute.Day,
        "https://net.example/members/gp/fhir/Goal/1", "UPDATE", "https://net.example/fhir/StructureMap/m|2", "https://net.example/fhir/Binary/b");

    [Fact]
    public void PassThroughResource_WithAllThatIsKnown_IsToldInFull()
    {
        var provenance = ProvenanceComposer.Compose("Condition/rec7-c", FromGp);
        var json = JsonNode.Parse(provenance.Json.Span)!.AsObject();
        json.Remove("meta");
        var expected = JsonNode.Parse($$"""
            {"resourceType":"Provenance","id":"{{ProvenanceComposer.IdOf("Condition/rec7-c", "Goal/rec7-gp.1")}}",
             "target":[{"reference":"Condition/rec7-c"}],
             "recorded":"2026-11-01T08:00:00.000Z",
             "activity":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-DataOperation","code":"UPDATE"}]},
             "agent":[
              {"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/provenance-participant-type","code":"author"}]},
               "who":{"reference":"Practitioner/p1","display":"Dr. Smit"},"onBehalfOf":{"reference":"Organization/gp","display":"De Linde"} },
              {"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/provenance-participant-type","code":"custodian"}]},
               "who":{"reference":"Organization/gp","display":"De Linde"} }],
             "entity":[
              {"role":"source","what":{"reference":"https://net.example/members/gp/fhir/Goal/1"} },
              {"role":"source","what":{"reference":"https://net.example/fhir/Binary/b"} },
              {"role":"source","what":{"type":"StructureMap","identifier":{"system":"urn:ietf:rfc:3986","value":"https://net.example/fhir/StructureMap/m|2"} } }] }
            """);
        Assert.True(JsonNode.DeepEquals(expected, json), json.ToJsonString());
        Contribute.Read(provenance);
        Assert.Equal(Contribute.Day, provenance.LastUpdated);
    }

    [Fact]
    public void UnifiedResource_OfTwo_TellsWhichElementsAreWhose()
    {
        const string Json = "{'resourceType':'Goal','lifecycleStatus':'active','description':{'text':'x'},'subject':{'reference':'Patient/rec7'},'note':[{'text':'?'}]}";
        var given = new[] { Contribute.By("gp", "1", Json.Replace("?", "of gp", StringComparison.Ordinal)), Contribute.By("lab", "1", Json.Replace("?", "of lab", StringComparison.Ordinal)) };
        var goal = Assert.Single(Composer.Compose(Contribute.Record, given));
        var origins = given.Select(g => new ContributionOrigin(g.Reference, g.Contributor, g.ContributorName, null, null, g.LastUpdated, g.Source, "CREATE"));

        var provenances = ProvenanceComposer.Compose(goal, origins.Append(FromGp with { Contribution = "Goal/rec7-other" }));

        Assert.Equal(2, provenances.Count);
        var notes = Contribute.Read(goal).Children("note").ToDictionary(n => n.Text("text")!, n => n.Text("id")!);
        foreach (var (provenance, own, others) in new[] { (provenances[0], "of gp", "of lab"), (provenances[1], "of lab", "of gp") })
        {
            var target = Contribute.Read(provenance)["target"];
            var elements = target.Children("extension").Where(e => e.Text("url") == "http://hl7.org/fhir/StructureDefinition/targetElement").Select(e => e["value"].Value).ToList();
            Assert.Equal(goal.Reference, target.Text("reference"));
            Assert.Contains(notes[own], elements);
            Assert.DoesNotContain(notes[others], elements);
            Assert.Contains("description", elements);
        }
    }

    [Fact]
    public void PatientsOwnContribution_HasThePatientAsAuthorAndNoCustodian()
    {
        var provenance = Contribute.Read(ProvenanceComposer.Compose("Goal/rec7-x", FromGp with { Contributor = "Patient/rec7", ContributorName = null, Person = null, Map = null, Document = null }));
        var agent = Assert.Single(provenance.Children("agent"));
        Assert.Equal("author", agent["type"]["coding"].Text("code"));
        Assert.Equal("Patient/rec7", agent["who"].Text("reference"));
        Assert.Single(provenance.Children("entity"));
    }

    [Fact]
    public void Id_OfALongTarget_IsLegal() =>
        Assert.True(FhirBridge.Fhir.FhirId.IsValid(ProvenanceComposer.IdOf("Organization/" + new string('a', 64), "Organization/x")));
}
