using static FhirBridge.Fhir.Tests.ProfileSubjects;

namespace FhirBridge.Fhir.Tests;

/// <summary>Slices that are told apart in less common ways, default slices, slices of slices, and what cannot be told.</summary>
public class SliceRuleTests
{
    private const string ByUse = """{"path":"Patient.telecom","id":"Patient.telecom","slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"closed"} },{"path":"Patient.telecom","id":"Patient.telecom:home","sliceName":"home","max":"1"},{"path":"Patient.telecom.use","id":"Patient.telecom:home.use","min":1,"fixedCode":"home"}""";

    [Theory]
    [InlineData("home", "")]
    [InlineData("home work", "")]
    [InlineData("home work old", "cardinality Patient.telecom")]
    [InlineData("home work:", "cardinality Patient.telecom[1].value")]
    public void Default_TakesWhatBelongsToNoOther(string uses, string expected)
    {
        const string elements = ByUse + """,{"path":"Patient.telecom","id":"Patient.telecom:@default","sliceName":"@default","max":"1"},{"path":"Patient.telecom.value","id":"Patient.telecom:@default.value","min":1}""";
        var telecom = string.Join(',', uses.Split(' ').Select(u => u.EndsWith(':') ? $$"""{"use":"{{u[..^1]}}","rank":1}""" : $$"""{"use":"{{u}}","value":"1","system":"phone"}"""));

        Assert.Equal(expected, Check(elements, $"\"telecom\":[{telecom}]"));
    }

    [Theory]
    [InlineData("phone,home,1", "")]
    [InlineData("phone,home,1 phone,home,2", "cardinality Patient.telecom")]
    [InlineData("phone,work,1 phone,home,2", "")]
    [InlineData("phone,work,1 phone,old,1", "cardinality Patient.telecom[1]")]
    [InlineData("email,old,1", "")]
    public void SliceOfASlice_HasRulesOfItsOwn(string telecom, string expected)
    {
        // Phones are sliced again by their use, closed: home and work.
        const string elements = """
            {"path":"Patient.telecom","id":"Patient.telecom","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"}},
            {"path":"Patient.telecom","id":"Patient.telecom:phone","sliceName":"phone","slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"closed"}},
            {"path":"Patient.telecom.system","id":"Patient.telecom:phone.system","min":1,"fixedCode":"phone"},
            {"path":"Patient.telecom","id":"Patient.telecom:phone/home","sliceName":"phone/home","max":"1"},
            {"path":"Patient.telecom.use","id":"Patient.telecom:phone/home.use","min":1,"fixedCode":"home"},
            {"path":"Patient.telecom","id":"Patient.telecom:phone/work","sliceName":"phone/work"},
            {"path":"Patient.telecom.use","id":"Patient.telecom:phone/work.use","min":1,"fixedCode":"work"}
            """;
        var items = string.Join(',', telecom.Split(' ').Select(t => t.Split(',')).Select(t => $$"""{"system":"{{t[0]}}","use":"{{t[1]}}","value":"{{t[2]}}"}"""));

        Assert.Equal(expected, Check(elements, $"\"telecom\":[{items}]"));
    }

    [Theory]
    [InlineData("""{"name":{"text":"x"}}""", "")]
    [InlineData("""{"name":{"text":"x"}},{"name":{"family":"y"}}""", "cardinality Patient.contact")]
    [InlineData("""{"name":{"text":"x"}},{"telecom":[{"system":"phone","value":"1"}]}""", "cardinality Patient.contact")]
    [InlineData("""{"telecom":[{"system":"phone","value":"1"}]}""", "")]
    public void Exists_OfWhatStandsDeeper_IsFound(string contacts, string expected)
    {
        const string elements = """
            {"path":"Patient.contact","slicing":{"discriminator":[{"type":"exists","path":"name.text"}],"rules":"closed"},"max":"*"},
            {"path":"Patient.contact","sliceName":"known"},{"path":"Patient.contact.name","min":1},{"path":"Patient.contact.name.text","min":1},
            {"path":"Patient.contact","sliceName":"other","max":"0"},{"path":"Patient.contact.name"},{"path":"Patient.contact.name.text","max":"0"}
            """;
        var found = Check(elements.Replace("\"sliceName\":\"other\",\"max\":\"0\"", contacts.StartsWith("{\"tel", StringComparison.Ordinal) ? "\"sliceName\":\"other\"" : "\"sliceName\":\"other\",\"max\":\"0\"", StringComparison.Ordinal), $"\"contact\":[{contacts}]");

        Assert.Equal(expected, found);
    }

    [Theory]
    [InlineData("\"deceasedBoolean\":true", "invalid-value Patient.deceased")]
    [InlineData("\"deceasedBoolean\":false", "")]
    [InlineData("\"deceasedDateTime\":\"2020\"", "")]
    public void Choice_WithoutADiscriminator_IsToldByItsType(string deceased, string expected)
    {
        const string elements = """
            {"path":"Patient.deceased[x]","slicing":{"rules":"open"}},
            {"path":"Patient.deceased[x]","id":"Patient.deceased[x]:deceasedBoolean","sliceName":"deceasedBoolean","type":[{"code":"boolean"}],"fixedBoolean":false}
            """;

        Assert.Equal(expected, Check(elements, deceased));
    }

    [Fact]
    public void Slices_WithoutDiscriminators_CannotBeTold()
    {
        const string elements = """{"path":"Patient.identifier","slicing":{"description":"by what it means","rules":"closed"}},{"path":"Patient.identifier","sliceName":"x","min":1,"max":"1"}""";

        Assert.Equal("informational Patient.identifier", Check(elements, """ "identifier":[{"value":"1"},{"value":"2"}]"""));
        Assert.Equal("cardinality Patient.identifier", Check(elements, "\"active\":true"));
    }

    [Theory]

    // By a profile of the type: its pattern at the root, its required binding, and what it fixes below.
    [InlineData("""{"path":"CodeableConcept","patternCodeableConcept":{"coding":[{"code":"a"}]}}""", "$this")]
    [InlineData("""{"path":"CodeableConcept","binding":{"strength":"required","valueSet":"urn:v"}}""", "$this")]
    [InlineData("""{"path":"CodeableConcept.coding","min":1},{"path":"CodeableConcept.coding.code","min":1,"fixedCode":"a"}""", "$this")]
    [InlineData("""{"path":"CodeableConcept.coding","min":1},{"path":"CodeableConcept.coding.code","min":1,"fixedCode":"a"}""", "coding.code")]
    public void Value_StatedByTheProfileOfTheType_IsFound(string elements, string path)
    {
        var type = Differential("urn:t", "CodeableConcept", elements);
        var observation = Differential("urn:o", "Observation", $$"""
            {"path":"Observation.category","slicing":{"discriminator":[{"type":"value","path":"{{path}}"}],"rules":"closed"} },
            {"path":"Observation.category","sliceName":"a","max":"1","type":[{"code":"CodeableConcept","profile":["urn:t"]}]}
            """);
        var profiles = With(type, observation, ValueSet).Profiles;

        Assert.Equal("", ProfileSubjects.Problems(profiles, Categories("a"), "urn:o"));
        Assert.Equal("cardinality Observation.category", ProfileSubjects.Problems(profiles, Categories("a", "a"), "urn:o"));
        Assert.Equal("cardinality Observation.category[1]", ProfileSubjects.Problems(profiles, Categories("a", "b"), "urn:o"));
    }

    [Theory]
    [InlineData("\"valueQuantity\":{\"code\":\"mg\"}", "")]
    [InlineData("\"valueQuantity\":{\"code\":\"kg\"}", "cardinality Observation.component[0]")]
    [InlineData("\"valueString\":\"mg\"", "cardinality Observation.component[0]")]
    public void Value_OfAType_IsFoundByOfType(string value, string expected)
    {
        var profile = Differential("urn:o", "Observation", """
            {"path":"Observation.component","slicing":{"discriminator":[{"type":"value","path":"value.ofType(Quantity).code"}],"rules":"closed"}},
            {"path":"Observation.component","sliceName":"mass"},{"path":"Observation.component.valueQuantity","min":0},{"path":"Observation.component.valueQuantity.code","min":1,"fixedCode":"mg"}
            """);
        var observation = Read($$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"component":[{"code":{"text":"x"},{{value}}}]}""");

        Assert.Equal(expected, ProfileSubjects.Problems(With(profile).Profiles, observation, "urn:o").Split("; ").Where(p => !p.Contains("invariant", StringComparison.Ordinal)).DefaultIfEmpty("").First());
    }

    [Theory]
    [InlineData("Patient", "urn:p", "")]
    [InlineData("Practitioner", "urn:p", "cardinality Bundle.entry[0]")]
    public void Type_OfAResource_IsFound(string resource, string profile, string expected)
    {
        var bundle = Differential(profile, "Bundle", """
            {"path":"Bundle.entry","slicing":{"discriminator":[{"type":"type","path":"resource"}],"rules":"closed"}},
            {"path":"Bundle.entry","sliceName":"patient"},{"path":"Bundle.entry.resource","type":[{"code":"Patient"}]}
            """).Replace("complex-type", "resource", StringComparison.Ordinal);

        Assert.Equal(expected, ProfileSubjects.Problems(With(bundle).Profiles, Read($$"""{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","resource":{"resourceType":"{{resource}}"} }]}"""), profile));
    }

    [Fact]
    public void Undecided_OccurrencesOfASlice_MayBeTheOnesThatAreMissing()
    {
        // The set cannot be known, but the code that it lists can: one is in it, the other may be.
        const string elements = """
            {"path":"Patient.contact","slicing":{"discriminator":[{"type":"value","path":"relationship"}],"rules":"closed"}},
            {"path":"Patient.contact","sliceName":"known","min":2,"max":"2"},{"path":"Patient.contact.relationship","binding":{"strength":"required","valueSet":"urn:partly"}}
            """;

        Assert.Equal("informational Patient.contact", Check(elements, $"\"contact\":[{Contact("urn:s", "a")},{Contact("urn:unknown", "x")}]"));
        Assert.Equal("cardinality Patient.contact", Check(elements, $"\"contact\":[{Contact("urn:s", "a")}]"));

        static string Contact(string system, string code) => $$"""{"name":{"text":"x"},"relationship":[{"coding":[{"system":"{{system}}","code":"{{code}}"}]}]}""";
    }

    [Theory]
    [InlineData("a", "x", "")]
    [InlineData("a", "", "cardinality Composition.section[0].title")]
    [InlineData("b", "", "cardinality Composition.section[0]")]
    public void ProfileOfAType_MayBeAPartOfAnother(string code, string title, string expected)
    {
        var library = Differential("urn:library", "Composition", """
            {"path":"Composition.section","slicing":{"discriminator":[{"type":"pattern","path":"code"}],"rules":"open"}},
            {"path":"Composition.section","id":"Composition.section:history","sliceName":"history"},{"path":"Composition.section.title","id":"Composition.section:history.title","min":1},
            {"path":"Composition.section.code","id":"Composition.section:history.code","min":1,"patternCodeableConcept":{"coding":[{"code":"a"}]}}
            """).Replace("complex-type", "resource", StringComparison.Ordinal);
        var document = Differential("urn:document", "Composition", """
            {"path":"Composition.section","slicing":{"discriminator":[{"type":"pattern","path":"code"}],"rules":"closed"}},
            {"path":"Composition.section","sliceName":"h","type":[{"code":"BackboneElement","profile":["urn:library"],"_profile":[{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-profile-element","valueString":"Composition.section:history"}]}]}]}
            """).Replace("complex-type", "resource", StringComparison.Ordinal);
        var titled = title.Length == 0 ? "" : $"\"title\":\"{title}\",";
        var composition = Read($$"""{"resourceType":"Composition","status":"final","type":{"text":"x"},"date":"2020","title":"x","author":[{"display":"x"}],"section":[{ {{titled}}"code":{"coding":[{"code":"{{code}}"}]},"entry":[{"display":"x"}]}]}""");

        Assert.Equal(expected, ProfileSubjects.Problems(With(library, document).Profiles, composition, "urn:document"));
    }

    private const string ValueSet = """{"resourceType":"ValueSet","url":"urn:v","status":"active","compose":{"include":[{"system":"urn:s","concept":[{"code":"a"}]}]}}""";

    private const string Partly = """{"resourceType":"ValueSet","url":"urn:partly","status":"active","compose":{"include":[{"system":"urn:s","concept":[{"code":"a"}]},{"system":"urn:unknown"}]}}""";

    private static FhirElement Categories(params string[] codes) =>
        Read($$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"category":[{{string.Join(',', codes.Select(c => $$"""{"coding":[{"system":"urn:s","code":"{{c}}"}]}"""))}}]}""");

    private static string Check(string elements, string patient) =>
        ProfileSubjects.Problems(With(Differential("urn:p", "Patient", elements), ValueSet, Partly).Profiles, Read($$"""{"resourceType":"Patient",{{patient}}}"""), "urn:p");
}
