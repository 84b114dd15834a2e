namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>Profiles that contradict their base, their types or themselves are refused, each fault at its element; what is not known yet is a warning.</summary>
public sealed class ProfileRefusalTests
{
    private const string Core = "http://hl7.org/fhir/StructureDefinition/";

    private const string Stricter = """{"resourceType":"StructureDefinition","url":"urn:p:named","type":"Patient","kind":"resource","derivation":"constraint","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","differential":{"element":[{"id":"Patient.name","path":"Patient.name","min":1,"max":"2"}]}}""";

    private const string OnExtension = """{"resourceType":"StructureDefinition","url":"urn:x:text","type":"Extension","kind":"complex-type","derivation":"constraint","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Extension","differential":{"element":[{"id":"Extension.value[x]","path":"Extension.value[x]","type":[{"code":"string"}]}]}}""";

    [Theory]
    [InlineData("Patient", """{"path":"Patient.name","min":1}""", "")]
    [InlineData("Patient", """{"path":"Patient.name","min":2,"max":"1"}""", "invalid-profile[0]")]
    [InlineData("Patient", """{"path":"Patient.gender","max":"2"}""", "invalid-profile[0]")]
    [InlineData("Observation", """{"path":"Observation.status","min":0}""", "invalid-profile[0]")]
    [InlineData("Observation", """{"path":"Observation.value[x]","type":[{"code":"Quantity"}]}""", "")]
    [InlineData("Observation", """{"path":"Observation.value[x]","type":[{"code":"Address"}]}""", "invalid-profile[0]")]
    [InlineData("Observation", """{"path":"Observation.value[x]","type":[{"code":"Quanttiy"}]}""", "invalid-profile[0] invalid-definition[0].type[0].code")]
    [InlineData("Observation", """{"path":"Observation.subject","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Patient"]}]}""", "")]
    [InlineData("Observation", """{"path":"Observation.subject","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Medication"]}]}""", "invalid-profile[0]")]
    [InlineData("Observation", """{"path":"Observation.subject","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Address"]}]}""", "invalid-profile[0] invalid-definition[0].type[0].targetProfile[0]")]
    [InlineData("Patient", """{"path":"Patient.gender","binding":{"strength":"required","valueSet":"http://hl7.org/fhir/ValueSet/administrative-gender"}}""", "")]
    [InlineData("Patient", """{"path":"Patient.gender","binding":{"strength":"preferred","valueSet":"http://hl7.org/fhir/ValueSet/administrative-gender"}}""", "invalid-profile[0]")]
    [InlineData("Patient", """{"path":"Patient.birthDate","binding":{"strength":"required","valueSet":"http://hl7.org/fhir/ValueSet/administrative-gender"}}""", "invalid-definition[0].binding")]
    [InlineData("Patient", """{"path":"Patient.maritalStatus","binding":{"strength":"required","valueSet":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus"}}""", "invalid-definition[0].binding.valueSet")]
    [InlineData("Patient", """{"path":"Patient.gender","fixedCode":"male"}""", "")]
    [InlineData("Patient", """{"path":"Patient.gender","fixedCode":"mannelijk"}""", "code-invalid[0].fixed")]
    [InlineData("Patient", """{"path":"Patient.gender","fixedString":"male"}""", "invalid-profile[0]")]
    [InlineData("Patient", """{"path":"Patient.nickname","min":1}""", "invalid-value[0].path")]
    [InlineData("Patient", """{"path":"Patient.active","isModifier":false}""", "invalid-profile[0]")]
    [InlineData("Patient", """{"path":"Patient.name","isModifier":true}""", "invalid-profile[0]")]
    [InlineData("Patient", """{"path":"Patient.contact","constraint":[{"key":"p-1","severity":"error","human":"x","expression":"name.exists() or telecom.exists()"}]}""", "")]
    [InlineData("Patient", """{"path":"Patient.contact","constraint":[{"key":"p-1","severity":"error","human":"x","expression":"name.exists("}]}""", "expression-refused[0].constraint[0].expression")]
    [InlineData("Patient", """{"path":"Patient.contact","constraint":[{"key":"p-1","severity":"error","human":"x","expression":"nickname.exists()"}]}""", "expression-refused[0].constraint[0].expression")]
    [InlineData("Patient", """{"path":"Patient.contact","constraint":[{"key":"p-1","severity":"error","human":"x","expression":"name.family.upcase()"}]}""", "expression-refused[0].constraint[0].expression")]
    [InlineData("Patient", """{"path":"Patient.name","constraint":[{"key":"p-1","severity":"error","human":"x","expression":"family > 3"}]}""", "expression-refused[0].constraint[0].expression")]
    [InlineData("Observation", """{"path":"Observation.value[x]","constraint":[{"key":"p-1","severity":"error","human":"x","expression":"coding.exists()"}]}""", "")]
    [InlineData("Observation", """{"path":"Observation.value[x]","constraint":[{"key":"p-1","severity":"error","human":"x","expression":"nothing.exists()"}]}""", "expression-refused[0].constraint[0].expression")]
    [InlineData("Observation", """{"path":"Observation.value[x]","type":[{"code":"integer"}],"minValueInteger":3,"maxValueInteger":5}""", "")]
    [InlineData("Observation", """{"path":"Observation.value[x]","type":[{"code":"integer"}],"minValueInteger":5,"maxValueInteger":3}""", "invalid-definition[0]")]
    [InlineData("Patient", """{"path":"Patient.extension","sliceName":"text","type":[{"code":"Extension","profile":["urn:x:text"]}]}""", "")]
    [InlineData("Patient", """{"path":"Patient.extension","sliceName":"text","type":[{"code":"Extension","profile":["urn:p:named"]}]}""", "invalid-definition[0].type[0].profile[0]")]
    [InlineData("Patient", """{"path":"Patient.name","min":1},{"path":"Patient.name","max":"3"}""", "invalid-profile[1]")]
    public void Differential_AgainstItsBase(string type, string elements, string expected) => Assert.Equal(expected, Faults(Core + type, type, elements));

    [Theory]
    [InlineData("""{"path":"Patient.name","max":"1"}""", "")]
    [InlineData("""{"path":"Patient.name","min":0}""", "invalid-profile[0]")]
    [InlineData("""{"path":"Patient.name","max":"3"}""", "invalid-profile[0]")]
    public void Differential_AgainstAProfileOfTheNetwork(string elements, string expected) => Assert.Equal(expected, Faults("urn:p:named", "Patient", elements));

    [Fact]
    public void Faults_OfSeveralElements_AreAllTold() =>
        Assert.Equal("invalid-profile[0] invalid-profile[2]", Faults(Core + "Patient", "Patient", """{"path":"Patient.gender","max":"2"},{"path":"Patient.name","min":1},{"path":"Patient.birthDate","max":"*"}"""));

    [Theory]
    [InlineData("urn:none", "unverified baseDefinition")]
    [InlineData("urn:t", "circular baseDefinition")]
    [InlineData("urn:c1", "circular baseDefinition")]
    [InlineData("http://hl7.org/fhir/StructureDefinition/Observation", "invalid-definition type")]
    [InlineData("http://hl7.org/fhir/StructureDefinition/Patient", "")]
    public void Base_ThatIsUnknown_InACircle_OrOfAnotherType(string basis, string expected)
    {
        const string circle = """{"resourceType":"StructureDefinition","url":"urn:c1","type":"Patient","kind":"resource","derivation":"constraint","baseDefinition":"urn:t","differential":{"element":[{"id":"Patient","path":"Patient"}]}}""";
        var found = Rules.Run(Profile(basis, "Patient", """{"path":"Patient.name","min":1}"""), circle);
        Assert.Equal(expected, string.Join(' ', found.Select(p => $"{p.Kind.Code} {p.Expression!["StructureDefinition.".Length..]}")));
    }

    /// <summary>What is not known when a profile is written is not held against it: the order of loading does not matter.</summary>
    [Theory]
    [InlineData("""{"path":"Patient.name","type":[{"code":"HumanName","profile":["urn:not:yet"]}]}""", "unverified[0].type[0].profile[0]")]
    [InlineData("""{"path":"Patient.maritalStatus","binding":{"strength":"required","valueSet":"urn:not:yet"}}""", "unverified[0].binding.valueSet")]
    [InlineData("""{"path":"Patient.extension","sliceName":"a","type":[{"code":"Extension","profile":["urn:not:yet"]}]}""", "unverified[0].type[0].profile[0]")]
    public void Unknown_IsAWarning(string elements, string expected) => Assert.Equal(expected, Faults(Core + "Patient", "Patient", elements, IssueSeverity.Warning));

    [Theory]
    [InlineData("urn:x:text", "")]
    [InlineData("urn:t", "circular[1]")]
    public void Extension_ThatMustHoldItself_HasNoInstance(string inner, string expected)
    {
        var elements = $$$"""{"path":"Extension.extension","slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"open"}},{"path":"Extension.extension","sliceName":"inner","min":1,"type":[{"code":"Extension","profile":["{{{inner}}}"]}]}""";
        Assert.Equal(expected, Faults(Core + "Extension", "Extension", elements));
        Assert.Equal("", Faults(Core + "Extension", "Extension", elements.Replace("\"min\":1", "\"min\":0", StringComparison.Ordinal)));
    }

    [Fact]
    public void Expansion_ThatReachesIntoItself_IsACircle() => Assert.StartsWith("invalid-profile[1]", Faults(
        Core + "Extension", "Extension", """{"path":"Extension.extension","sliceName":"inner","type":[{"code":"Extension","profile":["urn:t"]}]},{"path":"Extension.extension.value[x]","id":"Extension.extension:inner.value[x]","max":"0"}"""), StringComparison.Ordinal);

    [Fact]
    public void RequiredElement_ThatRepeatsWhatIsAroundIt_HasNoInstance()
    {
        const string model = """{"resourceType":"StructureDefinition","url":"urn:t","type":"urn:Tree","kind":"logical","derivation":"specialization","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Element","differential":{"element":[{"id":"urn:Tree","path":"Tree"},{"path":"Tree.node","min":1,"max":"*","type":[{"code":"BackboneElement"}]},{"path":"Tree.node.node","min":1,"max":"*","contentReference":"#Tree.node"}]}}""";
        var named = model.Replace("urn:Tree", "http://x.example/Tree", StringComparison.Ordinal);
        Assert.Contains(Rules.Run(named), p => p.Kind == Problems.Circular && p.Expression == "StructureDefinition.differential.element[2]");
        Assert.DoesNotContain(Rules.Run(named.Replace("\"min\":1,\"max\":\"*\",\"contentReference\"", "\"min\":0,\"max\":\"*\",\"contentReference\"", StringComparison.Ordinal)), p => p.Kind.Severity <= IssueSeverity.Error);
    }

    [Theory]
    [InlineData("urn:t", "")]
    [InlineData("urn:x:text", "invalid-definition[0].fixed")]
    public void Extension_IsKnownByItsOwnUrl(string url, string expected) => Assert.Equal(expected, Faults(Core + "Extension", "Extension", $$"""{"path":"Extension.url","fixedUri":"{{url}}"}"""));

    [Theory]
    [InlineData("element", "Patient", "")]
    [InlineData("element", "Patient.contact.name", "")]
    [InlineData("element", "Observation.value[x]", "")]
    [InlineData("element", "Observation.value", "")]
    [InlineData("element", "CanonicalResource", "")]
    [InlineData("element", "Patientt", "invalid-definition")]
    [InlineData("element", "Patient.nickname", "invalid-definition")]
    [InlineData("extension", "urn:x:text", "")]
    [InlineData("extension", "urn:x:later", "unverified")]
    [InlineData("extension", "urn:p:named", "invalid-definition")]
    [InlineData("fhirpath", "Patient.name.where(use = 'official')", "")]
    [InlineData("fhirpath", "Patient.name.where(use = ", "expression-refused")]
    public void Context_OfAnExtension(string type, string expression, string expected)
    {
        var extension = OnExtension.Replace("urn:x:text", "urn:t", StringComparison.Ordinal).Replace("\"kind\"", $$"""
            "context":[{"type":"{{type}}","expression":"{{expression}}"}],"kind"
            """, StringComparison.Ordinal);
        Assert.Equal(expected, string.Join(' ', Rules.Run(extension, OnExtension, Stricter).Select(p => p.Kind.Code)));
    }

    /// <summary>Extensions for several versions of FHIR name elements of the later ones; a binding that binds nothing does no harm.</summary>
    [Theory]
    [InlineData("element", "PlanDefinition.actor")]
    [InlineData("element", "ActorDefinition")]
    public void Context_ThatR4DoesNotHave_IsTakenByWrites(string type, string expression)
    {
        var extension = OnExtension.Replace("\"kind\"", $$"""
            "context":[{"type":"{{type}}","expression":"{{expression}}"}],"kind"
            """, StringComparison.Ordinal);
        Assert.Contains("invalid-definition", Verdicts.Strict(extension), StringComparison.Ordinal);
        Assert.DoesNotContain("invalid-definition", Verdicts.Mild(extension), StringComparison.Ordinal);
    }

    [Fact]
    public void Type_OfR4_StaysAsItIs()
    {
        var patient = Definitions.R4.FindResource("StructureDefinition", Core + "Patient");
        var json = System.Text.Encoding.UTF8.GetString(patient.Raw);
        Assert.DoesNotContain(Rules.Run(json), p => p.Kind.Severity <= IssueSeverity.Error);
        Assert.Contains(Rules.Run(json.Replace("\"Patient.gender\",\"short\"", "\"Patient.sex\",\"short\"", StringComparison.Ordinal)), p => p.Kind == Problems.Conflict);
    }

    [Fact]
    public void Snapshot_ThatSaysLessThanTheDifferential_IsAWarning_AndOneAloneIsJudged()
    {
        var whole = System.Text.Encoding.UTF8.GetString(Definitions.R4.FindResource("StructureDefinition", Core + "bmi").Raw);
        Assert.DoesNotContain(Rules.Run(whole), p => p.Kind == Problems.Questionable);
        var wider = whole.Replace("\"path\":\"Observation.category\",\"slicing\"", "\"path\":\"Observation.category\",\"slicinh\"", StringComparison.Ordinal);
        Assert.NotEqual(whole, wider);
        Assert.Equal("invalid-profile", string.Join(' ', Rules.Run("""{"resourceType":"StructureDefinition","url":"urn:t","type":"Patient","kind":"resource","derivation":"constraint","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","snapshot":{"element":[{"id":"Patient","path":"Patient"},{"id":"Patient.gender","path":"Patient.gender","min":0,"max":"2"}]}}""").Select(p => p.Kind.Code)));
    }

    /// <summary>However many profiles a Bundle holds, the work on them ends; and it is told, however many warnings there are.</summary>
    [Fact]
    public void ManyProfiles_InOneBundle_AreWorkThatEnds()
    {
        var profiles = Enumerable.Range(0, 600).Select(i => $$"""{"resource":{{Profile(i % 2 == 0 ? Core + "Contract" : $"urn:t{i - 1}", "Contract", """{"id":"Contract","path":"Contract"}""").Replace("urn:t\",\"type", $"urn:t{i}\",\"type", StringComparison.Ordinal)}} }""");
        var bundle = FhirJson.ReadTrusted(System.Text.Encoding.UTF8.GetBytes($$"""{"resourceType":"Bundle","type":"collection","entry":[{{string.Join(',', profiles)}}]}""")).Value!.Root;
        Assert.Contains(Definitions.R4.Validator.Validate(bundle), p => p.Kind == Problems.ExpressionBudget);
    }

    private static string Faults(string basis, string type, string elements, IssueSeverity upTo = IssueSeverity.Error) => string.Join(' ', Rules.Run(Profile(basis, type, elements), Stricter, OnExtension)
        .Where(p => p.Kind.Severity <= upTo).Select(p => $"{p.Kind.Code}{p.Expression!.Replace("StructureDefinition.differential.element", "", StringComparison.Ordinal)}").Distinct());

    private static string Profile(string basis, string type, string elements) =>
        $$"""{"resourceType":"StructureDefinition","url":"urn:t","type":"{{type}}","kind":"{{(type == "Extension" ? "complex-type" : "resource")}}","derivation":"constraint","baseDefinition":"{{basis}}","differential":{"element":[{{elements}}] } }""";
}
