using FhirBridge.Fhir.Search;
using static FhirBridge.Fhir.Tests.Search.TestSearch;

namespace FhirBridge.Fhir.Tests.Search;

/// <summary>Sentences of https://hl7.org/fhir/R4/search.html that say more than what the types of parameters do by themselves.</summary>
public sealed class SentencesTests
{
    private const string ValueSet = """{"resourceType":"ValueSet","status":"active","url":"http://a.example/ValueSet/v","version":"1.4.2"}""";

    private const string Sequence = """{"resourceType":"MolecularSequence","coordinateSystem":0,"referenceSeq":{"windowStart":2,"windowEnd":3}}""";

    private static string Observation(string rest) => $$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},{{rest}}}""";

    // §number: "100 and 1.00e2 both have the same number of significant digits - three"; 1e2 is [95 ... 105).
    [Theory]
    [InlineData("1.00e2", "99.5", true)]
    [InlineData("1.00e2", "100.5", false)]
    [InlineData("1.00e2", "99.4", false)]
    [InlineData("1.0e2", "95", true)]
    [InlineData("1e2", "95", true)]
    [InlineData("1E2", "94.9", false)]
    [InlineData("5.40e-3", "0.005404", true)]
    [InlineData("5.40e-3", "0.005406", false)]
    [InlineData("8e-1", "0.8", true)]
    [InlineData("gt8e-1", "0.8", false)]
    public void Exponents_show_the_digits_that_count(string query, string stored, bool matches) =>
        Assert.Equal(matches, Matches("value-quantity=" + query, Observation($"\"valueQuantity\":{{\"value\":{stored}}}")));

    // §number: on integers "searching is based on exact matches"; with other digits behind the point "there cannot be any matches".
    [Theory]
    [InlineData("2", true)]
    [InlineData("2.0", true)]
    [InlineData("3", false)]
    [InlineData("2.1", false)]
    [InlineData("ge2", true)]
    [InlineData("gt2", false)]
    [InlineData("sa1", true)]
    public void Integers_are_equal_or_not(string query, bool matches) => Assert.Equal(matches, Matches("window-start=" + query, Sequence));

    // §date: "An instant is considered a fixed point in time with an interval smaller than the precision of the system".
    [Theory]
    [InlineData("2026-01-01T10:00:00Z", true)]
    [InlineData("2026-01-01T10:00:00.000Z", true)]
    [InlineData("2026-01-01", true)]
    [InlineData("gt2026-01-01T10:00:00.000Z", false)]
    [InlineData("ge2026-01-01T10:00:00.000Z", true)]
    [InlineData("sa2026-01-01T09:59:59.999Z", true)]
    [InlineData("eb2026-01-01T10:00:00.001Z", true)]
    [InlineData("ap2026-01-01T10:00:00.500Z", false)]
    public void Instants_have_no_width(string query, bool matches) =>
        Assert.Equal(matches, Matches("start=" + query, """{"resourceType":"Slot","schedule":{"reference":"Schedule/1"},"status":"free","start":"2026-01-01T10:00:00Z","end":"2026-01-01T11:00:00Z"}"""));

    // §string: "Punctuation and non-significant whitespace should also be ignored."
    [Theory]
    [InlineData("family=oneil", true)]
    [InlineData("family=O%27NEIL", true)]
    [InlineData("family=O\u2019N\u00C9IL", true)]
    [InlineData("family:exact=O%27Neil", false)]
    [InlineData("family:contains=nei", true)]
    [InlineData("family:exact=O%27Neil%20%20Van-Houten", true)]
    [InlineData("family=o%27neil%09van houten", false)]
    [InlineData("family=o%27neil%09van-hou", true)]
    [InlineData("family=-", false)]
    [InlineData("family=%20", false)]
    public void Punctuation_and_white_space_are_ignored(string query, bool matches) =>
        Assert.Equal(matches, Matches(query, """{"resourceType":"Patient","name":[{"family":"O'Neil  Van-Houten"}]}"""));

    // §string: "Searching either Carreno or Quinones should match a family name of Carreno Quinones."
    [Theory]
    [InlineData("family=Carreno", true)]
    [InlineData("family=Quinones", true)]
    [InlineData("family=quiñ", true)]
    [InlineData("family=quinones-l", true)]
    [InlineData("family=Lopez", true)]
    [InlineData("family=inones", false)]
    [InlineData("family:exact=Quinones", false)]
    [InlineData("family:exact=Carreno Quiñones-López", true)]
    [InlineData("name=quinones", true)]
    [InlineData("given=ann", false)]
    [InlineData("_filter=family eq Lopez", false)]
    [InlineData("_filter=family sw Lopez", true)]
    [InlineData("_filter=family ne \"carreno quinones lopez\"", true)]
    [InlineData("_filter=family ne \"carreno quinoneslopez\"", false)]
    public void Parts_of_a_family_name_are_found_by_themselves(string query, bool matches) =>
        Assert.Equal(matches, Matches(query, """{"resourceType":"Patient","name":[{"family":"Carreno Quiñones-López","given":["Mary Ann"]}]}"""));

    [Fact]
    public void Parts_of_a_family_name_have_no_place_of_their_own_in_the_order()
    {
        var (first, second) = (View("""{"resourceType":"Patient","name":[{"family":"Zuse Adam"}]}""", "z"), View("""{"resourceType":"Patient","name":[{"family":"Berg"}]}""", "b"));

        Assert.True(QueryMatcher.Compare(Query("Patient", "_sort=family"), first, second) > 0);
    }

    // §uri: "SHOULD support automatically detecting a |[version] portion … and interpreting that portion as a search on the version".
    [Theory]
    [InlineData("url=http://a.example/ValueSet/v|1.4.2", true)]
    [InlineData("url=http://a.example/ValueSet/v\\|1.4.2", true)]
    [InlineData("url=http://a.example/ValueSet/v|1.4", false)]
    [InlineData("url=http://a.example/ValueSet/w|1.4.2", false)]
    [InlineData("url=http://a.example/ValueSet/w,http://a.example/ValueSet/v|1.4.2", true)]
    [InlineData("url=http://a.example/ValueSet/v&version=1.4.2", true)]
    public void A_canonical_finds_the_version_that_it_names(string query, bool matches) => Assert.Equal(matches, Matches(query.Replace("|", "%7C", StringComparison.Ordinal), ValueSet));

    // §versions: ":below is used with canonical references, to control whether the version is considered".
    [Theory]
    [InlineData("http://a.example/PlanDefinition/p", true)]
    [InlineData("http://a.example/PlanDefinition/p|1", true)]
    [InlineData("http://a.example/PlanDefinition/p|1.1", true)]
    [InlineData("http://a.example/PlanDefinition/p|2", false)]
    [InlineData("http://a.example/PlanDefinition/p|11", false)]
    [InlineData("http://a.example/PlanDefinition", false)]
    public async Task Below_a_canonical_are_its_versions(string value, bool matches)
    {
        const string plan = """{"resourceType":"CarePlan","status":"active","intent":"plan","subject":{"reference":"Patient/1"},"instantiatesCanonical":["http://a.example/PlanDefinition/p|1.1"]}""";
        var query = await new ChainResolver(_ => throw new InvalidOperationException()).ResolveAsync(Query("CarePlan", "instantiates-canonical:below=" + Uri.EscapeDataString(value)));

        Assert.Equal(matches, QueryMatcher.Matches(query.Value!, View(plan)));
    }

    [Theory]
    [InlineData("http://a.example/PlanDefinition/p", true)]
    [InlineData("http://a.example/PlanDefinition/p|1.1", true)]
    [InlineData("http://a.example/PlanDefinition/p|1.1#part", true)]
    [InlineData("http://a.example/PlanDefinition/p|1", false)]
    public void Canonicals_match_for_every_fragment(string value, bool matches) =>
        Assert.Equal(matches, Matches("instantiates-canonical=" + Uri.EscapeDataString(value),
            """{"resourceType":"CarePlan","status":"active","intent":"plan","subject":{"reference":"Patient/1"},"instantiatesCanonical":["http://a.example/PlanDefinition/p|1.1#part"]}"""));

    [Theory]
    [InlineData("_profile:below=http://p", true)]
    [InlineData("_profile:below=http://p%7C2", true)]
    [InlineData("_profile:below=http://p%7C2.1", true)]
    [InlineData("_profile:below=http://p%7C21", false)]
    public void Profiles_have_their_versions_below_them(string query, bool matches) =>
        Assert.Equal(matches, Matches(query, """{"resourceType":"Patient","meta":{"profile":["http://p|2.1.0"]}}"""));

    // §mimetype: text/xml has "text/xml; charset=UTF-8" below it.
    [Theory]
    [InlineData("contenttype=text/xml", false)]
    [InlineData("contenttype:below=text/xml", true)]
    [InlineData("contenttype:below=TEXT/XML", true)]
    [InlineData("contenttype:below=text/xm", false)]
    [InlineData("contenttype:below=text/plain", false)]
    [InlineData("contenttype:above=text/xml; charset=UTF-8; x=y", true)]
    [InlineData("contenttype:above=text/xml", false)]
    public void Mime_types_have_their_parameters_below_them(string query, bool matches) =>
        Assert.Equal(matches, Matches(query, """{"resourceType":"DocumentReference","status":"current","content":[{"attachment":{"contentType":"text/xml; charset=UTF-8"}}]}"""));

    // §token: for ContactPoint, uri and boolean "the URI portion is not used"; a string is not case sensitive.
    [Theory]
    [InlineData("active=true", true)]
    [InlineData("active=http://hl7.org/fhir/special-values|true", true)]
    [InlineData("active:not=true", false)]
    [InlineData("telecom=555", true)]
    [InlineData("phone=555", true)]
    [InlineData("email=555", false)]
    public void Plain_values_have_no_system(string query, bool matches) =>
        Assert.Equal(matches, Matches(query.Replace("|", "%7C", StringComparison.Ordinal), """{"resourceType":"Patient","active":true,"telecom":[{"system":"phone","value":"555"}]}"""));

    // §token: "the negation applies to the set, not each individual entry".
    [Theory]
    [InlineData("section:not=48765-2", false)]
    [InlineData("section:not=11450-4", false)]
    [InlineData("section:not=1-8", true)]
    [InlineData("section:not=1-8,48765-2", false)]
    [InlineData("section:not=1-8&section:not=48765-2", false)]
    [InlineData("section:not=http://loinc.org|", false)]
    [InlineData("confidentiality:not=R", true)]
    public void Not_is_of_the_set(string query, bool matches) => Assert.Equal(matches, Matches(query.Replace("|", "%7C", StringComparison.Ordinal),
        """
        {"resourceType":"Composition","status":"final","type":{"text":"t"},"date":"2026","author":[{"display":"a"}],"title":"t",
         "section":[{"code":{"coding":[{"system":"http://loinc.org","code":"48765-2"}]},"text":{"status":"empty","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">-</div>"}},{"code":{"coding":[{"system":"http://loinc.org","code":"11450-4"}]},"text":{"status":"empty","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">-</div>"}}]}
        """));

    // §missing: "present with extensions but no @value" is missing.
    [Theory]
    [InlineData("birthdate:missing=true", true)]
    [InlineData("birthdate:missing=false", false)]
    [InlineData("gender:missing=true", true)]
    [InlineData("name:missing=true", true)]
    [InlineData("active:missing=false", true)]
    public void What_has_extensions_and_no_value_is_missing(string query, bool matches) => Assert.Equal(matches, Matches(query,
        """{"resourceType":"Patient","active":true,"_birthDate":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]},"name":[{"_family":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}}]}"""));

    // §near on Location: kilometres when no unit is stated; London is 344 km from Paris.
    [Theory]
    [InlineData("51.5074|-0.1278|1|km", true)]
    [InlineData("51.5074|-0.1278|1", true)]
    [InlineData("51.5074|-0.1278", true)]
    [InlineData("48.8566|2.3522|340|km", false)]
    [InlineData("48.8566|2.3522|350|km", true)]
    [InlineData("48.8566|2.3522|350000|m", true)]
    [InlineData("48.8566|2.3522|220|[mi_i]", true)]
    [InlineData("48.8566|2.3522|210|[mi_i]", false)]
    [InlineData("48.8566|2.3522", false)]
    public void Locations_are_found_by_their_distance(string value, bool matches) =>
        Assert.Equal(matches, Matches("near=" + Uri.EscapeDataString(value), """{"resourceType":"Location","position":{"longitude":-0.1278,"latitude":51.5074}}"""));

    [Theory]
    [InlineData("near:missing=true")]
    [InlineData("near=51")]
    [InlineData("near=91|0")]
    [InlineData("near=0|181")]
    [InlineData("near=a|b")]
    [InlineData("near=1|1|0|km")]
    [InlineData("near=1|1|-1|km")]
    [InlineData("near=1|1|1|kg")]
    [InlineData("near=1|1|1|miles")]
    [InlineData("near=1|1|1|km|x")]
    public void Wrong_distances_are_refused(string query) => Assert.All(Parse("Location", query.Replace("|", "%7C", StringComparison.Ordinal)).Problems, p => Assert.Equal(400, p.Kind.Status));

    // §contained: "A chained condition will be evaluated inside contained resources."
    [Theory]
    [InlineData("medication.code=abc", true)]
    [InlineData("medication:Medication.code=abc", true)]
    [InlineData("medication.code=xyz", false)]
    [InlineData("medication.code:not=xyz", true)]
    [InlineData("medication.ingredient-code=water", true)]
    [InlineData("medication:Medication._id=m1", false)]
    [InlineData("code=abc", false)]
    public async Task Chains_lead_into_contained_resources(string query, bool matches)
    {
        const string request =
            """
            {"resourceType":"MedicationRequest","status":"active","intent":"order","subject":{"reference":"Patient/1"},"medicationReference":{"reference":"#m1"},
             "contained":[{"resourceType":"Medication","id":"m1","code":{"coding":[{"code":"abc"}]},"ingredient":[{"itemCodeableConcept":{"coding":[{"code":"water"}]}}]},
                          {"resourceType":"Medication","id":"m2","code":{"coding":[{"code":"xyz"}]}}]}
            """;
        var resolved = await new ChainResolver(_ => ValueTask.FromResult(Result<IReadOnlyList<ResourceView>>.Ok([]))).ResolveAsync(Query("MedicationRequest", query));

        Assert.Equal(matches, QueryMatcher.Matches(resolved.Value!, View(request)));
    }

    // Not R4's form of a reference, but met: where a parameter refers to one type alone, an id can be of no other.
    [Theory]
    [InlineData("organization=ijk", true)]
    [InlineData("organization=Organization/ijk", true)]
    [InlineData("organization:Organization=ijk", true)]
    [InlineData("organization=organization/ijk", false)]
    [InlineData("organization=Organization/ij", false)]
    [InlineData("general-practitioner=p2", true)]
    [InlineData("general-practitioner=Practitioner/p2", false)]
    [InlineData("general-practitioner:Practitioner=p2", false)]
    public void Ids_alone_are_of_the_only_type(string query, bool matches) =>
        Assert.Equal(matches, Matches(query, """{"resourceType":"Patient","managingOrganization":{"reference":"ijk"},"generalPractitioner":[{"reference":"p2"}]}"""));

    // §escaping: "The parameter value xx\xx is illegal."
    [Theory]
    [InlineData("code=a\\b")]
    [InlineData("code=a\\")]
    [InlineData("value-string=a\\b")]
    [InlineData("subject:identifier=a\\b")]
    [InlineData("code-value-string=a$b\\c")]
    public void Backslashes_stand_before_what_they_escape(string query) => Assert.Equal("invalid-parameter", Assert.Single(Parse("Observation", query).Problems).Kind.Code);

    [Theory]
    [InlineData("value-string=a\\,b", true)]
    [InlineData("value-string:exact=a\\\\b", false)]
    [InlineData("value-string=a,b", true)]
    [InlineData("value-string:exact=a,b", false)]
    [InlineData("value-string:exact=a\\,b", true)]
    public void Escapes_stand_for_the_character(string query, bool matches) => Assert.Equal(matches, Matches(query, Observation("\"valueString\":\"a,b\"")));
}
