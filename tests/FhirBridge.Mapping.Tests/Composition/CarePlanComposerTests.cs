using FhirBridge.Fhir;

namespace FhirBridge.Mapping.Tests;

public class CarePlanComposerTests
{
    [Theory]
    [InlineData("draft", "active", "active")]
    [InlineData("draft", "on-hold", "on-hold")]
    [InlineData("unknown", "draft", "draft")]
    [InlineData("revoked", "completed", "completed")]
    public void Status_OfTwo_IsTheStrongestThatIsStillTrue(string one, string other, string unified) =>
        Assert.Equal(unified, Compose(Plan("a", "", one), Plan("b", "", other)).Text("status"));

    [Theory]
    [InlineData("order", "order", "order")]
    [InlineData("proposal", "order", "plan")]
    [InlineData("proposal", "option", "proposal")]
    [InlineData("option", "option", "option")]
    public void Intent_OfTwo_AuthorisesNoMoreThanBothDo(string one, string other, string unified) =>
        Assert.Equal(unified, Compose(Plan("a", "", intent: one), Plan("b", "", intent: other)).Text("intent"));

    [Fact]
    public void Activities_ThatAreEqual_StayTwoEachWithItsContributorAndPlan()
    {
        const string Activity = "'activity':[{'detail':{'status':'in-progress','description':'walk'}}]";
        var activities = Compose(Plan("a", "'title':'Sugar'," + Activity), Plan("b", "'title':'Feet'," + Activity, "draft")).Children("activity").ToList();
        Assert.Equal(["Organization/a", "Organization/b"], activities.Select(a => Extension(a, Extensions.Contributor)["value"].Text("reference")));
        Assert.Equal(["Sugar", "Feet"], activities.Select(a => Extension(Extension(a, Extensions.Plan), "title")["value"].Value));
        Assert.Equal([null, "draft"], activities.Select(a => Extension(a, Extensions.ContributionStatus)["value"].Value));
        Assert.NotEqual(activities[0].Text("id"), activities[1].Text("id"));
    }

    [Fact]
    public void Activity_WithNothingLeftAfterRedaction_IsAbsent() =>
        Assert.Empty(Compose(Plan("a", "'activity':[{'id':'x','extension':[{'url':'urn:x','valueCode':'y'}]}]")).Children("activity"));

    [Fact]
    public void ActivityId_WhenOthersComeOrGo_StaysTheSame()
    {
        const string Activity = "'activity':[{'id':'walk','detail':{'status':'in-progress','description':'walk'}}]";
        var alone = Compose(Plan("b", Activity))["activity"].Text("id");
        Assert.Contains(Compose(Plan("a", Activity), Plan("b", Activity), Plan("c", Activity)).Children("activity"), a => a.Text("id") == alone);
    }

    [Fact]
    public void Period_WhenOnePlanHasNoEnd_HasNone()
    {
        Assert.Null(Compose(Plan("a", "'period':{'start':'2026-01','end':'2026-02'}"), Plan("b", ""))["period"].Text("end"));
        Assert.Equal("2026-03", Compose(Plan("a", "'period':{'start':'2026-01','end':'2026-02'}"), Plan("b", "'period':{'end':'2026-03'}"))["period"].Text("end"));
    }

    [Fact]
    public void ReferenceToAnotherPlan_ThatBecameItself_IsDropped()
    {
        var plan = Compose(Plan("a", "'replaces':[{'reference':'CarePlan/rec7-current'},{'reference':'CarePlan/rec7-ended'}]"));
        Assert.Equal("CarePlan/rec7-ended", Assert.Single(plan.Children("replaces")).Text("reference"));
    }

    [Fact]
    public void ContainedResources_OfTheSameId_AreKeptApartAndUnreferencedOnesLeftOut()
    {
        const string Contained = "'contained':[{'resourceType':'Condition','id':'c','subject':{'reference':'Patient/rec7'},'code':{'text':'?'}},{'resourceType':'Condition','id':'d','subject':{'reference':'Patient/rec7'}}],'addresses':[{'reference':'#c'}]";
        var plan = Compose(Plan("a", Contained.Replace('?', 'A')), Plan("b", Contained.Replace('?', 'B')));
        var contained = plan.Children("contained").ToDictionary(c => "#" + c.Text("id"), c => c["code"].Text("text"));
        Assert.Equal(["A", "B"], plan.Children("addresses").Select(a => contained[a.Text("reference")!]));
        Assert.Equal(2, contained.Count);
    }

    [Fact]
    public void Attribution_SentByAContributor_IsTakenOut()
    {
        const string Forged = "'extension':[{'url':'https://fhirbridge.org/StructureDefinition/contributor','valueReference':{'reference':'Organization/forged'}},{'url':'urn:own','valueString':'kept'}]";
        const string OnlyForged = "'extension':[{'url':'https://fhirbridge.org/StructureDefinition/contributor','valueReference':{'reference':'Organization/forged'}}]";
        var given = Plan("a", $"{Forged},'_status':{{{OnlyForged}}},'category':[{{{Forged},'text':'x'}},{{{OnlyForged}}}],'activity':[{{{Forged},'detail':{{'status':'scheduled',{OnlyForged},'description':'1.10'}}}}],'_instantiatesUri':[null,{{{OnlyForged}}}],'instantiatesUri':['urn:1','urn:2']");
        var text = Contribute.Text(Assert.Single(Composer.CarePlans(Contribute.Record, [given])));
        Assert.DoesNotContain("forged", text, StringComparison.Ordinal);
        Assert.Equal(4, text.Split("urn:own").Length - 1); // resource, category, the category in the activity's own plan, activity
        Contribute.Read(text);
    }

    [Fact]
    public void Descriptions_ThatDiffer_SayWhoWroteThem() =>
        Assert.Equal("The a: walk\nThe b: rest", Compose(Plan("a", "'description':'walk'"), Plan("b", "'description':'rest'")).Text("description"));

    [Fact]
    public void Contributors_Always_AreAuthorsContributorsAndWhoSharedThePlans()
    {
        var plan = Compose(Plan("a", "'author':{'reference':'Practitioner/p1'}"), Plan("b", "'author':{'reference':'Organization/b'},'contributor':[{'reference':'Practitioner/p2'}]"));
        Assert.Equal(["Organization/a", "Practitioner/p1", "Organization/b", "Practitioner/p2"], plan.Children("contributor").Select(c => c.Text("reference")));
        Assert.False(plan["author"].Exists);
    }

    [Fact]
    public void LabelsAndTags_OfContributions_PassOnOnceEach()
    {
        const string Meta = "'meta':{'security':[{'system':'urn:s','code':'R'}],'tag':[{'system':'urn:t','code':'SUBSETTED'}]}";
        var meta = Compose(Plan("a", Meta), Plan("b", Meta))["meta"];
        Assert.Equal("R", Assert.Single(meta.Children("security")).Text("code"));
        Assert.Equal("SUBSETTED", Assert.Single(meta.Children("tag")).Text("code"));
    }

    [Fact]
    public void ModifierExtension_OfOneContribution_IsNeverLost() =>
        Assert.Single(Compose(Plan("a", "'modifierExtension':[{'url':'urn:not','valueBoolean':true}]"), Plan("b", "")).Children("modifierExtension"));

    [Fact]
    public void VersionId_SaysContentNotTime()
    {
        UnifiedResource At(int hours, string title) => Assert.Single(Composer.CarePlans(Contribute.Record, [Plan("a", $"'title':'{title}'", hours: hours)]));
        Assert.Equal(At(0, "x").VersionId, At(5, "x").VersionId);
        Assert.NotEqual(At(0, "x").VersionId, At(0, "y").VersionId);
        Assert.Equal(Contribute.Day.AddHours(5), At(5, "x").LastUpdated);
    }

    private static FhirElement Extension(FhirElement element, string url) => element.Children("extension").FirstOrDefault(e => e.Text("url") == url);

    private static VisibleContribution Plan(string by, string more, string status = "active", string intent = "plan", int hours = 0) => Contribute.By(by, "1",
        $"{{'resourceType':'CarePlan','status':'{status}','intent':'{intent}','subject':{{'reference':'Patient/rec7'}}{(more.Length > 0 ? "," + more : "")}}}", hours);

    private static FhirElement Compose(params VisibleContribution[] plans) => Contribute.Read(Assert.Single(Composer.CarePlans(Contribute.Record, plans)));
}
