using System.Reflection;
using System.Text.Json.Nodes;
using FhirBridge.Consent.Tests.World;
using FhirBridge.Fhir;

namespace FhirBridge.Consent.Tests;

public sealed class AccessGrantTests
{
    private static readonly Caller Gp = Callers.Of("Practitioner/jan", "Organization/gp");

    [Fact]
    public void Grants_FromOutside_CannotBeConstructed()
    {
        var assembly = typeof(AccessGrant).Assembly;
        var grants = assembly.GetTypes().Where(typeof(AccessGrant).IsAssignableFrom).ToList();

        Assert.True(grants.Count >= 5);
        Assert.All(grants.Where(g => g != typeof(AccessGrant)), g => Assert.True(g.IsSealed && !g.IsPublic, g.Name));
        Assert.All(typeof(AccessGrant).GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance), c => Assert.True(c.IsFamilyAndAssembly));

        // Nor does the assembly hand its internals to another.
        Assert.DoesNotContain(assembly.GetCustomAttributesData(), a => a.AttributeType.Name == "InternalsVisibleToAttribute");
    }

    [Fact]
    public void Permits_OnTheCommonPath_AllocatesNothing()
    {
        var provision = new JsonObject
        {
            ["type"] = "permit",
            ["actor"] = new JsonArray(Written.Actor("IRCP", "Organization/gp")),
            ["securityLabel"] = new JsonArray(Written.LabelCoding("N"), Written.LabelCoding("PSY")),
            ["class"] = new JsonArray(Written.Coding(Written.ResourceTypes, "Goal"), Written.Coding(Written.ResourceTypes, "CarePlan")),
            ["dataPeriod"] = new JsonObject { ["start"] = "2020" },
            ["provision"] = new JsonArray(new JsonObject { ["type"] = "deny", ["code"] = new JsonArray(Written.Concept(Written.Snomed, "1")) }),
        };
        var grant = Counsel.ForRecord(Gp, Snapshot([.. Enumerable.Range(0, 5).Select(i => Written.Source(Written.Consent("c" + i, "Patient/anna", (JsonObject)provision.DeepClone())))]), Callers.Access());
        var facts = Callers.Facts("Goal/1", "Organization/hospital", "N") with
        {
            Dates = [new Interval(Callers.Now.AddDays(-2), Callers.Now.AddDays(-1))], Codes = [new Coding(Written.Snomed, "2")],
        };
        var permitted = 0;
        for (var i = 0; i < 1000; i++) permitted += grant.Permits(facts, Neighbours.None) ? 1 : 0;

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) permitted += grant.Permits(facts, Neighbours.None) ? 1 : 0;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(2000, permitted);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Scopes_NotCoveringTheType_PermitNothing()
    {
        var patient = Callers.Of("Patient/anna") with { Scopes = SmartScopes.Parse("user/Goal.rs patient/CarePlan.rs") };
        var grant = Counsel.ForRecord(patient, Snapshot(), Callers.Access());

        Assert.True(grant.Permits(Callers.Facts("Goal/1"), Neighbours.None));
        Assert.False(grant.Permits(Callers.Facts("Observation/1"), Neighbours.None));
        Assert.False(grant.Permits(Callers.Facts("CarePlan/1"), Neighbours.None));
        Assert.Equal("scope", grant.Decide(Callers.Facts("CarePlan/1"), Neighbours.None).Reasons[0].Rule);

        var launched = Counsel.ForRecord(patient with { LaunchPatient = new RecordId("anna") }, Snapshot(), Callers.Access());
        Assert.True(launched.Permits(Callers.Facts("CarePlan/1"), Neighbours.None));
        Assert.Equal([], Counsel.ForRecord(patient, Snapshot(), Callers.Access()).ScopeConstraints("CarePlan"));
        Assert.Null(launched.ScopeConstraints("CarePlan"));
    }

    [Fact]
    public void Interactions_OfTheRequest_MustBeInTheScopes()
    {
        var reader = Callers.Of("Patient/anna") with { Scopes = SmartScopes.Parse("user/*.r") };

        Assert.True(Counsel.ForRecord(reader, Snapshot(), Callers.Access() with { Interactions = "r" }).Permits(Callers.Facts("Goal/1"), Neighbours.None));
        Assert.False(Counsel.ForRecord(reader, Snapshot(), Callers.Access() with { Interactions = "s" }).Permits(Callers.Facts("Goal/1"), Neighbours.None));
        Assert.False(Counsel.ForRecord(reader, Snapshot(), Callers.Access(action: "correct")).Permits(Callers.Facts("Goal/1", "Patient/anna"), Neighbours.None));
    }

    [Fact]
    public void OwnFacade_OfAnotherMember_IsNotGranted()
    {
        Assert.Null(Counsel.ForOwnFacade(Gp, new MemberId("hospital")));
        Assert.Null(Counsel.ForOwnFacade(Callers.Of("Patient/anna"), new MemberId("hospital")));

        var grant = Counsel.ForOwnFacade(Gp, new MemberId("gp"))!;
        Assert.Equal(GrantKind.OwnFacade, grant.Kind);
        Assert.True(grant.Permits(Callers.Facts("Goal/1", "Organization/gp", "V", "PSY"), Neighbours.None));
        Assert.False(grant.Permits(Callers.Facts("Goal/1", "Organization/hospital"), Neighbours.None));
    }

    [Fact]
    public void OwnFacade_PatientScopes_CountForTheLaunchPatientAlone()
    {
        var launched = Gp with { Scopes = SmartScopes.Parse("patient/Goal.rs user/Goal.rs?lifecycle-status=active"), LaunchPatient = new RecordId("ben") };
        var onlyLaunched = launched with { Scopes = SmartScopes.Parse("patient/Goal.rs") };

        Assert.Equal(["lifecycle-status=active"], Counsel.ForOwnFacade(launched, new MemberId("gp"))!.ScopeConstraints("Goal"));
        Assert.False(Counsel.ForOwnFacade(onlyLaunched, new MemberId("gp"))!.Permits(Callers.Facts("Goal/1", "Organization/gp"), Neighbours.None));
        Assert.True(Counsel.ForOwnFacade(onlyLaunched, new MemberId("gp"))!.Permits(Callers.Facts("Goal/1", "Organization/gp") with { Patients = ["Patient/ben"] }, Neighbours.None));
    }

    [Fact]
    public void Directory_ForMembersAndPersons_IsOpenWithoutPatientData()
    {
        var organization = Callers.Facts("Organization/gp") with { Patients = [] };

        Assert.True(Counsel.ForDirectory(Gp).Permits(organization, Neighbours.None));
        Assert.True(Counsel.ForDirectory(Callers.Of("Patient/anna")).Permits(organization, Neighbours.None));
        Assert.False(Counsel.ForDirectory(Callers.Of("Practitioner/jan")).Permits(organization, Neighbours.None));
        Assert.False(Counsel.ForDirectory(Gp with { Scopes = SmartScopes.Parse("user/Practitioner.rs") }).Permits(organization, Neighbours.None));
        Assert.False(Counsel.ForDirectory(Gp).Permits(Callers.Facts("Goal/1"), Neighbours.None));
        Assert.False(Counsel.ForDirectory(Gp).Permits(Callers.Facts("AuditEvent/1") with { Patients = [] }, Neighbours.None));
    }

    [Fact]
    public void System_ForItself_ReadsEverything()
    {
        var grant = Counsel.ForSystem(SystemPurpose.Identity);

        Assert.Equal(GrantKind.System, grant.Kind);
        Assert.True(grant.Permits(Callers.Facts("Goal/1"), Neighbours.None));
        Assert.Equal(DateTimeOffset.MaxValue, grant.ValidUntil);
    }

    [Fact]
    public void ValidUntil_PeriodsInTheSnapshot_IsTheNextBoundary()
    {
        var provision = new JsonObject { ["type"] = "permit", ["period"] = new JsonObject { ["start"] = "2026-01-01", ["end"] = "2026-03-10" } };
        var amsterdam = new ConsentOptions { TimeZone = TimeZoneInfo.CreateCustomTimeZone("plus one", TimeSpan.FromHours(1), "plus one", "plus one") };
        var snapshot = Callers.Compile(amsterdam, Written.Source(Written.Consent("c", "Patient/anna", provision)));

        var grant = Counsel.ForRecord(Gp, snapshot, Callers.Access(amsterdam));

        Assert.Equal(new DateTimeOffset(2026, 3, 10, 23, 0, 0, TimeSpan.Zero), grant.ValidUntil);
        Assert.True(grant.Permits(Callers.Facts("Goal/1"), Neighbours.None));
        Assert.True(Counsel.ForRecord(Gp, snapshot, Callers.Access(amsterdam, now: grant.ValidUntil.AddTicks(-1))).Permits(Callers.Facts("Goal/1"), Neighbours.None));
        Assert.False(Counsel.ForRecord(Gp, snapshot, Callers.Access(amsterdam, now: grant.ValidUntil)).Permits(Callers.Facts("Goal/1"), Neighbours.None));
    }

    [Fact]
    public void CacheKey_AnythingThatDecides_IsInIt()
    {
        var snapshot = Snapshot();
        Caller[] callers = [Gp, Gp.WithPurpose("HPAYMT"), Gp.WithPurpose("TREAT", "HPAYMT"), Gp with { Roles = ["privacy-officer"] }, Gp with { Scopes = SmartScopes.Parse("user/*.rs") },
            Gp with { LaunchPatient = new RecordId("anna") }, Gp with { Member = null }, Gp with { IsOperator = true }, Gp with { Identities = Gp.Identities.Add("Device/x") }];
        var keys = callers.Select(c => Counsel.ForRecord(c, snapshot, Callers.Access()).CacheKey)
            .Append(Counsel.ForRecord(Gp, snapshot, Callers.Access(action: "use")).CacheKey)
            .Append(Counsel.ForRecord(Gp, snapshot, Callers.Access() with { Interactions = "s" }).CacheKey)
            .Append(Counsel.ForRecord(Gp, snapshot with { Version = "2" }, Callers.Access()).CacheKey)
            .Append(Counsel.ForRecord(Gp, snapshot, Callers.Access() with { Others = [snapshot with { Record = new RecordId("ben") }] }).CacheKey)
            .ToList();

        Assert.Equal(keys.Count, keys.Distinct().Count());
        Assert.Equal(keys[0], Counsel.ForRecord(Gp with { TokenId = "another" }, snapshot, Callers.Access()).CacheKey);
    }

    private static ConsentSnapshot Snapshot(params CounselSource[] sources) => Callers.Compile(null, sources);
}
