using System.Text.Json.Nodes;
using FhirBridge.Consent.Tests.World;

namespace FhirBridge.Consent.Tests;

/// <summary>Layers L1, L3 and L5, governed types, several patients and derived resources (consent.md §4, §7.4, §9).</summary>
public sealed class LayersTests
{
    private const string AllNormal = "https://profiles.ihe.net/ITI/PCF/Policy-all-normal";
    private static readonly CounselSource PermitAll = Written.Source(Written.Consent("c", "Patient/anna", new JsonObject { ["type"] = "permit" }));
    private static readonly CounselSource DenyAll = Written.Source(Written.Consent("c", "Patient/anna", new JsonObject { ["type"] = "deny" }));
    private static readonly Caller Gp = Callers.Of("Practitioner/jan", "Organization/gp");

    [Theory]
    [InlineData("Practitioner/jan")]
    [InlineData("Device/app")]
    [InlineData("PractitionerRole/x")]
    public void Caller_WithoutMembership_GetsNothing(string who)
    {
        var decision = Grant(Callers.Of(who), null, PermitAll).Decide(Callers.Facts("Goal/1"), Neighbours.None);

        Assert.False(decision.Permit);
        Assert.Equal("membership", decision.Reasons[0].Rule);
    }

    [Theory]
    [InlineData("Patient/anna", true)]
    [InlineData("Patient/ben", false)]
    [InlineData("RelatedPerson/mia", false)]
    [InlineData("Organization/hospital", true)]
    [InlineData("Organization/gp", false)]
    public void InherentRight_UnderADenyOfEverything_IsThePatientsAndTheCustodians(string who, bool permits) =>
        Assert.Equal(permits, Grant(Callers.Of(who), null, DenyAll).Permits(Callers.Facts("Goal/1", "Organization/hospital", "V", "HIV"), Neighbours.None));

    [Theory]
    [InlineData("Patient/anna", "collect", "Patient/anna", true)]
    [InlineData("Patient/anna", "collect", "Organization/gp", false)]
    [InlineData("Patient/anna", "correct", "Patient/anna", true)]
    [InlineData("Patient/anna", "correct", "Organization/gp", false)]
    [InlineData("Patient/anna", "disclose", "Patient/anna", false)]
    [InlineData("RelatedPerson/mia", "access", "RelatedPerson/mia", true)]
    [InlineData("RelatedPerson/mia", "correct", "RelatedPerson/mia", true)]
    [InlineData("RelatedPerson/mia", "collect", "RelatedPerson/mia", false)]
    [InlineData("Organization/gp", "collect", "Organization/gp", false)]
    [InlineData("Organization/gp", "correct", "Organization/gp", false)]
    public void Writing_WithoutConsent_IsInherentForAPersonsOwnStatements(string who, string action, string custodian, bool permits) =>
        Assert.Equal(permits, Counsel.ForRecord(Callers.Of(who), Callers.Compile(null, Mia), Callers.Access(action: action)).Permits(Callers.Facts("Goal/1", custodian), Neighbours.None));

    [Theory]
    [InlineData("collect", true)]
    [InlineData("correct", false)]
    [InlineData("access", false)]
    public void Writing_WithAConsentThatListsIt_IsPermitted(string action, bool permits)
    {
        var consent = Written.Source(Written.Consent("c", "Patient/anna", new JsonObject { ["type"] = "permit", ["action"] = new JsonArray(Written.Concept(Written.ConsentAction, "collect")) }));

        Assert.Equal(permits, Counsel.ForRecord(Gp, Callers.Compile(null, consent), Callers.Access(action: action)).Permits(Callers.Facts("Goal/1"), Neighbours.None));
    }

    [Fact]
    public void Disclosure_PermittedWithoutBeingListed_NeedsAccessToo()
    {
        var noAccess = Written.Source(Written.Consent("d", "Patient/anna", new JsonObject { ["type"] = "deny", ["action"] = new JsonArray(Written.Concept(Written.ConsentAction, "access")) }));
        var listed = Written.Source(Written.Consent("l", "Patient/anna", new JsonObject { ["type"] = "permit", ["action"] = new JsonArray(Written.Concept(Written.ConsentAction, "disclose")) }));
        bool Disclose(params CounselSource[] sources) => Counsel.ForRecord(Gp, Callers.Compile(null, sources), Callers.Access(action: "disclose")).Permits(Callers.Facts("Goal/1"), Neighbours.None);

        Assert.True(Disclose(PermitAll));
        Assert.False(Disclose(PermitAll, noAccess));
        Assert.True(Disclose(listed, noAccess));
        Assert.True(Disclose(listed));
    }

    [Theory]
    [InlineData("Organization/gp", true)]
    [InlineData("RelatedPerson/mia", false)]
    [InlineData("Patient/ben", false)]
    public void ImplicitPolicy_OfNormalData_SpeaksToMembersAlone(string who, bool permits) =>
        Assert.Equal(permits, Grant(Callers.Of(who), new ConsentOptions { DefaultPolicy = AllNormal }, Mia).Permits(Callers.Facts("Goal/1"), Neighbours.None));

    [Fact]
    public void ImplicitPolicy_ForTheOperator_GrantsNothing() =>
        Assert.False(Grant(Gp with { IsOperator = true }, new ConsentOptions { DefaultPolicy = AllNormal }).Permits(Callers.Facts("Goal/1"), Neighbours.None));

    [Theory]
    [InlineData("RelatedPerson/mia", "TREAT", "N", true)]
    [InlineData("RelatedPerson/mia", "HPAYMT", "N", false)]
    [InlineData("RelatedPerson/mia", "TREAT", "R", false)]
    [InlineData("Organization/gp", "TREAT", "N", false)]
    public void CareTeamPolicy_ForParticipants_PermitsNormalDataForTreatment(string who, string purpose, string label, bool permits)
    {
        var team = Written.Source(new JsonObject
        {
            ["resourceType"] = "CareTeam", ["id"] = "t", ["status"] = "active", ["subject"] = Written.Reference("Patient/anna"),
            ["participant"] = new JsonArray(new JsonObject { ["member"] = Written.Reference("RelatedPerson/mia") }),
        });

        Assert.Equal(permits, Grant(Callers.Of(who).WithPurpose(purpose), new ConsentOptions { DefaultPolicy = "https://fhirbridge.org/policy/careteam-treat" }, team, Mia)
            .Permits(Callers.Facts("Goal/1", "Organization/hospital", label), Neighbours.None));
    }

    [Theory]
    [InlineData("Patient/anna", "", true)]
    [InlineData("Organization/hospital", "", true)]
    [InlineData("Organization/controller", "", true)]
    [InlineData("Organization/gp", "", false)]
    [InlineData("Organization/gp", "consent-recorder", false)]
    [InlineData("Organization/gp", "privacy-officer", true)]
    [InlineData("Practitioner/jan", "privacy-officer", false)]
    public void ConsentResource_WhateverConsentsPermit_IsForThoseWhoGovernIt(string who, string role, bool permits)
    {
        var facts = Callers.Facts("Consent/1") with { Controllers = ["Organization/controller"] };

        Assert.Equal(permits, Grant(Callers.Of(who) with { Roles = [role] }, null, PermitAll).Permits(facts, Neighbours.None));
    }

    [Theory]
    [InlineData("Patient/anna", "", true)]
    [InlineData("Organization/gp", "consent-recorder", true)]
    [InlineData("Organization/gp", "privacy-officer", false)]
    [InlineData("Practitioner/jan", "consent-recorder", false)]
    [InlineData("RelatedPerson/mia", "", false)]
    [InlineData("RelatedPerson/guard", "", true)]
    public void ConsentResource_Written_IsByThePatientARepresentativeOrARecorder(string who, string role, bool permits) =>
        Assert.Equal(permits, Counsel.ForRecord(Callers.Of(who) with { Roles = [role] }, Callers.Compile(null, PermitAll, Mia, Guardian), Callers.Access(action: "collect"))
            .Permits(Callers.Facts("Consent/1", "Organization/gp"), Neighbours.None));

    [Theory]
    [InlineData("Patient/anna", true)]
    [InlineData("Organization/gp", true)]
    [InlineData("RelatedPerson/guard", true)]
    [InlineData("RelatedPerson/mia", false)]
    [InlineData("Organization/other", false)]
    public void AuditEvent_IsForThePatientARepresentativeAndWhoAsked(string who, bool permits) =>
        Assert.Equal(permits, Grant(Callers.Of(who), null, PermitAll, Mia, Guardian).Permits(Callers.Facts("AuditEvent/1", "Organization/network") with { Controllers = ["Organization/gp"] }, Neighbours.None));

    [Fact]
    public void Record_OfSeveralPatients_NeedsAPermitOfEach()
    {
        var family = Callers.Facts("CareTeam/f") with { Patients = ["Patient/anna", "Patient/ben"] };
        var anna = Callers.Compile(null, PermitAll);
        ConsentSnapshot Ben(string type) => Counsel.Compile(
            new RecordId("ben"), "1", [Written.Source(Written.Consent("b", "Patient/ben", new JsonObject { ["type"] = type }))], CareRelations.None, new ConsentOptions());
        bool Asked(Caller caller, params ConsentSnapshot[] others) => Counsel.ForRecord(caller, anna, Callers.Access() with { Others = [.. others] }).Permits(family, Neighbours.None);

        Assert.True(Asked(Gp, Ben("permit")));
        Assert.False(Asked(Gp, Ben("deny")));
        Assert.False(Asked(Gp));
        Assert.False(Asked(Callers.Of("Patient/anna")));
        Assert.True(Asked(Callers.Of("Organization/hospital")));
        Assert.False(Counsel.ForRecord(Gp, anna, Callers.Access()).Permits(family with { Patients = ["unresolved:Patient/x"] }, Neighbours.None));
    }

    [Fact]
    public void Provenance_IsReadableWhenAllItsTargetsAre()
    {
        var goals = Written.Source(Written.Consent("c", "Patient/anna", JsonNode.Parse("""{"type":"deny","provision":[{"type":"permit","class":[{"system":"http://hl7.org/fhir/resource-types","code":"Goal"}]}]}""")!.AsObject()));
        var record = new Neighbours(Callers.Facts("Goal/1") with { Unified = "Goal/u" }, Callers.Facts("Goal/2", "Organization/hospital") with { Unified = "Goal/u", Labels = [] }, Callers.Facts("CarePlan/1"));
        bool Asked(params string[] targets) => Grant(Gp, null, goals).Permits(Callers.Facts("Provenance/1") with { Patients = [], DerivedFrom = [.. targets] }, record);

        Assert.True(Asked("Goal/1"));
        Assert.True(Asked("Goal/u"));
        Assert.False(Asked("Goal/1", "CarePlan/1"));
        Assert.False(Asked("Goal/1", "Goal/absent"));
        Assert.False(Asked());
    }

    [Fact]
    public void Provenance_OfATypeOutsideTheScopes_IsDenied()
    {
        var caller = Gp with { Scopes = SmartScopes.Parse("user/Provenance.rs user/Goal.r") };
        var record = new Neighbours(Callers.Facts("Goal/1"), Callers.Facts("CarePlan/1"));

        Assert.True(Grant(caller, null, PermitAll).Permits(Callers.Facts("Provenance/1") with { DerivedFrom = ["Goal/1"] }, record));
        Assert.False(Grant(caller, null, PermitAll).Permits(Callers.Facts("Provenance/1") with { DerivedFrom = ["CarePlan/1"] }, record));
    }

    [Fact]
    public void Derived_InACycle_EndsDenied()
    {
        var a = Callers.Facts("List/a") with { DerivedFrom = ["List/b"] };
        var b = Callers.Facts("List/b") with { DerivedFrom = ["List/a"] };

        Assert.False(Grant(Gp, null, PermitAll).Permits(a, new Neighbours(a, b)));
        Assert.True(Grant(Gp, null, PermitAll).Permits(a, new Neighbours(a, b with { DerivedFrom = [] })));
    }

    [Fact]
    public void Decide_WithConsents_NamesTheDecidingProvisionFirst()
    {
        var consent = Written.Source(Written.Consent("why", "Patient/anna", JsonNode.Parse("""{"type":"permit","provision":[{"type":"permit","purpose":[{"system":"x","code":"y"}]},{"type":"deny"}]}""")!.AsObject()));

        var reason = Grant(Gp, null, PermitAll, consent).Decide(Callers.Facts("Goal/1"), Neighbours.None).Reasons[0];

        Assert.Equal(("provision", "Consent/why", "Consent.provision.provision[1]"), (reason.Rule, reason.Consent, reason.ProvisionPath));
    }

    private static CounselSource Mia => Person("mia", "DAU");

    private static CounselSource Guardian => Person("guard", "GUARD");

    private static CounselSource Person(string id, string relationship) => Written.Source(new JsonObject
    {
        ["resourceType"] = "RelatedPerson", ["id"] = id, ["patient"] = Written.Reference("Patient/anna"),
        ["relationship"] = new JsonArray(Written.Concept("http://terminology.hl7.org/CodeSystem/v3-RoleCode", relationship)),
    });

    private static AccessGrant Grant(Caller caller, ConsentOptions? options, params CounselSource[] sources) =>
        Counsel.ForRecord(caller, Callers.Compile(options, sources), Callers.Access(options));
}
