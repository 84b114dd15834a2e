using FhirBridge.Fhir.Search;
using static FhirBridge.Fhir.Tests.Search.TestSearch;

namespace FhirBridge.Fhir.Tests.Search;

/// <summary>The matcher by parameter type, mostly with the examples of https://hl7.org/fhir/R4/search.html.</summary>
public sealed partial class QueryMatcherTests
{
    private const string Patient =
        """
        {"resourceType":"Patient","id":"p1","meta":{"tag":[{"system":"t","code":"a"}],"profile":["http://example.org/p"],"source":"http://example.org/s"},
         "active":true,"gender":"male","birthDate":"1974-12-25",
         "identifier":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}],"text":"Medical record"},"system":"http://acme.org/patient","value":"2345"},{"value":"no-system"}],
         "name":[{"use":"official","text":"Eve Carol Doe","family":"Chalmérs","given":["Eve","Carol"]}],
         "telecom":[{"system":"phone","value":"555-1"},{"system":"email","value":"eve@example.org"}],
         "managingOrganization":{"reference":"https://other.example/fhir/Organization/o1/_history/3","identifier":{"system":"http://ids","value":"Org-1"}},
         "generalPractitioner":[{"reference":"Practitioner/gp1"},{"reference":"#here"}],
         "contained":[{"resourceType":"Practitioner","id":"here"}]}
        """;

    [Theory]
    [InlineData("given=eve", true)]
    [InlineData("given=Eve", true)]
    [InlineData("given=ev", true)]
    [InlineData("given=ve", false)]
    [InlineData("given:contains=ve", true)]
    [InlineData("given:contains=aro", true)]
    [InlineData("given:exact=Eve", true)]
    [InlineData("given:exact=eve", false)]
    [InlineData("given:exact=Ev", false)]
    [InlineData("family=chalmers", true)]
    [InlineData("family=CHALME\u0301RS", true)]
    [InlineData("family:exact=Chalmers", false)]
    [InlineData("name=carol", true)]
    [InlineData("name=official", false)]
    [InlineData("given=eve,adam", true)]
    [InlineData("given=adam&given=eve", false)]
    [InlineData("given=carol&given=eve", true)]
    public void Strings(string query, bool matches) => Assert.Equal(matches, Matches(query, Patient));

    [Theory]
    [InlineData("identifier=http://acme.org/patient|2345", true)]
    [InlineData("identifier=2345", true)]
    [InlineData("identifier=http://other.org/patient|2345", false)]
    [InlineData("identifier=HTTP://acme.org/patient|2345", false)]
    [InlineData("identifier=|2345", false)]
    [InlineData("identifier=|no-system", true)]
    [InlineData("identifier=|NO-SYSTEM", true)]
    [InlineData("identifier=http://acme.org/patient|", true)]
    [InlineData("identifier=http://acme.org/nobody|", false)]
    [InlineData("identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|2345", true)]
    [InlineData("identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|PRN|2345", false)]
    [InlineData("identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|no-system", false)]
    [InlineData("identifier:text=medical", true)]
    [InlineData("identifier:text=record", false)]
    [InlineData("gender=male", true)]
    [InlineData("gender=http://hl7.org/fhir/administrative-gender|male", true)]
    [InlineData("gender=http://example.org/other|male", false)]
    [InlineData("gender:not=male", false)]
    [InlineData("gender:not=female", true)]
    [InlineData("language:not=en", true)]
    [InlineData("active=true", true)]
    [InlineData("active=false", false)]
    [InlineData("deceased=false", true)]
    [InlineData("email=eve@example.org", true)]
    [InlineData("phone=eve@example.org", false)]
    [InlineData("telecom=555-1", true)]
    [InlineData("_tag=t|a", true)]
    [InlineData("_tag=u|a", false)]
    [InlineData("_id=p1", true)]
    [InlineData("_id=P1", false)]
    [InlineData("_id=p0,p1", true)]
    [InlineData("_id:not=p1", false)]
    public void Tokens(string query, bool matches) => Assert.Equal(matches, Matches(query, Patient));

    [Theory]
    [InlineData("gender:missing=false", true)]
    [InlineData("gender:missing=true", false)]
    [InlineData("address:missing=true", true)]
    [InlineData("death-date:missing=false", false)]
    [InlineData("_id:missing=true", false)]
    [InlineData("_lastUpdated:missing=false", true)]
    [InlineData("general-practitioner:missing=true", false)]
    public void Missing(string query, bool matches) => Assert.Equal(matches, Matches(query, Patient));

    [Theory]
    [InlineData("general-practitioner=gp1", true)]
    [InlineData("general-practitioner=GP1", false)]
    [InlineData("general-practitioner=p1", false)]
    [InlineData("general-practitioner=Practitioner/gp1", true)]
    [InlineData("general-practitioner=Organization/gp1", false)]
    [InlineData("general-practitioner:Practitioner=gp1", true)]
    [InlineData("general-practitioner:Organization=gp1", false)]
    [InlineData("general-practitioner=https://other.example/fhir/Practitioner/gp1", false)]
    [InlineData("organization=https://other.example/fhir/Organization/o1", true)]
    [InlineData("organization=https://else.example/fhir/Organization/o1", false)]
    [InlineData("organization=Organization/o1", false)]
    [InlineData("organization=o1", false)]
    [InlineData("organization:identifier=http://ids|Org-1", true)]
    [InlineData("organization:identifier=org-1", true)]
    [InlineData("organization:identifier=http://ids|", true)]
    [InlineData("organization:identifier=|Org-1", false)]
    [InlineData("general-practitioner:identifier=Org-1", false)]
    public void References(string query, bool matches) => Assert.Equal(matches, Matches(query, Patient));

    [Fact]
    public void References_to_this_server_in_absolute_form_are_local()
    {
        var view = View("""{"resourceType":"Patient","managingOrganization":{"reference":"https://here.example/fhir/Organization/o1"}}""", baseUrl: "https://here.example/fhir");

        Assert.True(QueryMatcher.Matches(Query("Patient", "organization=Organization/o1"), view));
    }

    [Theory]
    [InlineData("patient=p1", true)]
    [InlineData("subject=Patient/p1", true)]
    [InlineData("subject:Patient=p1", true)]
    public void Patient_parameters_take_references_to_patients(string query, bool matches) =>
        Assert.Equal(matches, Matches(query, """{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p1"}}"""));

    [Fact]
    public void Patient_parameter_leaves_references_to_others_out() =>
        Assert.False(Matches("patient=g1", """{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Group/g1"}}"""));

    [Theory]
    [InlineData("instantiates-canonical=http://example.org/PlanDefinition/a", true)]
    [InlineData("instantiates-canonical=http://example.org/PlanDefinition/a|1.0", true)]
    [InlineData("instantiates-canonical=http://example.org/PlanDefinition/a|2.0", false)]
    [InlineData("instantiates-canonical=http://example.org/PlanDefinition", false)]
    public void Canonicals_match_with_and_without_version(string query, bool matches) =>
        Assert.Equal(matches, Matches(query.Replace("|", "%7C", StringComparison.Ordinal),
            """{"resourceType":"CarePlan","status":"active","intent":"plan","subject":{"reference":"Patient/1"},"instantiatesCanonical":["http://example.org/PlanDefinition/a|1.0"]}"""));

    [Theory]
    [InlineData("_profile=http://p", true)]
    [InlineData("_profile=http://p%7C2", true)]
    [InlineData("_profile=http://p%7C1", false)]
    [InlineData("_profile=http://", false)]
    public void Profiles_match_with_and_without_version(string query, bool matches) =>
        Assert.Equal(matches, Matches(query, """{"resourceType":"Patient","meta":{"profile":["http://p|2"]}}"""));

    [Theory]
    [InlineData("url=http://acme.org/fhir/ValueSet/123", true)]
    [InlineData("url=http://acme.org/fhir/valueset/123", false)]
    [InlineData("url=http://acme.org/fhir/ValueSet", false)]
    [InlineData("url:below=http://acme.org/fhir/", true)]
    [InlineData("url:below=http://acme.org/fhir", true)]
    [InlineData("url:below=http://acme.org/fh", true)]
    [InlineData("url:below=http://acme.org/fhir/ValueSet/123/", false)]
    [InlineData("url:below=HTTP://acme.org/fhir/", false)]
    [InlineData("url:below=acme.org", false)]
    [InlineData("url:above=http://acme.org/fhir/ValueSet/123/_history/5", true)]
    [InlineData("url:above=http://acme.org/fhir/ValueSet/1234", true)]
    [InlineData("url:above=http://acme.org/fhir/ValueSet/12", false)]
    public void Uris(string query, bool matches) => Assert.Equal(matches, Matches(query, """{"resourceType":"ValueSet","status":"active","url":"http://acme.org/fhir/ValueSet/123"}"""));

    [Theory]
    [InlineData("url:below=urn:oid:1.2", false)]
    [InlineData("url:above=urn:oid:1.2.3.4", false)]
    [InlineData("url:below=urn:oid:1.2.3", true)]
    [InlineData("url=urn:oid:1.2.3", true)]
    public void Urns_have_no_hierarchy(string query, bool matches) =>
        Assert.Equal(matches, Matches(query, """{"resourceType":"ValueSet","status":"active","url":"urn:oid:1.2.3"}"""));

    [Fact]
    public void Composites_match_within_one_group_only()
    {
        const string panel =
            """
            {"resourceType":"Observation","status":"final","code":{"coding":[{"code":"bp"}]},
             "component":[{"code":{"coding":[{"code":"sys"}]},"valueQuantity":{"value":120}},{"code":{"coding":[{"code":"dia"}]},"valueQuantity":{"value":80}}]}
            """;

        Assert.True(Matches("component-code-value-quantity=sys$120", panel));
        Assert.False(Matches("component-code-value-quantity=sys$80", panel));
        Assert.True(Matches("component-code-value-quantity=sys$80,dia$80", panel));
        Assert.False(Matches("code-value-quantity=bp$120", panel));
    }

    [Fact]
    public void Types_are_part_of_the_query()
    {
        var patient = View(Patient);

        Assert.False(QueryMatcher.Matches(Query("Practitioner", "_id=p1"), patient));
        Assert.True(QueryMatcher.Matches(Query(null, "_id=p1"), patient));
        Assert.True(QueryMatcher.Matches(Query(null, "_type=Practitioner,Patient&_id=p1"), patient));
    }

    [Fact]
    public void References_are_compared_in_their_stored_forms_when_mapped()
    {
        var observation = View("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/local-7"}}""");
        var query = Query("Observation", "subject=Patient/network-1&patient:missing=false");

        Assert.False(QueryMatcher.Matches(query, observation));
        var mapped = query.MapReferences((parameter, value) => (parameter, value.Local) == ("subject", "Patient/network-1") ? ["Patient/else", "Patient/local-7"] : []);
        Assert.True(QueryMatcher.Matches(mapped, observation));
        Assert.False(QueryMatcher.Matches(query.MapReferences((_, _) => []), observation));
        Assert.Equal("patient:missing=false&subject=Patient/network-1", query.ToQueryString());
    }

    [Fact]
    public void References_in_composites_are_mapped_too()
    {
        var document = View("""{"resourceType":"DocumentReference","status":"current","content":[{"attachment":{"title":"x"}}],"relatesTo":[{"code":"replaces","target":{"reference":"DocumentReference/local"}}]}""");
        var query = Query("DocumentReference", "relationship=DocumentReference/net$replaces");

        Assert.True(QueryMatcher.Matches(query.MapReferences((_, _) => ["DocumentReference/a", "DocumentReference/local"]), document));
    }
}
