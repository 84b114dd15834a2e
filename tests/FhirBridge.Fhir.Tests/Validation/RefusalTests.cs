using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>What is refused only where that is asked for.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("Standard <script>x</script>", Refusals.None, "markup Warning")]
    [InlineData("Standard <script>x</script>", Refusals.Markup, "markup-refused Error")]
    [InlineData("Standard <script>x</script>", Refusals.Examples, "markup Warning")]
    [InlineData("Standard < 5", Refusals.Markup, "")]
    public void Markup_InATextAndRefused_IsAnError(string text, Refusals refuse, string expected) =>
        Assert.Equal(expected, Found($$"""{"resourceType":"Patient","name":[{"text":"{{text}}"}]}""", refuse));

    [Theory]
    [InlineData("http://example.org/e", Refusals.None, "unknown-extension Warning")]
    [InlineData("http://example.org/e", Refusals.Examples, "extension-refused Error; invalid-value Error")]
    [InlineData("http://real.test/e", Refusals.Examples, "extension-refused Error")]
    public void ExampleNames_OfExtensionsAndRefused_AreErrors(string url, Refusals refuse, string expected) =>
        Assert.Equal(expected, Found($$"""{"resourceType":"Patient","extension":[{"url":"{{url}}","valueString":"x"}]}""", refuse));

    [Theory]
    [InlineData(Refusals.None, "")]
    [InlineData(Refusals.Examples, "invalid-value Error")]
    public void ExampleNames_OfSystemsAndRefused_AreErrors(Refusals refuse, string expected) =>
        Assert.Equal(expected, Found("""{"resourceType":"Patient","identifier":[{"system":"http://example.org/ids","value":"1"}]}""", refuse));

    private static string Found(string json, Refusals refuse) =>
        string.Join("; ", Verdicts.All(json, new ValidationOptions { IsStrict = true, Refuse = refuse }).Select(p => $"{p.Kind.Code} {p.Kind.Severity}").Order(StringComparer.Ordinal));
}
