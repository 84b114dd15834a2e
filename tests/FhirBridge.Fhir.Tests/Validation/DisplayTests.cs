namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>Displays of codings: those of the code system, of its supplements, and of the value sets that profiles bind.</summary>
public sealed class DisplayTests
{
    private const string System = """
        {"resourceType":"CodeSystem","url":"urn:test:s","status":"active","content":"complete","concept":[{"code":"a","display":"First thing","designation":[{"language":"nl","value":"Eerste ding"}]}]}
        """;

    private const string Supplement = """
        {"resourceType":"CodeSystem","url":"urn:test:de","status":"active","content":"supplement","supplements":"urn:test:s","language":"de","concept":[{"code":"a","display":"Erstes Ding"}]}
        """;

    private const string Place = "code-invalid Patient.maritalStatus.coding[0].display";

    [Theory]
    [InlineData("First thing", "")]
    [InlineData("first  THING", "")]
    [InlineData("Eerste ding", "")]
    [InlineData("Erstes Ding", "")]
    [InlineData("Something else", Place)]
    public void Display_IsOneOfTheCode(string display, string expected)
    {
        var patient = Patient("urn:test:s", "a", display);

        Assert.Equal(expected, Verdicts.Strict(patient, System, Supplement));
        Assert.Equal("", Verdicts.Mild(patient, System, Supplement));
        Assert.Equal(expected.Replace("invalid", "advised", StringComparison.Ordinal), string.Join("; ", Verdicts.Warnings(patient, System, Supplement).Split("; ").Where(w => w.EndsWith("display", StringComparison.Ordinal))));
    }

    [Fact]
    public void Display_OfASupplementThatIsNotHere_IsNone() => Assert.Equal(Place, Verdicts.Strict(Patient("urn:test:s", "a", "Erstes Ding"), System));

    [Fact]
    public void Display_OfASystemThatIsNotHere_IsNotJudged() => Assert.Equal("", Verdicts.Strict(Patient("urn:test:other", "a", "Anything")));

    [Theory]
    [InlineData("""{"compose":{"include":[{"system":"urn:test:s","concept":[{"code":"a","display":"Own name"}]}]},""", "Own name", "")]
    [InlineData("""{"compose":{"include":[{"system":"urn:test:s","concept":[{"code":"a","designation":[{"value":"Own name"}]}]}]},""", "Own name", "")]
    [InlineData("""{"expansion":{"timestamp":"2020-01-01T00:00:00Z","contains":[{"system":"urn:test:s","code":"a","display":"Own name"}]},""", "Own name", "")]
    [InlineData("""{"compose":{"include":[{"system":"urn:test:s","concept":[{"code":"a","display":"Own name"}]}]},""", "Another", Place)]
    public void Display_OfAValueSetThatAProfileBinds_Counts(string content, string display, string expected)
    {
        // Contained in the profile, and by its canonical.
        foreach (var (contained, canonical) in new[] { (true, "#v"), (false, "urn:v") })
        {
            var set = content + """ "resourceType":"ValueSet","id":"v","url":"urn:v","status":"active"}""";
            var profile = ProfileSubjects.Differential("urn:p", "Patient", $$"""{"path":"Patient.maritalStatus","binding":{"strength":"required","valueSet":"{{canonical}}"} }""");
            if (contained) profile = profile.Replace("\"url\":\"urn:p\"", $"\"contained\":[{set}],\"url\":\"urn:p\"", StringComparison.Ordinal);
            var patient = Patient("urn:test:s", "a", display).Replace("\"maritalStatus\"", "\"meta\":{\"profile\":[\"urn:p\"]},\"maritalStatus\"", StringComparison.Ordinal);

            Assert.Equal(expected, Verdicts.Strict(patient, contained ? [System, profile] : [System, profile, set]));
        }
    }

    [Theory]
    [InlineData("a", "")]
    [InlineData("b", "code-invalid Patient.maritalStatus")]
    public void Binding_ToAContainedValueSet_IsChecked(string code, string expected)
    {
        var profile = ProfileSubjects.Differential("urn:p", "Patient", """{"path":"Patient.maritalStatus","binding":{"strength":"required","valueSet":"#v"} }""")
            .Replace("\"url\":\"urn:p\"", """ "contained":[{"resourceType":"ValueSet","id":"v","status":"active","compose":{"include":[{"system":"urn:other","concept":[{"code":"a"}]}]}}],"url":"urn:p" """, StringComparison.Ordinal);

        Assert.Equal(expected, Verdicts.Strict($$"""{"resourceType":"Patient","meta":{"profile":["urn:p"]},"maritalStatus":{"coding":[{"system":"urn:other","code":"{{code}}"}]} }""", profile));
    }

    private static string Patient(string system, string code, string display) =>
        $$"""{"resourceType":"Patient","maritalStatus":{"coding":[{"system":"{{system}}","code":"{{code}}","display":"{{display}}"}]} }""";
}
