using System.Text.Json.Nodes;
using FhirBridge.Consent.Tests.World;

namespace FhirBridge.Consent.Tests;

/// <summary>Which consents count, and how much of them (consent.md §3, §12).</summary>
public sealed class CounselCompileTests
{
    private static readonly Caller Gp = Callers.Of("Practitioner/jan", "Organization/gp");
    private static readonly RecordFacts Goal = Callers.Facts("Goal/1");

    [Fact]
    public void ImportedPermit_FromAnUntrustedMember_GrantsNothing()
    {
        var source = Written.Source(Consent("""{"type":"permit"}"""), imported: true);

        Assert.False(Permits(null, source));
        Assert.True(Permits(new ConsentOptions { TrustedSources = ["hospital"] }, source));
        Assert.False(Permits(new ConsentOptions { TrustedSources = ["gp"] }, source));
    }

    [Fact]
    public void ImportedDeny_FromAnUntrustedMember_Counts() =>
        Assert.False(Permits(null, Written.Source(Consent("""{"type":"permit"}""")), Written.Source(Consent("""{"type":"deny"}"""), imported: true)));

    [Fact]
    public void UntypedNode_InAnImportedConsent_HoldsAccessAcrossOrganisations()
    {
        var permit = Written.Source(Consent("""{"type":"permit"}"""));
        var untyped = Written.Source(Consent("""{"provision":[{"type":"permit"}]}"""), imported: true);

        Assert.False(Permits(null, permit, untyped));
        Assert.True(Permits(new ConsentOptions { Untyped = "ignore" }, permit, untyped));
        Assert.True(Grant(null, Callers.Of("Patient/anna"), permit, untyped).Permits(Goal, Neighbours.None));
        Assert.True(Grant(null, Callers.Of("Organization/hospital"), permit, untyped).Permits(Goal, Neighbours.None));
        Assert.Equal("hold", Grant(null, Gp, permit, untyped).Decide(Goal, Neighbours.None).Reasons[0].Rule);
    }

    [Fact]
    public void UntypedNode_BeyondItsRootPeriod_HoldsNothing() => Assert.True(Permits(
        null, Written.Source(Consent("""{"type":"permit"}""")), Written.Source(Consent("""{"period":{"end":"2025"},"provision":[{"type":"deny"}]}"""), imported: true)));

    [Fact]
    public void Consent_WithAFault_LosesPermitsAndKeepsDenies()
    {
        var faulty = Consent("""{"type":"deny","class":[{"system":"http://hl7.org/fhir/resource-types","code":"Goal"}],"provision":[{"type":"permit","purpose":[{"code":"TREAT"}]}]}""");
        var snapshot = Callers.Compile(null, Written.Source(faulty, imported: true));

        var status = snapshot.Directives[0].StatusAt(Callers.Now, snapshot);

        Assert.Equal(EnforcementState.Quarantined, status.State);
        Assert.Contains(status.Reasons, r => r.StartsWith("Consent.provision.provision[0].purpose[0]", StringComparison.Ordinal));
        Assert.False(Permits(null, Written.Source(Consent("""{"type":"permit"}""")), Written.Source(faulty, imported: true)));
        Assert.True(Grant(null, Gp, Written.Source(Consent("""{"type":"permit"}""")), Written.Source(faulty, imported: true)).Permits(Callers.Facts("CarePlan/1"), Neighbours.None));
    }

    [Theory]
    [InlineData("GUARD", "Organization/hospital", null, true)]
    [InlineData("HPOWATT", "Organization/hospital", null, true)]
    [InlineData("DAU", "Organization/hospital", null, false)]
    [InlineData("GUARD", "RelatedPerson/mia", null, false)]
    [InlineData("GUARD", "Patient/anna", null, false)]
    [InlineData("GUARD", "Organization/hospital", """{"start":"2020-02-01"}""", false)]
    [InlineData("GUARD", "Organization/hospital", """{"end":"2026-03-09"}""", false)]
    [InlineData("GUARD", "Organization/hospital", """{"start":"2020-01-01"}""", true)]
    public void PermitByARepresentative_NeedsVerifiedAuthorityThenAndNow(string relationship, string custodian, string? period, bool permits)
    {
        var consent = Consent("""{"type":"permit"}""");
        consent["performer"] = new JsonArray(Written.Reference("RelatedPerson/mia"));
        var person = new JsonObject
        {
            ["resourceType"] = "RelatedPerson", ["id"] = "mia", ["patient"] = Written.Reference("Patient/anna"),
            ["relationship"] = new JsonArray(Written.Concept("http://terminology.hl7.org/CodeSystem/v3-RoleCode", relationship)),
        };
        if (period is not null) person["period"] = JsonNode.Parse(period);

        Assert.Equal(permits, Permits(null, Written.Source(consent), Written.Source(person, custodian: custodian)));
    }

    [Fact]
    public void PermitByAPractitioner_IsQuarantined_DenyCounts()
    {
        var consent = Consent("""{"type":"permit","provision":[{"type":"deny","class":[{"system":"http://hl7.org/fhir/resource-types","code":"Goal"}]}]}""");
        consent["performer"] = new JsonArray(Written.Reference("Practitioner/lee"));

        Assert.False(Grant(null, Gp, Written.Source(consent)).Permits(Callers.Facts("CarePlan/1"), Neighbours.None));
        Assert.False(Grant(null, Gp, Written.Source(consent), Written.Source(Consent("""{"type":"permit"}"""))).Permits(Goal, Neighbours.None));
    }

    [Fact]
    public void Actor_ThatLeadsNowhere_DegradesAndMatchesNobody()
    {
        var deny = Consent("""{"type":"deny"}""");
        deny["provision"]!["actor"] = new JsonArray(Written.Actor("IRCP", "Organization/nowhere"));
        var snapshot = Callers.Compile(null, Written.Source(deny));

        Assert.Equal(EnforcementState.Degraded, snapshot.Directives[0].StatusAt(Callers.Now, snapshot).State);
        Assert.True(Permits(null, Written.Source(deny), Written.Source(Consent("""{"type":"permit"}"""))));
    }

    [Theory]
    [InlineData("""{"reference":"Organization/gp/_history/3"}""")]
    [InlineData("""{"reference":"https://network.example/fhir/Organization/gp"}""")]
    [InlineData("""{"type":"Organization","identifier":{"system":"https://ids.example","value":"1"}}""")]
    [InlineData("""{"identifier":{"system":"https://ids.example","value":"1"}}""")]
    public void Actor_InEveryReferenceForm_IsResolved(string reference)
    {
        var consent = Consent("""{"type":"permit"}""");
        var actor = Written.Actor("IRCP", "Organization/x");
        actor["reference"] = JsonNode.Parse(reference);
        consent["provision"]!["actor"] = new JsonArray(actor);

        Assert.True(Permits(null, Written.Source(consent, resolve: r => r.EndsWith("?identifier=https://ids.example|1", StringComparison.Ordinal) ? "Organization/gp" : Written.Itself(r))));
    }

    [Fact]
    public void Neighbours_ThatFail_LosePermitsAndMatchDenies()
    {
        const string related = "\"data\":[{\"meaning\":\"related\",\"reference\":{\"reference\":\"CarePlan/1\"}}]";
        var permit = Written.Source(Consent("{\"type\":\"permit\"," + related + "}"));
        var deny = Written.Source(Consent("{\"type\":\"permit\",\"provision\":[{\"type\":\"deny\"," + related + "}]}"));
        var plain = Written.Source(Consent("""{"type":"permit"}"""));

        Assert.False(Grant(null, Gp, permit).Permits(Goal, new Failing()));
        Assert.True(Grant(null, Gp, permit, plain).Permits(Goal, new Failing()));
        Assert.False(Grant(null, Gp, deny, plain).Permits(Goal, new Failing()));
    }

    [Fact]
    public void Resolver_ThatFails_LosesPermitsAndMatchesDenies()
    {
        var broken = Consent("""{"type":"deny"}""");
        broken["provision"]!["actor"] = new JsonArray(Written.Actor("IRCP", "Organization/other"));
        var source = Written.Source(broken) with { Resolve = _ => throw new InvalidOperationException("no directory") };
        var plain = Written.Source(Consent("""{"type":"permit"}"""));

        Assert.False(Permits(null, source, plain));
        broken["provision"]!["type"] = "permit";
        Assert.True(Permits(null, Written.Source(broken) with { Resolve = _ => throw new InvalidOperationException("no directory") }, plain));
    }

    [Fact]
    public void Teams_InACycleOrDeep_EndAndAreFollowedThreeLevels()
    {
        static CounselSource Team(int i, string member) => Written.Source(new JsonObject
        {
            ["resourceType"] = "CareTeam", ["id"] = "t" + i, ["status"] = "active", ["subject"] = Written.Reference("Patient/anna"),
            ["participant"] = new JsonArray(
                new JsonObject { ["member"] = Written.Reference("CareTeam/t" + (i + 1)) }, new JsonObject { ["member"] = Written.Reference("CareTeam/t0") }, new JsonObject { ["member"] = Written.Reference(member) }),
        });
        CounselSource[] teams = [.. Enumerable.Range(0, 30).Select(i => Team(i, "Organization/m" + i))];
        var consent = Consent("""{"type":"permit"}""");
        consent["provision"]!["actor"] = new JsonArray(Written.Actor("IRCP", "CareTeam/t0"));
        bool In(string org) => Grant(null, Callers.Of(org), [.. teams, Written.Source(consent)]).Permits(Goal, Neighbours.None);

        Assert.True(In("Organization/m0"));
        Assert.True(In("Organization/m3"));
        Assert.False(In("Organization/m4"));
        Assert.False(In("Organization/none"));
    }

    [Fact]
    public void Organisation_OfAParent_MatchesWhereTheNetworkSaysSo()
    {
        var consent = Consent("""{"type":"permit"}""");
        consent["provision"]!["actor"] = new JsonArray(Written.Actor("IRCP", "Organization/top"));
        var network = new CareRelations
        {
            Organizations = [new OrganizationPart("Organization/gp", "Organization/mid"), new OrganizationPart("Organization/mid", "Organization/top"), new OrganizationPart("Organization/top", "Organization/gp")],
        };
        bool Asked(string hierarchy)
        {
            var options = new ConsentOptions { OrganizationHierarchy = hierarchy };
            return Counsel.ForRecord(Gp, Counsel.Compile(new RecordId("anna"), "1", [Written.Source(consent)], network, options), Callers.Access(options)).Permits(Goal, Neighbours.None);
        }

        Assert.True(Asked("down"));
        Assert.False(Asked("none"));
    }

    [Fact]
    public void Consents_TenThousand_CompileAndDecide() =>
        Assert.True(Permits(null, [.. Enumerable.Range(0, 10_000).Select(_ => Written.Source(Permit))]));

    private static readonly FhirBridge.Fhir.FhirElement Permit = Written.Read(Consent("""{"type":"permit"}"""));

    private static JsonObject Consent(string provision) => Written.Consent("c", "Patient/anna", JsonNode.Parse(provision)!.AsObject());

    private static bool Permits(ConsentOptions? options, params CounselSource[] sources) => Grant(options, Gp, sources).Permits(Goal, Neighbours.None);

    private static AccessGrant Grant(ConsentOptions? options, Caller caller, params CounselSource[] sources) =>
        Counsel.ForRecord(caller, Callers.Compile(options, sources), Callers.Access(options));

    private sealed class Failing : IRecordNeighbours
    {
        public IEnumerable<RecordFacts> Find(string reference) => throw new InvalidOperationException("no neighbours");

        public IEnumerable<RecordFacts> ReferringTo(RecordFacts target) => throw new InvalidOperationException("no neighbours");
    }
}
