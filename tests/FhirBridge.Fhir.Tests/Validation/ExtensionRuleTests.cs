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
}
