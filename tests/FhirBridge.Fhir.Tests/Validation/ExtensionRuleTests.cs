namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>Extensions that are not known, as a write and a question see them.</summary>
public sealed class ExtensionRuleTests
{
    [Theory]
    [InlineData("http://other.test/e", "extension-refused Patient.extension[0]", "unknown-extension Patient.extension[0]")]
    [InlineData("http://example.org/e", "", "unknown-extension Patient.extension[0]")]
    [InlineData("https://fhir.example.com/e", "", "unknown-extension Patient.extension[0]")]
    [InlineData("http://acme.org/e", "", "unknown-extension Patient.extension[0]")]
    [InlineData("http://notexample.org/e", "extension-refused Patient.extension[0]", "unknown-extension Patient.extension[0]")]
    [InlineData("http://other.test/example.org/e", "extension-refused Patient.extension[0]", "unknown-extension Patient.extension[0]")]
    [InlineData("http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.participant.actor", "", "unknown-extension Patient.extension[0]")]
    [InlineData("http://hl7.org/fhir/5.0/StructureDefinition/extension-participant", "extension-refused Patient.extension[0]", "unknown-extension Patient.extension[0]")]
    [InlineData("http://hl7.org/fhir/5.0/StructureDefinition/extension-", "extension-refused Patient.extension[0]", "unknown-extension Patient.extension[0]")]
    [InlineData("http://hl7.org/fhir/tools/StructureDefinition/snapshot-source", "", "unknown-extension Patient.extension[0]")]
    public void Extension_ThatIsNotKnown_IsKeptByWrites(string url, string strict, string warnings)
    {
        var patient = $$"""{"resourceType":"Patient","extension":[{"url":"{{url}}","valueString":"x"}]}""";

        Assert.Equal(strict, Verdicts.Strict(patient));
        Assert.Equal("", Verdicts.Mild(patient));
        Assert.Equal(warnings, Verdicts.Warnings(patient));
    }

    [Theory]
    [InlineData("http://other.test/e", "unknown-modifier-extension Patient.modifierExtension[0]")]
    [InlineData("http://example.org/e", "")]
    public void ModifierExtension_ThatIsNotKnown_IsRefusedByWrites(string url, string strict)
    {
        var patient = $$"""{"resourceType":"Patient","modifierExtension":[{"url":"{{url}}","valueString":"x"}]}""";

        Assert.Equal(strict, Verdicts.Strict(patient));
        Assert.Equal("unknown-modifier-extension Patient.modifierExtension[0]", Verdicts.Mild(patient));
    }

    /// <summary>A part has no definition of its own: it is named by that of the whole, in however many levels.</summary>
    [Theory]
    [InlineData("""{"url":"a","valueString":"x"}""", "", "")]
    [InlineData("""{"url":"b","extension":[{"url":"c","valueString":"x"}]}""", "", "")]
    [InlineData("""{"url":"other","valueString":"x"}""", "", "[0]")]
    [InlineData("""{"url":"c","valueString":"x"}""", "", "[0]")]
    [InlineData("""{"url":"b","extension":[{"url":"a","valueString":"x"}]}""", "", "[0].extension[0]")]
    [InlineData("""{"url":"http://example.org/own","valueString":"x"}""", "unknown-extension Patient.extension[0].extension[0]", "")]
    public void Part_OfAComplexExtension_IsOneThatItsDefinitionNames(string part, string other, string at)
    {
        var patient = $$"""{"resourceType":"Patient","extension":[{"url":"urn:e","extension":[{{part}}]}]}""";
        const string Definition = """
            {"resourceType":"StructureDefinition","url":"urn:e","name":"E","status":"active","kind":"complex-type","abstract":false,"type":"Extension","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Extension","derivation":"constraint",
            "context":[{"type":"element","expression":"Patient"}],"differential":{"element":[{"id":"Extension.url","path":"Extension.url","fixedUri":"urn:e"},
            {"id":"Extension.extension:a","path":"Extension.extension","sliceName":"a"},{"id":"Extension.extension:a.url","path":"Extension.extension.url","fixedUri":"a"},
            {"id":"Extension.extension:b","path":"Extension.extension","sliceName":"b"},{"id":"Extension.extension:b.extension:c","path":"Extension.extension.extension","sliceName":"c"},
            {"id":"Extension.extension:b.extension:c.url","path":"Extension.extension.extension.url","fixedUri":"c"},{"id":"Extension.extension:b.url","path":"Extension.extension.url","fixedUri":"b"}]}}
            """;

        Assert.Equal(at.Length == 0 ? "" : $"extension-refused Patient.extension[0].extension{at}", Verdicts.Strict(patient, Definition));
        Assert.Equal("", Verdicts.Mild(patient, Definition));
        Assert.Equal(at.Length == 0 ? other : $"unknown-extension Patient.extension[0].extension{at}", Verdicts.Warnings(patient, Definition));
    }

    [Fact]
    public void Part_OfAnExtensionThatIsNotKnown_IsNotJudged() =>
        Assert.Equal("", Verdicts.Strict("""{"resourceType":"Patient","extension":[{"url":"http://example.org/e","extension":[{"url":"part","valueString":"x"}]}]}"""));
}
