using FhirBridge.Fhir.Search;
using static FhirBridge.Fhir.Tests.Search.TestSearch;

namespace FhirBridge.Fhir.Tests.Search;

public sealed class SearchQueryParserTests
{
    [Fact]
    public void Conditions_of_all_types_are_typed()
    {
        var query = Query("Observation", "code=http://loinc.org|1234-5&date=ge2026-01&value-quantity=gt5.4||mg&subject=Patient/p1&code-value-quantity=a$5&value-string:exact=Blue");

        var values = query.Criteria.Cast<ParameterCriterion>().ToDictionary(c => c.Parameter, c => c.Values.Single());
        Assert.Equal(("http://loinc.org", "1234-5"), (((TokenValue)values["code"]).System, ((TokenValue)values["code"]).Code));
        Assert.Equal(SearchPrefix.Ge, ((DateValue)values["date"]).Prefix);
        Assert.Equal((SearchPrefix.Gt, 5.4m, null, "mg"), ((NumberValue)values["value-quantity"]) is var q ? (q.Prefix, q.Number, q.System, q.Unit) : default);
        Assert.Equal("Patient/p1", ((ReferenceValue)values["subject"]).Local);
        Assert.Equal(2, ((CompositeValue)values["code-value-quantity"]).Components.Count);
        Assert.Equal("Blue", ((StringValue)values["value-string"]).Text);
    }

    [Fact]
    public void Commas_separate_alternatives_and_repetition_adds_conditions()
    {
        var query = Query("Patient", @"given=a,b\,c&given=d");

        Assert.Equal(2, query.Criteria.Count);
        Assert.Equal(["a", "b,c"], ((ParameterCriterion)query.Criteria[0]).Values.Cast<StringValue>().Select(v => v.Text));
    }

    [Theory]
    [InlineData(@"a\|b", null, "a|b")]
    [InlineData(@"s|a\$b", "s", "a$b")]
    [InlineData(@"a\\b", null, @"a\b")]
    [InlineData("|a", "", "a")]
    [InlineData("s|", "s", null)]
    public void Token_escapes_and_forms(string text, string? system, string? code)
    {
        var value = (TokenValue)((ParameterCriterion)SearchQueryParser.Parse("Patient", [new("identifier", text)]).Value!.Criteria[0]).Values[0];

        Assert.Equal((system, code), (value.System, value.Code));
    }

    [Fact]
    public void All_problems_are_collected_and_name_their_parameter()
    {
        var parsed = Parse("Patient", "birthdate=1973-02-30&nonsense=1&name:in=x&_count=-1&family:missing=perhaps&_sort=nothing");

        Assert.False(parsed.IsOk);
        Assert.Equal(["birthdate", "nonsense", "name", "_count", "family:missing", "nothing"], parsed.Problems.Select(p => p.Diagnostics.Split('\'').First(s => "birthdate nonsense name _count family:missing nothing".Split(' ').Contains(s))));
        Assert.Equal(
            ["invalid-parameter", "unknown-parameter", "unknown-parameter", "invalid-parameter", "invalid-parameter", "unknown-parameter"],
            parsed.Problems.Select(p => p.Kind.Code));
    }

    [Fact]
    public void Lenient_handling_leaves_unknown_parameters_out_and_warns()
    {
        var parsed = Parse("Patient", "nonsense=1&name=a&other.name=2", new SearchParseOptions { Lenient = true });

        Assert.True(parsed.IsOk);
        Assert.Equal(["nonsense", "other.name"], parsed.Value.Ignored);
        Assert.Equal(2, parsed.Problems.Count);
        Assert.Equal("name=a", parsed.Value.ToQueryString());
    }

    [Theory]
    [InlineData("name:in=x")]
    [InlineData("birthdate=no")]
    [InlineData("_id:text=x")]
    [InlineData("subject=Patient/1&organization.name:in=x")]
    public void Lenient_handling_still_refuses_what_would_widen_the_answer_when_left_out(string query) =>
        Assert.False(Parse("Patient", query, new SearchParseOptions { Lenient = true }).IsOk);

    [Fact]
    public void Result_parameters_are_read()
    {
        var query = Query("CarePlan", "_sort=-date,_id&_count=20&_summary=count&_elements=id,status&_total=accurate&_format=json&_pretty=true&_include=CarePlan:care-team:CareTeam&_revinclude:iterate=Provenance:target&_include=*");

        Assert.Equal(["-date", "_id"], query.Sort.Select(s => s.ToString()));
        Assert.Equal((20, SummaryMode.Count, TotalMode.Accurate, "json", true), (query.Count, query.Summary, query.Total, query.Format, query.Pretty));
        Assert.Equal(["id", "status"], query.Elements);
        Assert.Equal(
            [new("CarePlan", "care-team", "CareTeam", false, false), new("Provenance", "target", null, true, true), new("*", "*", null, false, false)],
            query.Includes);
    }

    [Theory]
    [InlineData("_count=1&_count=2")]
    [InlineData("_count=x")]
    [InlineData("_summary=some")]
    [InlineData("_total=much")]
    [InlineData("_pretty=1")]
    [InlineData("_elements=a/b")]
    [InlineData("_include=CarePlan")]
    [InlineData("_include=CarePlan:status")]
    [InlineData("_include=Nothing:x")]
    [InlineData("_include=CarePlan:care-team:Nothing")]
    public void Bad_result_parameters_are_refused(string query) => Assert.False(Parse("CarePlan", query).IsOk);

    [Fact]
    public void Chains_lead_to_every_target_type_that_has_the_parameter()
    {
        var chain = (ChainCriterion)Query("Observation", "subject.name=peter").Criteria[0];

        Assert.Null(chain.StatedType);
        Assert.Contains(chain.Targets, t => t.Type == "Patient");
        Assert.DoesNotContain(chain.Targets, t => t.Type == "Group");
        Assert.Equal("subject.name=peter", Query("Observation", "subject.name=peter").ToQueryString());
    }

    [Theory]
    [InlineData("Observation", "subject:Patient.name=peter")]
    [InlineData("Observation", "patient.organization.name:exact=Acme")]
    [InlineData("Patient", "_has:Observation:patient:code=1234-5")]
    [InlineData("Patient", "_has:Observation:patient:_has:AuditEvent:entity:agent=Practitioner/p1")]
    public void Chains_and_reverse_chains_are_understood_and_keep_their_text(string type, string text)
    {
        var query = Query(type, text);

        Assert.Equal(text, query.ToQueryString());
        Assert.Single(query.Unresolved());
    }

    [Theory]
    [InlineData("Observation", "code.name=x")]
    [InlineData("Observation", "subject:Practitioner.name=x")]
    [InlineData("Observation", "subject.nothing=x")]
    [InlineData("Provenance", "target.name=x")]
    [InlineData("Patient", "_has:Observation:patient=x")]
    [InlineData("Patient", "_has:Observation:nothing:code=x")]
    [InlineData("Patient", "_has:Nothing:patient:code=x")]
    [InlineData("Organization", "partof.partof.partof.partof.partof.partof.name=x")]
    public void Impossible_chains_are_refused(string type, string query) => Assert.False(Parse(type, query).IsOk);

    [Theory]
    [InlineData("general-practitioner:Practitioner=p1", "Practitioner/p1")]
    [InlineData("general-practitioner=Practitioner/p1", "Practitioner/p1")]
    [InlineData("general-practitioner=https://here.example/fhir/Practitioner/p1", "Practitioner/p1")]
    public void References_of_this_server_are_local(string query, string local)
    {
        var value = (ReferenceValue)((ParameterCriterion)Query("Patient", query, new SearchParseOptions { BaseUrl = "https://here.example/fhir" }).Criteria[0]).Values[0];

        Assert.Equal((local, null), (value.Local, value.Base));
    }

    [Theory]
    [InlineData("general-practitioner:Practitioner=Organization/o1")]
    [InlineData("general-practitioner:Observation=o1")]
    [InlineData("general-practitioner=Practitioner/p1/_history/2")]
    public void References_that_cannot_match_are_refused(string query) => Assert.False(Parse("Patient", query).IsOk);

    [Fact]
    public void Empty_parameters_are_ignored() => Assert.Equal("name=a,b", Query("Patient", "family=&name=a,,b&given=,").ToQueryString());

    [Fact]
    public void Canonical_form_does_not_depend_on_the_order_of_the_conditions() =>
        Assert.Equal(
            Query("Patient", "name=a&_count=5&family=b&name=a&_sort=name").ToQueryString(),
            Query("Patient", "_sort=name&family=b&name=a&_count=5").ToQueryString());

    [Fact]
    public void System_search_takes_the_parameters_that_all_its_types_share()
    {
        var query = Query(null, "_type=Observation,Condition&code=x&_tag=t");

        Assert.Equal(["Observation", "Condition"], query.Types);
        Assert.Equal("_tag=t&code=x&_type=Observation,Condition", query.ToQueryString());
        Assert.False(Parse(null, "_type=Observation,Condition&value-quantity=5").IsOk);
        Assert.False(Parse(null, "_type=Nothing").IsOk);
        Assert.Empty(Query("", "_lastUpdated=gt2026").Types);
    }

    [Fact]
    public void Unknown_resource_type_is_refused() => Assert.Equal("unknown-resource-type", Parse("Nothing", "_id=1").Problems[0].Kind.Code);

    [Fact]
    public void Too_many_values_are_refused() =>
        Assert.False(Parse("Patient", "name=" + string.Join(',', Enumerable.Range(0, 2001))).IsOk);

    [Fact]
    public void Values_behind_a_chain_count_for_every_type_that_it_may_lead_to() =>
        Assert.False(Parse("Observation", "performer.name=" + string.Join(',', Enumerable.Range(0, 1500))).IsOk);
}
