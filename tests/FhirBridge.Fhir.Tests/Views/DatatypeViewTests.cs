using FhirBridge.Fhir.Views;

namespace FhirBridge.Fhir.Tests.Views;

/// <summary>What views do besides naming elements.</summary>
public sealed class DatatypeViewTests
{
    private static readonly TimeZoneInfo Amsterdam = TimeZoneInfo.CreateCustomTimeZone("+01", TimeSpan.FromHours(1), "+01", "+01");

    [Fact]
    public void Plan_OfficialExample_ReadsAsTheSpecificationShowsIt()
    {
        var plan = new CarePlanView(OfficialExamples.Get("CarePlan-example.json").Root);
        Assert.True(plan.Exists);
        Assert.Equal("example", plan.Id);
        Assert.Equal(("active", "plan"), (plan.Status, plan.Intent));
        Assert.Equal("Weight management plan", plan.Category.First.Text);
        Assert.Equal(new FhirReference(null, "Patient", "example"), plan.Subject.ToFhirReference());
        Assert.Equal("2017-06-01", plan.Period.End);
        var activity = plan.Activity.Single();
        Assert.True(activity.OutcomeCodeableConcept.First.Has("http://snomed.info/sct", "161832001"));
        Assert.False(activity.OutcomeCodeableConcept.First.Has("http://loinc.org", "161832001"));
        Assert.Equal("completed", activity.Detail.Status);
        Assert.False(activity.Detail.DoNotPerform);
        Assert.Equal("scheduledTiming", activity.Detail.Scheduled.SourceName);
    }

    [Fact]
    public void Consent_OfficialExample_ShowsProvisionsWithinProvisions()
    {
        var root = new ConsentView(OfficialExamples.Get("Consent-consent-example-signature.json").Root).Provision;
        Assert.Null(root.Type);
        Assert.Equal("2015-10-10", root.Period.Start);
        Assert.Equal(new FhirReference(null, "Practitioner", "13"), root.Actor.First.Reference.ToFhirReference());
        var exception = root.Provision.Single();
        Assert.Equal("permit", exception.Type);
        Assert.Equal("AUT", exception.Actor.First.Role.Coding.First.Code);
        Assert.Equal(["34133-9", "18842-5"], exception.Code.Select(c => c.Coding.First.Code));
        Assert.Equal(new Coding("urn:ietf:bcp:13", "application/hl7-cda+xml"), exception.Class.First.ToCoding());
    }

    [Theory]
    [InlineData("""{"system":"http://loinc.org","code":"1"}""", "http://loinc.org|1")]
    [InlineData("""{"code":"1"}""", "1")]
    [InlineData("""{"system":"http://loinc.org","display":"One"}""", null)]
    public void Coding_AsValue_NeedsACode(string json, string? expected)
    {
        var root = Examples.Root($$"""
            {"resourceType":"Basic","code":{"coding":[{{json}}]} }
            """);
        Assert.Equal(expected, new CodeableConceptView(root["code"]).Coding.First.ToCoding()?.ToString());
    }

    [Theory]
    [InlineData("""{"start":"2026","end":"2026-02"}""", "2025-12-31T23:00:00Z", "2026-02-28T23:00:00Z")]
    [InlineData("""{"start":"2026-03-01","end":"2026-03-01"}""", "2026-02-28T23:00:00Z", "2026-03-01T23:00:00Z")]
    [InlineData("""{"start":"2026-03-01T10:00:00+02:00"}""", "2026-03-01T08:00:00Z", null)]
    [InlineData("""{"end":"2026-03-01T10:00:00Z"}""", null, "2026-03-01T10:00:01Z")]
    public void Period_Interval_CoversWhatItsPrecisionCovers(string json, string? start, string? end)
    {
        var period = new GroupView(Examples.Root($$"""
            {"resourceType":"Group","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/1"},"period":{{json}} }]}
            """)).Member.First.Period;
        Assert.True(period.TryInterval(Amsterdam, out var interval));
        Assert.Equal(new Interval(Instant(start), Instant(end)), interval);
    }

    [Fact]
    public void Period_Missing_IsOpen()
    {
        Assert.True(default(PeriodView).TryInterval(TimeZoneInfo.Utc, out var interval));
        Assert.Equal(default, interval);
    }

    [Fact]
    public void Period_EndThatIsNoDate_HasNoInterval()
    {
        var tree = FhirJson.ReadTrusted("""{"resourceType":"CareTeam","period":{"start":"2026","end":"soon"}}"""u8.ToArray()).Value!;
        Assert.False(new CareTeamView(tree.Root).Period.TryInterval(TimeZoneInfo.Utc, out _));
    }

    /// <summary>An end that is there but not told is not an open end: who decides by the period must not take it for one.</summary>
    [Theory]
    [InlineData("_start")]
    [InlineData("_end")]
    public void Period_EndWithExtensionsAlone_HasNoInterval(string end)
    {
        var team = new CareTeamView(Examples.Root("{\"resourceType\":\"CareTeam\",\"period\":{\"" + end + "\":{\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/data-absent-reason\",\"valueCode\":\"masked\"}]}}}"));
        Assert.False(team.Period.TryInterval(TimeZoneInfo.Utc, out _));
    }

    [Fact]
    public void Values_RepetitionWithExtensionsAlone_IsPassedOver()
    {
        var patient = new PatientView(Examples.Root("""
            {"resourceType":"Patient","name":[{"given":["Anna",null,"Maria"],"_given":[null,{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]},null]}]}
            """));
        Assert.Equal(["Anna", "Maria"], patient.Name.First.Given);
    }

    [Fact]
    public void Parameters_ByName_AreFoundAtAnyLevel()
    {
        var parameters = new ParametersView(Examples.Root("""
            {"resourceType":"Parameters","parameter":[
              {"name":"match","part":[{"name":"score","valueDecimal":0.90},{"name":"patient","resource":{"resourceType":"Patient","id":"1"}}]},
              {"name":"match","valueInteger":2}]}
            """));
        var match = parameters.Find("match");
        Assert.Equal("0.90", match.Find("score").Value.Value);
        Assert.Equal("1", new PatientView(match.Find("patient").Resource).Id);
        Assert.False(match.Find("grade").Exists);
        Assert.False(parameters.Find("score").Exists);
        Assert.Equal(["", "2"], parameters.Parameter.Select(p => p.Value.Value ?? ""));
    }

    [Fact]
    public void Extensions_OfAnyView_AreThere()
    {
        var patient = new PatientView(Examples.Root("""
            {"resourceType":"Patient","modifierExtension":[{"url":"https://example.org/m","valueBoolean":true}],
             "name":[{"id":"n1","extension":[{"url":"https://example.org/e","valueCode":"x"}],"text":"Anna"}]}
            """));
        Assert.Equal("https://example.org/m", patient.ModifierExtension.First.Url);
        Assert.Equal("n1", patient.Name.First.Id);
        Assert.Equal(("https://example.org/e", "x"), (patient.Name.First.Extension.First.Url, patient.Name.First.Extension.First.Value.Value));
        Assert.False(patient.Extension.Exists);
        Assert.True(patient.ModifierExtension.Exists);
    }

    [Fact]
    public void Lists_Enumerated_AllocateNothing()
    {
        var plan = new CarePlanView(OfficialExamples.Get("CarePlan-gpvisit.json").Root);
        var first = Walk(plan);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var second = Walk(plan);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(first, second);
        Assert.True(first > 0);
    }

    // Values are decoded once and kept, so that the second walk finds them there.
    private static int Walk(CarePlanView plan)
    {
        var length = 0;
        foreach (var activity in plan.Activity)
        {
            length += activity.Detail.Status?.Length ?? 0;
            foreach (var performer in activity.Detail.Performer) length += performer.Display?.Length ?? 0;
            foreach (var coding in activity.Detail.Code.Coding) length += coding.Code?.Length ?? 0;
        }

        return length;
    }

    private static DateTimeOffset? Instant(string? text) => text is null ? null : DateTimeOffset.Parse(text);
}
