using System.Text;
using System.Text.Json.Nodes;
using FhirBridge.Api.Configuration;
using FhirBridge.Api.Tokens;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Storage;

namespace FhirBridge.Api.Tests.Tokens;

public sealed class CallerFactoryTests
{
    private const string ActReason = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly Interval Always = new(null, null);
    private static readonly Interval Ended = new(null, Now);
    private readonly CallerFactory factory = new(new FhirBridgeOptions { Network = new NetworkOptions { PublicBaseUrl = "https://bridge.example" } });

    private static NetworkSnapshot Network(params PractitionerRoleFacts[] roles) => new(1, new[]
    {
        new NetworkMember("hospital", "Hospital", [("urn:sys", "00100"), (null, "urn:oid:1.2.3")], [Always], null),
        new NetworkMember("gp", "GP", [("urn:sys", "00200"), ("urn:a", "shared")], [new Interval(Now, null)], null),
        new NetworkMember("social", "Social", [("urn:b", "shared")], [Always], null),
        new NetworkMember("former", "Former", [("urn:sys", "00300")], [Ended], null),
        new NetworkMember("network", "Network", [("urn:sys", "00000")], [], null),
    }.ToDictionary(m => m.Id), new CareRelations { Roles = [.. roles] });

    private static ValidatedToken Token(string claims)
    {
        var payload = JsonNode.Parse(claims)!.AsObject();
        payload["sub"] ??= "someone";
        payload["exp"] ??= 1900000000;
        return TokenClaims.Read(Encoding.UTF8.GetBytes(payload.ToJsonString()))!;
    }

    private Caller Caller(string claims, params PractitionerRoleFacts[] roles)
    {
        var result = factory.Create(Token(claims), Network(roles), Now);
        Assert.True(result.IsOk);
        return result.Value;
    }

    private Caller ActingFor(string organization) => Caller($$"""{ "extensions": { "ihe_iua": { "subject_organization_id": "{{organization}}" } } }""");

    [Theory]
    [InlineData("Organization/hospital", "hospital")]
    [InlineData("00100", "hospital")]
    [InlineData("urn:sys|00100", "hospital")]
    [InlineData("urn:oid:1.2.3", "hospital")]
    [InlineData("00200", "gp")] // its period begins this instant
    [InlineData("urn:b|shared", "social")]
    public void Organization_InEachForm_IsTheMember(string claim, string member)
    {
        var caller = ActingFor(claim);
        Assert.Equal(new MemberId(member), caller.Member);
        Assert.Contains("Organization/" + member, caller.Identities);
        Assert.False(caller.IsOperator);
    }

    [Theory]
    [InlineData("00300")] // its period ended this instant
    [InlineData("Organization/former")]
    [InlineData("Organization/unknown")]
    [InlineData("Organization/hospital/_history/1")]
    [InlineData("shared")] // two organisations have it
    [InlineData("urn:other|00100")]
    [InlineData("|00100")]
    [InlineData("hospital")] // an id alone is no reference
    public void Organization_UnknownAmbiguousOrFormer_IsNobody(string claim)
    {
        var caller = ActingFor(claim);
        Assert.Null(caller.Member);
        Assert.DoesNotContain(caller.Identities, i => i.StartsWith("Organization/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Organization/network")]
    [InlineData("00000")]
    public void Organization_OfTheOperator_NeedsNoAffiliation(string claim)
    {
        var caller = ActingFor(claim);
        Assert.True(caller.IsOperator);
        Assert.Equal(new MemberId("network"), caller.Member);
    }

    [Fact]
    public void Organization_OfTheB2bExtension_IsTheMember() =>
        Assert.Equal(new MemberId("hospital"), Caller("""{ "extensions": { "hl7-b2b": { "organization_id": "urn:oid:1.2.3" } } }""").Member);

    [Fact]
    public void Organizations_OfBothExtensions_MustAgree()
    {
        Assert.Equal(new MemberId("hospital"), Caller("""{ "extensions": { "ihe_iua": { "subject_organization_id": "00100" }, "hl7-b2b": { "organization_id": "00100" } } }""").Member);
        Assert.Null(Caller("""{ "extensions": { "ihe_iua": { "subject_organization_id": "00100" }, "hl7-b2b": { "organization_id": "00200" } } }""").Member);
    }

    [Theory]
    [InlineData("""{ "extensions": "x" }""")]
    [InlineData("""{ "extensions": { "ihe_iua": "x", "hl7-b2b": [] } }""")]
    [InlineData("""{ "extensions": { "ihe_iua": { "subject_organization_id": ["Organization/hospital"] } } }""")]
    [InlineData("""{ "subject_organization_id": "Organization/hospital", "organization": "Organization/hospital" }""")]
    [InlineData("""{ "ihe_iua": { "subject_organization_id": "Organization/hospital" } }""")]
    public void Organization_InAnotherPlaceOrForm_IsIgnored(string claims) => Assert.Null(Caller(claims).Member);

    [Theory]
    [InlineData("ihe_iua", """[{ "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "TREAT" }]""", ActReason + "|TREAT")]
    [InlineData("ihe_iua", """["TREAT", "BTG"]""", ActReason + "|TREAT " + ActReason + "|BTG")]
    [InlineData("ihe_iua", "\"TREAT\"", ActReason + "|TREAT")]
    [InlineData("ihe_iua", """[{ "code": "TREAT" }]""", ActReason + "|TREAT")]
    [InlineData("ihe_iua", """[{ "system": "urn:own", "code": "TREAT" }]""", "urn:own|TREAT")]
    [InlineData("hl7-b2b", """["urn:oid:2.16.840.1.113883.5.8#TREAT"]""", ActReason + "|TREAT")]
    [InlineData("hl7-b2b", """["TREAT"]""", ActReason + "|TREAT")]
    [InlineData("ihe_iua", """[{ "display": "Treatment" }, 7, null, ""]""", "")]
    public void Purposes_InEachForm(string extension, string value, string expected)
    {
        var caller = Caller($$"""{ "extensions": { "{{extension}}": { "purpose_of_use": {{value}} } } }""");
        Assert.Equal(expected, string.Join(' ', caller.Purposes));
    }

    [Fact]
    public void Purpose_NotStated_StaysAbsent() => Assert.Empty(Caller("{}").Purposes);

    [Fact]
    public void Roles_BareOrCodedInOurSystem_Count_OthersDoNot()
    {
        var caller = Caller("""
            { "extensions": { "ihe_iua": { "subject_role": [ "privacy-officer",
              { "system": "https://fhirbridge.org/CodeSystem/role", "code": "consent-recorder" }, { "system": "urn:other", "code": "label-reader" }, 7 ] } } }
            """);
        Assert.Equal(["consent-recorder", "privacy-officer"], caller.Roles.Order());
    }

    [Theory]
    [InlineData("\"patient/*.rs openid\"", "patient/*.rs openid")]
    [InlineData("""["patient/*.rs", "openid"]""", "patient/*.rs openid")]
    [InlineData("7", "")]
    public void Scope_AsTextOrArray(string value, string expected) => Assert.Equal(expected, Caller($$"""{ "scope": {{value}} }""").Scopes.ToString());

    [Theory]
    [InlineData("""{ "client_id": "a", "azp": "b" }""", "a")]
    [InlineData("""{ "azp": "b" }""", "b")]
    [InlineData("{}", "")]
    public void Client_IsClientIdOrAzp(string claims, string client)
    {
        var caller = Caller(claims);
        Assert.Equal(client, caller.ClientId);
        Assert.Equal(client.Length > 0 ? ["Device/" + client] : [], caller.Identities);
    }

    [Theory]
    [InlineData("Practitioner/p1", "Practitioner/p1")]
    [InlineData("Patient/abc", "Patient/abc")]
    [InlineData("RelatedPerson/r1", "RelatedPerson/r1")]
    [InlineData("https://bridge.example/fhir/Practitioner/p1", "Practitioner/p1")]
    [InlineData("Practitioner/p1/_history/3", "Practitioner/p1")]
    public void FhirUser_OfOurs_IsThePerson(string user, string person)
    {
        var caller = Caller($$"""{ "fhirUser": "{{user}}" }""");
        Assert.Equal(person, caller.Person);
        Assert.Contains(person, caller.Identities);
    }

    [Theory]
    [InlineData("https://elsewhere.example/fhir/Practitioner/p1")]
    [InlineData("https://bridge.example/members/hospital/fhir/Practitioner/p1")]
    [InlineData("https://bridge.example.evil/fhir/Practitioner/p1")]
    [InlineData("Organization/hospital")]
    [InlineData("Device/ehr")]
    [InlineData("someone")]
    public void FhirUser_OfNobodyWeKnow_IsRefused_NotTakenForASystem(string user)
    {
        var result = factory.Create(Token($$"""{ "fhirUser": "{{user}}" }"""), Network(), Now);
        Assert.Equal(Problems.Forbidden, Assert.Single(result.Problems).Kind);
    }

    [Fact]
    public void FhirUser_Absolute_CountsUnderTheBaseOfTheRequest_OnlyWhereNoneIsConfigured()
    {
        const string claims = """{ "fhirUser": "http://localhost:5080/fhir/Patient/abc" }""";
        var open = new CallerFactory(new FhirBridgeOptions());
        Assert.Equal("Patient/abc", open.Create(Token(claims), Network(), Now, "http://localhost:5080").Value!.Person);
        Assert.False(open.Create(Token(claims), Network(), Now).IsOk);
        Assert.False(factory.Create(Token(claims), Network(), Now, "http://localhost:5080").IsOk);
    }

    [Fact]
    public void OwnRecordAndLaunchPatient_AreRecords()
    {
        var caller = Caller("""{ "fhirUser": "Patient/abc", "patient": "abc" }""");
        Assert.Equal(new RecordId("abc"), caller.OwnRecord);
        Assert.Equal(new RecordId("abc"), caller.LaunchPatient);
        Assert.Null(Caller("""{ "patient": "Patient/abc" }""").LaunchPatient);
        Assert.Null(Caller("""{ "patient": "a-b" }""").LaunchPatient);
    }

    private static PractitionerRoleFacts Role(string id, string? organization = "Organization/hospital", bool active = true, Interval? period = null, string practitioner = "Practitioner/p1") =>
        new("PractitionerRole/" + id, practitioner, organization, active, period ?? Always);

    [Fact]
    public void Roles_OfThePerson_CountWhenActiveInPeriodAndOfTheOrganisationActedFor()
    {
        var caller = Caller("""{ "fhirUser": "Practitioner/p1", "extensions": { "ihe_iua": { "subject_organization_id": "00100" } } }""",
            Role("good"), Role("anywhere", organization: null), Role("elsewhere", "Organization/gp"), Role("inactive", active: false), Role("ended", period: Ended),
            Role("other", practitioner: "Practitioner/p2"));
        Assert.Equal(["PractitionerRole/anywhere", "PractitionerRole/good"], caller.Identities.Where(i => i.StartsWith("PractitionerRole", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void FhirUser_AsPractitionerRole_IsThePractitionerInIt()
    {
        const string claims = """{ "fhirUser": "PractitionerRole/r1", "extensions": { "ihe_iua": { "subject_organization_id": "00100" } } }""";
        var active = Caller(claims, Role("r1"));
        Assert.Equal("Practitioner/p1", active.Person);
        Assert.Superset(new HashSet<string> { "Practitioner/p1", "PractitionerRole/r1" }, active.Identities.ToHashSet());

        var ended = Caller(claims, Role("r1", period: Ended));
        Assert.DoesNotContain("PractitionerRole/r1", ended.Identities);

        var unknown = Caller(claims);
        Assert.NotNull(unknown.Person);
        Assert.DoesNotContain("PractitionerRole/r1", unknown.Identities);
    }

    [Fact]
    public void Caller_IsKept_UntilSomethingItRestsOnChanges()
    {
        var token = Token("""{ "extensions": { "ihe_iua": { "subject_organization_id": "00200" } } }""");
        var network = Network();
        var first = factory.Create(token, network, Now).Value;
        Assert.Same(first, factory.Create(token, network, Now + TimeSpan.FromDays(1)).Value);
        Assert.Null(factory.Create(token, network, Now - TimeSpan.FromTicks(1)).Value!.Member);
        Assert.NotSame(first, factory.Create(token, Network(), Now).Value);
    }

    [Fact]
    public void Caller_IsMadeAgain_WhenAnAffiliationEnds()
    {
        var token = Token("""{ "extensions": { "ihe_iua": { "subject_organization_id": "Organization/m" } } }""");
        var network = new NetworkSnapshot(1, new Dictionary<string, NetworkMember> { ["m"] = new("m", null, [], [new Interval(null, Now.AddHours(1))], null) }, CareRelations.None);
        Assert.NotNull(factory.Create(token, network, Now).Value!.Member);
        Assert.Null(factory.Create(token, network, Now.AddHours(1)).Value!.Member);
    }

    [Fact]
    public void TokenIdAndIssuer_AreKeptForTheAudit()
    {
        var caller = Caller("""{ "jti": "j1", "iss": "https://issuer.example" }""");
        Assert.Equal(("j1", "https://issuer.example"), (caller.TokenId, caller.Issuer));
    }
}
