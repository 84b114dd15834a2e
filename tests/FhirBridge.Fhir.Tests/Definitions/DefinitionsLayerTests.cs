using System.Text;

namespace FhirBridge.Fhir.Tests;

/// <summary>Resources laid over definitions: found by canonical and version, without touching what lies under them.</summary>
public class DefinitionsLayerTests
{
    [Fact]
    public void With_SeveralVersions_FindsTheLatestAndEachByItsVersion()
    {
        var layered = Definitions.R4.With([System("1.10.0", "ten"), System("1.9.0", "nine"), System("2.0.0-draft", "draft")]);

        Assert.Equal("2.0.0-draft", layered.FindResource("CodeSystem", "urn:s").Text("version"));
        Assert.Equal("1.9.0", layered.FindResource("CodeSystem", "urn:s|1.9.0").Text("version"));
        Assert.False(layered.FindResource("CodeSystem", "urn:s|3").Exists);
        Assert.Equal("1.11.0", layered.With([System("1.11.0", "x")]).FindResource("CodeSystem", "urn:s|1.11.0").Text("version"));
        Assert.Equal("2.0.0-draft", layered.With([System("1.11.0", "x")]).FindEntry("CodeSystem", "urn:s")!.Version);
        Assert.False(Definitions.R4.FindResource("CodeSystem", "urn:s").Exists);
        Assert.NotNull(layered.Terminology.Find(new Coding("urn:s", "nine"), "1.9.0"));
        Assert.Null(layered.Terminology.Find(new Coding("urn:s", "nine")));
    }

    [Fact]
    public void With_AnyTypeWithCanonical_IsFoundAndListed()
    {
        var layered = Definitions.R4.With([Read("""{"resourceType":"Questionnaire","url":"urn:q","version":"1","status":"active"}"""), Read("""{"resourceType":"Library","status":"active"}""")]);

        Assert.Equal("Questionnaire", layered.FindResource("Questionnaire", "urn:q|1").Type);
        Assert.Equal(["urn:q"], layered.Resources("Questionnaire").Select(e => e.Url));
        Assert.Contains("Questionnaire", layered.ConformanceTypes);
        Assert.Equal(Definitions.R4.Resources("ValueSet").Count, layered.Resources("ValueSet").Count);
        Assert.Same(Definitions.R4, Definitions.R4.With([]));
    }

    [Fact]
    public void With_CanonicalOfR4_ReplacesItForTheLayerAlone()
    {
        var gender = Read("""{"resourceType":"ValueSet","url":"http://hl7.org/fhir/ValueSet/administrative-gender","version":"4.0.1","status":"active","compose":{"include":[{"system":"urn:g","concept":[{"code":"x"}]}]}}""");
        var layered = Definitions.R4.With([gender]);

        Assert.True(layered.Terminology.Contains("http://hl7.org/fhir/ValueSet/administrative-gender", "x"));
        Assert.False(Definitions.R4.Terminology.Contains("http://hl7.org/fhir/ValueSet/administrative-gender", "x"));
        Assert.Equal(1, layered.Resources("ValueSet").Count(e => e.Url == gender.Text("url")));
    }

    [Theory]
    [InlineData("1.0.0", "1.0.1", -1)]
    [InlineData("1.10", "1.9", 1)]
    [InlineData("2.0", "2.0.1", -1)]
    [InlineData("1.0.0-rc1", "1.0.0", -1)]
    [InlineData("2018-08-12", "2019-01-01", -1)]
    [InlineData("1.0.0+a", "1.0.0+b", 0)]
    [InlineData("A", "B", 0)]
    [InlineData(null, "1", -1)]
    public void Compare_Versions_OrdersByNumber(string? a, string? b, int expected) => Assert.Equal(expected, Math.Sign(CanonicalVersion.Compare(a, b)));

    [Theory]
    [InlineData("1.x.x", "1.2.0", true)]
    [InlineData("1.x.x", "2.2.0", false)]
    [InlineData("1.0.x", "1.0.3", true)]
    [InlineData("1.x", "1.2.0", false)]
    [InlineData("1.*", "1.2", true)]
    [InlineData("1.0?", "1.0.3", true)]
    [InlineData("1.0?", "1.03", false)]
    [InlineData("1.0", "1.0", true)]
    [InlineData("*", null, true)]
    [InlineData("1.x", null, false)]
    public void Fits_Pattern_StandsForVersions(string asked, string? version, bool expected) => Assert.Equal(expected, CanonicalVersion.Fits(asked, version));

    private static FhirElement System(string version, string code) =>
        Read($$"""{"resourceType":"CodeSystem","url":"urn:s","version":"{{version}}","status":"active","content":"complete","concept":[{"code":"{{code}}"}]}""");

    private static FhirElement Read(string json) => FhirJson.ReadTrusted(Encoding.UTF8.GetBytes(json)).Value!.Root;
}
