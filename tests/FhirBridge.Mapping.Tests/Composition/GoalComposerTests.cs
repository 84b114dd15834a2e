using FhirBridge.Fhir;

namespace FhirBridge.Mapping.Tests;

public class GoalComposerTests
{
    private const string Measure = "'measure':{'coding':[{'system':'http://loinc.org','code':'4548-4'}]}";
    private const string Seven = "{" + Measure + ",'detailQuantity':{'value':7,'unit':'%'}}";
    private const string SevenToo = "{'detailQuantity':{'unit':' %','value':7.00}," + Measure + "}";
    private const string Eight = "{" + Measure + ",'detailQuantity':{'value':8,'unit':'%'}}";
    private const string SevenByJune = "{" + Measure + ",'detailQuantity':{'value':7,'unit':'%'},'dueDate':'2027-06-01'}";
    private const string SevenByMay = "{" + Measure + ",'detailQuantity':{'value':7,'unit':'%'},'dueDate':'2027-05-01'}";
    private const string UnderSeven = "{" + Measure + ",'detailQuantity':{'value':7,'unit':'%','comparator':'<'}}";
    private const string SixToSeven = "{" + Measure + ",'detailRange':{'low':{'value':6},'high':{'value':7}}}";

    [Theory]
    [InlineData(Seven, Seven, 1, false)]
    [InlineData(Seven, SevenToo, 1, false)]
    [InlineData(Seven, Eight, 2, true)]
    [InlineData(Seven, UnderSeven, 2, true)]
    [InlineData(Seven, SixToSeven, 2, true)]
    [InlineData(SixToSeven, SixToSeven, 1, false)]
    [InlineData(Seven, SevenByJune, 2, false)] // one leaves the date open
    [InlineData(SevenByJune, SevenByMay, 2, true)]
    [InlineData(Eight + "," + SevenByJune, SevenByJune, 2, false)] // a step on the way
    [InlineData(Eight + "," + SevenByJune, SevenByMay, 3, true)]
    public void Targets_OfTwoContributors_AreJoinedShownOrInConflict(string one, string other, int shown, bool isConflict)
    {
        var composed = Compose(Goal("a", $"'target':[{one}]"), Goal("b", $"'target':[{other}]"));
        Assert.Equal(shown, TheGoal(composed).Children("target").Count());
        Assert.Equal(isConflict, composed.Any(r => r.Type == "DetectedIssue"));
    }

    [Fact]
    public void Targets_OfOneContributor_AreNoConflictWithItself() =>
        Assert.DoesNotContain(Compose(Goal("a", $"'target':[{Seven}]"), Goal("a", $"'target':[{Eight}]", id: "2")), r => r.Type == "DetectedIssue");

    [Fact]
    public void Targets_OfAnEndedGoal_DoNotContradictAnOpenOne()
    {
        var composed = Compose(Goal("a", $"'target':[{Seven}]", "completed"), Goal("b", $"'target':[{Eight}]"));
        Assert.DoesNotContain(composed, r => r.Type == "DetectedIssue");
        var old = Assert.Single(TheGoal(composed).Children("target"), t => t["detail"].Text("value") == "7");
        Assert.Contains(old.Children("extension"), e => e.Text("url") == Extensions.ContributionStatus && e["value"].Value == "completed");
    }

    [Fact]
    public void Targets_OfEndedGoalsOnly_DoContradict() =>
        Assert.Contains(Compose(Goal("a", $"'target':[{Seven}]", "completed"), Goal("b", $"'target':[{Eight}]", "cancelled")), r => r.Type == "DetectedIssue");

    [Fact]
    public void Conflict_WhileTheSidesMove_KeepsItsIdAndNamesExactlyTheVisibleOnes()
    {
        var three = Compose(Goal("a", $"'target':[{Seven}]"), Goal("b", $"'target':[{Eight}]"), Goal("c", $"'target':[{UnderSeven}]"));
        var two = Compose(Goal("a", $"'target':[{Seven}]"), Goal("b", $"'target':[{Eight}]"));
        var (before, after) = (three.Single(r => r.Type == "DetectedIssue"), two.Single(r => r.Type == "DetectedIssue"));
        Assert.Equal(before.Id, after.Id);
        Assert.NotEqual(before.VersionId, after.VersionId);
        Assert.Equal(3, Contribute.Read(before).Children("evidence").Count());
        Assert.Equal("The a: 4548-4: 7 %\nThe b: 4548-4: 8 %", Contribute.Read(after).Text("detail"));
        Assert.Equal(TheGoal(two).Text("id"), Contribute.Read(after)["implicated"].Text("reference")!["Goal/".Length..]);
    }

    [Theory]
    [InlineData("proposed", "active", "active")]
    [InlineData("proposed", "completed", "proposed")]
    [InlineData("on-hold", "accepted", "on-hold")]
    [InlineData("planned", "accepted", "accepted")]
    [InlineData("completed", "cancelled", "completed")]
    [InlineData("rejected", "cancelled", "cancelled")]
    [InlineData("entered-in-error", "proposed", "proposed")]
    public void LifecycleStatus_OfTwo_IsTheStrongestThatIsStillTrue(string one, string other, string unified)
    {
        foreach (var goals in (VisibleContribution[][])[[Goal("a", "", one), Goal("b", "", other)], [Goal("a", "", other), Goal("b", "", one)]])
        {
            Assert.Equal(unified, TheGoal(Compose(goals)).Text("lifecycleStatus"));
        }
    }

    [Fact]
    public void EnteredInError_AloneOrWithOthers_NeverContributes()
    {
        Assert.Empty(Compose(Goal("a", "'note':[{'text':'x'}]", "entered-in-error")));
        Assert.Equal(Compose(Goal("b", "")).Select(Contribute.Text), Compose(Goal("a", "'note':[{'text':'x'}]", "entered-in-error"), Goal("b", "")).Select(Contribute.Text));
    }

    [Theory]
    [InlineData("priority", "goal-priority")]
    [InlineData("achievementStatus", "goal-achievement")]
    public void SingleValue_InDispute_IsNotDecidedButShownOnBothSides(string element, string conflict)
    {
        var composed = Compose(Goal("a", $"'{element}':{{'text':'so'}}"), Goal("b", $"'{element}':{{'text':'otherwise'}}"));
        var goal = TheGoal(composed);
        Assert.False(goal[element].Exists);
        Assert.Equal(2, goal.Children("extension").Count(e => e.Text("url") == Extensions.Statement));
        var issue = Contribute.Read(Assert.Single(composed, r => r.Type == "DetectedIssue"));
        Assert.Equal(conflict, issue["code"]["coding"].Text("code"));
        Assert.Equal("The a: so\nThe b: otherwise", issue.Text("detail"));
    }

    [Fact]
    public void SingleValue_RevisedByItsOwnContributor_IsTheLatest()
    {
        var composed = Compose(Goal("a", "'priority':{'text':'low'}"), Goal("a", "'priority':{'text':'high'}", id: "2", hours: 4), Goal("b", ""));
        Assert.Equal("high", TheGoal(composed)["priority"].Text("text"));
        Assert.Single(composed);
    }

    [Fact]
    public void ExpressedBy_ThePatientAndOthers_IsThePatient()
    {
        var goal = TheGoal(Compose(
            Goal("a", "'expressedBy':{'reference':'Practitioner/p1'}", hours: 9),
            Goal("b", "'expressedBy':{'reference':'RelatedPerson/r1'}", hours: 5),
            Goal("Patient/rec7", "'expressedBy':{'reference':'Patient/rec7'}")));
        Assert.Equal("Patient/rec7", goal["expressedBy"].Text("reference"));
        Assert.Equal(2, goal.Children("extension").Count(e => e.Text("url") == Extensions.Statement));
    }

    [Fact]
    public void StatusDate_Always_BelongsToTheStatusThatIsShown() =>
        Assert.Equal("2026-02-01", TheGoal(Compose(
            Goal("a", "'statusDate':'2026-01-01'"), Goal("b", "'statusDate':'2026-02-01'"), Goal("c", "'statusDate':'2026-03-01'", "completed"))).Text("statusDate"));

    [Theory]
    [InlineData("'startDate':'2026-03-01'", "'startDate':'2026-02'", "2026-02")]
    [InlineData("'startDate':'2026-03-01'", "'startCodeableConcept':{'text':'admission'}", "2026-03-01")]
    public void Start_OfTwo_IsTheEarliestDate(string one, string other, string start) =>
        Assert.Equal(start, TheGoal(Compose(Goal("a", one), Goal("b", other)))["start"].Value);

    private static VisibleContribution Goal(string by, string more, string status = "active", string id = "1", int hours = 0) => Contribute.By(by, id,
        $"{{'resourceType':'Goal','lifecycleStatus':'{status}','description':{{'text':'better'}},'subject':{{'reference':'Patient/rec7'}}{(more.Length > 0 ? "," + more : "")}}}", hours)
        with { Unified = "Goal/rec7-g" };

    private static IReadOnlyList<UnifiedResource> Compose(params VisibleContribution[] goals) => Composer.Goals(Contribute.Record, goals);

    private static FhirElement TheGoal(IReadOnlyList<UnifiedResource> composed) => Contribute.Read(composed.Single(r => r.Type == "Goal"));
}
