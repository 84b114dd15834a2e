using System.Text.Json.Nodes;
using FhirBridge.Consent.Tests.World;

namespace FhirBridge.Consent.Tests.Properties;

/// <summary>Draws from small pools; everything follows from the seed.</summary>
internal abstract class Drawing(int seed)
{
    private static readonly string[] Starts = ["2020", "2025-06", "2026-03-10", "2026-03-11", "2026-03-10T14:00:00+02:00", "2026-03-10T14:00:01+02:00"];
    private static readonly string[] Ends = ["2026", "2026-03", "2026-03-10", "2026-03-09", "2025-12-31", "2026-03-10T11:59:59Z", "2026-03-10T12:00:00Z", "9999-12-31"];

    private readonly Random random = new(seed);

    protected int Next(int below) => random.Next(below);

    protected int Next(int from, int below) => random.Next(from, below);

    protected bool Often(int rarity) => random.Next(rarity) == 0;

    protected string One(params string[] of) => of[random.Next(of.Length)];

    protected IEnumerable<string> Many(int most, params string[] of) => Enumerable.Range(0, random.Next(most + 1)).Select(_ => One(of)).Distinct();

    protected JsonObject Period()
    {
        var p = new JsonObject();
        if (Often(2)) p["start"] = One(Starts);
        if (Often(2)) p["end"] = One(Ends);
        if (p.Count == 0) p["start"] = "2021-01-01";
        return p;
    }
}

/// <summary>
/// Care teams, groups, persons and roles. A hundred neighbouring seeds share one, because reading them is most of the work of a world.
/// </summary>
internal sealed class Scenery : Drawing
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<int, Scenery> Known = new();

    private Scenery(int number)
        : base(number)
    {
        Relations = [.. Teams(), Group("priv", true), Group("descriptive", false), Person("mia"), Person("exx"), Role()];
        Sources = [.. Relations.Select(r => Written.Source(r.Resource, false, r.Custodian))];
    }

    public IReadOnlyList<(JsonObject Resource, string Custodian)> Relations { get; }

    public IReadOnlyList<CounselSource> Sources { get; }

    public static Scenery For(int seed) => Known.GetOrAdd(seed / 100, n => new Scenery(n));

    private IEnumerable<(JsonObject, string)> Teams()
    {
        foreach (var id in new[] { "ct1", "ct2", "ct3" })
        {
            var members = new[] { "Practitioner/kim", "Organization/gp", "RelatedPerson/mia", "CareTeam/ct1", "CareTeam/ct2", "CareTeam/ct3", "Patient/ben", "PractitionerRole/lee-h" };
            var team = new JsonObject
            {
                ["resourceType"] = "CareTeam",
                ["id"] = id,
                ["status"] = Often(8) ? "inactive" : "active",
                ["subject"] = Written.Reference(Often(8) ? "Patient/ben" : "Patient/anna"),
                ["participant"] = new JsonArray([.. Enumerable.Range(0, Next(1, 4)).Select(_ =>
                {
                    var p = new JsonObject { ["member"] = Written.Reference(One(members)) };
                    if (Often(4)) p["onBehalfOf"] = Written.Reference(One("Organization/homecare", "Organization/hospital"));
                    if (Often(3)) p["period"] = Period();
                    return (JsonNode)p;
                })]),
            };
            yield return (team, "Organization/hospital");
        }
    }

    private (JsonObject, string) Group(string id, bool actual) => (new JsonObject
    {
        ["resourceType"] = "Group",
        ["id"] = id,
        ["type"] = "practitioner",
        ["actual"] = actual,
        ["member"] = new JsonArray([.. new[] { "Practitioner/lee", "Practitioner/kim" }.Select(m =>
        {
            var member = new JsonObject { ["entity"] = Written.Reference(m) };
            if (Often(3)) member["inactive"] = true;
            if (Often(3)) member["period"] = Period();
            return (JsonNode)member;
        })]),
    }, "Organization/hospital");

    private (JsonObject, string) Person(string id)
    {
        var person = new JsonObject { ["resourceType"] = "RelatedPerson", ["id"] = id, ["active"] = !Often(5), ["patient"] = Written.Reference(Often(8) ? "Patient/ben" : "Patient/anna") };
        if (Often(3)) person["period"] = Period();
        if (Often(2)) person["relationship"] = new JsonArray(Written.Concept("http://terminology.hl7.org/CodeSystem/v3-RoleCode", One("HPOWATT", "GUARD", "DAU")));
        return (person, One("Organization/hospital", "Organization/hospital", "RelatedPerson/mia"));
    }

    private (JsonObject, string) Role()
    {
        var role = new JsonObject { ["resourceType"] = "PractitionerRole", ["id"] = "lee-h", ["active"] = !Often(5), ["practitioner"] = Written.Reference("Practitioner/lee"), ["organization"] = Written.Reference("Organization/hospital") };
        if (Often(3)) role["period"] = Period();
        return (role, "Organization/hospital");
    }
}
