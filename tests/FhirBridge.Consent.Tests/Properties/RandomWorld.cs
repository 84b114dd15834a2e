using System.Text.Json.Nodes;
using FhirBridge.Consent.Tests.World;
using FhirBridge.Fhir;

namespace FhirBridge.Consent.Tests.Properties;

/// <summary>A consent with where it came from.</summary>
internal sealed record ConsentInWorld(JsonObject Resource, bool Imported, string Custodian);

/// <summary>
/// A small random world: consents, relations, a caller, a request and contributions, all drawn from small pools so that things meet.
/// Everything follows from the seed.
/// </summary>
internal sealed class RandomWorld : Drawing
{
    public static readonly TimeSpan Offset = TimeSpan.FromHours(2);
    public static readonly string[] Patients = ["Patient/anna", "Patient/ben"];

    private readonly Scenery scenery;

    private static readonly TimeZoneInfo Zone = TimeZoneInfo.CreateCustomTimeZone("plus two", Offset, "plus two", "plus two");
    private static readonly string[] Purposes = ["TREAT", "HPAYMT", "HRESCH", "BTG"];
    private static readonly string[] Actions = ["access", "access", "access", "disclose", "collect", "correct", "use"];
    private static readonly string[] Labels = ["N", "R", "V", "L", "PSY", "HIV", "ETH", "ETHUD", "SEX"];
    private static readonly string[] Types = ["CarePlan", "Goal", "Observation", "CareTeam", "Encounter"];
    private static readonly string[] Codes = ["1", "2", "3"];
    private static readonly string[] Dates = ["2024-05", "2025-06-15", "2025-12-31", "2026-01-01", "2026-02-02T10:00:00Z", "2020"];
    private static readonly string[] Actors =
    [
        "Practitioner/kim", "Practitioner/lee", "PractitionerRole/lee-h", "Organization/gp", "Organization/hospital", "Organization/homecare", "Organization/chain", "CareTeam/ct1",
        "CareTeam/ct2", "CareTeam/ct3", "Group/priv", "Group/descriptive", "RelatedPerson/mia", "RelatedPerson/exx", "Patient/ben", "Device/app", "Organization/nowhere",
    ];

    private static readonly string[][] Whos =
    [
        ["Practitioner/kim", "Organization/homecare"], ["Practitioner/lee", "PractitionerRole/lee-h", "Organization/hospital"], ["Practitioner/lee", "Organization/gp"],
        ["Organization/gp", "Device/app"], ["RelatedPerson/mia"], ["RelatedPerson/exx"], ["Patient/anna"], ["Patient/ben"], ["Practitioner/kim"],
    ];

    public RandomWorld(int seed)
        : base(seed)
    {
        Seed = seed;
        scenery = Scenery.For(seed);
        Options = new ConsentOptions
        {
            DefaultPolicy = One(
                "https://profiles.ihe.net/ITI/PCF/Policy-deny", "https://profiles.ihe.net/ITI/PCF/Policy-basic-normal", "https://profiles.ihe.net/ITI/PCF/Policy-all-normal",
                "https://profiles.ihe.net/ITI/PCF/Policy-break-glass-only", "https://fhirbridge.org/policy/careteam-treat", "https://unknown.example/policy"),
            Combining = Often(3) ? "specific-then-deny" : "deny-overrides",
            DataPeriod = Often(3) ? "pcf-any" : "strict",
            Untyped = Often(3) ? "ignore" : "hold",
            OrganizationHierarchy = Often(3) ? "down" : "none",
            RequireVerification = Often(6),
            RecognisedPolicies = ["https://known.example/policy"],
            TrustedSources = ["gp"],
            TimeZone = Zone,
        };
        Consents = [.. Enumerable.Range(0, Next(5)).Select(i => Consent("c" + i))];
        Contributions = [.. Enumerable.Range(0, 5).Select(Facts)];
        Caller = MakeCaller();
        Request = new AccessRequest(One(Actions), Callers.Now, Options);
        KnowsBen = !Often(3);
    }

    public int Seed { get; }

    public ConsentOptions Options { get; private set; }

    public List<ConsentInWorld> Consents { get; set; }

    public IReadOnlyList<(JsonObject Resource, string Custodian)> Relations => scenery.Relations;

    public RecordFacts[] Contributions { get; }

    public Caller Caller { get; }

    public AccessRequest Request { get; private set; }

    /// <summary>How consents are combined, where a law holds for one way only.</summary>
    public string Combining
    {
        init
        {
            Options = Options with { Combining = value };
            Request = Request with { Options = Options };
        }
    }

    /// <summary>True when the snapshot of the second patient is at hand.</summary>
    public bool KnowsBen { get; }

    /// <summary>Organisations known outside the record.</summary>
    public static CareRelations Network { get; } = new() { Organizations = [new OrganizationPart("Organization/gp", "Organization/chain")] };

    /// <summary>The grant of the product for this world.</summary>
    /// <param name="at">The instant; null for that of the request.</param>
    public AccessGrant Grant(DateTimeOffset? at = null)
    {
        var request = Request with { Now = at ?? Request.Now };
        CounselSource[] sources = [.. Sources()];
        var snapshots = Patients.Select(p => Counsel.Compile(new RecordId(p[8..]), "1", sources, Network, Options)).ToList();
        return Counsel.ForRecord(Caller, snapshots[0], KnowsBen ? request with { Others = [snapshots[1]] } : request);
    }

    public override string ToString() =>
        $"seed {Seed}\n{Options}\ncaller {string.Join(' ', Caller.Identities)} member {Caller.Member} purposes {string.Join(' ', Caller.Purposes)} action {Request.Action} knows ben {KnowsBen}\n"
        + string.Join('\n', Consents.Select(c => (c.Imported ? $"imported from {c.Custodian} " : "") + c.Resource.ToJsonString()))
        + '\n' + string.Join('\n', Relations.Select(r => r.Resource.ToJsonString()));

    private IEnumerable<CounselSource> Sources() =>
        Consents.Select(c => Written.Source(c.Resource, c.Imported, c.Custodian)).Concat(scenery.Sources);

    private ConsentInWorld Consent(string id)
    {
        var consent = Written.Consent(id, Often(8) ? "Patient/ben" : "Patient/anna", Often(40) ? null : Provision(0));
        consent["performer"] = new JsonArray(Written.Reference(Often(8) ? One("Patient/anna", "RelatedPerson/mia", "Practitioner/lee") : consent["patient"]!["reference"]!.GetValue<string>()));
        consent["dateTime"] = One("2020-01-01", "2026-01-15");
        if (Often(12)) consent["status"] = One("inactive", "draft", "rejected");
        if (Often(20)) consent["scope"] = Written.Concept("http://terminology.hl7.org/CodeSystem/consentscope", "research");
        if (Often(10)) consent["policy"] = new JsonArray(new JsonObject { ["uri"] = One("https://unknown.example/policy", "https://known.example/policy") });
        if (Often(2)) consent["verification"] = new JsonArray(new JsonObject { ["verified"] = !Often(3) });
        if (Often(4)) consent["meta"] = new JsonObject { ["profile"] = new JsonArray("https://profiles.ihe.net/ITI/PCF/StructureDefinition/IHE.PCF.consentBasic") };
        if (Often(40)) consent["modifierExtension"] = new JsonArray(new JsonObject { ["url"] = "https://unknown.example/not", ["valueBoolean"] = true });
        return new ConsentInWorld(consent, Often(5), One("Organization/gp", "Organization/hospital"));
    }

    /// <summary>A random provision; with <paramref name="only"/>, every node has that type.</summary>
    public JsonObject Provision(int depth, string? only = null)
    {
        var p = new JsonObject();
        if (!Often(60)) p["type"] = only ?? One("permit", "permit", "deny");
        if (only is not null) p["type"] = only;
        if (Often(4)) p["period"] = Period();
        Some("actor", 3, Actor);
        Some("action", 6, () => Often(15) ? Written.Concept("https://unknown.example", "do") : Written.Concept(Written.ConsentAction, One(Actions)));
        Some("securityLabel", 4, () => Often(20) ? Written.Coding("https://unknown.example", "X") : Written.LabelCoding(One(Labels)));
        Some("purpose", 4, () => Often(20) ? Written.Coding(null, "TREAT") : Written.Coding(Written.ActReason, One(Purposes)));
        Some("class", 4, () => Often(20) ? Written.Coding("https://unknown.example", "X") : Often(4) ? Written.Coding("urn:ietf:rfc:3986", "https://p.example/1") : Written.Coding(Written.ResourceTypes, One(Types)));
        Some("code", 6, () => Often(20) ? Written.Concept(null, "1") : Written.Concept(Written.Snomed, One(Codes)));
        if (Often(6)) p["dataPeriod"] = Period();
        Some("data", 5, Data);
        if (depth < 3) Some("provision", 2 + depth, () => Provision(depth + 1, only));
        if (p.Count == 0) p["id"] = "empty";
        return p;

        void Some(string name, int rarity, Func<JsonObject> make)
        {
            if (Often(rarity)) p[name] = new JsonArray([.. Enumerable.Range(0, Next(1, 4)).Select(_ => (JsonNode)make())]);
        }
    }

    private JsonObject Actor()
    {
        if (Often(25)) return Written.Actor("FOO", One(Actors));
        if (Often(4)) return Written.Actor(One("AUT", "CST", "INF"), One(Actors));
        if (Often(30)) return Written.Actor("IRCP", One("#inside", "Location/here"));
        return Often(8) ? Written.Actor(One("GRANTEE", "HPOWATT"), One(Actors), "http://terminology.hl7.org/CodeSystem/v3-RoleCode") : Written.Actor(One("IRCP", "PRCP"), One(Actors));
    }

    private JsonObject Data() => new()
    {
        ["meaning"] = One("instance", "related", "dependents", "authoredby"),
        ["reference"] = Written.Reference(Often(30) ? "#inside" : One("CarePlan/x0", "CarePlan/x1", "Goal/x2", "Goal/u", "Encounter/x4", "Practitioner/lee", "Organization/hospital", "PractitionerRole/lee-h", "Patient/anna", "Goal/nowhere")),
    };

    private RecordFacts Facts(int i)
    {
        var special = Often(8) ? One("Consent", "AuditEvent", "Provenance", "List") : null;
        var type = special ?? i switch { < 2 => "CarePlan", 2 or 3 => "Goal", _ => One("Encounter", "Observation", "CareTeam") };
        string[] others = ["CarePlan/x0", "CarePlan/x1", "Goal/x2", "Goal/u", "Goal/x3", "Encounter/x4"];
        return new RecordFacts
        {
            Type = type,
            Reference = $"{(special is null && i == 4 ? "Encounter" : type)}/x{i}",
            Unified = type == "Goal" ? "Goal/u" : null,
            Custodian = One("Organization/hospital", "Organization/gp", "RelatedPerson/mia", "Patient/anna"),
            Patients = Often(10) ? ["Patient/anna", "Patient/ben"] : ["Patient/anna"],
            Authors = [.. Many(2, "Practitioner/lee", "Practitioner/kim", "PractitionerRole/lee-h", "Organization/hospital", "unresolved:#a")],
            Labels = [.. Many(2, Labels).Select(l => new Coding(l.Length == 1 ? Written.Confidentiality : Written.ActCode, l)), .. Often(30) ? [new Coding(Written.Confidentiality, "B"), new Coding(null, "R")] : Array.Empty<Coding>()],
            Profiles = Often(4) ? ["https://p.example/1"] : [],
            Primary = [.. Many(1, Codes).Select(c => new Coding(Written.Snomed, c))],
            Codes = [.. Many(2, Codes).Select(c => new Coding(Written.Snomed, c))],
            Dates = [.. Many(2, Dates).Select(d => Oracle.Expand(d))],
            References = [.. Many(2, others)],
            CreatedAsPartOf = Often(3) ? ["Encounter/x4"] : [],
            DerivedFrom = special is "Provenance" or "List" ? [.. Many(2, "CarePlan/x0", "Goal/u", "Goal/x3", "Goal/nowhere", "List/x1", "Provenance/x0")] : [],
            Controllers = special is "Consent" or "AuditEvent" ? [.. Many(2, "Organization/gp", "RelatedPerson/mia", "Practitioner/kim")] : [],
        };
    }

    private Caller MakeCaller()
    {
        var caller = Callers.Of(Whos[Next(Whos.Length)]).WithPurpose([.. Many(2, Purposes)]);
        if (Often(15)) caller = caller with { Roles = [One("privacy-officer", "consent-recorder", "label-reader")] };
        if (Often(20)) caller = caller with { IsOperator = true };
        return Often(10) ? caller with { Scopes = SmartScopes.Parse("user/CarePlan.rs user/Goal.cud system/Provenance.r patient/*.cruds") } : caller;
    }
}
