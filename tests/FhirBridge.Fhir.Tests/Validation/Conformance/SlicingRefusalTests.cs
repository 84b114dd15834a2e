namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>Slices of profiles: what tells them apart exists and does, and their numbers fit.</summary>
public sealed class SlicingRefusalTests
{
    private const string ByCode = """{"path":"Observation.component","slicing":{"discriminator":[{"type":"pattern","path":"code"}],"rules":"open"}}""";

    [Theory]
    [InlineData("value", "code", "")]
    [InlineData("pattern", "code", "")]
    [InlineData("value", "code.coding.code", "")]
    [InlineData("type", "value", "")]
    [InlineData("value", "value.ofType(Quantity).unit", "")]
    [InlineData("value", "extension('urn:x').value", "")]
    [InlineData("value", "kode", "invalid-profile")]
    [InlineData("value", "code.coding.kode", "invalid-profile")]
    [InlineData("value", "value.ofType(Address)", "invalid-profile")]
    [InlineData("profile", "code.resolve()", "invalid-profile")]
    [InlineData("value", "code.where(text = 'x')", "expression-refused")]
    public void Discriminator_ThatDoesNotExist_IsRefused(string type, string path, string expected)
    {
        var slicing = ByCode.Replace("\"type\":\"pattern\",\"path\":\"code\"", $"\"type\":\"{type}\",\"path\":\"{path}\"", StringComparison.Ordinal);
        var found = Run(slicing);
        Assert.Equal(expected, string.Join(' ', found.Select(p => p.Kind.Code)));
        Assert.All(found, p => Assert.Equal("StructureDefinition.differential.element[0].slicing.discriminator[0]", p.Expression));
    }

    [Fact]
    public void Discriminator_ThroughAReference_IsLookedUpInItsTargets()
    {
        Assert.Empty(Run("""{"path":"Observation.performer","slicing":{"discriminator":[{"type":"profile","path":"resolve()"}],"rules":"open"}}"""));
        Assert.Empty(Run("""{"path":"Observation.hasMember","slicing":{"discriminator":[{"type":"value","path":"resolve().code"}],"rules":"open"}}"""));
        Assert.Equal(Problems.InvalidProfile, Assert.Single(Run("""{"path":"Observation.hasMember","slicing":{"discriminator":[{"type":"value","path":"resolve().kode"}],"rules":"open"}}""")).Kind);
    }

    [Theory]
    [InlineData("one", "two", "")]
    [InlineData("one", "one", "invalid-profile")]
    public void Slices_ThatStateTheSame_CannotBeToldApart(string first, string second, string expected) =>
        Assert.Equal(expected, string.Join(' ', Run($"{ByCode},{Slice("a", first)},{Slice("b", second)}").Select(p => p.Kind.Code)));

    [Fact]
    public void Slice_ThatStatesNothing_HasNoMembers()
    {
        var found = Assert.Single(Run($$"""{{ByCode}},{{Slice("a", "one")}},{"id":"Observation.component:b","path":"Observation.component","sliceName":"b","min":1}"""));
        Assert.Equal((Problems.InvalidProfile, "StructureDefinition.differential.element[3]"), (found.Kind, found.Expression));
    }

    [Fact]
    public void Slice_WhoseProfileIsNotKnown_MayStateWhatIsNeeded() => Assert.Empty(Run("""
        {"path":"Observation.contained","slicing":{"discriminator":[{"type":"profile","path":"$this"}],"rules":"open"}},
        {"id":"Observation.contained:a","path":"Observation.contained","sliceName":"a","type":[{"code":"Patient","profile":["urn:not:yet"]}]},
        {"id":"Observation.contained:b","path":"Observation.contained","sliceName":"b","type":[{"code":"Patient","profile":["urn:nor:this"]}]}
        """));

    /// <summary>A profile of a type may bring the slices that are named below it: they are judged when it is known.</summary>
    [Fact]
    public void Slices_OfAProfileThatIsNotKnownYet_AreNotJudged()
    {
        const string elements = """
            {"path":"Observation.code","type":[{"code":"CodeableConcept","profile":["urn:not:yet"]}]},
            {"id":"Observation.code.coding:a","path":"Observation.code.coding","sliceName":"a","min":1},
            {"id":"Observation.code.extension:b","path":"Observation.code.extension","sliceName":"b","max":"0"}
            """;
        Assert.Empty(Run(elements));
        var found = Rules.Run(Profile("urn:t", "http://hl7.org/fhir/StructureDefinition/Observation", elements.Replace("urn:not:yet", "urn:cc", StringComparison.Ordinal)), """{"resourceType":"StructureDefinition","url":"urn:cc","type":"CodeableConcept","kind":"complex-type","derivation":"constraint","baseDefinition":"http://hl7.org/fhir/StructureDefinition/CodeableConcept","differential":{"element":[{"id":"CodeableConcept.text","path":"CodeableConcept.text","min":1}]}}""");
        Assert.Equal(["StructureDefinition.differential.element[1]", "StructureDefinition.differential.element[2]"], found.Where(p => p.Kind.Severity <= IssueSeverity.Error).Select(p => p.Expression));
    }

    [Theory]
    [InlineData("*", 2, "")]
    [InlineData("2", 2, "invalid-profile")]
    public void Slices_ThatMustBeThereMoreOftenThanTheElementMay(string max, int min, string expected)
    {
        var element = ByCode.Replace("\"slicing\"", $"\"max\":\"{max}\",\"slicing\"", StringComparison.Ordinal);
        Assert.Equal(expected, string.Join(' ', Run($"{element},{Slice("a", "one", min)},{Slice("b", "two", 1)}").Select(p => p.Kind.Code)));
    }

    [Fact]
    public void ClosedSlicing_ThatHoldsTooFew_IsRefused()
    {
        var closed = ByCode.Replace("\"rules\":\"open\"", "\"rules\":\"closed\"", StringComparison.Ordinal).Replace("\"slicing\"", "\"min\":2,\"slicing\"", StringComparison.Ordinal);
        var slice = Slice("a", "one").Replace("\"min\":0", "\"min\":0,\"max\":\"1\"", StringComparison.Ordinal);
        Assert.Equal(Problems.InvalidProfile, Assert.Single(Run($"{closed},{slice}")).Kind);
        Assert.Empty(Run($"{closed.Replace("\"min\":2", "\"min\":1", StringComparison.Ordinal)},{slice}"));
    }

    [Fact]
    public void Slice_WithoutSlicing_IsRefused() => Assert.Equal(Problems.InvalidProfile, Assert.Single(Run(Slice("a", "one").Split("},{")[0] + "}")).Kind);

    [Fact]
    public void Slicing_ThatDropsADiscriminatorOfItsBase_IsRefused()
    {
        var basis = Profile("urn:b", "http://hl7.org/fhir/StructureDefinition/Observation", ByCode);
        string Derived(string path) => Profile("urn:t", "urn:b", ByCode.Replace("\"path\":\"code\"", $"\"path\":\"{path}\"", StringComparison.Ordinal));
        Assert.Empty(Rules.Run(Derived("code"), basis));
        Assert.Equal(Problems.InvalidProfile, Assert.Single(Rules.Run(Derived("value"), basis)).Kind);
    }

    private static string Slice(string name, string text, int min = 0) => $$$"""{"id":"Observation.component:{{{name}}}","path":"Observation.component","sliceName":"{{{name}}}","min":{{{min}}}},{"id":"Observation.component:{{{name}}}.code","path":"Observation.component.code","patternCodeableConcept":{"text":"{{{text}}}"}}""";

    private static IReadOnlyList<Problem> Run(string elements) => [.. Rules.Run(Profile("urn:t", "http://hl7.org/fhir/StructureDefinition/Observation", elements)).Where(p => p.Kind.Severity <= IssueSeverity.Error)];

    private static string Profile(string url, string basis, string elements) => $$"""{"resourceType":"StructureDefinition","url":"{{url}}","type":"Observation","kind":"resource","derivation":"constraint","baseDefinition":"{{basis}}","differential":{"element":[{{elements}}] } }""";
}
