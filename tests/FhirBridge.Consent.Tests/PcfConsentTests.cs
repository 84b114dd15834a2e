using System.Text.Json.Nodes;
using FhirBridge.Consent.Tests.World;
using FhirBridge.Fhir;

namespace FhirBridge.Consent.Tests;

/// <summary>The 13 consents of IHE PCF 1.1.0, through gate and compiler, deciding as their narrative says.</summary>
public sealed class PcfConsentTests
{
    private const string Basic = "ex-consent-basic-treat";
    private static readonly ConsentOptions Options = new() { RecognisedPolicies = ["http://example.org/policies/basePrivacyConsentPolicy.txt"] };
    private static readonly string[] Ex = ["Practitioner/ex-practitioner", "Organization/ex-org-other"];
    private static readonly string[] Other = ["Practitioner/other", "Organization/ex-org-other"];

    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "data", "ihe-pcf"), "Consent-*.json").Select(f => Path.GetFileNameWithoutExtension(f)[8..])];

    [Theory]
    [MemberData(nameof(Names))]
    public void PcfConsent_AtTheGate_Passes(string name) => Assert.Empty(ConsentGate.Check(Read(name)));

    [Fact]
    public void PcfConsents_InData_AreAllThere() => Assert.Equal(13, Names.Count);

    [Theory]
    [MemberData(nameof(Names))]
    public void PcfConsent_Compiled_IsEnforced(string name)
    {
        var snapshot = Snapshot(Options, name);

        var status = Assert.Single(snapshot.Directives).StatusAt(Callers.Now, snapshot);

        Assert.True(status is { State: EnforcementState.Enforced, Holds: false, Reasons.Count: 0 }, string.Join("; ", status.Reasons));
    }

    [Fact]
    public void PcfConsent_PolicyNotRecognised_IsQuarantined()
    {
        var snapshot = Snapshot(new ConsentOptions(), Basic);

        Assert.Equal(EnforcementState.Quarantined, snapshot.Directives[0].StatusAt(Callers.Now, snapshot).State);
        Assert.False(Permits(new ConsentOptions(), Basic, Ex, "TREAT", "bloodSugar"));
    }

    [Theory]
    [InlineData(Basic, true, "TREAT", "bloodSugar", true)]
    [InlineData(Basic, true, "TREAT", "alcoholUse", true)]
    [InlineData(Basic, true, "HRESCH", "bloodSugar", false)]
    [InlineData("ex-consent-basic-ink", true, "HPAYMT", "bloodSugar", true)]
    [InlineData("ex-consent-basic-reject", true, "TREAT", "bloodSugar", false)]
    [InlineData("ex-consent-expired-treat", true, "TREAT", "bloodSugar", false)]
    [InlineData("ex-consent-intermediate-encounter", true, "TREAT", "alcoholUse", true)]
    [InlineData("ex-consent-intermediate-encounter", true, "TREAT", "bloodSugar outside the encounter", false)]
    [InlineData("ex-consent-intermediate-not-encounter", true, "TREAT", "alcoholUse", false)]
    [InlineData("ex-consent-intermediate-not-encounter", true, "TREAT", "bloodSugar outside the encounter", true)]
    [InlineData("ex-consent-intermediate-not-authoredby", true, "TREAT", "alcoholUse", true)]
    [InlineData("ex-consent-intermediate-not-authoredby", true, "TREAT", "bloodSugar by ex-practitioner", false)]
    [InlineData("ex-consent-advanced-normal-not-restricted", true, "TREAT", "bloodSugar", true)]
    [InlineData("ex-consent-advanced-normal-not-restricted", true, "TREAT", "alcoholUse", false)]
    [InlineData("ex-consent-advanced-normal-focused-restricted", true, "TREAT", "alcoholUse", true)]
    [InlineData("ex-consent-advanced-normal-focused-restricted", false, "TREAT", "alcoholUse", false)]
    [InlineData("ex-consent-advanced-normal-focused-restricted", false, "TREAT", "bloodSugar", true)]
    [InlineData("ex-consent-advanced-normal-focused-psy-or-sdv", true, "TREAT", "alcoholUse", false)]
    [InlineData("ex-consent-advanced-normal-focused-psy-or-sdv", false, "TREAT", "bloodSugar", true)]
    [InlineData("ex-consent-advanced-normal-break-glass-restricted", true, "BTG", "alcoholUse", true)]
    [InlineData("ex-consent-advanced-normal-break-glass-restricted", false, "BTG", "alcoholUse", false)]
    [InlineData("ex-consent-advanced-normal-break-glass-restricted", true, "TREAT", "alcoholUse", false)]
    [InlineData("ex-dissent-intermediate-break-glass", true, "BTG", "alcoholUse", true)]
    [InlineData("ex-dissent-intermediate-break-glass", true, "TREAT", "bloodSugar", false)]
    [InlineData("ex-dissent-intermediate-break-glass", false, "BTG", "bloodSugar", false)]
    public void PcfConsent_AskedFor_DecidesAsNarrated(string consent, bool exPractitioner, string purpose, string observation, bool expected) =>
        Assert.Equal(expected, Permits(Options, consent, exPractitioner ? Ex : Other, purpose, observation));

    [Fact]
    public void PcfConsent_WithPurposeOfItsOwn_PermitsTheResearcherForItAlone()
    {
        var snapshot = Snapshot(Options, "ex-consent-intermediate-purpose");
        var researcher = Callers.Of("Practitioner/r", "Organization/ex-org-researcher");
        var facts = Facts("bloodSugar");

        Assert.True(Counsel.ForRecord(researcher with { Purposes = [new Coding("http://example.org/policies/purposeOfUse", "FooBar")] }, snapshot, Callers.Access(Options)).Permits(facts, Neighbours.None));
        Assert.False(Counsel.ForRecord(researcher.WithPurpose("FooBar"), snapshot, Callers.Access(Options)).Permits(facts, Neighbours.None));
    }

    private static bool Permits(ConsentOptions options, string consent, string[] who, string purpose, string observation)
    {
        var facts = Facts(observation);
        var grant = Counsel.ForRecord(Callers.Of(who).WithPurpose(purpose), Snapshot(options, consent), Callers.Access(options));
        return grant.Permits(facts, new Neighbours(facts));
    }

    private static FhirElement Read(string name) => Written.ReadFile($"ihe-pcf/Consent-{name}.json");

    private static ConsentSnapshot Snapshot(ConsentOptions options, string name) => Counsel.Compile(
        new RecordId("ex-patient"), "1", [Written.Source(Read(name)), Written.Source(Written.ReadFile("ihe-pcf/Group-ex-privilegedUsers.json"))], CareRelations.None, options);

    private static RecordFacts Facts(string observation)
    {
        var name = observation.Split(' ')[0];
        var resource = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "ihe-pcf", $"Observation-ex-{name}.json")))!;

        // All observations of PCF lie in the one encounter and have the one author.
        if (observation.EndsWith("outside the encounter", StringComparison.Ordinal)) resource.AsObject().Remove("encounter");
        if (observation.EndsWith("by ex-practitioner", StringComparison.Ordinal)) resource["performer"] = new JsonArray(Written.Reference("Practitioner/ex-practitioner"));
        return FactsExtractor.Extract(Written.Read(resource), new FactsContext { Reference = "Observation/ex-" + name, Custodian = "Organization/ex-organization", Resolve = Written.Itself });
    }
}
