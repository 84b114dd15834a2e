using FhirBridge.Fhir;

namespace FhirBridge.Mapping.Tests;

public class CareTeamComposerTests
{
    [Theory]
    [InlineData("'member':{'reference':'Practitioner/p1'},'role':[{'text':'GP'}]", "'member':{'reference':'Practitioner/p1','display':'x'},'role':[{'text':'gp '}]", 1)]
    [InlineData("'member':{'reference':'Practitioner/p1'},'role':[{'text':'GP'}]", "'member':{'reference':'Practitioner/p1'},'role':[{'text':'nurse'}]", 2)]
    [InlineData("'member':{'reference':'Practitioner/p1'}", "'member':{'reference':'Practitioner/p2'}", 2)]
    [InlineData("'member':{'identifier':{'system':'urn:a','value':'1'}}", "'member':{'identifier':{'system':'urn:a','value':'1'},'display':'x'}", 1)]
    [InlineData("'member':{'display':'the neighbour'}", "'member':{'display':'the neighbour'}", 2)] // may be two people
    [InlineData("'role':[{'text':'GP'}]", "'role':[{'text':'GP'}]", 2)]
    [InlineData("'member':{'reference':'Practitioner/p1'},'onBehalfOf':{'reference':'Organization/o1'}", "'member':{'reference':'Practitioner/p1'}", 1)]
    [InlineData("'member':{'reference':'Practitioner/p1'},'onBehalfOf':{'reference':'Organization/o1'}", "'member':{'reference':'Practitioner/p1'},'onBehalfOf':{'reference':'Organization/o2'}", 2)]
    public void Participants_OfTwoContributors_AreJoinedWhenItIsOnePersonInOneRole(string one, string other, int lines)
    {
        var participants = Compose(Team("a", $"'participant':[{{{one}}}]"), Team("b", $"'participant':[{{{other}}}]")).Children("participant").ToList();
        Assert.Equal(lines, participants.Count);
        Assert.Equal(2, participants.Sum(p => p.Children("extension").Count(e => e.Text("url") == Extensions.Contributor)));
    }

    [Theory]
    [InlineData("'period':{'start':'2024','end':'2025-06'}", "'period':{'start':'2023-05-01','end':'2025'}", "2023-05-01", "2025")]
    [InlineData("'period':{'start':'2024','end':'2025-06'}", "'period':{'start':'2023-05-01'}", "2023-05-01", null)]
    [InlineData("'period':{'start':'2024','end':'2025-06'}", "", "2024", null)]
    public void Periods_OfOneParticipant_AreUnited(string one, string other, string? start, string? end)
    {
        static string Participant(string period) => $"'participant':[{{'member':{{'reference':'Practitioner/p1'}}{(period.Length > 0 ? "," + period : "")}}}]";
        var period = Compose(Team("a", Participant(one)), Team("b", Participant(other)))["participant"]["period"];
        Assert.Equal((start, end), (period.Text("start"), period.Text("end")));
    }

    [Fact]
    public void TwoPeriods_InOneContribution_AreUnitedToo()
    {
        var period = Compose(Team("a", "'participant':[{'member':{'reference':'Practitioner/p1'},'period':{'start':'2020','end':'2021'}},{'member':{'reference':'Practitioner/p1'},'period':{'start':'2023','end':'2024'}}]"))["participant"]["period"];
        Assert.Equal(("2020", "2024"), (period.Text("start"), period.Text("end")));
    }

    [Fact]
    public void Participant_OfATeamThatEndedAndOfAnOpenOne_HasNoEnd()
    {
        const string Participant = "'participant':[{'member':{'reference':'Practitioner/p1'}}]";
        var team = Compose(Team("a", "'period':{'start':'2020','end':'2021'}," + Participant, "inactive"), Team("b", Participant));
        Assert.Equal(("2020", null), (team["participant"]["period"].Text("start"), team["participant"]["period"].Text("end")));
        Assert.DoesNotContain(team["participant"].Children("extension"), e => e.Text("url") == Extensions.ContributionStatus);
    }

    [Theory]
    [InlineData("active", "inactive", "active")]
    [InlineData("suspended", "proposed", "suspended")]
    [InlineData("proposed", "inactive", "proposed")]
    [InlineData(null, "inactive", "inactive")]
    [InlineData(null, null, null)]
    [InlineData("entered-in-error", "proposed", "proposed")]
    public void Status_OfTwo_IsTheStrongestThatIsStillTrue(string? one, string? other, string? unified) =>
        Assert.Equal(unified, Compose(Team("a", "", one), Team("b", "", other)).Text("status"));

    [Fact]
    public void Teams_OfTwoCategories_StayTwo()
    {
        var composed = Composer.CareTeams(Contribute.Record, [
            Team("a", "'category':[{'coding':[{'system':'http://loinc.org','code':'LA27977-0'}]}]"),
            Team("b", "'category':[{'coding':[{'system':'http://loinc.org','code':'LA28865-6'}]}]"), Team("c", "")]);
        Assert.Equal(2, composed.Count);
        Assert.Equal([1, 2], composed.Select(c => c.Origins.Length).Order());
    }

    private static VisibleContribution Team(string by, string more, string? status = "active") => Contribute.By(by, "1",
        $"{{'resourceType':'CareTeam',{(status is null ? "" : $"'status':'{status}',")}'subject':{{'reference':'Patient/rec7'}}{(more.Length > 0 ? "," + more : "")}}}");

    private static FhirElement Compose(params VisibleContribution[] teams) => Contribute.Read(Assert.Single(Composer.CareTeams(Contribute.Record, teams)));
}
