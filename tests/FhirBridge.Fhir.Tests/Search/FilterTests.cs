using FhirBridge.Fhir.Search;
using static FhirBridge.Fhir.Tests.Search.TestSearch;

namespace FhirBridge.Fhir.Tests.Search;

/// <summary><c>_filter</c>, and what asks a terminology or converts units. https://hl7.org/fhir/R4/search_filter.html.</summary>
public sealed class FilterTests
{
    private const string Patient = """
        {"resourceType":"Patient","id":"p1","active":true,"gender":"female","birthDate":"1970-05-10","identifier":[{"system":"urn:mrn","value":"AB-12"}],
         "name":[{"family":"Müller","given":["Eve","Anna Maria"]}],"generalPractitioner":[{"reference":"Practitioner/g1"}]}
        """;

    private const string Observation = """
        {"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"},{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"IMP"}]},
         "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],
         "subject":{"reference":"Patient/p1"},"effectivePeriod":{"start":"2026-03-01","end":"2026-03-10"},"valueQuantity":{"value":80.5,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}
        """;

    [Theory]
    [InlineData("given eq eve", true)]
    [InlineData("given eq \"anna maria\"", true)]
    [InlineData("given eq anna", false)]
    [InlineData("given ne eve", true)]
    [InlineData("family ne müller", false)]
    [InlineData("family eq MULLER", true)]
    [InlineData("name co \"nna mar\"", true)]
    [InlineData("family sw mul and family ew LER", true)]
    [InlineData("family ew lle", false)]
    [InlineData("identifier eq urn:mrn|ab-12", true)]
    [InlineData("identifier sw ab", true)]
    [InlineData("gender ne male", true)]
    [InlineData("gender ne female", false)]
    [InlineData("birthdate ge 1970-05-10 and birthdate lt 1971", true)]
    [InlineData("birthdate sa 1970-05-10", false)]
    [InlineData("birthdate ap 1970-05", true)]
    [InlineData("birthdate po 1970", true)]
    [InlineData("birthdate po 1971", false)]
    [InlineData("deceased pr false", false)]
    [InlineData("death-date pr false", true)]
    [InlineData("death-date pr true", false)]
    [InlineData("general-practitioner re Practitioner/g1", true)]
    [InlineData("general-practitioner eq g1", true)]
    [InlineData("general-practitioner ne Practitioner/g1", false)]
    [InlineData("id eq p1", true)]
    [InlineData("_id ne p1", false)]
    [InlineData("_lastUpdated ge 2026", true)]
    [InlineData("not (gender eq male)", true)]
    [InlineData("not(gender eq female)", false)]
    [InlineData("gender eq male and given eq eve or family eq muller", true)]
    [InlineData("family eq muller or given eq eve and gender eq male", false)]
    [InlineData("family eq muller or (given eq eve and gender eq male)", true)]
    [InlineData("((((gender eq female))))", true)]
    [InlineData("gender in http://hl7.org/fhir/ValueSet/administrative-gender", true)]
    [InlineData("gender ni http://hl7.org/fhir/ValueSet/administrative-gender", false)]
    [InlineData("  gender   eq\tfemale  ", true)]
    public void Tests_and_logic(string filter, bool expected) => Assert.Equal(expected, Matches("_filter=" + Uri.EscapeDataString(filter), Patient));

    [Theory]
    [InlineData("code eq http://loinc.org|29463-7", true)]
    [InlineData("value-quantity gt 80|http://unitsofmeasure.org|kg", true)]
    [InlineData("value-quantity gt 80000|http://unitsofmeasure.org|g and value-quantity lt 81000|http://unitsofmeasure.org|g", true)]
    [InlineData("code-value-quantity eq http://loinc.org|29463-7$ge80|http://unitsofmeasure.org|kg", true)]
    [InlineData("date po 2026-03-10", true)]
    [InlineData("date po 2026-03-11", false)]
    [InlineData("code sb http://terminology.hl7.org/CodeSystem/v3-ActCode|_ActEncounterCode", false)]
    [InlineData("code ss http://terminology.hl7.org/CodeSystem/v3-ActCode|_ActEncounterCode", true)]
    [InlineData("code sb http://terminology.hl7.org/CodeSystem/v3-ActCode|ACUTE", true)]
    [InlineData("code ss http://terminology.hl7.org/CodeSystem/v3-ActCode|ACUTE", false)]
    public void Codes_and_quantities(string filter, bool expected) => Assert.Equal(expected, Matches("_filter=" + Uri.EscapeDataString(filter), Observation));

    [Theory]
    [InlineData("gender")]
    [InlineData("gender eq")]
    [InlineData("gender eq male and")]
    [InlineData("(gender eq male")]
    [InlineData("gender eq male)")]
    [InlineData("gender xx male")]
    [InlineData("gender gt male")]
    [InlineData("birthdate eq yesterday")]
    [InlineData("birthdate co 1970")]
    [InlineData("nonsense eq male")]
    [InlineData("organization[name eq x] eq y")]
    [InlineData("organization[name eq x.name eq y")]
    [InlineData("gender.name eq x")]
    [InlineData("given eq \"unclosed")]
    [InlineData("given eq \"bad \\q escape\"")]
    [InlineData("not gender eq male")]
    [InlineData("gender in http://example.org/nowhere")]
    [InlineData("_id co p")]
    [InlineData("_has:Nothing:x:y eq z")]
    [InlineData("_has:Observation:patient: eq z")]
    [InlineData("a.b.c.d.e.f.g.h.i.j eq 1")]
    public void What_is_no_filter_is_refused_also_leniently(string filter)
    {
        var parsed = Parse("Patient", "_filter=" + Uri.EscapeDataString(filter), new SearchParseOptions { Lenient = true });

        Assert.False(parsed.IsOk);
        Assert.All(parsed.Problems, p => Assert.Equal(400, p.Kind.Status));
        Assert.All(parsed.Problems, p => Assert.InRange(p.Diagnostics.Length, 10, 400));
    }

    // A subject may be a Patient, Group, Device or Location: the filter is one for those that have its parameters.
    [Theory]
    [InlineData("subject._filter=gender eq male", "Patient")]
    [InlineData("subject._filter=name eq x", "Location Patient")]
    [InlineData("subject:Patient._filter=gender eq male and birthdate ge 1970", "Patient")]
    [InlineData("subject._filter=managing-entity.name eq x", "Group")]
    public void A_filter_behind_a_chain_is_for_the_types_that_have_its_parameters(string query, string types)
    {
        var chain = Assert.IsType<ChainCriterion>(Assert.Single(Query("Observation", query).Criteria));

        Assert.Equal(types, string.Join(' ', chain.Targets.Select(t => t.Type).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("subject._filter=nonsense eq x")]
    [InlineData("subject._filter=gender eq male and name eq x and nonsense eq x")]
    [InlineData("_has:Provenance:target:_filter=nonsense eq x")]
    public void A_filter_behind_a_chain_is_not_left_out(string query) => Assert.False(Parse("Observation", query, new SearchParseOptions { Lenient = true }).IsOk);

    [Fact]
    public void An_unknown_value_set_or_system_is_named()
    {
        Assert.Contains("http://example.org/nowhere", Parse("Patient", "gender:in=http://example.org/nowhere").Problems[0].Diagnostics, StringComparison.Ordinal);
        Assert.Contains("urn:nowhere", Parse("Observation", "code:below=urn:nowhere|x").Problems[0].Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("code:in=http://terminology.hl7.org/ValueSet/v3-ActEncounterCode", true)]
    [InlineData("code:not-in=http://terminology.hl7.org/ValueSet/v3-ActEncounterCode", false)]
    [InlineData("category:in=http://terminology.hl7.org/ValueSet/v3-ActEncounterCode", false)]
    [InlineData("category:not-in=http://terminology.hl7.org/ValueSet/v3-ActEncounterCode", true)]
    [InlineData("status:in=http://hl7.org/fhir/ValueSet/observation-status", true)]
    [InlineData("method:not-in=http://hl7.org/fhir/ValueSet/observation-methods", true)]
    [InlineData("code:below=http://terminology.hl7.org/CodeSystem/v3-ActCode|_ActEncounterCode", true)]
    [InlineData("code:below=_ActEncounterCode", true)]
    [InlineData("code:below=http://terminology.hl7.org/CodeSystem/v3-ActCode|IMP", true)]
    [InlineData("code:below=http://terminology.hl7.org/CodeSystem/v3-ActCode|ACUTE", false)]
    [InlineData("code:above=http://terminology.hl7.org/CodeSystem/v3-ActCode|ACUTE", true)]
    [InlineData("code:below=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs", false)]
    public void Modifiers_ask_the_terminology(string query, bool expected) => Assert.Equal(expected, Matches(query, Observation));

    [Fact]
    public void What_the_terminology_cannot_tell_matches_neither_way()
    {
        // SNOMED CT is not here, so that nobody knows what is below a code of it.
        const string condition = """{"resourceType":"Condition","code":{"coding":[{"system":"http://snomed.info/sct","code":"1"}]},"subject":{"reference":"Patient/1"}}""";

        Assert.Null(Definitions.R4.Terminology.Contains("http://hl7.org/fhir/ValueSet/clinical-findings", new Coding("http://snomed.info/sct", "1")));
        Assert.False(Matches("code:in=http://hl7.org/fhir/ValueSet/clinical-findings", condition));
        Assert.False(Matches("code:not-in=http://hl7.org/fhir/ValueSet/clinical-findings", condition));
        Assert.False(Matches("_filter=not (code in http://hl7.org/fhir/ValueSet/clinical-findings)", condition));
        Assert.True(Matches("_filter=not (code in http://hl7.org/fhir/ValueSet/clinical-findings) or code eq 1", condition));
    }

    [Theory]
    [InlineData("value-quantity=80500|http://unitsofmeasure.org|g", true)]
    [InlineData("value-quantity=80.5|http://unitsofmeasure.org|kg", true)]
    [InlineData("value-quantity=177.472|http://unitsofmeasure.org|[lb_av]", true)]
    [InlineData("value-quantity=177|http://unitsofmeasure.org|[lb_av]", true)]
    [InlineData("value-quantity=178|http://unitsofmeasure.org|[lb_av]", false)]
    [InlineData("value-quantity=lt0.1|http://unitsofmeasure.org|t", true)]
    [InlineData("value-quantity=80.5|http://unitsofmeasure.org|m", false)]
    [InlineData("value-quantity=80.5|http://unitsofmeasure.org|nonsense", false)]
    [InlineData("value-quantity=ap90000|http://unitsofmeasure.org|g", false)]
    [InlineData("value-quantity=ap85000|http://unitsofmeasure.org|g", true)]
    [InlineData("value-quantity=80.5|http://example.org|g", false)]
    public void Units_of_UCUM_are_converted(string query, bool expected) => Assert.Equal(expected, Matches(query, Observation));

    [Fact]
    public void Temperatures_are_converted_though_no_multiples() =>
        Assert.True(Matches("value-quantity=98.6|http://unitsofmeasure.org|[degF]", Observation.Replace("80.5", "37", StringComparison.Ordinal).Replace("\"code\":\"kg\"", "\"code\":\"Cel\"", StringComparison.Ordinal)));

    [Theory]
    [InlineData(100_000, "(")]
    [InlineData(100_000, "not(")]
    [InlineData(20_000, "gender eq male or ")]
    [InlineData(50_000, "organization.")]
    [InlineData(50_000, "organization[")]
    [InlineData(3_000, "_has:Observation:patient:")]
    public void Endless_filters_are_refused_soon(int times, string part)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.False(Parse("Patient", "_filter=" + Uri.EscapeDataString(string.Concat(Enumerable.Repeat(part, times)) + "gender eq male")).IsOk);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 60_000_000);
    }

    [Fact]
    public void Chains_of_many_types_in_many_tests_are_bounded()
    {
        var test = "subject._has:Provenance:target:_has:AuditEvent:entity:agent.name co a";
        var parsed = Parse("Observation", "_filter=" + Uri.EscapeDataString(string.Join(" or ", Enumerable.Repeat(test, 1000))));

        Assert.False(parsed.IsOk);
        Assert.Equal(400, parsed.Problems[0].Kind.Status);
    }

    [Fact]
    public void Matching_allocates_nothing()
    {
        var view = View(Observation);
        SearchQuery[] queries = [Query("Observation", "status=final"), Query("Observation", "date=ge2026"), Query("Observation", "_filter=status%20eq%20final%20and%20not%20(subject%20ne%20Patient/p1)")];
        foreach (var query in queries) Assert.True(QueryMatcher.Matches(query, view));
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 300; i++) QueryMatcher.Matches(queries[i % queries.Length], view);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_text_is_kept_for_the_self_link()
    {
        var query = Query("Patient", "_filter=given%20eq%20%22a%2Cb%22%20and%20gender%20eq%20male");

        Assert.Equal("_filter=given%20eq%20%22a,b%22%20and%20gender%20eq%20male", query.ToQueryString());
        Assert.Equal(2, query.Conjuncts.Count());
    }
}
