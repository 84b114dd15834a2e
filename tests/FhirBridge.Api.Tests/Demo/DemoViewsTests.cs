using System.Text.Json.Nodes;
using FhirBridge.Api.Demo;

namespace FhirBridge.Api.Tests.Demo;

/// <summary>
/// The views that docs/demo.md promises, counted in the plainest possible way from the data: what somebody contributed, and what the four
/// consents permit by class and label.
/// </summary>
public sealed class DemoViewsTests
{
    private static readonly Dictionary<string, JsonObject> Consents = DemoData.WrittenByAnna.SelectMany(DemoData.Entries).Select(e => e["resource"]!.AsObject())
        .Where(r => Type(r) == "Consent").ToDictionary(c => DemoData.IdentifierOf(c).Value, c => c["provision"]!.AsObject());

    [Theory]
    [InlineData("hospital", "anna-hospital-gp", 11, 6, 8, 6, 2)]
    [InlineData("gp", "anna-hospital-gp", 12, 7, 10, 6, 2)]
    [InlineData("homecare", "anna-homecare", 10, 6, 9, 5, 2)]
    [InlineData("socialcare", "anna-socialcare", 1, 5, 9, 0, 0)]
    [InlineData("Sofie", "anna-sofie", 10, 6, 9, 0, 2)]
    [InlineData("Anna", null, 12, 7, 10, 6, 2)]
    public void View_OfAnna_IsAsDocumented(string who, string? consent, int activities, int goals, int team, int conditions, int doses)
    {
        var visible = All().Where(c => c.Owner == who || consent is null || Permits(Consents[consent], who, c.Owner, c.Resource)).Select(c => c.Resource).ToList();

        Assert.Equal(activities, Of("CarePlan").Sum(p => p["activity"]!.AsArray().Count));
        Assert.Equal(goals, Of("Goal").Select(Description).Distinct().Count());
        Assert.Equal(team, Of("CareTeam").SelectMany(t => t["participant"]!.AsArray()).Select(p => p!["member"]!["display"]!.GetValue<string>()).Distinct().Count());
        Assert.Equal(conditions, Of("Condition").Count());
        Assert.Equal(doses, Of("Goal").Where(g => Description(g) == "Metformin dose goal").Select(g => g["target"]!.ToJsonString()).Distinct().Count());

        IEnumerable<JsonObject> Of(string type) => visible.Where(r => Type(r) == type);
    }

    [Theory]
    [InlineData("anna-hospital-gp", "Organization/hospital", "Organization/gp")]
    [InlineData("anna-homecare", "Organization/homecare")]
    [InlineData("anna-socialcare", "Organization/socialcare")]
    [InlineData("anna-sofie", "RelatedPerson?identifier=http://fhir.nl/fhir/NamingSystem/bsn|999990020")]
    public void Consent_OfAnna_NamesItsRecipients(string consent, params string[] recipients)
    {
        var actors = Consents[consent]["actor"]!.AsArray();
        Assert.Equal(recipients, actors.Select(a => a!["reference"]!["reference"]!.GetValue<string>()));
        Assert.All(actors, a => Assert.Equal("IRCP", a!["role"]!["coding"]![0]!["code"]!.GetValue<string>()));
    }

    private static IEnumerable<(string Owner, JsonObject Resource)> All() =>
        DemoNetwork.Members.SelectMany(m => DemoData.Entries(DemoData.Anna(m.Id)).Select(e => (m.Id, e["resource"]!.AsObject())))
            .Concat(DemoData.WrittenByAnna.SelectMany(DemoData.Entries).Select(e => ("Anna", e["resource"]!.AsObject())));

    private static bool Permits(JsonObject provision, string who, string owner, JsonObject resource)
    {
        var exception = provision["provision"]?[0]?["actor"]?.AsArray().Select(a => a!["reference"]!["reference"]!.GetValue<string>()).ToList() ?? [];
        if (exception.Contains("Organization/" + who) && exception.Contains("Organization/" + owner)) return false;
        var classes = Codes(provision["class"]);
        var restricted = Codes(resource["meta"]?["security"]).Contains("R");
        var denied = Codes(provision["provision"]?[0]?["code"]?[0]?["coding"]);
        return (classes.Length == 0 || classes.Contains(Type(resource)))
            && (!restricted || Codes(provision["securityLabel"]).Contains("R"))
            && !Codes(resource["description"] is JsonObject description ? description["coding"] : null).Intersect(denied).Any();
    }

    private static string[] Codes(JsonNode? codings) => [.. (codings?.AsArray() ?? []).Select(c => c!["code"]!.GetValue<string>())];

    private static string Type(JsonObject resource) => resource["resourceType"]!.GetValue<string>();

    private static string Description(JsonObject goal) => goal["description"]!["text"]!.GetValue<string>();
}
