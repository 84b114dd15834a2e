using static FhirBridge.Fhir.Tests.ProfileSubjects;

namespace FhirBridge.Fhir.Tests;

/// <summary>Discriminators and rules of https://hl7.org/fhir/R4/profiling.html#slicing, in profiles made for it.</summary>
public class SlicingTests
{
    private const string TwoIdentifiers = """{"path":"Patient.identifier","sliceName":"ssn","min":1,"max":"1"},{"path":"Patient.identifier.system","min":1,"fixedUri":"urn:ssn"},{"path":"Patient.identifier","sliceName":"mrn","max":"2"},{"path":"Patient.identifier.system","min":1,"fixedUri":"urn:mrn"},{"path":"Patient.identifier.value","min":1}""";

    [Theory]
    [InlineData("open", "urn:ssn urn:mrn", "")]
    [InlineData("open", "urn:mrn", "cardinality Patient.identifier")]
    [InlineData("open", "urn:ssn urn:ssn", "cardinality Patient.identifier")]
    [InlineData("open", "urn:other urn:ssn", "")]
    [InlineData("closed", "urn:other urn:ssn", "cardinality Patient.identifier[0]")]
    [InlineData("openAtEnd", "urn:other urn:ssn", "cardinality Patient.identifier[1]")]
    [InlineData("openAtEnd", "urn:ssn urn:other", "")]
    [InlineData("open", "urn:mrn urn:ssn", "")]
    [InlineData("open\",\"ordered\":true,\"description\":\"", "urn:mrn urn:ssn", "cardinality Patient.identifier[1]")]
    [InlineData("open\",\"ordered\":true,\"description\":\"", "urn:ssn urn:mrn", "")]
    public void Slices_ByValue_ObeyTheRules(string rules, string systems, string expected)
    {
        var slicing = $$"""{"path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"{{rules}}"} }""";
        var patient = string.Join(',', systems.Split(' ').Select(s => $$"""{"system":"{{s}}","value":"1"}"""));

        Assert.Equal(expected, Check(slicing + "," + TwoIdentifiers, $"\"identifier\":[{patient}]"));
    }

    [Fact]
    public void Slices_RulesInside_HoldForTheirsOnly()
    {
        var slicing = """{"path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"}},""" + TwoIdentifiers;

        Assert.Equal("", Check(slicing, """ "identifier":[{"system":"urn:ssn"},{"system":"urn:mrn","value":"1"}]"""));
        Assert.Equal("cardinality Patient.identifier[1].value", Check(slicing, """ "identifier":[{"system":"urn:ssn"},{"system":"urn:mrn"}]"""));
    }

    [Theory]

    // pattern on the element itself, with a path below it, and with $this.
    [InlineData("value", "coding.code", """ "patternCodeableConcept":{"coding":[{"system":"urn:s","code":"a"}]}""")]
    [InlineData("pattern", "$this", """ "patternCodeableConcept":{"coding":[{"system":"urn:s","code":"a"}]}""")]

    // A required binding tells apart, too.
    [InlineData("value", "$this", """ "binding":{"strength":"required","valueSet":"urn:v"}""")]
    public void Slices_ByPatternOrBinding_AreFound(string type, string path, string rule)
    {
        var elements = $$"""{"path":"Patient.maritalStatus","id":"Patient.maritalStatus","slicing":{"discriminator":[{"type":"{{type}}","path":"{{path}}"}],"rules":"closed"} },{"path":"Patient.maritalStatus","sliceName":"a","id":"Patient.maritalStatus:a","min":1,{{rule}}}""";

        Assert.Equal("", Check(elements, """ "maritalStatus":{"coding":[{"system":"urn:other","code":"a"},{"system":"urn:s","code":"a"}]}"""));
        Assert.Equal("cardinality Patient.maritalStatus; cardinality Patient.maritalStatus", Check(elements, """ "maritalStatus":{"coding":[{"system":"urn:s","code":"b"}]}"""));
    }

    [Fact]
    public void Slices_ByExists_AreFound()
    {
        const string elements = """
            {"path":"Patient.contact","slicing":{"discriminator":[{"type":"exists","path":"organization"}],"rules":"open"}},
            {"path":"Patient.contact","sliceName":"office","max":"1"},{"path":"Patient.contact.organization","min":1},
            {"path":"Patient.contact","sliceName":"person"},{"path":"Patient.contact.organization","max":"0"},{"path":"Patient.contact.name","min":1}
            """;

        Assert.Equal("", Check(elements, """ "contact":[{"organization":{"display":"x"}},{"name":{"text":"y"}}]"""));
        Assert.Equal("cardinality Patient.contact[0].name", Check(elements, """ "contact":[{"address":{"city":"X"}}]"""));
        Assert.Equal("cardinality Patient.contact", Check(elements, """ "contact":[{"organization":{"display":"x"}},{"organization":{"display":"y"}}]"""));
    }

    [Fact]
    public void Slices_ByType_AreFound()
    {
        const string elements = """
            {"path":"Patient.deceased[x]","slicing":{"discriminator":[{"type":"type","path":"$this"}],"rules":"closed"}},
            {"path":"Patient.deceased[x]","id":"Patient.deceased[x]:deceasedBoolean","sliceName":"deceasedBoolean","type":[{"code":"boolean"}],"fixedBoolean":false}
            """;

        Assert.Equal("", Check(elements, "\"deceasedBoolean\":false"));
        Assert.Equal("invalid-value Patient.deceased", Check(elements, "\"deceasedBoolean\":true"));
        Assert.Equal("cardinality Patient.deceased", Check(elements, "\"deceasedDateTime\":\"2020\""));
    }

    [Fact]
    public void Slices_ByProfile_AreFound()
    {
        var home = Differential("urn:home", "Address", """{"path":"Address.use","min":1,"fixedCode":"home"}""");
        var patient = Differential("urn:p", "Patient", """
            {"path":"Patient.address","slicing":{"discriminator":[{"type":"profile","path":"$this"}],"rules":"open"}},
            {"path":"Patient.address","sliceName":"home","min":1,"max":"1","type":[{"code":"Address","profile":["urn:home"]}]},{"path":"Patient.address.city","min":1}
            """);
        var profiles = With(home, patient).Profiles;

        Assert.Equal("", ProfileSubjects.Problems(profiles, Patient(""" "address":[{"use":"work"},{"use":"home","city":"X"}]"""), "urn:p"));
        Assert.Equal("cardinality Patient.address[1].city", ProfileSubjects.Problems(profiles, Patient(""" "address":[{"use":"work"},{"use":"home"}]"""), "urn:p"));
        Assert.Equal("cardinality Patient.address", ProfileSubjects.Problems(profiles, Patient(""" "address":[{"use":"work"}]"""), "urn:p"));
    }

    [Fact]
    public void Slices_ThroughResolve_AreFound()
    {
        var observation = Differential("urn:o", "Observation", """{"path":"Observation.code","patternCodeableConcept":{"coding":[{"code":"a"}]}}""");
        var byValue = Report("value", "resolve().code", "urn:o");
        var byType = Report("type", "resolve()", Base + "Observation");
        const string with = """{"resourceType":"DiagnosticReport","status":"final","code":{"text":"x"},"contained":[{"resourceType":"Observation","id":"1","status":"final","code":{"coding":[{"code":"a"}]}},{"resourceType":"Observation","id":"2","status":"final","code":{"coding":[{"code":"b"}]}}],"result":[{"reference":"#1"},{"reference":"#2"}]}""";

        Assert.Equal("", ProfileSubjects.Problems(With(observation, byValue).Profiles, Read(with), "urn:r"));
        Assert.Equal("cardinality DiagnosticReport.result", ProfileSubjects.Problems(With(observation, byValue).Profiles, Read(with.Replace("\"a\"", "\"b\"", StringComparison.Ordinal)), "urn:r"));
        Assert.Equal("cardinality DiagnosticReport.result", ProfileSubjects.Problems(With(observation, byType).Profiles, Read(with), "urn:r"));

        static string Report(string type, string path, string target) => Differential("urn:r", "DiagnosticReport", $$"""
            {"path":"DiagnosticReport.result","slicing":{"discriminator":[{"type":"{{type}}","path":"{{path}}"}],"rules":"open"} },
            {"path":"DiagnosticReport.result","sliceName":"a","min":1,"max":"1","type":[{"code":"Reference","targetProfile":["{{target}}"]}]}
            """);
    }

    [Theory]
    [InlineData("urn:e", "a", "")]
    [InlineData("urn:e", "b", "cardinality Patient.contact")]
    [InlineData("urn:f", "a", "cardinality Patient.contact")]
    public void Slices_ByAnExtension_AreFound(string url, string value, string expected)
    {
        const string elements = """
            {"path":"Patient.contact","slicing":{"discriminator":[{"type":"value","path":"extension('urn:e').value"}],"rules":"open"}},
            {"path":"Patient.contact","sliceName":"a","min":1},
            {"path":"Patient.contact.extension","slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"open"}},
            {"path":"Patient.contact.extension","sliceName":"e","type":[{"code":"Extension","profile":["urn:e"]}]},
            {"path":"Patient.contact.extension.value[x]","fixedCode":"a"}
            """;

        Assert.Equal(expected, Check(elements, $$""" "contact":[{"name":{"text":"x"},"extension":[{"url":"{{url}}","valueCode":"{{value}}"}]}]""").Split("; ").Where(p => !p.StartsWith("informational", StringComparison.Ordinal)).DefaultIfEmpty("").Aggregate((a, b) => $"{a}; {b}"));
    }

    [Theory]
    [InlineData("\"valueString\":\"x\"", "")]
    [InlineData("\"valueString\":\"x\"},{\"code\":{\"text\":\"x\"},\"valueString\":\"y\"", "cardinality Observation.component")]
    [InlineData("\"valueInteger\":1", "cardinality Observation.component[0]")]
    public void Slices_ByTypeOfAChoice_MaySayItsShortName(string value, string expected)
    {
        var profile = Differential("urn:o", "Observation", """
            {"path":"Observation.component","slicing":{"discriminator":[{"type":"type","path":"value"}],"rules":"closed"}},
            {"path":"Observation.component","sliceName":"text","max":"1"},{"path":"Observation.component.valueString","min":1},
            {"path":"Observation.component","sliceName":"quantity"},{"path":"Observation.component.valueQuantity"}
            """);
        var observation = Read($$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"component":[{"code":{"text":"x"},{{value}}}]}""");

        Assert.Equal(expected, ProfileSubjects.Problems(With(profile).Profiles, observation, "urn:o"));
    }

    [Fact]
    public void Slices_OneDiscriminatorSaysNothing_TheOthersDecide()
    {
        const string elements = """
            {"path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"},{"type":"value","path":"type"}],"rules":"closed"}},
            {"path":"Patient.identifier","sliceName":"a","max":"1"},{"path":"Patient.identifier.system","fixedUri":"urn:a"},{"path":"Patient.identifier.type","patternCodeableConcept":{"coding":[{"code":"t"}]}},
            {"path":"Patient.identifier","sliceName":"b","max":"1"},{"path":"Patient.identifier.system","fixedUri":"urn:a"}
            """;

        Assert.Equal("", Check(elements, """ "identifier":[{"system":"urn:a","type":{"coding":[{"code":"t"}]}},{"system":"urn:a"}]"""));
        Assert.Equal("cardinality Patient.identifier", Check(elements, """ "identifier":[{"system":"urn:a"},{"system":"urn:a"}]"""));
        Assert.Equal("cardinality Patient.identifier[0]", Check(elements, """ "identifier":[{"value":"1"}]"""));
    }

    [Fact]
    public void Slices_OfSlices_AreChecked()
    {
        const string elements = """
            {"path":"Patient.telecom","id":"Patient.telecom","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"}},
            {"path":"Patient.telecom","id":"Patient.telecom:phone","sliceName":"phone","slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"open"}},
            {"path":"Patient.telecom.system","id":"Patient.telecom:phone.system","min":1,"fixedCode":"phone"},
            {"path":"Patient.telecom","id":"Patient.telecom:phone/home","sliceName":"phone/home","max":"1"},
            {"path":"Patient.telecom.use","id":"Patient.telecom:phone/home.use","min":1,"fixedCode":"home"}
            """;

        Assert.Equal("", Check(elements, """ "telecom":[{"system":"phone","use":"home"},{"system":"email","use":"home"},{"system":"phone","use":"work"}]"""));
        Assert.Equal("cardinality Patient.telecom", Check(elements, """ "telecom":[{"system":"phone","use":"home"},{"system":"phone","use":"home"}]"""));
    }

    [Theory]
    [InlineData("system or value")]
    [InlineData("where(x)")]
    [InlineData("a..b")]
    [InlineData("value")]
    public void Discriminator_ThatSaysNothing_LeavesTheSliceOpen(string path)
    {
        var elements = $$"""{"path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"{{path}}"}],"rules":"closed"} },{"path":"Patient.identifier","sliceName":"x","min":1}""";

        Assert.Equal("informational Patient.identifier", Check(elements, """ "identifier":[{"system":"urn:ssn"}]"""));
    }

    private static string Check(string elements, string patient) =>
        ProfileSubjects.Problems(
            With(Differential("urn:p", "Patient", elements), """{"resourceType":"ValueSet","url":"urn:v","status":"active","compose":{"include":[{"system":"urn:s","concept":[{"code":"a"}]}]}}""").Profiles,
            Patient(patient),
            "urn:p");

    private static FhirElement Patient(string content) => Read($$"""{"resourceType":"Patient",{{content}}}""");
}
