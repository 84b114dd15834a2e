using System.Text;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Tests.FhirPath;

/// <summary>What the suites do not cover: the context, references, terminology, and R4's own functions.</summary>
public sealed class EvaluationTests
{
    private const string Plan = """
        {"resourceType":"CarePlan","id":"p1","status":"active","intent":"plan","subject":{"reference":"Patient/1"},
         "contained":[{"resourceType":"Goal","id":"g","lifecycleStatus":"active","description":{"text":"walk"},"subject":{"reference":"#"}}],
         "goal":[{"reference":"#g"}],
         "careTeam":[{"reference":"http://other.example/fhir/CareTeam/9"},{"display":"somebody"}],
         "activity":[{"detail":{"status":"in-progress","code":{"coding":[{"system":"http://snomed.info/sct","code":"1"}]}}},
                     {"detail":{"status":"completed","code":{"coding":[{"system":"http://snomed.info/sct","code":"2"}]}}}]}
        """;

    private static readonly FhirElement CarePlan = Read(Plan);

    [Fact]
    public void Select_Path_GivesTheElements()
    {
        var codes = FhirPathExpression.Compile("CarePlan.activity.detail.where(status='in-progress').code.coding.code", "CarePlan").Value!.Select(CarePlan);
        Assert.Equal("CarePlan.activity[0].detail.code.coding[0].code", Assert.Single(codes.Value!).Path);
    }

    [Theory]
    [InlineData("CarePlan.subject.where(resolve() is Patient).reference", "Patient/1")]
    [InlineData("CarePlan.subject.where(resolve() is Practitioner).reference", null)]
    [InlineData("CarePlan.careTeam.where(resolve() is CareTeam).reference", "http://other.example/fhir/CareTeam/9")]
    [InlineData("CarePlan.careTeam.where(resolve().is(CareTeam)).reference", "http://other.example/fhir/CareTeam/9")]
    [InlineData("CarePlan.subject.resolve().id", null)]
    [InlineData("CarePlan.goal.resolve().description.text", "walk")]
    [InlineData("CarePlan.goal.resolve().subject.resolve().id", "p1")]
    public void Resolve_WithoutAResolver_KnowsContainedAndStatedTypes(string expression, string? expected) => Assert.Equal(expected, Scalar(expression, CarePlan));

    [Fact]
    public void Resolve_WithAResolver_GivesItsElement()
    {
        var context = new FhirPathContext { Resolve = r => r == "Patient/1" ? Read("""{"resourceType":"Patient","id":"1","gender":"female"}""") : default };
        Assert.Equal("female", Scalar("subject.resolve().gender", CarePlan, context));
    }

    [Fact]
    public void Resolve_InABundle_FindsByFullUrlAndByRelativeReference()
    {
        var bundle = Read("""
            {"resourceType":"Bundle","type":"collection","entry":[
             {"fullUrl":"urn:uuid:0a1b2c3d-0000-4000-8000-000000000001","resource":{"resourceType":"Patient","id":"a","gender":"male"}},
             {"fullUrl":"https://x.example/fhir/Patient/b","resource":{"resourceType":"Patient","id":"b","gender":"female"}},
             {"fullUrl":"https://y.example/fhir/Patient/b","resource":{"resourceType":"Patient","id":"b","gender":"other"}},
             {"fullUrl":"https://x.example/fhir/Goal/1","resource":{"resourceType":"Goal","id":"1","lifecycleStatus":"active","description":{"text":"t"},"subject":{"reference":"Patient/b"}}},
             {"fullUrl":"https://x.example/fhir/Goal/2","resource":{"resourceType":"Goal","id":"2","lifecycleStatus":"active","description":{"text":"t"},"subject":{"reference":"urn:uuid:0a1b2c3d-0000-4000-8000-000000000001"}}}]}
            """);
        Assert.Equal("female", Scalar("entry[3].resource.subject.resolve().gender", bundle));
        Assert.Equal("male", Scalar("entry[4].resource.subject.resolve().gender", bundle));
    }

    [Fact]
    public void Variables_ResourceAndRootResource_StopAtTheContainerAndAtTheBundleEntry()
    {
        var goal = CarePlan["contained"];
        Assert.Equal("g", Scalar("%resource.id", goal["description"]));
        Assert.Equal("p1", Scalar("%rootResource.id", goal["description"]));
        Assert.Equal("walk", Scalar("%context.text", goal["description"]));
        var bundle = Read("""{"resourceType":"Bundle","id":"b","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"p","gender":"male"}}]}""");
        Assert.Equal("p", Scalar("%rootResource.id", bundle["entry"]["resource"]["gender"]));
    }

    [Theory]
    [InlineData("%sct", "http://snomed.info/sct")]
    [InlineData("%loinc", "http://loinc.org")]
    [InlineData("%ucum", "http://unitsofmeasure.org")]
    [InlineData("%`vs-goal-status`", "http://hl7.org/fhir/ValueSet/goal-status")]
    [InlineData("%'vs-goal-status'", "http://hl7.org/fhir/ValueSet/goal-status")]
    [InlineData("%vs-goal-status", "http://hl7.org/fhir/ValueSet/goal-status")]
    [InlineData("%\"vs-goal-status\"", "http://hl7.org/fhir/ValueSet/goal-status")]
    [InlineData("%`ext-data-absent-reason`", "http://hl7.org/fhir/StructureDefinition/data-absent-reason")]
    [InlineData("%mine + 1", "42")]
    public void Variables_OfR4AndTheCaller_HaveTheirValues(string expression, string expected)
    {
        var context = new FhirPathContext { Variables = new Dictionary<string, IReadOnlyList<FhirPathValue>> { ["mine"] = [FhirPathValue.Of(41)] } };
        Assert.Equal(expected, Scalar(expression, CarePlan, context));
    }

    [Fact]
    public void Variable_Unknown_IsAProblemNotAnEmptyResult()
    {
        var problem = FhirPathExpression.Compile("%nobody").Value!.Evaluate(CarePlan).Problems[0];
        Assert.Equal(Problems.InvalidExpression, problem.Kind);
        Assert.Contains("%nobody", problem.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void MemberOf_AsksTheContextAndFaultsWithoutAnAnswer()
    {
        var context = new FhirPathContext { MemberOf = (item, set) => set == "http://known" ? item.ToString() == "active" : null };
        Assert.Equal("true", Scalar("status.memberOf('http://known')", CarePlan, context));
        Assert.Equal("false", Scalar("intent.memberOf('http://known')", CarePlan, context));
        Assert.False(FhirPathExpression.Compile("status.memberOf('http://unknown')").Value!.Evaluate(CarePlan, context).IsOk);
        Assert.False(FhirPathExpression.Compile("status.memberOf('http://known')").Value!.Evaluate(CarePlan).IsOk);
    }

    [Theory]
    [InlineData("activity[0].detail.code.subsumes(%context.activity[0].detail.code)", "true")]
    [InlineData("activity[0].detail.code.subsumes(%context.activity[1].detail.code)", "true")]
    [InlineData("activity[1].detail.code.subsumes(%context.activity[0].detail.code)", "false")]
    [InlineData("activity[1].detail.code.coding.subsumedBy(%context.activity[0].detail.code.coding)", "true")]
    public void Subsumes_AsksTheContextForDifferentCodes(string expression, string expected) =>
        Assert.Equal(expected, Scalar(expression, CarePlan, new FhirPathContext { Subsumes = (a, b) => a.Code == "1" && b.Code == "2" }));

    [Fact]
    public void Clock_IsTheContextsAndStandsStill()
    {
        var context = new FhirPathContext { TimeProvider = new StoppedClock() };
        Assert.Equal("2026-11-22T15:00:00.000Z", Scalar("now()", CarePlan, context));
        Assert.Equal("2026-11-22", Scalar("today()", CarePlan, context));
        Assert.Equal("15:00:00.000", Scalar("timeOfDay()", CarePlan, context));
        Assert.Equal("true", Scalar("now() = now()", CarePlan, new FhirPathContext()));
    }

    [Fact]
    public void Trace_PassesItsInputAndTellsTheSink()
    {
        var traced = new List<string>();
        var context = new FhirPathContext { Trace = (name, items) => traced.Add($"{name}: {string.Join(",", items)}") };
        Assert.Equal("2", Scalar("activity.trace('a', detail.status).count()", CarePlan, context));
        Assert.Equal("a: in-progress,completed", Assert.Single(traced));
    }

    [Theory]
    [InlineData("status.is(code)", "true")]
    [InlineData("status is string", "true")]
    [InlineData("status.ofType(string).exists()", "false")]
    [InlineData("$this is DomainResource", "true")]
    [InlineData("activity[0] is BackboneElement", "true")]
    [InlineData("activity[0].detail is Element", "true")]
    [InlineData("status.getValue() is System.String", "true")]
    [InlineData("status.hasValue()", "true")]
    [InlineData("subject.hasValue()", "false")]
    [InlineData("checkModifiers('http://x').exists()", "true")]
    [InlineData("conformsTo('http://hl7.org/fhir/StructureDefinition/CarePlan')", "true")]
    [InlineData("conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", "false")]
    [InlineData("activity[0].detail.code ~ activity[0].detail.code", "true")]
    [InlineData("activity[0].detail.code ~ activity[1].detail.code", "false")]
    [InlineData("resourceType", null)]
    [InlineData("activity.detail.sort(-status).first().code.coding.code", "1")]
    [InlineData("activity.detail.sort(status).first().code.coding.code", "2")]
    [InlineData("activity.detail.sort(kind, -code.coding.code).first().code.coding.code", "2")]
    [InlineData("(1 | 2 | 3).sort(-$this).first()", "3")]
    [InlineData("('b' | 'c' | 'a').sort(-$this).first()", "c")]
    [InlineData("status.value", "active")]
    [InlineData("1.587 'cm'.lowBoundary(8) = 1.58650000 'cm'", "true")]
    [InlineData("@2014-01-01T08:05+08:00.highBoundary(17)", "2014-01-01T08:05:59.999+08:00")]
    [InlineData("@2014-01-05T10:30:00.000.precision()", "17")]
    [InlineData("'P\\u0065ter'", "Peter")]
    [InlineData("2.0 'cm' * 2.0 'm' = 0.040 'm2'", "true")]
    [InlineData("4.0 'g' / 2.0 'm' = 2 'g/m'", "true")]
    [InlineData("1 'cm'.comparable(1 '[in_i]')", "true")]
    public void R4Functions_OnACarePlan(string expression, string? expected) => Assert.Equal(expected, Scalar(expression, CarePlan));

    [Theory]
    [InlineData("1 'mg' = 0.001 'g'", "true")]
    [InlineData("1 'mmol/L' = 1 'mol/m3'", "true")]
    [InlineData("120 'mm[Hg]' > 15 'kPa'", "true")]
    [InlineData("37 'Cel' = 98.6 '[degF]'", "true")]
    [InlineData("1 '[lb_av]' > 453 'g'", "true")]
    [InlineData("1 'm' = 1 's'", null)]
    [InlineData("1 'mg' < 1 'mL'", null)]
    [InlineData("1 'kg.m/s2' = 1 'N'", "true")]
    [InlineData("60 '/min' = 1 'Hz'", "true")]
    [InlineData("5 '10*3/uL' = 5 '10*9/L'", "true")]
    [InlineData("1 'mg/dL' = 10 'mg/L'", "true")]
    [InlineData("3 '{score}' = 3 '1'", "true")]
    [InlineData("1 'xyz' = 1 'm'", null)]
    [InlineData("(2 'cm' * 3 'cm').toString()", "6 'cm.cm'")]
    [InlineData("(6 'cm.cm' = 0.0006 'm2')", "true")]
    [InlineData("1 year = 12 months", "true")]
    [InlineData("1 year = 1 'a'", null)]
    [InlineData("1 year ~ 1 'a'", "true")]
    [InlineData("7 days = 1 'wk'", "true")]
    public void Units_AreComparedInCommonMeasure(string expression, string? expected) => Assert.Equal(expected, Scalar(expression, CarePlan));

    [Theory]
    [InlineData("name", true, false)]
    [InlineData("status", true, true)]
    [InlineData("status = 'active'", true, true)]
    [InlineData("status = 'draft'", false, false)]
    [InlineData("title = 'x'", true, false)]
    public void PredicateAndIsTrue_DifferOnNothing(string expression, bool predicate, bool isTrue)
    {
        var compiled = FhirPathExpression.Compile(expression).Value!;
        Assert.Equal((predicate, isTrue), (compiled.Predicate(CarePlan).Value, compiled.IsTrue(CarePlan).Value));
    }

    [Fact]
    public void Predicate_OfSeveralItems_IsAProblem() => Assert.False(FhirPathExpression.Compile("activity").Value!.Predicate(CarePlan).IsOk);

    [Theory]
    [InlineData("1", "tablet", "2", "tablet", true)]
    [InlineData("2", "tablet", "1", "tablet", false)]
    [InlineData("2", "tablet", "1", "box", true)]
    public void Rng2_OfQuantitiesWithoutUcum_ComparesWithinOneUnit(string low, string lowUnit, string high, string highUnit, bool holds)
    {
        var observation = Read($$$"""
            {"resourceType":"Observation","status":"final","code":{"text":"x"},
             "valueRange":{"low":{"value":{{{low}}},"unit":"{{{lowUnit}}}"},"high":{"value":{{{high}}},"unit":"{{{highUnit}}}"} } }
            """);
        var rng2 = Definitions.R4.FindType("Range")!.Invariants.Single(i => i.Key == "rng-2").Expression!;
        var result = FhirPathExpression.Compile(rng2, FhirPathOptions.Definitions).Value!.Predicate(observation["value"]);
        Assert.Equal((true, holds), (result.IsOk, result.Value));
    }

    [Fact]
    public void IsBoolean_OfAFhirBoolean_HoldsInDefinitionsOnly()
    {
        var patient = Read("""{"resourceType":"Patient","active":true}""");
        Assert.True(FhirPathExpression.Compile("active is Boolean", FhirPathOptions.Definitions).Value!.IsTrue(patient).Value);
        Assert.False(FhirPathExpression.Compile("active is Boolean").Value!.IsTrue(patient).Value);
    }

    [Fact]
    public void As_OfSeveralItems_FiltersForDefinitionsAndFaultsOtherwise()
    {
        Assert.False(FhirPathExpression.Compile("(activity.detail.status as code)").Value!.Evaluate(CarePlan).IsOk);
        Assert.Equal(2, FhirPathExpression.Compile("(activity.detail.status as code)", FhirPathOptions.Definitions).Value!.Evaluate(CarePlan).Value!.Count);
    }

    private static string? Scalar(string expression, FhirElement focus, FhirPathContext? context = null)
    {
        var compiled = FhirPathExpression.Compile(expression);
        Assert.True(compiled.IsOk, compiled.IsOk ? "" : compiled.Problems[0].ToString());
        var result = compiled.Value.Scalar(focus, context);
        Assert.True(result.IsOk, result.IsOk ? "" : result.Problems[0].ToString());
        return result.Value;
    }

    private static FhirElement Read(string json) => FhirJson.Read(Encoding.UTF8.GetBytes(json)) is { IsOk: true } read ? read.Value.Root : throw new InvalidOperationException(json);

    private sealed class StoppedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 11, 22, 15, 0, 0, TimeSpan.Zero);
    }
}
