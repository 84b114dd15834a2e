using System.Text;

namespace FhirBridge.Fhir.Tests;

public class DefinitionsBuilderTests
{
    private const string PatientUrl = "http://hl7.org/fhir/StructureDefinition/Patient";

    private static DefinitionsBuilder OnR4 => new(Definitions.R4);

    [Fact]
    public void Add_Profile_IsFoundBesideR4()
    {
        var builder = OnR4.Add(Utf8("""{"resourceType":"StructureDefinition","id":"p","url":"urn:p","version":"1","name":"P","status":"active","kind":"resource","abstract":false,"type":"Patient","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[{"path":"Patient","comment":"prose"}]}}"""));
        var built = builder.Build();

        Assert.Empty(builder.Problems);
        Assert.Equal("P", built.FindResource("StructureDefinition", "urn:p|1").Text("name"));
        Assert.False(built.FindResource("StructureDefinition", "urn:p")["differential"]["element"]["comment"].Exists);
        Assert.Equal(654, built.Resources("StructureDefinition").Count);
        Assert.Equal(209, built.Types.Count);
        Assert.True(built.FindResource("StructureDefinition", PatientUrl).Exists);
        Assert.False(Definitions.R4.FindResource("StructureDefinition", "urn:p").Exists);
    }

    [Fact]
    public void Add_Xml_IsReadLikeJson()
    {
        var builder = OnR4.Add(Utf8("""<ValueSet xmlns="http://hl7.org/fhir"><url value="urn:v"/><status value="active"/></ValueSet>"""), "v.xml");

        Assert.Empty(builder.Problems);
        Assert.Equal("active", builder.Build().FindResource("ValueSet", "urn:v").Text("status"));
    }

    [Fact]
    public void Add_XmlThatLacksAnElement_IsUsedLikeJson()
    {
        var builder = OnR4.Add(Utf8("""<ValueSet xmlns="http://hl7.org/fhir"><id value="a b"/><url value="urn:v"/></ValueSet>"""), "v.xml").Add(Utf8("""<ValueSet xmlns="http://hl7.org/fhir"><url value="urn:w"/><colour value="red"/></ValueSet>"""), "w.xml");

        Assert.Equal("unknown-element", Assert.Single(builder.Problems).Kind.Code);
        Assert.True(builder.Build().FindResource("ValueSet", "urn:v").Exists && builder.Build().FindResource("ValueSet", "urn:w").Exists);
    }

    /// <summary>R4 gives its own version, 4.0.1, to systems that have lower ones of their own at HL7.</summary>
    [Fact]
    public void Add_SystemOfHl7Terminology_IsLaterThanTheCopyOfR4()
    {
        const string Url = "http://terminology.hl7.org/CodeSystem/location-physical-type";
        static ReadOnlyMemory<byte> System(string version, string code) => Utf8($$"""{"resourceType":"CodeSystem","url":"{{Url}}","version":"{{version}}","status":"active","content":"complete","concept":[{"code":"{{code}}"}]}""");
        var built = OnR4.Add(System("2.0.1", "vi")).Add(System("1.0.0", "old")).Build();

        Assert.Equal("2.0.1", built.FindResource("CodeSystem", Url).Text("version"));
        Assert.Equal("4.0.1", built.FindResource("CodeSystem", Url + "|4.0.1").Text("version"));
        Assert.NotNull(built.Terminology.FindCodeSystem(Url)!.Find("vi"));
    }

    [Fact]
    public void Add_SameCanonicalAgain_LaterWinsAndTheLatestVersionIsFound()
    {
        var built = OnR4.Add(ValueSet("urn:v", "1", "first")).Add(ValueSet("urn:v", "2", "second")).Add(ValueSet("urn:v", "1", "third")).Build();

        Assert.Equal(["urn:v|2", "urn:v|1"], built.Resources("ValueSet").Where(e => e.Url == "urn:v").Select(e => e.Canonical));
        Assert.Equal("second", built.FindResource("ValueSet", "urn:v").Text("name"));
        Assert.Equal("third", built.FindResource("ValueSet", "urn:v|1").Text("name"));

        // R4's own value sets can be replaced, too: packages of terminology bring newer ones.
        const string gender = "http://hl7.org/fhir/ValueSet/administrative-gender";
        var replaced = OnR4.Add(ValueSet(gender, "9", "newer")).Build();
        Assert.Equal("newer", replaced.FindResource("ValueSet", gender).Text("name"));
        Assert.Equal("AdministrativeGender", replaced.FindResource("ValueSet", gender + "|4.0.1").Text("name"));
        Assert.Equal(Definitions.R4.RequiredCodes(gender)!.Codings, replaced.RequiredCodes(gender)!.Codings);
    }

    [Fact]
    public void Add_OtherDefinitionOfAnR4Type_IsRefused()
    {
        var builder = OnR4.Add(Structure(PatientUrl, "Patient"), "evil.json");
        var built = builder.Build();

        Assert.Equal("conflict", Assert.Single(builder.Problems).Kind.Code);
        Assert.StartsWith("evil.json: ", builder.Problems[0].Diagnostics, StringComparison.Ordinal);
        Assert.Equal("4.0.1", built.FindResource("StructureDefinition", PatientUrl).Text("version"));
        Assert.Equal(Definitions.R4.FindType("Patient"), built.FindType("Patient"));
    }

    [Fact]
    public void Add_R4TypeUnderAnotherUrl_IsRefused()
    {
        var builder = OnR4.Add(Structure("urn:Patient", "Patient"), "evil.json");

        Assert.Equal("conflict", Assert.Single(builder.Problems).Kind.Code);
        Assert.False(builder.Build().FindResource("StructureDefinition", "urn:Patient").Exists);
    }

    [Theory]
    [InlineData("http://hl7.org/fhir/CompartmentDefinition/patient", "Patient")]
    [InlineData("urn:c", "Patient")]
    [InlineData("http://hl7.org/fhir/CompartmentDefinition/patient", "Organization")]
    public void Add_OtherDefinitionOfACompartment_IsRefused(string url, string code)
    {
        var builder = OnR4.Add(Utf8($$"""{"resourceType":"CompartmentDefinition","url":"{{url}}","name":"C","status":"active","code":"{{code}}","search":true,"resource":[{"code":"Observation","param":["code"]}]}"""));
        var built = builder.Build();

        Assert.Equal("conflict", Assert.Single(builder.Problems).Kind.Code);
        Assert.Equal(Definitions.R4.FindCompartment("Patient"), built.FindCompartment("Patient"));
        Assert.Equal(5, built.Compartments.Count);
    }

    [Fact]
    public void Add_SearchParameterWithACodeOfR4_IsOnlyFoundByItsCanonical()
    {
        var built = OnR4.Add(Utf8("""{"resourceType":"SearchParameter","url":"http://a.example/patient","code":"patient","base":["Observation"],"type":"token","expression":"Observation.id"}""")).Build();

        Assert.Equal(Definitions.R4.FindSearchParameter("Observation", "patient"), built.FindSearchParameter("Observation", "patient"));
        Assert.Equal("Observation.id", built.FindSearchParameter("http://a.example/patient")!.Expression);
        Assert.Single(built.SearchParameters("Observation"), p => p.Code == "patient");
    }

    [Fact]
    public void Add_R4TypeAsItIs_IsNoProblem()
    {
        var patient = Definitions.R4.FindResource("StructureDefinition", PatientUrl);
        var builder = OnR4.Add(patient.Tree!.Source, "Patient.json");

        Assert.Empty(builder.Problems);
        Assert.Equal(653, builder.Build().Resources("StructureDefinition").Count);
    }

    [Fact]
    public void Add_ElementsOfAnotherType_AreRefused()
    {
        var builder = OnR4.Add(Utf8("""{"resourceType":"StructureDefinition","url":"urn:X","name":"X","status":"active","kind":"complex-type","abstract":false,"type":"X","snapshot":{"element":[{"path":"X"},{"path":"Patient.contact.x","min":0,"max":"1"}]}}"""), "x.json");

        Assert.Contains("Patient.contact.x", Assert.Single(builder.Problems).Diagnostics, StringComparison.Ordinal);
        Assert.Equal(Definitions.R4.Elements("Patient.contact").Count, builder.Build().Elements("Patient.contact").Count);
    }

    [Fact]
    public void Build_TypesThatDescendFromThemselves_AreLeftOut()
    {
        var builder = OnR4.Add(Structure("urn:A", "A", "urn:x/B")).Add(Structure("urn:B", "B", "urn:x/A")).Add(Structure("urn:C", "C", "urn:x/B")).Add(Structure("urn:D", "D"));
        var built = builder.Build();

        Assert.Equal(["urn:A", "urn:B", "urn:C"], builder.Problems.Select(p => p.Diagnostics.Split(": ")[0]));
        Assert.Null(built.FindType("A"));
        Assert.False(built.FindResource("StructureDefinition", "urn:C").Exists);
        Assert.True(built.FindResource("StructureDefinition", "urn:D").Exists);
        Assert.False(built.IsOrSpecialises("A", "Element"));
    }

    [Theory]
    [InlineData("not json", "malformed-json")]
    [InlineData("""{"resourceType":"ValueSet",""", "malformed-json")]
    [InlineData("""{"resourceType":"ValueSet","url":"urn:v"} trailing""", "malformed-json")]
    [InlineData("""{"resourceType":"ValueSet","url":"\ud800"}""", "malformed-json")]
    [InlineData("<ValueSet", "malformed-xml")]
    [InlineData("""<!DOCTYPE x [<!ENTITY e "e">]><ValueSet xmlns="http://hl7.org/fhir"/>""", "malformed-xml")]
    [InlineData("""{"resourceType":"ValueSet","status":"active"}""", "required")]
    [InlineData("""{"resourceType":"ValueSet","url":7,"status":"active"}""", "wrong-type")]
    [InlineData("""{"resourceType":"ValueSet","url":"urn:v","compose":[]}""", "wrong-type")]
    [InlineData("""{"resourceType":"CodeSystem","url":"urn:s","concept":"a"}""", "wrong-type")]
    [InlineData("""{"resourceType":"StructureDefinition","url":"urn:s","type":"S","kind":"complex-type","snapshot":{"element":[{"path":"S.x","min":"one"}]}}""", "wrong-type")]
    [InlineData("""{"resourceType":"StructureDefinition","url":"urn:s","type":"S","kind":"complex-type","snapshot":{"element":[{"path":"S"},{"path":"S.x","max":"many"}]}}""", "invalid-value")]
    [InlineData("""{"resourceType":"StructureDefinition","url":"urn:s","type":"S","kind":"complex-type","snapshot":{"element":[{"path":"S"},{"min":1}]}}""", "invalid-value")]
    public void Add_BrokenResource_IsAProblemThatNamesTheFile(string text, string code)
    {
        var builder = OnR4.Add(Utf8(text), "broken.json");

        Assert.Contains(code, builder.Problems.Select(p => p.Kind.Code));
        Assert.All(builder.Problems, p => Assert.StartsWith("broken.json: ", p.Diagnostics, StringComparison.Ordinal));
        var built = builder.Build();
        Assert.False(built.FindResource("ValueSet", "urn:v").Exists || built.FindResource("CodeSystem", "urn:s").Exists || built.FindResource("StructureDefinition", "urn:s").Exists);
    }

    [Theory]
    [InlineData("\"false\"", true)]
    [InlineData("\"no\"", false)]
    [InlineData("0", false)]
    public void Add_BooleanThatIsWrittenAsAText_IsUnderstood(string value, bool isUsed)
    {
        var known = OnR4.Add(Encoding.UTF8.GetBytes($$"""{"resourceType":"StructureDefinition","url":"urn:p","name":"P","status":"draft","kind":"resource","abstract":{{value}},"type":"Patient","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[{"path":"Patient.active","min":1,"mustSupport":{{value}}}]} }"""));

        Assert.Equal(isUsed, known.Problems.Count == 0);
        Assert.Equal(isUsed, known.Build().Profiles.Find("urn:p").IsOk);
    }

    [Fact]
    public void Add_NestedTooDeep_IsAProblem()
    {
        var nested = string.Concat(Enumerable.Repeat("""{"code":"a","concept":[""", 50_000));
        var builder = OnR4.Add(Utf8($$"""{"resourceType":"CodeSystem","url":"urn:s","concept":[{{nested}}"""), "deep.json");

        Assert.Single(builder.Problems);
    }

    [Fact]
    public void Add_UnknownElement_IsToldAndIgnored()
    {
        var builder = OnR4.Add(Utf8("""{"resourceType":"SearchParameter","url":"urn:sp","code":"x","base":["Patient"],"type":"token","expresion":"Patient.id"}"""), "sp.json");

        Assert.Equal("unknown-element", Assert.Single(builder.Problems).Kind.Code);
        Assert.Null(builder.Build().FindSearchParameter("Patient", "x")!.Expression);
    }

    [Theory]
    [InlineData("http://hl7.org/fhir/ValueSet/example-extensional", false)]
    [InlineData("http://hl7.org/fhir/ValueSet/example2", false)]
    [InlineData("http://hl7.org/fhir/ValueSet/examplescenario", true)]
    [InlineData("http://hl7.org/fhir/us/core/ValueSet/example-a", true)]
    [InlineData("http://a.example/ValueSet/example", true)]
    public void Add_ExampleOfTheSpecification_IsLeftOut(string url, bool isKept)
    {
        var builder = OnR4.Add(ValueSet(url, "1", "E"));

        Assert.Empty(builder.Problems);
        Assert.Equal(isKept, builder.Build().FindResource("ValueSet", url).Exists);
    }

    [Fact]
    public void Add_OtherResources_AreIgnored()
    {
        var builder = OnR4.Add(Utf8("""{"resourceType":"Patient","name":7}""")).Add(Utf8("""{"name":"package","version":"1"}""")).Add(Utf8("[]"));

        Assert.Empty(builder.Problems);
        Assert.Equal(1311, builder.Build().Resources("ValueSet").Count);
    }

    [Fact]
    public void Add_LargerThanTheLimit_IsAProblem()
    {
        var builder = new DefinitionsBuilder(Definitions.R4, new PackageLimits(MaxFileBytes: 50)).Add(ValueSet("urn:v", "1", "a"), "large.json");

        Assert.Equal("too-large", Assert.Single(builder.Problems).Kind.Code);
    }

    [Fact]
    public void Add_ManyBrokenResources_KeepsALimitedNumberOfProblems()
    {
        var builder = new DefinitionsBuilder(Definitions.R4, new PackageLimits(MaxProblems: 3));
        for (var i = 0; i < 10; i++) builder.Add(Utf8("x"), $"{i}.json");

        Assert.Equal(3, builder.Problems.Count);
    }

    internal static ReadOnlyMemory<byte> ValueSet(string url, string version, string name) =>
        Utf8($$"""{"resourceType":"ValueSet","url":"{{url}}","version":"{{version}}","name":"{{name}}","status":"active"}""");

    internal static ReadOnlyMemory<byte> Utf8(string json) => Encoding.UTF8.GetBytes(json);

    private static ReadOnlyMemory<byte> Structure(string url, string type, string basis = "http://hl7.org/fhir/StructureDefinition/Element") =>
        Utf8($$"""{"resourceType":"StructureDefinition","url":"{{url}}","name":"{{type}}","status":"active","kind":"complex-type","abstract":false,"type":"{{type}}","baseDefinition":"{{basis}}","derivation":"specialization","snapshot":{"element":[{"path":"{{type}}"}]} }""");
}
